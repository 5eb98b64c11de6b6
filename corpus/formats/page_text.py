"""The text of a page of a PDF, settled, with the place of each character in what PDFium gives.

PDFium ends a line with CR LF, settled ``\n``, and writes U+FFFE where a word is divided at the end of a line: that stays until
the whole document is known (``hyphens``), but for a part that the next words go on with, "short- and long-term". Figures that
are raised or lowered become those of Unicode, and the values of a form stand beside their labels.
"""

import ctypes
import math
import re
from bisect import bisect_left
from itertools import pairwise
from typing import Any, NamedTuple

from corpus.formats.columns import Glyph, columns_apart, may_have_columns
from corpus.formats.covers import Bounds
from corpus.formats.form_fields import Field, fields_of
from corpus.formats.formula import SUB, SUBSCRIPTS, SUP, SUPERSCRIPTS, shifted
from corpus.formats.hyphens import DIVIDED, is_suspended
from corpus.scripts import EAST_ASIAN

SMALL = 0.85
"""How high a raised or lowered figure is at most, as a share of what it follows."""

ABOVE, BELOW = 0.15, 0.06
"""How far from the base line it stands at least, in the same measure."""

SMALLEST, LONGEST = 0.45, 12
"""How high a raised or lowered letter is at least, in the same measure, beside a large first one; and how many there are."""

DOUBLED = 3
"""Letters of a page that lie over the same one before them, from which on they count: one alone is a matter of kerning."""

NEARLY, LITTLE = 0.4, 0.25
"""How much of a letter the next one lies over where the two are one, and where they may be."""

SPACE = 0.1
"""How wide a space between words is at least, as a share of how high the font is."""

_UPRIGHT = f"[\u3000-\u303f\uff01-\uffef\u2014\u2015\u2025\u2026{EAST_ASIAN}]"
_VERTICAL = re.compile(rf"(?<={_UPRIGHT})\n(?={_UPRIGHT})")
"""A line end between two characters of scripts that are written in vertical lines."""

_TWICE = re.compile(r"([^\s.])(?=\1)")
_BETWEEN = frozenset((" ", "\n", DIVIDED))
_FIGURE = re.compile(r"(?<=\S)(?:[0-9]|[+\-\u2212](?=[0-9]))")
"""What may be raised or lowered: a figure, or a sign before one, behind something."""


class PageText(NamedTuple):
    """A page and its text.

    ``places`` has for each character its index in the UTF-16 units of PDFium's own text; for one of a form's field it is
    negative, and ``fields[-1 - place]`` is the field. ``doubled``: letters are printed twice, one over the other;
    ``across``: lines of columns or cells are read across.
    """

    page: Any
    textpage: Any
    text: str
    places: list[int]
    fields: list[Field]
    doubled: bool
    across: bool


def page_text(page: Any, textpage: Any, number: int) -> PageText:
    """The text of a page, which has this number from 0.

    A mark in front that would be taken for a byte-order mark becomes a blank of no width.
    """
    given = textpage.get_text_range()
    written: list[str] = []
    places: list[int] = []
    units = 0
    last = max(given, default="")
    if DIVIDED not in given and last <= "\uffff":
        places = [n for n, character in enumerate(given) if character != "\r" or given[n + 1 : n + 2] != "\n"]
        written = ["\n" if given[n] == "\r" else given[n] for n in places]
        given = ""
    for n, character in enumerate(given):
        if character != "\r" or given[n + 1 : n + 2] != "\n":
            if character == DIVIDED and is_suspended(given, n):
                written.append("-")
                places.append(units)
                character = "\n"
            written.append("\n" if character == "\r" else character)
            places.append(units)
        units += 1 + (character > "\uffff")
    doubled = _doubled(textpage, written, places)
    _raise(textpage, written, places)
    rectangles = _rectangles(textpage, written.count("\n") + 1)
    _shift(textpage, written, places, rectangles)
    if last > "\u3000":
        _stand(textpage, written, places)
    places = [place for place, character in zip(places, written, strict=True) if character]
    written = [character for character in written if character]
    across = False
    if may_have_columns(rectangles, written.count("\n") + 1):
        written, places, across = columns_apart(written, places, list(_glyphs(textpage, written, places, edges=True)))
    if fields := fields_of(page, number):
        written, places = _filled(textpage, written, places, fields)
    text = "".join(written)
    return PageText(page, textpage, "\u200b" + text[1:] if text.startswith("\ufeff") else text, places, fields, doubled, across)


def _doubled(textpage: Any, written: list[str], places: list[int]) -> bool:
    """Make one of letters that are printed twice, the second nearly over the first, as bold is feigned.

    From ``DOUBLED`` of them on, each becomes empty, or a space where one stands behind it. Gives whether letters are left that
    lie over one another by less.
    """
    twice: dict[int, str] = {}
    letters = left = 0
    last = -1
    for match in _TWICE.finditer("".join(written)):
        at = match.end()
        last = last if at - 1 in twice else at - 1
        if _owner(textpage, places[last]) == _owner(textpage, places[at]):
            continue  # letters of one string that are set tight, or of a ligature
        one, other = _mark(textpage, places[last]), _mark(textpage, places[at])
        if not one or not other or abs(one.line - other.line) >= one.size / 4 or other.left - one.left <= one.size / 50:
            continue
        wide = one.right - one.left or 1.0
        over = (one.right - other.left) / wide
        if over <= LITTLE:
            continue
        after = _beside(textpage, written, places, at + 1, one)
        before = _beside(textpage, written, places, last - 1, one)
        tight = (
            after
            and after.left < one.right - wide / 6
            or before
            and last - 1 not in twice
            and before.right > one.left + wide / 6
        )
        if over > NEARLY and not tight:
            apart = after is not None and after.left - one.right > SPACE * one.size
            twice[at] = " " if apart else ""
            letters += written[at].isalnum()
        else:
            left += written[at].isalnum()
    if letters + left < DOUBLED:
        return False
    for at, character in twice.items():
        written[at] = character
    return left > 0


def _beside(textpage: Any, written: list[str], places: list[int], at: int, one: "_Mark") -> "_Mark | None":
    """The character at a place of the text, if it is there and stands on the line of another one."""
    found = _mark(textpage, places[at]) if 0 <= at < len(written) and not written[at].isspace() else None
    return found if found and abs(found.line - one.line) < one.size / 4 else None


def _raise(textpage: Any, written: list[str], places: list[int]) -> None:
    """Write small figures that stand above or below what they follow as such: 10⁶, H₂O, the mark of a note.

    The line end that PDFium sees behind one, where the line goes on, becomes empty.
    """
    last = raised = seen = -1
    line = 0.0
    for match in _FIGURE.finditer("".join([character or " " for character in written])):
        at = match.start()
        last = last if at - 1 == raised else at - 1
        before = line if seen == last else _line(textpage, places[last])
        seen, line = at, _line(textpage, places[at])
        if before == line:
            continue
        one, other = (_mark(textpage, places[n]) for n in (last, at))
        if one and other and (step := _step(one, other)):
            written[at], raised = (SUPERSCRIPTS if step > 0 else SUBSCRIPTS)[written[at]], at
            after = _mark(textpage, places[at + 2]) if written[at + 1 : at + 2] == ["\n"] and at + 2 < len(places) else None
            if after and abs(after.line - one.line) < BELOW * one.size and 0 <= after.left - other.right < one.size:
                written[at + 1] = ""


def _rectangles(textpage: Any, lines: int) -> list[Bounds]:
    """The rectangles of what was drawn in one piece, in the order of the text; none where there are no more than lines."""
    import pypdfium2.raw as raw

    handle, get = textpage.raw, raw.FPDFText_GetRect
    count = raw.FPDFText_CountRects(handle, 0, -1)
    left, top, right, bottom = (ctypes.c_double() for _ in range(4))
    found = []
    for n in range(count if count > lines else 0):
        get(handle, n, left, top, right, bottom)
        found.append((left.value, bottom.value, right.value, top.value))
    return found


def _shift(textpage: Any, written: list[str], places: list[int], rectangles: list[Bounds]) -> None:
    """Write small letters that stand above or below what they follow as other formats have them: xⁿ, wordᵃ, Acme™, the 5th.

    Only where Unicode has them all, and none that the word goes on behind: LaTeX is no power.
    """
    for one, other in pairwise(rectangles):
        if not _may_shift(one, other):
            continue
        at = _index_at(textpage, places, (other[0] + other[2]) / 2, (other[1] + other[3]) / 2)
        owner = _owner(textpage, places[at]) if at > 0 else 0
        if not owner:
            continue
        start, end = at, at + 1
        while start > 0 and at - start < LONGEST and _owner(textpage, places[start - 1]) == owner:
            start -= 1
        while end < len(written) and end - at <= LONGEST and _owner(textpage, places[end]) == owner:
            end += 1
        _shift_one(textpage, written, places, start, end)


def _may_shift(one: Bounds, other: Bounds) -> bool:
    """Whether what is drawn beside something else may be raised or lowered, by their rectangles."""
    high = one[3] - one[1]
    if not -high / 4 < other[0] - one[2] < high / 4 or other[2] - other[0] > LONGEST * high:
        return False
    above, below = other[1] - one[1], one[3] - other[3]
    return above > ABOVE * high and other[3] > one[1] + high / 2 or below > ABOVE * high and other[1] < one[1] + high / 4


def _shift_one(textpage: Any, written: list[str], places: list[int], start: int, end: int) -> None:
    text, before = "".join(written[start:end]), "".join(written[max(0, start - LONGEST) : start])
    if not text or not before or before[-1].isspace() or any(map(str.isspace, text)) or any(map(str.isdigit, text)):
        return
    one, other = _mark(textpage, places[start - 1]), _mark(textpage, places[end - 1])
    step = _step(one, other) if one and other and other.size > SMALLEST * one.size else 0
    if not one or not other or not step:
        return
    behind = end + (written[end : end + 1] == ["\n"])
    after = _mark(textpage, places[behind]) if behind < len(written) else None
    beside = after and abs(after.line - one.line) < BELOW * one.size and abs(after.left - other.right) < one.size
    if step > 0 and beside and written[behind].isalnum():
        return
    new, marked = shifted(text, SUP if step > 0 else SUB, before)
    if not marked and len(new) <= len(text):
        written[start:end] = [*new, *[""] * (len(text) - len(new))]
    if beside and behind > end:
        written[end] = ""


def _index_at(textpage: Any, places: list[int], x: float, y: float) -> int:
    """Which character of the text stands at a place of the page, or -1."""
    import pypdfium2.raw as raw

    index = raw.FPDFText_GetCharIndexAtPos(textpage.raw, x, y, 1, 1)
    place = raw.FPDFText_GetTextIndexFromCharIndex(textpage.raw, index) if index >= 0 else -1
    at = bisect_left(places, place) if place >= 0 else -1
    return at if 0 <= at < len(places) and places[at] == place else -1


def _stand(textpage: Any, written: list[str], places: list[int]) -> None:
    """Take away the line ends that PDFium sees between the letters of a vertical line, each right below the one before it."""
    for match in _VERTICAL.finditer("".join([character or "\0" for character in written])):
        at = match.start()
        one, other = (_mark(textpage, places[n]) for n in (at - 1, at + 1))
        wide = one.right - one.left if one and other else 0
        if one and other and 4 * abs(one.left - other.left) < wide and 0.5 * wide < one.line - other.line < 1.3 * wide:
            written[at] = ""


class _Mark(NamedTuple):
    """Where a character stands: its sides, its base line, and how high its font is."""

    left: float
    right: float
    line: float
    size: float


def _mark(textpage: Any, place: int) -> _Mark | None:
    import pypdfium2.raw as raw

    index = raw.FPDFText_GetCharIndexFromTextIndex(textpage.raw, place)
    if index < 0 or raw.FPDFText_IsGenerated(textpage.raw, index) == 1:
        return None
    x, y = ctypes.c_double(), ctypes.c_double()
    left, bottom, right, top = textpage.get_charbox(index, loose=True)
    return _Mark(left, right, y.value, top - bottom) if raw.FPDFText_GetCharOrigin(textpage.raw, index, x, y) else None


def _line(textpage: Any, place: int) -> float:
    """The base line of a character."""
    import pypdfium2.raw as raw

    x, y = ctypes.c_double(), ctypes.c_double()
    index = raw.FPDFText_GetCharIndexFromTextIndex(textpage.raw, place)
    return y.value if raw.FPDFText_GetCharOrigin(textpage.raw, index, x, y) else math.nan


def _owner(textpage: Any, place: int) -> int:
    """Which text object of the page drew a character."""
    import pypdfium2.raw as raw

    owner = raw.FPDFText_GetTextObject(textpage.raw, raw.FPDFText_GetCharIndexFromTextIndex(textpage.raw, place))
    return ctypes.addressof(owner.contents) if owner else 0


def _step(one: _Mark, other: _Mark) -> int:
    """Whether a character stands above (1) or below (-1) another as an index does: smaller, and off its base line."""
    if one.size <= 0 or other.size > SMALL * one.size:
        return 0
    step = (other.line - one.line) / one.size
    return 1 if ABOVE < step < 1 else -1 if -1 < step < -BELOW else 0


def _filled(textpage: Any, written: list[str], places: list[int], fields: list[Field]) -> tuple[list[str], list[int]]:
    """The text and its places with the values of fields put in."""
    glyphs = list(_glyphs(textpage, written, places))
    added: dict[int, list[tuple[float, float, str, int]]] = {}
    for n, field in enumerate(fields):
        at, before, after = _spot(glyphs, written, field)
        left, _, _, top = field.bounds
        added.setdefault(at, []).append((-round(top), left, before + field.text + after, -1 - n))
    text: list[str] = []
    found: list[int] = []
    for at in range(len(written) + 1):
        for _, _, value, place in sorted(added.get(at, ())):
            text += value
            found += [place] * len(value)
        text += written[at : at + 1]
        found += places[at : at + 1]
    return text, found


def _glyphs(textpage: Any, written: list[str], places: list[int], *, edges: bool = False) -> list[Glyph]:
    """Where the characters stand that PDFium did not make up; with ``edges`` only those at the ends of words."""
    import pypdfium2.raw as raw

    found = []
    for at, (character, place) in enumerate(zip(written, places, strict=True)):
        if character.isspace() or edges and not _ends_word(written, at):
            continue
        index = raw.FPDFText_GetCharIndexFromTextIndex(textpage.raw, place)
        if index >= 0 and raw.FPDFText_IsGenerated(textpage.raw, index) != 1:
            found.append(Glyph(at, *textpage.get_charbox(index, loose=True)))
    return found


def _ends_word(written: list[str], at: int) -> bool:
    return not 0 < at < len(written) - 1 or not _BETWEEN.isdisjoint(written[at - 1 : at + 2])


def _spot(glyphs: list[Glyph], written: list[str], field: Field) -> tuple[int, str, str]:
    """Before which character of the text a field belongs, and what sets it apart from what stands before and behind it.

    A value stands behind what is left of it on its line, a box to tick before what is right of it; without either, or where
    that is the middle of a word, a line of its own below that line or the last one above it.
    """
    left, bottom, right, top = field.bounds
    middle = (left + right) / 2
    line = [g for g in glyphs if 2 * (min(top, g.top) - max(bottom, g.bottom)) > min(top - bottom, g.top - g.bottom)]
    behind = [g for g in line if (g.left + g.right) / 2 >= middle]
    ahead = [g for g in line if (g.left + g.right) / 2 < middle]
    if behind and (field.tick or not ahead):
        return min(behind, key=lambda g: g.left).at, "", " "
    above = [g for g in glyphs if g.bottom + g.top > bottom + top]
    if ahead:
        last = max(ahead, key=lambda g: g.right).at
        if not "".join(written[last + 1 : last + 2]).strip():
            return last + 1, " ", ""
    elif above:
        last = min(above, key=lambda g: (round(g.bottom - top), abs(g.left - left))).at
    else:
        return 0, "", "\n"
    while last < len(written) and written[last] != "\n":
        last += 1
    return last, "\n", ""
