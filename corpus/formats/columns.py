"""Two columns of a page whose lines are drawn row by row, put one after the other.

PDFium gives the lines of a page in the order in which they are drawn. Where they run in two columns of prose with a white
gutter between them, a person reads down the one and then down the other; a table is read row by row, as it is drawn.
"""

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

from corpus.formats.covers import Bounds
from corpus.formats.hyphens import DIVIDED

GUTTER = 0.7
"""How wide the gutter is at least, as a share of the height of a line; spaces of lines that are set even are narrower."""

FEWEST = 4
"""Lines that stand beside another one, from which on they are looked at."""

LEAST = 4.0
"""Points that it is wide at least."""

EVEN, UNEVEN = 0.2, 1.0
"""How far the steps from line to line may differ: rows of a table have more air between them. A rectangle around letters ends
where the lowest of them does."""

WORDS = 4
"""Words of a line of prose, on the average."""

_ENDS = frozenset(".!?:;…)]\"'”’»")


class Glyph(NamedTuple):
    """Where a character of the text stands on its page."""

    at: int
    left: float
    bottom: float
    right: float
    top: float


class _Piece(NamedTuple):
    """A part of a line, between characters ``start`` and ``end`` of the text, and its place."""

    start: int
    end: int
    left: float
    right: float
    bottom: float
    high: float


class _Block(NamedTuple):
    """Lines beside one another: which characters of the text they are, and the lines of either side."""

    start: int
    end: int
    left: list[_Piece]
    right: list[_Piece]


def may_have_columns(rectangles: Sequence[Bounds], lines: int) -> bool:
    """Whether two columns stand beside each other on a page of so many lines, as far as its text is drawn in pieces.

    A piece has no more than its rectangle, which is quickly told; hardly a page of prose has two of them in a line.
    """
    if len(rectangles) < lines + FEWEST:
        return False
    drawn = list(_drawn(rectangles))
    return sum(len(line) == 2 for line in drawn) >= FEWEST and any(_blocks(drawn, even=UNEVEN))


def _drawn(rectangles: Sequence[Bounds]) -> Iterator[list[_Piece]]:
    """The lines of a page by what was drawn in one piece: those of a line that no wide gap parts are one."""
    line: list[_Piece] = []
    start, low, before, high = rectangles[0]
    high, bottom, top = high - low, low, high
    for left, under, right, over in rectangles[1:]:
        below = left < before or over <= bottom or top <= under
        if below or left - before > LEAST and left - before > GUTTER * (over - under):
            line.append(_Piece(0, 0, start, before, low, high))
            start, low, high = left, under, over - under
            if below:
                yield line
                line = []
        before, top, bottom = right, over, under
    yield [*line, _Piece(0, 0, start, before, low, high)]


def columns_apart(written: Sequence[str], places: Sequence[int], glyphs: Sequence[Glyph]) -> tuple[list[str], list[int], bool]:
    """The text and its places with columns of prose one after the other, and whether lines are left that are read across."""
    text: list[str] = []
    found: list[int] = []
    done, across = 0, False
    for block in _blocks(list(_lines(written, glyphs))):
        sides = [_words(written, side) for side in (block.left, block.right)]
        prose = [side for side in sides if _is_prose(side)]
        if not any(_runs_on(side) >= max(FEWEST - 1, len(side) / 2) for side in prose):
            continue
        if len(prose) < 2:
            across = True
            continue
        text += written[done : block.start]
        found += places[done : block.start]
        pieces = [*block.left, *block.right]
        for piece, after in zip(pieces, [*pieces[1:], None], strict=True):
            text += written[piece.start : piece.end]
            found += places[piece.start : piece.end]
            goes_on = after is not None and written[after.start].isalpha()
            if text[-1] in {"-", DIVIDED} and len(text) > 1 and text[-2].isalpha():
                text[-1] = DIVIDED if goes_on else "-"
            if after is not None and text[-1] != DIVIDED:
                text.append("\n")
                found.append(places[piece.end] if piece.end < len(places) else found[-1])
        if text[-1] != "\n" and written[block.end - 1] == DIVIDED:
            text.append("\n")
            found.append(places[block.end - 1])
        done = block.end
    return [*text, *written[done:]], [*found, *places[done:]], across


def _lines(written: Sequence[str], glyphs: Sequence[Glyph]) -> Iterator[list[_Piece]]:
    """The lines of the text, each in the pieces that wide gaps make of it; one that runs back is empty."""
    line: list[Glyph] = []
    for glyph, after in zip(glyphs, [*glyphs[1:], None], strict=True):
        line.append(glyph)
        if after is None or any(end in {"\n", DIVIDED} for end in written[glyph.at : after.at]):
            yield list(_pieces(written, line))
            line = []


def _pieces(written: Sequence[str], line: list[Glyph]) -> Iterator[_Piece]:
    if any(after.right < one.left for one, after in pairwise(line)):
        return
    first = 0
    for n, (one, after) in enumerate(zip(line, [*line[1:], None], strict=True), 1):
        wide = after is None or after.left - one.right > GUTTER * max(one.top - one.bottom, after.top - after.bottom)
        if after is None or wide and written[one.at + 1].isspace():
            part = line[first:n]
            bottom, top = min(g.bottom for g in part), max(g.top for g in part)
            yield _Piece(part[0].at, one.at + 1, part[0].left, one.right, bottom, top - bottom)
            first = n


def _blocks(lines: list[list[_Piece]], even: float = EVEN) -> Iterator[_Block]:
    """Lines that follow one another in even steps on two sides of one gutter, ``FEWEST`` of them beside another one."""
    first = 0
    while first < len(lines):
        if len(lines[first]) != 2:
            first += 1
            continue
        block, last = _block_from(lines, first, even)
        if block:
            yield block
        first = max(last, first + 1)


def _block_from(lines: list[list[_Piece]], first: int, even: float) -> tuple[_Block | None, int]:
    """The block that begins with a line, if there is one, and the line behind it."""
    one, other = lines[first]
    from_, to, step = one.right, other.left, 0.0
    left, right, beside, at = [one], [other], 1, first + 1
    while at < len(lines) and 1 <= len(lines[at]) <= 2:
        line = lines[at]
        down = lines[at - 1][0].bottom - line[0].bottom
        if down <= 0 or step and abs(down - step) > even * step:
            break
        new_from = max(from_, line[0].right) if line[0].left < to else from_
        new_to = min(to, line[-1].left) if line[-1].right > from_ else to
        if new_to - new_from <= GUTTER * line[0].high or len(line) == 2 and (line[0].left >= to or line[1].right <= from_):
            break
        from_, to, step = new_from, new_to, step or down
        for piece in line:
            (left if piece.left < from_ else right).append(piece)
        beside += len(line) == 2
        at += 1
    widths = [max(p.right for p in side) - min(p.left for p in side) for side in (left, right)]
    if beside < FEWEST or min(widths) * 2 < max(widths):
        return None, at
    pieces = [*left, *right]
    return _Block(min(p.start for p in pieces), max(p.end for p in pieces), left, right), at


def _words(written: Sequence[str], side: list[_Piece]) -> list[str]:
    return ["".join(written[piece.start : piece.end]) for piece in side]


def _runs_on(lines: list[str]) -> int:
    """Line ends in the middle of a sentence that goes on in small letters."""
    return sum(one[-1] not in _ENDS and after[0].islower() for one, after in pairwise(lines))


def _is_prose(lines: list[str]) -> bool:
    """Whether lines of enough words end where a sentence does or go on in small letters, and one of them ends a sentence.

    Of the line ends one in five may be another: a name begins a line now and then.
    """
    ends = [one[-1] in _ENDS if not after[0].islower() else one[-1] not in ".!?" for one, after in pairwise(lines)]
    sentence = any(f"{mark} " in f"{line} " for line in lines for mark in ".!?")
    return sentence and sum(len(line.split()) for line in lines) >= WORDS * len(lines) and sum(ends) * 5 >= len(ends) * 4
