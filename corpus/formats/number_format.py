"""Numbers, dates and durations as a spreadsheet shows them (ECMA-376, 18.8.30): ``0.075`` as ``7.5%``."""

import re
from datetime import datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import NamedTuple

BUILT_IN = {
    1: "0", 2: "0.00", 3: "#,##0", 4: "#,##0.00", 9: "0%", 10: "0.00%", 18: "h:mm AM/PM", 19: "h:mm:ss AM/PM", 20: "h:mm",
    21: "h:mm:ss", 37: "#,##0;(#,##0)", 38: "#,##0;(#,##0)", 39: "#,##0.00;(#,##0.00)", 40: "#,##0.00;(#,##0.00)", 45: "mm:ss",
    46: "[h]:mm:ss",
}  # fmt: skip
"""Formats by number that look alike everywhere; those of dates and currencies differ from machine to machine."""

DATES = frozenset({14, 15, 16, 17, 22, *range(27, 37), *range(50, 59)})
"""The formats by number that show days, each machine in its own way."""

DAY = "day"
"""Stands for one of these where a reader does not tell days from numbers: whole ones are shown as ISO 8601 has them."""

_TOKEN = re.compile(
    r'"(?P<quoted>[^"]*)"|\\(?P<escaped>.)|_.|\*.|\[(?P<bracket>[^\]]{0,40})\]|(?P<ampm>AM/PM|am/pm)'
    r"|(?P<time>y{1,9}|m{1,9}|d{1,9}|h{1,9}|s{1,9})|(?P<number>[0#?.,]+)|(?P<other>.)",
    re.DOTALL | re.IGNORECASE,
)
_MONTHS = "January February March April May June July August September October November December".split()
_DAYS = "Monday Tuesday Wednesday Thursday Friday Saturday Sunday".split()
_LONGEST = 200
"""Characters of a format that is followed."""

_PLACES = 24
"""Places for digits of a number that are followed: decimals are exact to 28."""

_LAST_DAY = 2_950_000


class _Token(NamedTuple):
    kind: str
    text: str


def shown(value: float, code: str, *, since_1904: bool = False) -> str:
    """A number as a format shows it; empty for a format that is not known here, such as fractions and conditions."""
    if len(code) > _LONGEST or not abs(value) < 1e15:
        return ""
    sections = _sections(code)
    if sections is None or not sections:
        return ""
    at = 1 if value < 0 and len(sections) > 1 else 2 if value == 0 and len(sections) > 2 else 0
    tokens = sections[at]
    if any(token.kind in {"time", "elapsed"} for token in tokens):
        return _date(value, tokens, since_1904=since_1904)
    if sum(token.kind == "number" for token in tokens) != 1 or any(token.text in {"/", "E", "e", "@"} for token in tokens):
        return ""
    if sum(token.text == "%" for token in tokens) > 1 or any(t.kind == "number" and len(t.text) > _PLACES for t in tokens):
        return ""
    sign = "-" if value < 0 and at == 0 else ""
    text = "".join(_number(abs(value), token.text, tokens) if token.kind == "number" else token.text for token in tokens)
    return sign * any(c in "123456789" for c in text) + text.strip()


def is_date(code: str) -> bool:
    """Whether a format shows days or times."""
    sections = _sections(code) if len(code) <= _LONGEST else None
    return sections is not None and any(token.kind in {"time", "elapsed"} for token in sections[0])


def _sections(code: str) -> list[list[_Token]] | None:
    """The parts of a format, for numbers above, below and of zero; None where one has what is not known here."""
    sections: list[list[_Token]] = [[]]
    for match in _TOKEN.finditer(code):
        kind, text = match.lastgroup or "", match[match.lastgroup] if match.lastgroup else ""
        if kind == "bracket":
            low = text.lower()
            if low.startswith("$"):
                symbol, _, language = text[1:].partition("-")
                if not symbol and language.lower() not in {"409", "809", "en-us", "en-gb"}:
                    return None
                sections[-1].append(_Token("literal", symbol))
            elif low.strip("hms") == "" and low:
                sections[-1].append(_Token("elapsed", low))
            elif low.isalpha() or low.startswith("color"):
                continue
            else:
                return None
        elif kind == "other" and text == ";":
            sections.append([])
        elif kind in {"time", "ampm", "number"}:
            sections[-1].append(_Token(kind, text if kind == "number" else text.lower()))
        elif kind:
            sections[-1].append(_Token("literal", text))
    return sections


def _number(value: float, places: str, tokens: list[_Token]) -> str:
    """The digits that stand for a number's places: ``#,##0.00``."""
    whole, _, part = places.partition(".")
    thousands = "," in whole.rstrip(",")
    if len(part) > 9:
        return format(Decimal(repr(value)), "f")
    exact = Decimal(repr(value)) * 100 ** sum(t.text == "%" for t in tokens) / 1000 ** (len(places) - len(places.rstrip(",")))
    part = part.rstrip(",")
    digits = f"{exact.quantize(Decimal(1).scaleb(-len(part)), ROUND_HALF_UP):f}"
    left, _, right = digits.partition(".")
    least = whole.count("0")
    left = (left.lstrip("0") or "").rjust(least, "0")
    while right and part[len(right) - 1] in "#?" and right[-1] == "0":
        right = right[:-1]
    if thousands and left:
        left = f"{int(left):,}" if len(left.lstrip("0")) >= least else left
    return left + ("." if "." in places and (right or "0" in part) else "") + right


def _date(value: float, tokens: list[_Token], *, since_1904: bool) -> str:
    """A day and a time of it, or how long something took."""
    if not 0 <= value < _LAST_DAY:
        return ""
    seconds = int((Decimal(repr(value)) * 86_400).quantize(Decimal(1), ROUND_HALF_UP))
    first = datetime(1904, 1, 1) if since_1904 else datetime(1899, 12, 31 if value < 60 else 30)
    moment = first + timedelta(seconds=seconds)
    half = any(token.kind == "ampm" for token in tokens)
    said = ""
    timed = [n for n, token in enumerate(tokens) if token.kind in {"time", "elapsed"}]
    for n, token in enumerate(tokens):
        if token.kind == "elapsed":
            said += str(seconds // {"h": 3600, "m": 60, "s": 1}[token.text[0]]).rjust(len(token.text), "0")
        elif token.kind == "ampm":
            said += f"{moment:%p}"
        elif token.kind == "time":
            at = timed.index(n)
            beside = [tokens[timed[m]].text[0] for m in (at - 1, at + 1) if 0 <= m < len(timed)]
            minute = token.text[0] == "m" and (at > 0 and beside[0] == "h" or beside[-1:] == ["s"] and at + 1 < len(timed))
            said += _part(moment, "n" * len(token.text) if minute else token.text, half=half)
        elif token.kind == "number":
            return ""
        else:
            said += token.text
    return said.strip()


def _part(moment: datetime, code: str, *, half: bool) -> str:
    """One part of a date or a time; ``n`` for minutes."""
    letter, size = code[0], len(code)
    if letter == "y":
        return f"{moment:%y}" if size < 3 else f"{moment.year:04}"
    if letter in "md" and size > 2:
        name = _MONTHS[moment.month - 1] if letter == "m" else _DAYS[moment.weekday()]
        return name[:3] if size == 3 else name[:1] if size == 5 and letter == "m" else name
    hour = (moment.hour + 11) % 12 + 1 if half else moment.hour
    number = {"m": moment.month, "d": moment.day, "h": hour, "n": moment.minute, "s": moment.second}[letter]
    return str(number).rjust(min(size, 2), "0")
