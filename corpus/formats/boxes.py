"""Boxes on the picture of a page."""

from collections.abc import Sequence
from typing import NamedTuple


class Box(NamedTuple):
    """A rectangle in the picture of a page, as shares of its width and height from the upper left corner."""

    left: float
    top: float
    right: float
    bottom: float


class MarkedPage(NamedTuple):
    """A page with some characters of it marked: its settled text, its width and height in points, the boxes of the characters.

    Every hyphen that divides a word at a line end is soft in the text: which are not, the whole document says.
    There is a box for each run of characters on a line, in reading order. ``picture`` is a PNG, or empty where none was asked
    for. A picture has no text and no boxes of its own: what was recognised on it is kept with its document.
    """

    text: str
    size: tuple[float, float]
    boxes: list[Box]
    picture: bytes


def joined(glyphs: Sequence[Box], width: float, height: float) -> list[Box]:
    """Boxes of characters that follow one another along a line as one, whichever way the line runs in the picture.

    Along a line two boxes overlap across it by half, and lie no further apart than the line is high.
    """
    found: list[Box] = []
    along: int | None = None
    for before, box in zip((None, *glyphs), glyphs, strict=False):
        ways = (0, 1) if along is None else (along,)
        along = next((way for way in ways if before and _follows(before, box, way, (width, height))), None)
        if along is None:
            found.append(box)
        else:
            last = found[-1]
            found[-1] = Box(*map(min, last[:2], box[:2]), *map(max, last[2:], box[2:]))
    return found


def _follows(one: Box, other: Box, way: int, size: tuple[float, float]) -> bool:
    """Whether two boxes stand beside one another on a line, from left to right or back (0), or down or up (1)."""
    (from1, to1), (from2, to2) = ((box[way] * size[way], box[way + 2] * size[way]) for box in (one, other))
    across = 1 - way
    (top1, bottom1), (top2, bottom2) = ((box[across] * size[across], box[across + 2] * size[across]) for box in (one, other))
    thick = min(bottom1 - top1, bottom2 - top2)
    return (min(bottom1, bottom2) - max(top1, top2)) * 2 > thick and max(from1, from2) - min(to1, to2) < thick
