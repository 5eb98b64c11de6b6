"""What is painted over the text of a page: opaque rectangles and pictures, in the order in which they are drawn."""

import ctypes
from collections.abc import Iterator
from typing import Any, NamedTuple

Bounds = tuple[float, float, float, float]
"""Left, bottom, right, top, on the page."""

ROW = 24.0
"""Points of the rows that covers are kept by."""

MOST_ROWS = 1_000
"""Rows of a cover at most; the tallest page that PDF knows has 600."""

MOST_CORNERS = 6


class Cover(NamedTuple):
    """A rectangle that hides what was drawn before it, and its colour; a picture has none."""

    order: int
    bounds: Bounds
    colour: tuple[int, ...]

    def holds(self, x: float, y: float) -> bool:
        """Whether a point lies inside."""
        left, bottom, right, top = self.bounds
        return left <= x <= right and bottom <= y <= top

    def is_alike(self, colour: tuple[int, ...]) -> bool:
        """Whether nobody tells a colour from its own."""
        return self.colour != () and all(abs(one - other) < 6 for one, other in zip(colour, self.colour, strict=False))


class Covers:
    """The covers of a page, by the rows that they touch."""

    def __init__(self) -> None:
        self._rows: dict[int, list[Cover]] = {}

    def add(self, cover: Cover) -> None:
        """Keep a cover; they come in the order in which they are drawn."""
        first = int(cover.bounds[1] // ROW)
        for row in range(first, min(int(cover.bounds[3] // ROW), first + MOST_ROWS) + 1):
            self._rows.setdefault(row, []).append(cover)

    def touching(self, bounds: Bounds, *, after: int) -> list[Cover]:
        """Those that are drawn later than ``after`` and touch a rectangle."""
        left, bottom, right, top = bounds
        first = int(bottom // ROW)
        found = {}
        for row in range(first, min(int(top // ROW), first + MOST_ROWS) + 1):
            for cover in reversed(self._rows.get(row, ())):
                if cover.order <= after:
                    break
                x1, y1, x2, y2 = cover.bounds
                if x1 < right and left < x2 and y1 < top and bottom < y2:
                    found[cover.order] = cover
        return list(found.values())

    def under(self, x: float, y: float, *, before: int) -> Cover | None:
        """The topmost at a point of those that are drawn earlier than ``before``."""
        row = self._rows.get(int(y // ROW), ())
        return next((cover for cover in reversed(row) if cover.order < before and cover.holds(x, y)), None)


def cover_of(thing: Any, order: int) -> Cover | None:
    """The cover that an object of a page is: an opaque picture, or a filled rectangle whose sides lie straight; else None."""
    import pypdfium2.raw as raw

    if raw.FPDFPageObj_HasTransparency(thing.raw):
        return None
    if thing.type == raw.FPDF_PAGEOBJ_IMAGE:
        seen = raw.FPDF_IMAGEOBJ_METADATA()
        known = raw.FPDFImageObj_GetImageMetadata(thing.raw, thing.page.raw, seen) and seen.bits_per_pixel > 1
        return _clipped(raw, thing, Cover(order, bounds_of(thing), ())) if known else None
    colour = colour_of(thing)
    mode, stroke = ctypes.c_int(), ctypes.c_int()
    if colour is None or colour[3] < 250 or not raw.FPDFPath_GetDrawMode(thing.raw, mode, stroke) or not mode.value:
        return None
    if not 4 <= raw.FPDFPath_CountSegments(thing.raw) <= MOST_CORNERS:
        return None
    corners = list(_corners(raw, thing))
    straight = len(corners) >= 4 and len({x for x, _ in corners}) == len({y for _, y in corners}) == 2
    return _clipped(raw, thing, Cover(order, bounds_of(thing), colour[:3])) if straight else None


def _clipped(raw: Any, thing: Any, cover: Cover) -> Cover | None:
    """What is left of a cover inside its clip path; None where that is no rectangle or nothing."""
    clip = raw.FPDFPageObj_GetClipPath(thing.raw)
    left, bottom, right, top = cover.bounds
    for path in range(max(0, raw.FPDFClipPath_CountPaths(clip)) if clip else 0):
        count = raw.FPDFClipPath_CountPathSegments(clip, path)
        corners = list(_points(raw, [raw.FPDFClipPath_GetPathSegment(clip, path, n) for n in range(min(count, MOST_CORNERS))]))
        if count > MOST_CORNERS or not corners or thing.container is not None:
            return None
        across, up = zip(*corners, strict=True)
        left, right = max(left, min(across)), min(right, max(across))
        bottom, top = max(bottom, min(up)), min(top, max(up))
    return cover._replace(bounds=(left, bottom, right, top)) if left < right and bottom < top else None


def _corners(raw: Any, thing: Any) -> Iterator[tuple[float, float]]:
    return _points(raw, [raw.FPDFPath_GetPathSegment(thing.raw, n) for n in range(raw.FPDFPath_CountSegments(thing.raw))])


def _points(raw: Any, segments: list[Any]) -> Iterator[tuple[float, float]]:
    """The corners of a path, up to the first curve."""
    for segment in segments:
        x, y = ctypes.c_float(), ctypes.c_float()
        if raw.FPDFPathSegment_GetType(segment) == raw.FPDF_SEGMENT_BEZIERTO:
            return
        if raw.FPDFPathSegment_GetPoint(segment, x, y):
            yield round(x.value, 2), round(y.value, 2)


def colour_of(thing: Any) -> tuple[int, ...] | None:
    """Red, green, blue and how opaque, that an object is filled with."""
    import pypdfium2.raw as raw

    found = tuple(ctypes.c_uint() for _ in range(4))
    return tuple(part.value for part in found) if raw.FPDFPageObj_GetFillColor(thing.raw, *found) else None


def bounds_of(thing: Any) -> Bounds:
    """Where an object stands on its page, also one that is drawn inside others."""
    bounds: Bounds = thing.get_bounds()
    around = thing.container
    while around is not None:
        bounds = around.get_matrix().on_rect(*bounds)
        around = around.container
    return bounds
