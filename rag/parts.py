"""One text, several questions: where one ends and the next begins, and which names in a row each ask for an answer."""

import re
from collections.abc import Callable, Sequence

from rag.english import ASKING, POLITE, SHARED_HEADS

_QUESTION_WORDS = "what|who|whom|whose|how|why|when|where|which"
_ENDS = re.compile(
    rf"[?？;；]\s*|[!！](?!\s*(?-i:[a-z]))\s*|[!！]\s*(?=(?:{ASKING})\b)"
    rf"|(?<!\s)(?:,\s*|\s+)(?:and|or)\s+(?=(?:(?:in|for|at|to)\s+)?(?:{_QUESTION_WORDS})\b)",
    re.IGNORECASE,
)
"""Where a question may end: behind a mark, or before "and what"."""

_BEGINS = re.compile(
    rf"\W*(?:(?:and|or|so|but|also|then|please|in|for|at|to|from|by|on|of|with|about|under|since|until)\W+)*(?:{ASKING})\b",
    re.IGNORECASE,
)
_ASKS_IN_CHINESE = re.compile("什么|甚么|谁|哪|怎么|怎样|如何|为何|多少|是否|[吗几]")
_POLITE = re.compile(rf"\W*(?:{POLITE})\b", re.IGNORECASE)

_OF_SEVERAL = re.compile(r"\b(?:each|both|respectively)\s+|(?<!\s)\s+(?:each|respectively)\b", re.IGNORECASE)
"""Words that a question about several names has, and one about each of them has not."""

_COMPARES = re.compile(r"\b(?:compare|contrast|each|both|respectively)\b", re.IGNORECASE)
_JOINED = re.compile(
    r"(?:[,;/&、，]|[和与及])? ?(?:(?:and|or|as well as|vs\.?|versus|und|et|y|e)\b)? ?(?:the\b)?", re.IGNORECASE
)
_OF = re.compile(r" of (?:the )?", re.IGNORECASE)
_BETWEEN = re.compile(r"\bbetween\b[^,;.?!]*$", re.IGNORECASE)
_DAY = re.compile(r"(?<!\d)\d{1,2}(?:st|nd|rd|th)?$")
_YEAR = re.compile(r"\d{4}(?!\d)")

_WORD = re.compile(r"\w")

Range = tuple[int, int]


def questions_in(text: str) -> tuple[tuple[Range, ...], str]:
    """The ranges of the questions that a text is made of, and what is said behind the last one and asks nothing.

    What asks nothing but stands before a question belongs to it: "Consider their policy; how is my data protected?". What is
    said out of politeness belongs to none. A text that asks nothing is one question.
    """
    found: list[Range] = []
    preface: int | None = None
    for start, end in _pieces(text):
        piece = text[start:end]
        if _asks(piece):
            found.append((start if preface is None else preface, end))
            preface = None
        elif found and not _WORD.search(piece):
            found[-1] = (found[-1][0], end)
        elif not _POLITE.match(piece) and preface is None:
            preface = start
    aside = text[preface:].strip() if found and preface is not None else ""
    return tuple(found) or ((0, len(text)),), aside


def _pieces(text: str) -> list[Range]:
    ends = [
        (match.start() if match[0][0] not in "?？!！;；" else match.start() + 1, match.end()) for match in _ENDS.finditer(text)
    ]
    starts = [0, *(after for _, after in ends)]
    return [
        (start, end)
        for start, end in zip(starts, [*(end for end, _ in ends), len(text)], strict=True)
        if text[start:end].strip()
    ]


def _asks(piece: str) -> bool:
    return piece.rstrip()[-1:] in {"?", "？"} or _BEGINS.match(piece) is not None or _ASKS_IN_CHINESE.search(piece) is not None


def one_by_one(
    asked: str, names: Sequence[Range], *, in_capitals: bool, one_name: Callable[[str, Sequence[str]], bool]
) -> tuple[str, ...]:
    """For names in a row ("Shanghai, Heilongjiang and Jiangsu") one question for each; else the question itself.

    ``names`` are the ranges of words that may be names or parts of some; with ``in_capitals`` they are written as such.
    ``one_name(phrase, names)`` says whether the documents write two names together as one ("Romeo and Juliet").
    """
    compares = _COMPARES.search(asked) is not None
    row = _longest_row(asked, names, in_capitals=in_capitals, compares=compares)
    if len(row) < 2 or _are_one(asked, row, compares=compares, one_name=one_name):
        return (asked,)
    before, after = (_OF_SEVERAL.sub("", part) for part in (asked[: row[0][0]], asked[row[-1][1] :]))
    return tuple(before + asked[start:end] + after for start, end in row)


def _longest_row(asked: str, names: Sequence[Range], *, in_capitals: bool, compares: bool) -> list[Range]:
    row: list[Range] = []
    longest: list[Range] = []
    for start, end in names:
        between = " ".join(f"|{asked[row[-1][1] : start]}|".split()).strip("|") if row else ""
        if row and _goes_on(asked, row[-1], between, (start, end), in_capitals=in_capitals, compares=compares):
            row[-1] = (row[-1][0], end)
        elif between.strip() and _JOINED.fullmatch(between.strip()):
            row.append((start, end))
        else:
            row = [(start, end)]
        longest = max(longest, row, key=len)
    return longest


def _goes_on(asked: str, one: Range, between: str, other: Range, *, in_capitals: bool, compares: bool) -> bool:
    """Whether two names are one: side by side, "Bank of England", "Johnson & Johnson", "May 3, 2024"."""
    first, second = asked[slice(*one)], asked[slice(*other)]
    if between in {" ", "-"} or in_capitals and _OF.fullmatch(between):
        return True
    if between.strip() == "&" and not compares or re.split(r"\W", first)[-1].casefold() == second.casefold():
        return True
    return between.strip() == "," and _DAY.search(first) is not None and _YEAR.match(second) is not None


def _are_one(asked: str, row: Sequence[Range], *, compares: bool, one_name: Callable[[str, Sequence[str]], bool]) -> bool:
    """Whether names in a row are asked about together: a span, a place, an act, or a name that joins two."""
    names = [asked[slice(*each)] for each in row]
    if _BETWEEN.search(asked[: row[0][0]]):
        return True
    if compares:
        return False
    *others, last = names
    if last.split()[-1].lower() in SHARED_HEADS and all(" " not in name for name in others):
        return True
    if len(row) > 2:
        return False
    between = asked[row[0][1] : row[1][0]]
    if between.strip() == "," and not names[0][0].isdigit():
        return True
    if " of " in names[0] and " of " not in names[1] and between.lower().split()[-1:] != ["the"]:
        return True
    return one_name(asked[row[0][0] : row[1][1]], names)
