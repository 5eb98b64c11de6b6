"""Where a sentence ends, by the rules of a language.

What decides is the mark, what stands before and after it, and words that the rules name. Where a mark may end a sentence or
not ("в XIX в. Россия росла"), it does not: two sentences quoted together say what they say, half a sentence does not.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from corpus.enumerations import NUMERAL
from corpus.languages.rules import LanguageRules, SentenceRules, any_of
from corpus.scripts import SYLLABLES, UNSPACED

LONGEST_WORD = 60
"""Characters before a mark that are looked at for an abbreviation or an opening bracket."""

LONGEST_TITLE = 30
"""Characters of a Chinese title between 《 and 》 in which no mark ends a sentence."""

_WITHOUT_SPACE = "。！？｡．؟۔।॥"
_CLOSERS = r"[\"'”’»›)\]}」』】）》〉*_]|\[\d+\]"
_END = re.compile(
    rf"[{_WITHOUT_SPACE}]+(?:{_CLOSERS})*|[.!?…]+(?:{_CLOSERS}|[“‘«](?=[\s,;:.]|$)|[ \u00a0\u202f]»(?!\w))*",
)
"""Marks with what closes behind them; German closes with what English opens, French sets its » apart."""

_ENDED = re.compile(rf"[{_WITHOUT_SPACE}.!?…](?:{_CLOSERS})*$")
_BEFORE_UNSPACED = re.compile(f"[!?”’」』)）][“‘「『《（]?[{UNSPACED}]")
_OPENERS = "\"'“‘«(*_["
_DASHES = "—–-„‚»"
_BRACKETS = {"）": "（", "】": "【", "》": "《", "〉": "〈"}
_CUT_OFF = re.compile(r"[,，、;；:：]")

_LETTERS = re.compile(r"(?<![\w°])(?:[^\W\d_]\.[ \u00a0\u202f-]?)*[^\W\d_]$|(?<!\w)(?:[A-Z]\.\s?)?([A-Z])\1$")
"""Initials and abbreviations of single letters, also set apart (``z. B.``, ``т. д.``), and Spanish plurals (``EE. UU.``)."""

_ONE_LETTER = re.compile(r"[^\W\d_]\.")
_NUMBER = re.compile(rf"\(?(?:{NUMERAL})$", re.IGNORECASE)
_DATE = re.compile(rf"(?<!\d)(?:\d{{4}}\.\s)?\d{{1,2}}\.\s\d{{1,2}}\.(?=\s?(?:\d|[{SYLLABLES}]))")
"""``5. 3. 2020``, ``2020. 3. 1. 시행``."""


@dataclass(frozen=True, slots=True)
class _Rules:
    """The rules of a language as they are asked."""

    words: SentenceRules
    starters: frozenset[str]
    number_endings: tuple[str, ...]
    firms: re.Pattern[str]
    ordinal: re.Pattern[str]
    counted: re.Pattern[str]
    behind_quotation: re.Pattern[str]


@lru_cache(maxsize=64)
def _rules(of: LanguageRules) -> _Rules:
    words = of.sentences or SentenceRules()
    return _Rules(
        words,
        words.starters | words.more_starters,
        tuple(words.numbered_endings),
        re.compile(any_of(words.firms, whole=False), re.IGNORECASE),
        re.compile(rf"(?:{any_of(words.before_ordinals)})\s+\d{{1,3}}$", re.IGNORECASE),
        re.compile(any_of(words.counted, whole=False)),
        re.compile(any_of(of.behind_quotations, expressions=True)),
    )


def sentence_ends(text: str, start: int, end: int, language: LanguageRules) -> Iterator[int]:
    """The offsets inside ``start:end`` behind which a new sentence begins, closing marks included, rising."""
    rules = _rules(language)
    for match in _END.finditer(text, start, end):
        at = match.end()
        if at < end and _ends_here(text, start, match.start(), at, end, rules):
            yield at


def _ends_here(text: str, start: int, mark: int, at: int, end: int, rules: _Rules) -> bool:
    """Whether the closing mark at ``mark:at`` ends a sentence, seen from what stands before and after it."""
    if text.rfind("《", max(start, mark - LONGEST_TITLE), mark) > text.rfind("》", max(start, mark - LONGEST_TITLE), at):
        return False
    following = text[at : min(end, at + 40)].lstrip()
    if text[mark] in _WITHOUT_SPACE:
        return _ends_without_space(text, start, mark, at, following, rules)
    if not text[at].isspace():
        return text[mark] in "!?" and _BEFORE_UNSPACED.match(text, at - 1) is not None
    following = following.lstrip(_OPENERS + _DASHES + " ")
    if following[:1].islower() or _CUT_OFF.match(following):
        return False
    if text[mark:at].rstrip("\"'”’)*_]“‘»« \u00a0\u202f") != "." or not following:
        return True
    return _full_stop_ends(text, start, mark, following, rules)


def _ends_without_space(text: str, start: int, mark: int, at: int, following: str, rules: _Rules) -> bool:
    """Of marks after which no space is needed: not where a quotation or a bracket stands inside a sentence."""
    if _CUT_OFF.match(following):
        return False
    if text[at - 1] in "」』":
        return rules.behind_quotation.match(following) is None
    if opening := _BRACKETS.get(text[at - 1]):
        opened = text.rfind(opening, max(start, at - 4 * LONGEST_WORD), mark)
        before = text[max(start, opened - LONGEST_WORD) : opened].rstrip() if opened >= 0 else ""
        return not before or _ENDED.search(before) is not None
    return True


def _full_stop_ends(text: str, start: int, mark: int, following: str, rules: _Rules) -> bool:
    """Whether the full stop at ``mark`` ends a sentence and not an abbreviation, an initial, an ordinal or a date."""
    near = max(start, mark - LONGEST_WORD)
    opened = max(near - 1, *(text.rfind(before, near, mark) for before in " \n'’")) + 1  # l'art. 5
    word, digit = text[opened:mark].lstrip(_OPENERS + "„‚»"), following[0].isdigit()
    lower, words = word.lower(), rules.words
    if lower in words.titles or digit and (lower in words.numbered or lower.endswith(rules.number_endings)):
        return False
    if rules.firms.match(f"{word}. {following}"):
        return False
    if _NUMBER.match(word) and (opened == start or text[opened - 1] == "\n") or _is_ordinal(text, near, mark, following, rules):
        return False
    if lower in words.dated:
        return _ends_with_a_year(text[near:opened])
    letters = _LETTERS.search(text, near, mark)
    if not letters or letters[0] in words.and_so_on:
        return True
    if _ONE_LETTER.match(following):
        return False
    if len(letters[0]) == 1 and letters[0].islower():
        return True
    return _first_word(following) in (words.starters if len(letters[0]) == 1 else rules.starters)


def _is_ordinal(text: str, near: int, mark: int, following: str, rules: _Rules) -> bool:
    """Whether a number with its full stop goes on: a date in figures, or an ordinal."""
    if not text[mark - 1].isdigit():
        return False
    if any(date.start() <= mark < date.end() for date in _DATE.finditer(text, near, mark + 16)):
        return True
    if rules.counted.match(following):
        return True
    return rules.ordinal.search(text, near, mark) is not None and _first_word(following) not in rules.starters


def _first_word(text: str) -> str:
    return re.split(r"\W", text, maxsplit=1)[0].lower()


def _ends_with_a_year(before: str) -> bool:
    """Whether "1799 г." ends what it stands in: behind a number, and when that is more than "В 1945 г."."""
    words = before.split()[-3:]
    return len(words) == 3 and words[2][-1].isdigit() and _ENDED.search(words[0]) is None
