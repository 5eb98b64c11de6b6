"""One text, several questions: where one ends and the next begins, and which names in a row each ask for an answer."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

from corpus.languages.rules import LanguageRules, any_of, is_unspaced

_MARKS = "?？!！;；"


@dataclass(frozen=True, slots=True)
class _Rules:
    """The rules of a language as expressions."""

    ends: re.Pattern[str]
    """Where a question may end: behind a mark, or before "and what"."""

    leans: re.Pattern[str]
    """What follows "and" without being a question of its own: "and in what year", "and how tall was he"."""

    begins: re.Pattern[str]
    asks: re.Pattern[str]
    """What a question has or ends with in a script without spaces."""

    courtesy: re.Pattern[str]
    """A preface that is put as a question and asks nothing."""

    polite: re.Pattern[str]
    several: re.Pattern[str]
    """Words that a question about several names has, and one about each of them has not."""

    compares: re.Pattern[str]
    joined: re.Pattern[str]
    conjunction: re.Pattern[str]
    listed: re.Pattern[str]
    of: re.Pattern[str]
    of_offices: re.Pattern[str]
    of_head: re.Pattern[str]
    """What follows two names of one act: Health and Safety at Work Act."""

    together: re.Pattern[str]
    """What stands before names that are asked about together."""

    day: re.Pattern[str]
    definite: frozenset[str]
    shared_heads: frozenset[str]


@lru_cache(maxsize=64)
def _rules(of: LanguageRules) -> _Rules:
    def compiled(expression: str) -> re.Pattern[str]:
        return re.compile(expression, re.IGNORECASE)

    words, conjunction, definite = (
        any_of(of.question_words),
        any_of(of.conjunctions, expressions=True, whole=False),
        of.definite,
    )
    asking = any_of(of.question_words | of.asking_verbs | of.commands)
    before = rf"(?:(?:{any_of(of.question_prepositions)})\s+)?"
    article = f"(?:{any_of(definite, whole=False)})"
    several = any_of(of.severally)
    return _Rules(
        ends=compiled(
            rf"(?:[？；]|[?;](?!\w))\s*|(?:！|!(?!\w))(?:(?!\s*(?-i:[a-z]))\s*|\s*(?=(?:{asking})))"
            rf"|(?<!\s)(?:,\s*|\s+)(?:{any_of(of.parting, whole=False)})\s+(?={before}(?:{words}))"
        ),
        leans=compiled(
            rf"{before}(?:{any_of(of.which)})(?:\s+\w+)?(?:\s+\w+)?\W*(?:[{_MARKS}]|$)|[^{_MARKS}]*(?:{any_of(of.leaning)})"
        ),
        begins=compiled(rf"\W*(?:(?:{any_of(of.before_asking)})\W+)*(?:{asking})"),
        asks=compiled(rf"{any_of(filter(is_unspaced, of.question_words))}|(?:{any_of(of.asks_back)})\W*$"),
        courtesy=compiled(
            rf"\W*(?:{any_of(of.courtesy_leads)}) (?:(?:{any_of(of.please)}) )?"
            rf"(?:{any_of(of.courtesies, expressions=True)})(?: (?:{any_of(of.please)}))?\W*"
        ),
        polite=compiled(rf"\W*(?:{any_of(of.greetings, expressions=True)})"),
        several=compiled(rf"(?:{several})\s+|(?<!\s)\s+(?:{several})"),
        compares=compiled(any_of(of.compares | of.severally)),
        joined=compiled(rf"(?:[,;/&、，] ?(?:{conjunction})?|{conjunction}) ?{article}?"),
        conjunction=compiled(any_of(of.conjunctions, expressions=True)),
        listed=compiled(rf",(?: {article})?"),
        of=compiled(rf" (?:{any_of(of.of_names)}) (?:{article} )?"),
        of_offices=compiled(rf" (?:{any_of(of.of_offices)}) "),
        of_head=re.compile(rf" (?:{any_of(of.of_heads)}) (?:[A-Z]\w* )*([A-Z]\w*)"),
        together=compiled(rf"(?:{any_of(of.of_two)})[^,;.?!]*$|(?:{any_of(of.of_both)})\s(?:{article}\s)?$"),
        day=compiled(rf"(?<!\d)\d{{1,2}}(?:{any_of(of.ordinal_endings, whole=False)})?$"),
        definite=definite,
        shared_heads=of.shared_heads,
    )


_YEAR = re.compile(r"\d{4}(?!\d)")

_QUOTED = re.compile(
    '"[^"]*"|“[^“”]*”|„[^„“”]*[“”]|‘[^‘’]*’|«[^«»]*»|»[^«»]*«|「[^「」]*」|『[^『』]*』|《[^《》]*》|[(（][^()（）]*[)）]|\\[[^\\[\\]]*]'
)
"""What stands in quotation marks or brackets, whose own marks end nothing."""

_WORD = re.compile(r"\w")

Range = tuple[int, int]


def questions_in(text: str, language: LanguageRules) -> tuple[tuple[Range, ...], str]:
    """The ranges of the questions that a text is made of, and what is said behind the last one and asks nothing.

    What asks nothing but stands before a question belongs to it: "Consider their policy; how is my data protected?". What is
    said out of politeness belongs to none. A text that asks nothing is one question.
    """
    rules = _rules(language)
    found: list[Range] = []
    preface: int | None = None
    for start, end in _pieces(text, rules):
        piece = text[start:end]
        if rules.courtesy.fullmatch(piece):
            continue
        if _asks(piece, rules):
            found.append((start if preface is None else preface, end))
            preface = None
        elif found and not _WORD.search(piece):
            found[-1] = (found[-1][0], end)
        elif not rules.polite.match(piece) and preface is None:
            preface = start
    aside = text[preface:].strip() if found and preface is not None else ""
    return tuple(found) or ((0, len(text)),), aside


def _pieces(text: str, rules: _Rules) -> list[Range]:
    ends = [
        (match.start() + (match[0][0] in _MARKS), match.end())
        for match in rules.ends.finditer(text)
        if not _goes_on_behind(text, match, rules) and not _in_quotes(text, match.start(), match.start())
    ]
    starts = [0, *(after for _, after in ends)]
    return [
        (start, end)
        for start, end in zip(starts, [*(end for end, _ in ends), len(text)], strict=True)
        if text[start:end].strip()
    ]


def _goes_on_behind(text: str, end: re.Match[str], rules: _Rules) -> bool:
    """Whether a question goes on where it may end."""
    if end[0][0] in ";；":
        return _leads_on(text, end.end(), rules)
    return end[0][0] not in _MARKS and rules.leans.match(text, end.end()) is not None


def _leads_on(text: str, at: int, rules: _Rules) -> bool:
    """Whether what follows a semicolon is the tail of what stands before it: "How long is it kept; in years?"."""
    tail = re.match(r"[^?？;；]*", text[at:])
    held = tail[0] if tail else ""
    return bool(held.strip()) and rules.begins.match(held) is None and rules.asks.search(held) is None


def _asks(piece: str, rules: _Rules) -> bool:
    return piece.rstrip()[-1:] in {"?", "？"} or rules.begins.match(piece) is not None or rules.asks.search(piece) is not None


def _in_quotes(text: str, start: int, end: int) -> bool:
    """Whether a range lies inside one pair of quotation marks."""
    return any(quoted.start() < start and end < quoted.end() for quoted in _QUOTED.finditer(text))


def one_by_one(
    asked: str,
    names: Sequence[Range],
    language: LanguageRules,
    *,
    in_capitals: bool,
    one_name: Callable[[str, Sequence[str]], bool],
) -> tuple[str, ...]:
    """For names in a row ("Shanghai, Heilongjiang and Jiangsu") one question for each; else the question itself.

    ``names`` are the ranges of words that may be names or parts of some; with ``in_capitals`` they are written as such.
    ``one_name(phrase, names)`` says whether the documents write two names together as one ("Romeo and Juliet").
    """
    rules = _rules(language)
    compares = rules.compares.search(asked) is not None
    row = _longest_row(asked, _with_regions(asked, names, rules), rules, in_capitals=in_capitals, compares=compares)
    if len(row) < 2 or _are_one(asked, row, rules, compares=compares, one_name=one_name):
        return (asked,)
    before, after = (rules.several.sub("", part) for part in (asked[: row[0][0]], asked[row[-1][1] :]))
    return tuple(before + asked[start:end] + after for start, end in row)


def _with_regions(asked: str, names: Sequence[Range], rules: _Rules) -> Sequence[Range]:
    """The names, each with what lies behind its comma as one where there are pairs: Paris, Texas and Lyon, France."""
    between = [" ".join(asked[one[1] : other[0]].split()) for one, other in pairwise(names)]
    first = next((n for n, words in enumerate(between) if words == ","), None)
    if first is None:
        return names
    pairs, at = [], first
    while at + 1 < len(names) and between[at] == ",":
        pairs.append((names[at][0], names[at + 1][1]))
        at += 2
        if at > len(between) or not (rules.conjunction.search(between[at - 1]) or between[at - 1] == ";"):
            break
    return (*names[:first], *pairs, *names[at:]) if len(pairs) > 1 else names


def _longest_row(asked: str, names: Sequence[Range], rules: _Rules, *, in_capitals: bool, compares: bool) -> list[Range]:
    row: list[Range] = []
    longest: list[Range] = []
    ended = False  # a comma behind "A and B" begins something else
    for start, end in names:
        between = " ".join(f"|{asked[row[-1][1] : start]}|".split()).strip("|") if row else ""
        if row and _goes_on(asked, row[-1], between, (start, end), rules, in_capitals=in_capitals, compares=compares):
            row[-1] = (row[-1][0], end)
        elif rules.joined.fullmatch(between.strip()) and not (ended and rules.listed.fullmatch(between.strip())):
            row.append((start, end))
            ended = rules.conjunction.search(between) is not None
        else:
            row, ended = [(start, end)], False
        longest = max(longest, row, key=len)
    return longest


def _goes_on(asked: str, one: Range, between: str, other: Range, rules: _Rules, *, in_capitals: bool, compares: bool) -> bool:
    """Whether two names are one: side by side, "HIV/AIDS", "Bank of England", "Johnson & Johnson", "May 3, 2024"."""
    first, second = asked[slice(*one)], asked[slice(*other)]
    if between in {" ", "-", "/"} or _in_quotes(asked, one[0], other[1]) or in_capitals and rules.of.fullmatch(between):
        return True
    if between.strip() == "&" and not compares or re.split(r"\W", first)[-1].casefold() == second.casefold():
        return True
    return between.strip() == "," and rules.day.search(first) is not None and _YEAR.match(second) is not None


def _are_one(
    asked: str,
    row: Sequence[Range],
    rules: _Rules,
    *,
    compares: bool,
    one_name: Callable[[str, Sequence[str]], bool],
) -> bool:
    """Whether names in a row are asked about together: a span, a place, an act, or a name that joins two."""
    names = [asked[slice(*each)] for each in row]
    head = rules.of_head.match(asked, row[-1][1])
    if head and head[1].lower() in rules.shared_heads:
        return True
    if rules.together.search(asked[: row[0][0]]):
        return True
    if compares:
        return False
    if names[-1].split()[-1].lower() in rules.shared_heads and all(" " not in name for name in names[:-1]):
        return True
    if len(row) > 2:
        return False
    first, last = names
    before, between = asked[: row[0][0]].lower().split()[-1:], asked[row[0][1] : row[1][0]].lower().split()
    if between[:1] == [","] and set(between[1:]) <= rules.definite and not first[0].isdigit():
        return True
    of, behind_article = rules.of_offices.search, not rules.definite.isdisjoint(before)
    if rules.definite.isdisjoint(between[-1:]) and (
        of(first) and not of(last) or behind_article and " " in last and " " not in first
    ):
        return True  # the Ministry of Health and Welfare, the French and Indian War
    return one_name(asked[row[0][0] : row[1][1]], names)
