"""The numbers that Word shows before paragraphs: it stores only which list and which level each belongs to (ECMA-376, 17.9)."""

import re
from typing import Any

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_ROMAN = tuple(
    zip((1000, 900, 500, 400, 100, 90, 50, 40, 10, 9, 5, 4, 1), "m cm d cd c xc l xl x ix v iv i".split(), strict=True)
)
_LEVELS = 9


class Numbers:
    """Counts the numbered paragraphs of a document in their order and words their numbers."""

    def __init__(self, numbering: Any | None, styles: Any | None) -> None:
        """Takes the roots of a document's numbering and styles parts, or None where it has none."""
        self._counts: dict[str, dict[int, int]] = {}
        self._overridden: set[str] = set()
        self._levels: dict[str, dict[int, Any]] = {}
        self._lists = _named(numbering, "abstractNum", "abstractNumId")
        self._nums = _named(numbering, "num", "numId")
        self._styles = _named(styles, "style", "styleId")

    def before(self, paragraph: Any) -> str:
        """The number that stands before a paragraph, with a space, ``- `` for a bullet; empty for none or one not known."""
        number, level = self._place(paragraph)
        num = self._nums.get(number)
        if num is None or not 0 <= level < _LEVELS:
            return ""
        name = _value(num, "abstractNumId")
        if name not in self._levels:
            named = _named(self._lists.get(name), "lvl", "ilvl")
            self._levels[name] = {_number(key): each for key, each in named.items()}
        levels = self._levels[name]
        if level not in levels:
            return ""
        counts = self._counts.setdefault(name, {})
        self._restart(number, num, counts)
        for n in range(level + 1):
            if n == level or n not in counts:
                counts[n] = counts[n] + 1 if n in counts else _number(_value(levels.get(n), "start"), 1)
        for n in range(level + 1, _LEVELS):
            counts.pop(n, None)
        if _value(levels[level], "numFmt") == "bullet":
            return "- "
        return _worded(_value(levels[level], "lvlText"), counts, levels)

    def _place(self, paragraph: Any) -> tuple[str, int]:
        """The list and the level of a paragraph, its own or those of its style."""
        found = paragraph.find(f"{_W}pPr/{_W}numPr")
        style = _value(paragraph.find(f"{_W}pPr"), "pStyle")
        seen: set[str] = set()
        number, level = _value(found, "numId"), _value(found, "ilvl")
        while not number and style in self._styles and style not in seen:
            seen.add(style)
            found = self._styles[style].find(f"{_W}pPr/{_W}numPr")
            number, level = _value(found, "numId"), level or _value(found, "ilvl")
            style = _value(self._styles[style], "basedOn")
        return number, _number(level)

    def _restart(self, number: str, num: Any, counts: dict[int, int]) -> None:
        """Begin anew where a list says so for its first paragraph."""
        if number not in self._overridden:
            self._overridden.add(number)
            for override in num.iter(f"{_W}lvlOverride"):
                start, level = _value(override, "startOverride"), _number(override.get(f"{_W}ilvl"))
                if start:
                    counts[level] = _number(start) - 1


def _worded(pattern: str, counts: dict[int, int], levels: dict[int, Any]) -> str:
    """A pattern such as ``%1.%2`` with its counts; empty where a format is none of those known here."""
    unknown = False

    def count(match: re.Match[str]) -> str:
        nonlocal unknown
        level = int(match[1]) - 1
        words = formatted(counts[level], _value(levels.get(level), "numFmt")) if level in counts else ""
        unknown |= not words
        return words

    words = re.sub(r"%(\d)", count, pattern)
    return f"{words} " if words.strip() and not unknown else ""


def formatted(count: int, form: str) -> str:
    """A number as a format of Word writes it; empty where that is none of those known here."""
    if form in {"", "decimal"}:
        return str(count)
    if form == "decimalZero":
        return f"{count:02}"
    if form in {"lowerLetter", "upperLetter"} and 1 <= count <= 26 * 9:
        words = chr(97 + (count - 1) % 26) * ((count - 1) // 26 + 1)
    elif form in {"lowerRoman", "upperRoman"} and 1 <= count < 4000:
        words = ""
        for value, letters in _ROMAN:
            words += letters * (count // value)
            count %= value
    else:
        return ""
    return words.upper() if form.startswith("upper") else words


def _named(root: Any | None, tag: str, name: str) -> dict[str, Any]:
    """The elements of a kind below a root, by the value of an attribute."""
    return {} if root is None else {each.get(f"{_W}{name}") or "": each for each in root.iter(f"{_W}{tag}")}


def _value(element: Any | None, name: str) -> str:
    found = None if element is None else element.find(f"{_W}{name}")
    return "" if found is None else found.get(f"{_W}val") or ""


def _number(words: str | None, otherwise: int = 0) -> int:
    return int(words) if words and words.isdecimal() and len(words) < 7 else otherwise
