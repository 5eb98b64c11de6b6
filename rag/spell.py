"""Misspelt words of a question: slips of function words, and near forms that the documents have."""

from corpus.languages.rules import LanguageRules
from index.search.searcher import Searcher


def is_slip_of_stop_word(spelt: str, rules: LanguageRules) -> bool:
    """Whether a word that the library lacks is a slip of a longer function word ("waht", "whcih"), and no word."""
    if not 4 <= len(spelt) <= 10 or not spelt.islower() or spelt in rules.near_stop_words or spelt in rules.stop_words:
        return False
    from rapidfuzz.distance import OSA

    return any(len(word) >= 4 and OSA.distance(spelt, word, score_cutoff=1) <= 1 for word in rules.stop_words)


def near_form(spelt: str, searcher: Searcher, *, shortest: int = 7) -> str | None:
    """The term of the documents whose commonest spelling a misspelt word stands for, or None.

    One slip (a letter more, less, other, or two swapped) from ``shortest`` letters on, two from ten on, the first letter
    kept. Shorter words differ by a letter and mean something else: Hubei and Hebei, Shanxi and Shaanxi.
    """
    word = spelt.lower()
    if not word.isalpha() or not word.isascii() or len(word) < shortest:
        return None
    found = searcher.near_spellings(word, 2 if len(word) >= 10 else 1)
    return min(found, key=lambda match: (match[1], -searcher.frequency(match[0]), match[0]))[0] if found else None
