"""Drawings in SVG for the report: they grow with the page, need no script and say what they show.

Whatever is put into markup is escaped there (``Markup.format``), unless it is markup itself.
"""

import math
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from string import ascii_uppercase

from markupsafe import Markup, escape

LOST = "[\0\ud800-\udfff]"
"""What a page cannot hold: NUL, and halves of surrogate pairs."""


MARKERS = ("M-4.5 0a4.5 4.5 0 1 0 9 0a4.5 4.5 0 1 0-9 0", "M-4-4h8v8h-8z", "M0-5.5L5.2 4h-10.4z", "M0-6L6 0L0 6L-6 0z")
"""One shape a run, drawn around 0 0; from the fifth on they are hollow."""


def text(value: object) -> Markup:
    """Any text as HTML: NUL and halves of surrogate pairs, which a page cannot hold, become U+FFFD; markup as it is."""
    if isinstance(value, Markup):
        return value
    return Markup(escape(re.sub(LOST, "\ufffd", str(value))).replace("\r", Markup("&#13;")))


def minus(number: str) -> str:
    """A number with a proper minus sign."""
    return number.replace("-", "−")


def letter(n: int) -> str:
    """What the ``n``-th run is called in a drawing: A, B, …"""
    return ascii_uppercase[n % 26] + str(n // 26 or "")


def run_class(n: int) -> str:
    """The CSS classes that give the ``n``-th run its colour and line."""
    return f"run run-{n % len(MARKERS)}" + " hollow" * (n // len(MARKERS) % 2)


def marker(n: int) -> Markup:
    """The shape that stands for the ``n``-th run, around 0 0."""
    return Markup('<path class="{} point" d="{}"/>').format(run_class(n), MARKERS[n % len(MARKERS)])


def swatch(n: int) -> Markup:
    """The line and the shape of the ``n``-th run, for where it is named."""
    line = Markup('<line x1="0" x2="100%" y1="50%" y2="50%" class="{}"/>').format(run_class(n))
    return Markup('<svg class="swatch" aria-hidden="true">{}<svg x="50%" y="50%">{}</svg></svg>').format(line, marker(n))


def percent(share: float) -> str:
    """A share in per cent that is 0 or 100 only where it is so."""
    digits = 0 if share in (0, 1) or 0.005 <= share < 0.995 else 1
    return f"{100 * share:.{digits}f} %"


def figure(value: float) -> str:
    """A measure as text: three digits behind the point, none for large numbers."""
    return minus(f"{value:.3f}" if abs(value) < 10 else f"{value:,.0f}")


def drawing(title: str, said: Mapping[int, str], inner: Markup, *, height: int, kind: str) -> Markup:
    """An SVG whose marks stand at per cents of its width, so that it grows while its text does not.

    ``said`` tells what it shows, run by run.
    """
    desc = text("; ".join(f"{letter(n)}: {text}" if len(said) > 1 else text for n, text in said.items()))
    head = Markup("<title>{}</title><desc>{}</desc>").format(text(title), desc)
    return Markup('<svg role="img" aria-label="{}: {}" class="{}" height="{}">{}{}</svg>').format(
        text(title), desc, kind, height, head, inner
    )


@dataclass(frozen=True, slots=True)
class Axis:
    """A stretch of shares with its ticks, straight or logarithmic; ``at`` gives per cents of its length."""

    label: str
    ticks: tuple[float, ...]
    bend: Callable[[float], float] = float

    def at(self, value: float) -> float:
        """Where a value stands, 0 to 100; what lies beyond an end stands at it."""
        low, high = self.ticks[0], self.ticks[-1]
        inside = min(max(value, low), high)
        return 100 * (self.bend(inside) - self.bend(low)) / (self.bend(high) - self.bend(low))


_GRID_X = Markup('<line class="grid" x1="{0:.2f}%" x2="{0:.2f}%" y1="0" y2="100%"/>')
_GRID_Y = Markup('<line class="grid" x1="0" x2="100%" y1="{0:.2f}%" y2="{0:.2f}%"/>')
_TICK_X = Markup('<text class="tick" x="{:.2f}%" y="100%" dy="18" text-anchor="middle">{:g}</text>')
_TICK_Y = Markup('<text class="tick" x="-8" y="{:.2f}%" dy="4" text-anchor="end">{:g}</text>')
_LABEL_X = Markup('<text class="label" x="100%" y="100%" dy="38" text-anchor="end">{}</text>')
_LABEL_Y = Markup('<text class="label" x="-32" y="-16">{}</text>')


def plot(title: str, said: Mapping[int, str], x: Axis, y: Axis, inner: Markup) -> Markup:
    """A field with its axes, under whatever is drawn in it."""
    marks = Markup()
    for tick in x.ticks:
        marks += _GRID_X.format(x.at(tick)) + _TICK_X.format(x.at(tick), 100 * tick)
    for tick in y.ticks:
        marks += _GRID_Y.format(100 - y.at(tick)) + _TICK_Y.format(100 - y.at(tick), 100 * tick)
    marks += _LABEL_Y.format(y.label) + _LABEL_X.format(x.label)
    return drawing(title, said, marks + inner, height=300, kind="plot")


def line(n: int, points: Sequence[tuple[float, float]], x: Axis, y: Axis) -> Markup:
    """The line of the ``n``-th run through points on two axes."""
    path = " ".join(f"{x.at(across):.2f},{100 - y.at(up):.2f}" for across, up in points)
    return Markup(
        '<svg viewBox="0 0 100 100" preserveAspectRatio="none" width="100%" height="100%">'
        '<polyline class="{}" vector-effect="non-scaling-stroke" points="{}"/></svg>'
    ).format(run_class(n), path)


def diagonal() -> Markup:
    """The line where two shares are equal, from corner to corner of a plot."""
    return Markup('<line class="threshold" x1="0" x2="100%" y1="100%" y2="0"/>')


def spot(across: float, up: float, x: Axis, y: Axis, mark: Markup) -> Markup:
    """A mark at one point of two axes."""
    return Markup('<svg x="{:.2f}%" y="{:.2f}%">{}</svg>').format(x.at(across), 100 - y.at(up), mark)


def label(value: object, *, x: float, y: float, anchor: str = "start") -> Markup:
    """A few words beside a mark."""
    return Markup('<text class="label" x="{}" y="{}" text-anchor="{}">{}</text>').format(x, y, anchor, text(value))


def interval(n: int, low: float, at: float, high: float, *, y: int) -> Markup:
    """The line of the ``n``-th run from ``low`` to ``high``, with its mark: shares of the width."""
    line = Markup('<line class="{} interval" x1="{:.2f}%" x2="{:.2f}%" y1="{y}" y2="{y}"/>')
    return line.format(run_class(n), 100 * low, 100 * high, y=y) + Markup('<svg x="{:.2f}%" y="{}">{}</svg>').format(
        100 * at, y, marker(n)
    )


def whisker(n: int, half: float, most: float, *, y: int) -> Markup:
    """A bar of the ``n``-th run to ``half``, and a line on to ``most``: shares of the width."""
    return Markup(
        '<rect class="{kind} point" width="{half:.2f}%" y="{y}" height="8"/>'
        '<line class="{kind} whisker" x1="{half:.2f}%" x2="{most:.2f}%" y1="{middle}" y2="{middle}"/>'
        '<line class="{kind} whisker" x1="{most:.2f}%" x2="{most:.2f}%" y1="{y}" y2="{end}"/>'
    ).format(kind=run_class(n), half=100 * half, most=100 * most, y=y, middle=y + 4, end=y + 8)


def quarters() -> Markup:
    """Lines at every quarter of the width."""
    return Markup().join(_GRID.format(x) for x in (0, 25, 50, 75, 100))


_GRID = Markup('<line class="grid" x1="{0}%" x2="{0}%" y1="0" y2="100%"/>')


def bar(sizes: Sequence[int], kinds: Sequence[tuple[str, str]], heading: str) -> Markup:
    """One bar cut into pieces; ``kinds`` are how each is drawn, and what it is called."""
    at, marks, total = 0, Markup(), sum(sizes)
    for size, (kind, _) in zip(sizes, kinds, strict=True):
        marks += Markup('<svg x="{:.3f}%" width="{:.3f}%" height="100%">{}</svg>').format(
            100 * at / total, 100 * size / total, piece(kind)
        )
        at += size
    said = {0: ", ".join(f"{size:,} {label}" for size, (_, label) in zip(sizes, kinds, strict=True))}
    return drawing(heading, said, marks, height=28, kind="bar")


def piece(kind: str) -> Markup:
    """A piece of a bar, with what tells an outcome from the others without its colour."""
    steps = {"wrong": range(-28, 1200, 8), "missed": range(4, 1200, 8)}.get(kind, range(0))
    lean = 28 if kind == "wrong" else 0
    path = "".join(f"M{x} 28l{lean}-28" for x in steps)
    stripes = Markup('<path class="stripe" d="{}"/>').format(path) if path else Markup()
    return Markup('<rect class="{}" width="100%" height="100%"/>{}').format(kind, stripes)


_THRESHOLD = Markup('<line class="threshold{2}" x1="{0:.2f}%" x2="{0:.2f}%" y1="0" y2="{1}"/>')
_TICK = Markup('<text class="tick" x="{:.2f}%" y="{}" text-anchor="{}">{}</text>')
_AXIS = Markup('<line class="axis" x1="0" x2="100%" y1="{0}" y2="{0}"/>')
_COLUMN = Markup('<rect class="{}" x="{:.2f}%" width="{:.2f}%" y="{:.1f}" height="{:.1f}"/>')


def histograms(groups: Mapping[str, Sequence[float]], threshold: float, lower: float) -> Markup:
    """A strip of bars for each group of questions, over one axis; what lies far outside is piled up at its ends.

    From ``lower`` on a question may be answered, from ``threshold`` on it is.
    """
    every = [value for values in groups.values() for value in values] or [threshold]
    middle = min(max(threshold, min(every)), max(every))
    low, high = max(min(every), middle - 8), min(max(every), middle + 10)
    width = (high - low) / 44 or 0.1
    left, right = math.ceil((middle - low) / width) or 1, math.floor((high - middle) / width) + 1
    unsure = min(max(math.ceil((lower - middle) / width), -left), 0) + left
    end, at = 76 * len(groups), 100 * left / (left + right)
    marks, said = _THRESHOLD.format(at, end + 6, "") + _THRESHOLD.format(100 * unsure / (left + right), end, " lower"), []
    for row, (name, values) in enumerate(groups.items(), start=1):
        places = [min(max(math.floor((value - middle) / width), -left), right - 1) + left for value in values]
        sure, shown = (sum(value >= border for value in values) / len(values) for border in (threshold, lower))
        said.append(f"{name}: {percent(sure)} of {len(values):,} answered, {percent(shown - sure)} perhaps")
        marks += _histogram(places, unsure, left, left + right, floor=76 * row)
        marks += Markup('<text class="label" y="{}">{}</text>').format(76 * row - 56, text(said[-1]))
    ends = f"{'≤ ' * (min(every) < low)}{low:.1f}", f"{threshold:.2f}", f"{'≥ ' * (max(every) > high)}{high:.1f}"
    for place, anchor, end_text in zip((0, at, 100), ("start", "middle", "end"), map(minus, ends), strict=True):
        marks += _TICK.format(place, end + 20, anchor, end_text)
    return drawing("Confidences", {0: "; ".join(said)}, marks, height=end + 26, kind="histograms")


def _histogram(places: Sequence[int], unsure: int, middle: int, bins: int, *, floor: int) -> Markup:
    """A bar for every place that is taken, standing on ``floor``; from ``unsure`` on a question may be answered, from
    ``middle`` on it is.
    """
    marks, most = _AXIS.format(floor), max(map(places.count, set(places)))
    for place in sorted(set(places)):
        tall, side = 48 * places.count(place) / most, "above" if place >= middle else "between" if place >= unsure else "below"
        marks += _COLUMN.format(side, 100 * (place + 0.06) / bins, 88 / bins, floor - tall, tall)
    return marks
