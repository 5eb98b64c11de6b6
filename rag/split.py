"""One text, several questions: where one ends and the next begins, and which names in a row each ask for an answer."""

import re
from collections.abc import Callable, Sequence
from itertools import pairwise

from rag.english import ASKING, POLITE, SHARED_HEADS

_QUESTION_WORDS = "what|who|whom|whose|how|why|when|where|which"
_ENDS = re.compile(
    rf"(?:[？；]|[?;](?!\w))\s*|(?:！|!(?!\w))(?:(?!\s*(?-i:[a-z]))\s*|\s*(?=(?:{ASKING})\b))"
    rf"|(?<!\s)(?:,\s*|\s+)(?:and|or)\s+(?=(?:(?:in|for|at|to)\s+)?(?:{_QUESTION_WORDS})\b)",
    re.IGNORECASE,
)
"""Where a question may end: behind a mark, or before "and what"."""

_LEANS = re.compile(
    r"(?:(?:in|for|at|to)\s+)?(?:what|which)(?:\s+\w+)?(?:\s+\w+)?\W*(?:[?？!！;；]|$)"
    r"|[^?？!！;；]*\b(?:it|its|he|she|they|them|his|her|their)\b",
    re.IGNORECASE,
)
"""What follows "and" without being a question of its own: "and in what year", "and how tall was he"."""

_BEGINS = re.compile(
    rf"\W*(?:(?:and|or|so|but|also|then|please|in|for|at|to|from|by|on|of|with|about|under|since|until)\W+)*(?:{ASKING})\b",
    re.IGNORECASE,
)
_ASKS_IN_CHINESE = re.compile(r"什么|甚么|谁|哪|怎么|怎样|如何|为何|多少|是否|[吗几]|呢\W*$")
_COURTESY = re.compile(
    r"\W*(?:can|could|would|will) you (?:please |kindly )?"
    r"(?:help(?: me| us)?(?: out)?|do me a favou?r|answer (?:me )?a question|tell me something)(?: please)?\W*",
    re.IGNORECASE,
)
"""A preface that is put as a question and asks nothing."""

_POLITE = re.compile(rf"\W*(?:{POLITE})\b", re.IGNORECASE)

_OF_SEVERAL = re.compile(r"\b(?:each|both|respectively)\s+|(?<!\s)\s+(?:each|respectively)\b", re.IGNORECASE)
"""Words that a question about several names has, and one about each of them has not."""

_COMPARES = re.compile(r"\b(?:compare|contrast|each|both|respectively)\b", re.IGNORECASE)
_CONJUNCTION = r"(?:and|or|as well as|vs\.?|versus|und|et|y|e)"
_JOINED = re.compile(rf"(?:(?:[,;/&、，]|[和与及]) ?{_CONJUNCTION}?|{_CONJUNCTION}) ?(?:the)?", re.IGNORECASE)
_AND = re.compile(rf"\b{_CONJUNCTION}\b", re.IGNORECASE)
_LISTED = re.compile(r",(?: the)?", re.IGNORECASE)
_OF = re.compile(r" (?:of|upon|under|sur|am|du|del|von|van) (?:the )?", re.IGNORECASE)
_OF_HEAD = re.compile(r" (?:at|in|of|on|for) (?:[A-Z]\w* )*([A-Z]\w*)")
"""What follows two names of one act: Health and Safety at Work Act."""

_TOGETHER = re.compile(r"\b(?:between|among|with|besides|except|apart from|other than)\b[^,;.?!]*$", re.IGNORECASE)
"""What stands before names that are asked about together."""

_DAY = re.compile(r"(?<!\d)\d{1,2}(?:st|nd|rd|th)?$")
_YEAR = re.compile(r"\d{4}(?!\d)")

_QUOTED = re.compile(
    '"[^"]*"|“[^“”]*”|„[^„“”]*[“”]|‘[^‘’]*’|«[^«»]*»|»[^«»]*«|「[^「」]*」|『[^『』]*』|《[^《》]*》|[(（][^()（）]*[)）]|\\[[^\\[\\]]*]'
)
"""What stands in quotation marks or brackets, whose own marks end nothing."""

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
        if _COURTESY.fullmatch(piece):
            continue
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
    marks = "?？!！;；"
    ends = [
        (match.start() + (match[0][0] in marks), match.end())
        for match in _ENDS.finditer(text)
        if not _goes_on_behind(text, match, marks) and not _in_quotes(text, match.start(), match.start())
    ]
    starts = [0, *(after for _, after in ends)]
    return [
        (start, end)
        for start, end in zip(starts, [*(end for end, _ in ends), len(text)], strict=True)
        if text[start:end].strip()
    ]


def _goes_on_behind(text: str, end: re.Match[str], marks: str) -> bool:
    """Whether a question goes on where it may end."""
    if end[0][0] in ";；":
        return _leads_on(text, end.end())
    return end[0][0] not in marks and _LEANS.match(text, end.end()) is not None


def _leads_on(text: str, at: int) -> bool:
    """Whether what follows a semicolon is the tail of what stands before it: "How long is it kept; in years?"."""
    tail = re.match(r"[^?？;；]*", text[at:])
    held = tail[0] if tail else ""
    return bool(held.strip()) and _BEGINS.match(held) is None and _ASKS_IN_CHINESE.search(held) is None


def _asks(piece: str) -> bool:
    return piece.rstrip()[-1:] in {"?", "？"} or _BEGINS.match(piece) is not None or _ASKS_IN_CHINESE.search(piece) is not None


def _in_quotes(text: str, start: int, end: int) -> bool:
    """Whether a range lies inside one pair of quotation marks."""
    return any(quoted.start() < start and end < quoted.end() for quoted in _QUOTED.finditer(text))


def one_by_one(
    asked: str, names: Sequence[Range], *, in_capitals: bool, one_name: Callable[[str, Sequence[str]], bool]
) -> tuple[str, ...]:
    """For names in a row ("Shanghai, Heilongjiang and Jiangsu") one question for each; else the question itself.

    ``names`` are the ranges of words that may be names or parts of some; with ``in_capitals`` they are written as such.
    ``one_name(phrase, names)`` says whether the documents write two names together as one ("Romeo and Juliet").
    """
    compares = _COMPARES.search(asked) is not None
    row = _longest_row(asked, _with_regions(asked, names), in_capitals=in_capitals, compares=compares)
    if len(row) < 2 or _are_one(asked, row, compares=compares, one_name=one_name):
        return (asked,)
    before, after = (_OF_SEVERAL.sub("", part) for part in (asked[: row[0][0]], asked[row[-1][1] :]))
    return tuple(before + asked[start:end] + after for start, end in row)


def _with_regions(asked: str, names: Sequence[Range]) -> Sequence[Range]:
    """The names, each with what lies behind its comma as one where there are pairs: Paris, Texas and Lyon, France."""
    between = [" ".join(asked[one[1] : other[0]].split()) for one, other in pairwise(names)]
    first = next((n for n, words in enumerate(between) if words == ","), None)
    if first is None:
        return names
    pairs, at = [], first
    while at + 1 < len(names) and between[at] == ",":
        pairs.append((names[at][0], names[at + 1][1]))
        at += 2
        if at > len(between) or not (_AND.search(between[at - 1]) or between[at - 1] == ";"):
            break
    return (*names[:first], *pairs, *names[at:]) if len(pairs) > 1 else names


def _longest_row(asked: str, names: Sequence[Range], *, in_capitals: bool, compares: bool) -> list[Range]:
    row: list[Range] = []
    longest: list[Range] = []
    ended = False  # a comma behind "A and B" begins something else
    for start, end in names:
        between = " ".join(f"|{asked[row[-1][1] : start]}|".split()).strip("|") if row else ""
        if row and _goes_on(asked, row[-1], between, (start, end), in_capitals=in_capitals, compares=compares):
            row[-1] = (row[-1][0], end)
        elif _JOINED.fullmatch(between.strip()) and not (ended and _LISTED.fullmatch(between.strip())):
            row.append((start, end))
            ended = _AND.search(between) is not None
        else:
            row, ended = [(start, end)], False
        longest = max(longest, row, key=len)
    return longest


def _goes_on(asked: str, one: Range, between: str, other: Range, *, in_capitals: bool, compares: bool) -> bool:
    """Whether two names are one: side by side, "HIV/AIDS", "Bank of England", "Johnson & Johnson", "May 3, 2024"."""
    first, second = asked[slice(*one)], asked[slice(*other)]
    if between in {" ", "-", "/"} or _in_quotes(asked, one[0], other[1]) or in_capitals and _OF.fullmatch(between):
        return True
    if between.strip() == "&" and not compares or re.split(r"\W", first)[-1].casefold() == second.casefold():
        return True
    return between.strip() == "," and _DAY.search(first) is not None and _YEAR.match(second) is not None


def _are_one(asked: str, row: Sequence[Range], *, compares: bool, one_name: Callable[[str, Sequence[str]], bool]) -> bool:
    """Whether names in a row are asked about together: a span, a place, an act, or a name that joins two."""
    names = [asked[slice(*each)] for each in row]
    head = _OF_HEAD.match(asked, row[-1][1])
    if head and head[1].lower() in SHARED_HEADS:
        return True
    if _TOGETHER.search(asked[: row[0][0]]):
        return True
    if compares:
        return False
    if names[-1].split()[-1].lower() in SHARED_HEADS and all(" " not in name for name in names[:-1]):
        return True
    if len(row) > 2:
        return False
    first, last = names
    before, between = asked[: row[0][0]].lower().split()[-1:], asked[row[0][1] : row[1][0]].lower().split()
    if between in ([","], [",", "the"]) and not first[0].isdigit():
        return True
    if between[-1:] != ["the"] and (
        " of " in first and " of " not in last or before == ["the"] and " " in last and " " not in first
    ):
        return True  # the Ministry of Health and Welfare, the French and Indian War
    return one_name(asked[row[0][0] : row[1][1]], names)
