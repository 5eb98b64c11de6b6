"""Which language a text is in: by its script where that says it, else by py3langid.

Chinese, Japanese, Korean and a dozen other scripts are told by their letters, Arabic, Persian, Urdu and Russian by letters
that their neighbours lack, plain English by its commonest words. What is left, Latin and Cyrillic, is told by the character
statistics of py3langid (Lui and Baldwin 2012; BSD-3), which takes half a second to load and therefore is loaded only then.

Right of those named / share named, on 2,891 paragraphs of manual pages, SQuAD and policies in 23 languages: cut to 30
characters .970 / .817, to 60 .981 / .952, to 120 .991 / .972, to 400 .994 / .972, at .25 ms each on a busy machine.
py3langid alone, which always names one, is right for .808, .929, .958, .962, fastText's lid.176.ftz for .806, .917, .938, .938;
lingua (96 MB) was no better and took 2 ms. Of 2,000 SQuAD questions three were not named and none wrongly.
"""

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from corpus.languages.registry import rules_for
from corpus.languages.rules import LanguageRules
from corpus.scripts import (
    ARABIC,
    CYRILLIC,
    HAN,
    HANGUL,
    KANA,
    LATIN,
    NEVER_RUSSIAN,
    ONLY_PERSIAN,
    ONLY_RUSSIAN,
    ONLY_URDU,
    OTHERS,
)

SAMPLE = 240
"""Characters of a text that are looked at."""

FEWEST = 12
"""Latin or Cyrillic letters that it takes to tell a language; Chinese characters: CHINESE."""

CHINESE = 4

SURE = 0.5
"""How likely a language must be, of those that are told apart, to be named."""

TOLD_APART = tuple(
    "en de fr es it pt nl sv da no fi is et lv lt pl cs sk sl hr hu ro sq tr az id ms vi tl sw ca ru uk be bg sr mk kk".split()
)
"""The languages in Latin and Cyrillic letters that are told apart, as ISO 639-1."""

_SCRIPTS = {"han": HAN, "kana": KANA, "ko": HANGUL, "arabic": ARABIC, "cyrillic": CYRILLIC, "latin": LATIN, **OTHERS}
_IN_SCRIPT = re.compile("|".join(f"(?P<{name}>[{letters}]+)" for name, letters in _SCRIPTS.items()))
_DENSE = {"han": 3, "kana": 2, "ko": 2}
"""A character of these says as much as so many letters."""

_URDU, _PERSIAN = re.compile(f"[{ONLY_URDU}]"), re.compile(f"[{ONLY_PERSIAN}]")
_RUSSIAN, _NOT_RUSSIAN = re.compile(f"[{ONLY_RUSSIAN}]", re.I), re.compile(f"[{NEVER_RUSSIAN}]", re.I)
_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*")
PIECES = 8
"""Places of a document at which its language is looked at."""


def language_of(text: str, *, by_statistics: bool = True) -> str:
    """The language of a text as ISO 639-1, or ``""`` where it is too short, too mixed or too strange to say.

    A pure function of the first ``SAMPLE`` characters: the language that most of them are in. Not ``by_statistics``, it
    is told at once or not at all.
    """
    begun = text[:SAMPLE]
    found: dict[str, int] = {}
    for match in _IN_SCRIPT.finditer(begun):
        script = match.lastgroup or ""
        found[script] = found.get(script, 0) + len(match[0]) * _DENSE.get(script, 1)
    if not found:
        return ""
    script = max(found, key=lambda name: found[name])
    if script in {"han", "kana"}:
        kana, han = found.get("kana", 0) // 2, found.get("han", 0) // 3
        return "ja" if kana * 10 > han else "zh" if han >= CHINESE else ""
    if script == "arabic":
        return "ur" if _URDU.search(begun) else "fa" if _PERSIAN.search(begun) else "ar"
    if script == "cyrillic" and _RUSSIAN.search(begun) and not _NOT_RUSSIAN.search(begun):
        return "ru"
    if script not in {"latin", "cyrillic"}:
        return script
    if script == "latin" and _is_plain_english(begun):
        return "en"
    return _by_statistics(begun) if by_statistics and found[script] >= FEWEST else ""


def language_of_document(text: str) -> str:
    """The language that a document is in, looked at in PIECES places, or ``""`` where they are in several or it cannot be said.

    Statistics are asked only where fewer than three quarters of the places are told at once, and of no text that is one place
    long.
    """
    places = min(PIECES, -(-len(text) // SAMPLE))
    starts = [(len(text) - SAMPLE) * n // max(1, places - 1) for n in range(places)]
    pieces = [text[max(0, start) : max(0, start) + SAMPLE] for start in starts]
    told = _told(pieces, by_statistics=False)
    if len(pieces) > 1 and 4 * len(told) < 3 * len(pieces):
        told = _told(pieces, by_statistics=True)
    return told[0] if len(set(told)) == 1 else ""


def _told(texts: Sequence[str], *, by_statistics: bool) -> list[str]:
    """The languages of those texts whose language can be said."""
    return [language for text in texts if (language := language_of(text, by_statistics=by_statistics))]


def rules_of(text: str) -> LanguageRules:
    """The rules of the language of a short text, as far as that is told at once; else those of all languages.

    A question or one sentence is too short for statistics to be sure, and they would take half a second.
    """
    return rules_for(language_of(text, by_statistics=False))


def _is_plain_english(text: str) -> bool:
    """Whether a fifth of the words, two different ones at least, are the commonest of English and none has an accent."""
    words, english = _WORD.findall(text.lower()), rules_for("en").telling
    known = [word for word in words if word in english]
    return len(set(known)) > 1 and 5 * len(known) >= len(words) and all(map(str.isascii, words[:20]))


def _by_statistics(text: str) -> str:
    language, likelihood = _identifier().classify(text.replace("\n", " "))
    return str(language) if likelihood >= SURE else ""


@lru_cache(maxsize=1)
def _identifier() -> Any:
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    identifier = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
    identifier.set_languages(TOLD_APART)
    return identifier
