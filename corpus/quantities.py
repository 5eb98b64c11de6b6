"""Dates, parts of a year and numbers in words: each as one term, however it is written.

"3 May 2019", "May 3rd, 2019" and "03.05.2019" are ``2019-05-03`` (ISO 8601), "third quarter" is ``q3``, "5 million" is
``5000000``. A number in figures alone is a term anyway (``corpus.terms``). Languages are not told apart: a word for a month is
one in whatever text it stands.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

from corpus.languages.rules import LanguageRules, any_of


class Token(NamedTuple):
    """A term, and the range of the text that it stands for."""

    term: str
    start: int
    end: int


def quantities(text: str, rules: LanguageRules) -> Iterator[Token]:
    """The dates, parts of a year and numbers in words of a text, by the rules of all languages; in order within each kind.

    A date with a day stands for its month too. Of figures like 03/05/2019, which are read in two ways, both are given.
    """
    how = _reading(rules)
    for year in _YEAR.finditer(text):
        start, end = max(0, year.start() - LONGEST), year.end()
        found = how.marked.match(text, year.start()) or how.dates.search(text, start, year.start())
        if found:
            for term in _date(found, year[0], how.months):
                yield Token(term, found.start(), max(found.end(), end))
    for found in _FIGURES.finditer(text):
        for term in dict.fromkeys(_in_figures(found)):
            yield Token(term, *found.span())
    for found in how.periods.finditer(text) if how.nouns.search(text) else ():
        yield Token(how.signs[_even(found[0])], *found.span())
    yield from _numbers(text, how)


@dataclass(frozen=True, slots=True)
class _Reading:
    """The rules as they are looked for."""

    dates: re.Pattern[str]
    marked: re.Pattern[str]
    months: Mapping[str, int]
    periods: re.Pattern[str]
    signs: Mapping[str, str]
    nouns: re.Pattern[str]
    numbers: re.Pattern[str]
    scales: Mapping[str, int]
    digits: Mapping[str, int]
    measures: str


LONGEST = 40
"""Characters that may stand before the year of a date and belong to it."""

_YEAR = re.compile(r"(?<!\d)\d{4}(?!\d)")
_FIGURES = re.compile(
    r"(?<![\d./-])(?:(?P<year>\d{4})(?:-(?P<month>\d{1,2})(?:-(?P<day>\d{1,2}))?"
    r"|/(?P<month2>\d{1,2})/(?P<day2>\d{1,2})|\.(?P<month3>\d{2})\.(?P<day3>\d{2}))"
    r"|(?P<one>\d{1,2})(?P<mark>[./-])(?P<other>\d{1,2})(?P=mark)(?P<last>\d{4}))(?![\d/-]|\.\d)"
)
_GROUPED = "\\d{1,3}(?:[ \u00a0\u2009\u202f]\\d{3}){1,5}(?:[.,]\\d{1,6})?"
"""A number whose thousands are set apart by spaces."""

_DAY = r"\d{1,2}(?:[^\W\d_]{1,2}\b|\.)?"
_BETWEEN = r"[.,]?\s{0,3}(?:\b[^\W\d_]{1,3}\s{1,3})?"
"""What may stand between the parts of a date: 3 of May, 3 de mayo de 2019."""

_DAYS = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
_FIGURES_OF_YEAR = 4
_MOST = 1e16
"""Numbers from here on are no amounts of anything."""


@lru_cache(maxsize=8)
def _reading(rules: LanguageRules) -> _Reading:
    months = {name.casefold(): int(month) for month, name in map(_parted, rules.months)}
    name = f"(?P<m{{}}>{any_of(months)})"
    before = (
        rf"(?<!\d)(?P<d1>{_DAY}){_BETWEEN}{name.format(1)}{_BETWEEN}",
        rf"{name.format(2)}{_BETWEEN}(?P<d2>{_DAY}),?\s{{1,3}}",
        rf"{name.format(3)}{_BETWEEN}",
    )
    marks: dict[tuple[str, str], list[str]] = {}
    for year, month, day in (map(re.escape, each.split()) for each in sorted(rules.date_marks)):
        marks.setdefault((year, month), []).append(day)
    behind = (
        rf"\d{{4}}\s?{year}\s?(?P<m{n}>\d{{1,2}})\s?{month}(?:\s?(?P<d{n}>\d{{1,2}})\s?(?:{'|'.join(days)}))?"
        for n, ((year, month), days) in enumerate(marks.items())
    )
    signs = {_even(phrase): sign for sign, phrase in map(_parted, rules.periods)}
    scales = {word.casefold(): int(power) for power, word in map(_parted, rules.scales)}
    digits = {word: int(value) for value, word in map(_parted, rules.digits)}
    several = (
        f"[{''.join(map(re.escape, sorted(digits)))}{''.join(w for w in scales if len(w) == 1)}]{{2,20}}|" if digits else ""
    )
    spaced = any_of(word for word in scales if len(word) > 1)
    short = "".join(re.escape(word) for word in scales if len(word) == 1)
    return _Reading(
        re.compile(f"(?:{'|'.join(before)})$", re.IGNORECASE),
        re.compile("|".join(behind) or "(?!)"),
        months,
        re.compile(any_of(signs), re.IGNORECASE),
        signs,
        re.compile("|".join(sorted({re.escape(phrase.split()[-1]) for phrase in signs})) or "(?!)", re.IGNORECASE),
        re.compile(
            rf"(?<![\d.,])(?P<figures>{_GROUPED}|\d[\d.,]{{0,20}})\s?(?:(?P<scale>{spaced})|(?P<short>[{short}]{{1,2}}))|(?P<words>{several}(?!))",
            re.IGNORECASE,
        ),
        scales,
        digits,
        "".join(rules.measures),
    )


def _parted(entry: str) -> tuple[str, str]:
    sign, _, phrase = entry.partition(" ")
    return sign, phrase


def _even(phrase: str) -> str:
    return " ".join(phrase.casefold().split())


def _date(found: re.Match[str], year: str, months: Mapping[str, int]) -> Iterator[str]:
    """The date that stands around a year, and its month."""
    parts = {name[0]: value for name, value in found.groupdict().items() if value}
    month = months.get(parts["m"].casefold()) or int(parts["m"])
    yield from _terms(int(year), month, int(re.sub(r"\D", "", parts["d"])) if "d" in parts else 0)


def _in_figures(found: re.Match[str]) -> Iterator[str]:
    """The dates that figures may stand for, and their months."""
    if found["year"]:
        month, day = (found[f"{part}2"] or found[f"{part}3"] or found[part] for part in ("month", "day"))
        yield from _terms(int(found["year"]), int(month), int(day or 0))
        return
    one, other, year = int(found["one"]), int(found["other"]), int(found["last"])
    yield from _terms(year, other, one)
    if found["mark"] != ".":
        yield from _terms(year, one, other)


def _terms(year: int, month: int, day: int) -> Iterator[str]:
    if 1 <= month <= len(_DAYS) and day <= _DAYS[month - 1]:
        if day:
            yield f"{year:04}-{month:02}-{day:02}"
        yield f"{year:04}-{month:02}"


def _numbers(text: str, how: "_Reading") -> Iterator[Token]:
    """The numbers in words of a text; in East Asia those that follow one another in falling powers of ten are one."""
    last: Token | None = None
    for found in how.numbers.finditer(text):
        term = _number(found, how)
        if term and last and found.start() == last.end and int(last.term) % 10 ** len(term) == 0:
            last = Token(str(int(last.term) + int(term)), last.start, found.end())
            continue
        if last:
            yield last
        last = Token(term, *found.span()) if term else None
    if last:
        yield last


def _number(found: re.Match[str], how: _Reading) -> str:
    """The number that figures with a word for a power of ten stand for, or that words alone do; empty where they are none."""
    if found["words"]:
        value = _spelt(found["words"], how)
    else:
        power = how.scales[found["scale"].casefold()] if found["scale"] else sum(how.scales[each] for each in found["short"])
        value = _figures(found["figures"]) * 10**power
    return "" if value is None or not 0 < value < _MOST else str(round(value)) if abs(value - round(value)) < 1e-6 else ""


def _figures(written: str) -> float:
    """A number in figures; what stands once, the last, is a decimal mark, but for a comma before three figures."""
    plain = written.rstrip(".,")
    last = max(plain.rfind("."), plain.rfind(","))
    if last >= 0 and plain.count(plain[last]) == 1 and not (plain[last] == "," and len(plain) - last == 4):
        return float(re.sub(r"\D", "", plain[:last]) + "." + plain[last + 1 :])
    return float(re.sub(r"\D", "", plain))


def _spelt(words: str, how: _Reading) -> float | None:
    """A number in Chinese numerals: five thousand two hundred myriads are (5·10³ + 2·10²)·10⁴; None where they are none.

    Figures side by side are "seven or eight", a few of them a name or a date (五四), but for a nought among them. A last figure
    behind a power counts the one below it: 三万五 is 35000.
    """
    words = words.rstrip(how.measures)
    if all(each in how.digits for each in words):
        figures = [how.digits[each] for each in words]
        is_number = len(figures) >= _FIGURES_OF_YEAR or len(figures) > 1 and 0 in figures
        return int("".join(map(str, figures))) if is_number else None
    whole, part, digit, last = 0, 0, 0, 0
    for each in words:
        if each in how.digits:
            if digit:
                return None
            digit = how.digits[each]
            last = last if digit else 0
            continue
        power = last = how.scales[each]
        if power < 4:
            part, digit = part + (digit or 1) * 10**power, 0
        elif whole > 10**power:
            whole, part, digit = whole + (part + digit) * 10**power, 0, 0
        else:
            whole, part, digit = (whole + part + digit or 1) * 10**power, 0, 0
    digit *= 10 ** max(0, last - 1)
    return int(whole + part + digit)
