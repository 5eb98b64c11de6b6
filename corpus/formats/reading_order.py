"""In which order the lines of a page are read: columns one after another, rows of a table across.

The boxes are upright, in pixels. Columns are lines of running text beside an empty gutter, three or more in each; what stands
beside a gutter otherwise, as the cells of a table, is read row by row.
"""

from collections.abc import Sequence
from statistics import median
from typing import NamedTuple

GUTTER = 0.6
"""How wide a gutter is at least, as a share of how high lines are."""

LEAST = 3
"""Lines of a column at least."""

WIDE, FULL = 8, 0.6
"""How wide the middle line of a column is at least: so many times its height, and this share of the column."""


class Bounds(NamedTuple):
    """The upright box of a line."""

    left: float
    top: float
    right: float
    bottom: float

    @property
    def middle(self) -> float:
        """How far down its middle lies."""
        return (self.top + self.bottom) / 2


def rows_in_order(boxes: Sequence[Bounds]) -> list[list[int]]:
    """The numbers of the boxes, row by row as they are read, those of a row from left to right."""
    if not boxes:
        return []
    gutter = GUTTER * median(box.bottom - box.top for box in boxes)
    found: list[list[int]] = []
    waiting = [sorted(range(len(boxes)), key=lambda n: (boxes[n].middle, boxes[n].left))]
    while waiting:
        here = waiting.pop()
        at = 0
        while at < len(here):
            end = _beside_a_gutter(boxes, here, at, gutter)
            columns = _columns(boxes, here[at:end], gutter)
            if len(columns) > 1:
                waiting += [here[end:], *reversed(columns)]
                break
            end = max(end, at + 1)
            found += _rows(boxes, here[at:end])
            at = end
    return _put_together(boxes, found)


def _beside_a_gutter(boxes: Sequence[Bounds], here: Sequence[int], at: int, gutter: float) -> int:
    """How far from ``at`` on an empty gutter reaches down; ``at`` itself where there is none."""
    covered: list[tuple[float, float]] = []
    parted = False
    for end in range(at, len(here)):
        covered = _joined([*covered, (boxes[here[end]].left, boxes[here[end]].right)], gutter)
        if parted and len(covered) == 1:
            return end
        parted = parted or len(covered) > 1
    return len(here) if parted else at


def _joined(spans: Sequence[tuple[float, float]], gutter: float) -> list[tuple[float, float]]:
    """Spans of a line with those as one that lie nearer together than a gutter is wide."""
    found: list[tuple[float, float]] = []
    for left, right in sorted(spans):
        if found and left - found[-1][1] < gutter:
            found[-1] = (found[-1][0], max(found[-1][1], right))
        else:
            found.append((left, right))
    return found


def _columns(boxes: Sequence[Bounds], some: Sequence[int], gutter: float) -> list[list[int]]:
    """The lines by column, from left to right, or all as one where they are no columns."""
    spans = _joined([(boxes[n].left, boxes[n].right) for n in some], gutter)
    columns = [[n for n in some if left <= boxes[n].left and boxes[n].right <= right] for left, right in spans]
    columns = [column for column in columns if column]
    return columns if all(_is_column([boxes[n] for n in column]) for column in columns) else [list(some)]


def _is_column(boxes: Sequence[Bounds]) -> bool:
    line = median(box.right - box.left for box in boxes)
    whole = max(box.right for box in boxes) - min(box.left for box in boxes)
    high = median(box.bottom - box.top for box in boxes)
    return len(boxes) >= LEAST and line >= WIDE * high and line >= FULL * whole


def _rows(boxes: Sequence[Bounds], some: Sequence[int]) -> list[list[int]]:
    """Lines that stand beside one another as rows."""
    found: list[list[int]] = []
    for n in sorted(some, key=lambda n: boxes[n].middle):
        if found and _is_beside(boxes[found[-1][-1]], boxes[n]):
            found[-1].append(n)
        else:
            found.append([n])
    return [sorted(row, key=lambda n: boxes[n].left) for row in found]


def _put_together(boxes: Sequence[Bounds], rows: Sequence[list[int]]) -> list[list[int]]:
    """Rows that follow one another and go on to the right of the one before, as one."""
    found: list[list[int]] = []
    for row in rows:
        if found and _is_beside(boxes[found[-1][-1]], boxes[row[0]]) and boxes[row[0]].left >= boxes[found[-1][-1]].right:
            found[-1] += row
        else:
            found.append(list(row))
    return found


def _is_beside(one: Bounds, other: Bounds) -> bool:
    """Whether two lines overlap by more than half of the lower one."""
    shared = min(one.bottom, other.bottom) - max(one.top, other.top)
    return shared * 2 > min(one.bottom - one.top, other.bottom - other.top)
