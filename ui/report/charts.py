"""Drawings in SVG, and words in HTML, for the report: they grow with the page, need no script and say what they show."""

import math
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from string import ascii_uppercase

LOST = "[\0\ud800-\udfff]"
"""What a page cannot hold: NUL, and halves of surrogate pairs."""


MARKERS = ("M-4.5 0a4.5 4.5 0 1 0 9 0a4.5 4.5 0 1 0-9 0", "M-4-4h8v8h-8z", "M0-5.5L5.2 4h-10.4z", "M0-6L6 0L0 6L-6 0z")
"""One shape a run, drawn around 0 0; from the fifth on they are hollow."""


def text(value: object) -> str:
    """Any text as HTML: NUL and halves of surrogate pairs, which a page cannot hold, become U+FFFD."""
    return escape(re.sub(LOST, "\ufffd", str(value))).replace("\r", "&#13;")


def minus(number: str) -> str:
    """A number with a proper minus sign."""
    return number.replace("-", "−")


def letter(n: int) -> str:
    """What the ``n``-th run is called in a drawing: A, B, …"""
    return ascii_uppercase[n % 26] + str(n // 26 or "")


def run_class(n: int) -> str:
    """The CSS classes that give the ``n``-th run its colour and line."""
    return f"run run-{n % len(MARKERS)}" + " hollow" * (n // len(MARKERS) % 2)


def marker(n: int) -> str:
    """The shape that stands for the ``n``-th run, around 0 0."""
    return f'<path class="{run_class(n)} point" d="{MARKERS[n % len(MARKERS)]}"/>'


def percent(share: float) -> str:
    """A share in per cent that is 0 or 100 only where it is so."""
    digits = 0 if share in (0, 1) or 0.005 <= share < 0.995 else 1
    return f"{100 * share:.{digits}f} %"


def figure(value: float) -> str:
    """A measure as text: three digits behind the point, none for large numbers."""
    return minus(f"{value:.3f}" if abs(value) < 10 else f"{value:,.0f}")


def drawing(title: str, said: Mapping[int, str], inner: str, *, height: int, kind: str) -> str:
    """An SVG whose marks stand at per cents of its width, so that it grows while its text does not.

    ``said`` tells what it shows, run by run.
    """
    desc = text("; ".join(f"{letter(n)}: {text}" if len(said) > 1 else text for n, text in said.items()))
    head = f"<title>{text(title)}</title><desc>{desc}</desc>"
    return f'<svg role="img" aria-label="{text(title)}: {desc}" class="{kind}" height="{height}">{head}{inner}</svg>'


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


def plot(title: str, said: Mapping[int, str], x: Axis, y: Axis, inner: str) -> str:
    """A field with its axes, under whatever is drawn in it."""
    marks = ""
    for tick in x.ticks:
        marks += f'<line class="grid" x1="{x.at(tick):.2f}%" x2="{x.at(tick):.2f}%" y1="0" y2="100%"/>'
        marks += f'<text class="tick" x="{x.at(tick):.2f}%" y="100%" dy="18" text-anchor="middle">{100 * tick:g}</text>'
    for tick in y.ticks:
        marks += f'<line class="grid" x1="0" x2="100%" y1="{100 - y.at(tick):.2f}%" y2="{100 - y.at(tick):.2f}%"/>'
        marks += f'<text class="tick" x="-8" y="{100 - y.at(tick):.2f}%" dy="4" text-anchor="end">{100 * tick:g}</text>'
    marks += f'<text class="label" x="-32" y="-16">{y.label}</text>'
    marks += f'<text class="label" x="100%" y="100%" dy="38" text-anchor="end">{x.label}</text>'
    return drawing(title, said, marks + inner, height=300, kind="plot")


def line(n: int, points: Sequence[tuple[float, float]], x: Axis, y: Axis) -> str:
    """The line of the ``n``-th run through points on two axes."""
    path = " ".join(f"{x.at(across):.2f},{100 - y.at(up):.2f}" for across, up in points)
    scaled = 'viewBox="0 0 100 100" preserveAspectRatio="none" width="100%" height="100%"'
    return f'<svg {scaled}><polyline class="{run_class(n)}" vector-effect="non-scaling-stroke" points="{path}"/></svg>'


def spot(across: float, up: float, x: Axis, y: Axis, mark: str) -> str:
    """A mark at one point of two axes."""
    return f'<svg x="{x.at(across):.2f}%" y="{100 - y.at(up):.2f}%">{mark}</svg>'


def bar(sizes: Sequence[int], kinds: Sequence[tuple[str, str]], heading: str) -> str:
    """One bar cut into pieces, with its legend."""
    at, marks, items, total = 0, "", "", sum(sizes)
    for size, (kind, label) in zip(sizes, kinds, strict=True):
        box = f'x="{100 * at / total:.3f}%" width="{100 * size / total:.3f}%" height="100%"'
        marks += f'<svg {box}><rect class="{kind}" width="100%" height="100%"/>{_stripes(kind)}</svg>'
        chip = f'<svg class="chip" aria-hidden="true"><rect class="{kind}" width="100%" height="100%"/>{_stripes(kind)}</svg>'
        items += f"<li>{chip}<b>{size:,}</b> {label} <small>{percent(size / total)}</small></li>"
        at += size
    said = {0: ", ".join(f"{size:,} {label}" for size, (_, label) in zip(sizes, kinds, strict=True))}
    return f'{drawing(heading, said, marks, height=28, kind="bar")}<ul class="legend">{items}</ul>'


def _stripes(kind: str) -> str:
    """What tells an outcome from the others without its colour."""
    steps = {"wrong": range(-28, 1200, 8), "missed": range(4, 1200, 8)}.get(kind, range(0))
    lean = 28 if kind == "wrong" else 0
    path = "".join(f"M{x} 28l{lean}-28" for x in steps)
    return f'<path class="stripe" d="{path}"/>' if path else ""


def histograms(groups: Mapping[str, Sequence[float]], threshold: float) -> str:
    """A strip of bars for each group of questions, over one axis; what lies far outside is piled up at its ends."""
    every = [value for values in groups.values() for value in values] or [threshold]
    middle = min(max(threshold, min(every)), max(every))
    low, high = max(min(every), middle - 8), min(max(every), middle + 10)
    width = (high - low) / 44 or 0.1
    left, right = math.ceil((middle - low) / width) or 1, math.floor((high - middle) / width) + 1
    end, at = 76 * len(groups), 100 * left / (left + right)
    marks, said = f'<line class="threshold" x1="{at:.2f}%" x2="{at:.2f}%" y1="0" y2="{end + 6}"/>', []
    for row, (name, values) in enumerate(groups.items(), start=1):
        places = [min(max(math.floor((value - middle) / width), -left), right - 1) + left for value in values]
        above = sum(value >= threshold for value in values) / len(values)
        said.append(f"{name}: {percent(above)} of {len(values):,} above")
        marks += _histogram(places, left, left + right, floor=76 * row)
        marks += f'<text class="label" y="{76 * row - 56}">{text(said[-1])}</text>'
    ends = f"{'≤ ' * (min(every) < low)}{low:.1f}", f"{threshold:.2f}", f"{'≥ ' * (max(every) > high)}{high:.1f}"
    for place, anchor, end_text in zip((0, at, 100), ("start", "middle", "end"), map(minus, ends), strict=True):
        marks += f'<text class="tick" x="{place:.2f}%" y="{end + 20}" text-anchor="{anchor}">{end_text}</text>'
    return drawing("Confidences", {0: "; ".join(said)}, marks, height=end + 26, kind="histograms")


def _histogram(places: Sequence[int], middle: int, bins: int, *, floor: int) -> str:
    """A bar for every place that is taken, standing on ``floor``; from ``middle`` on a question is answered."""
    marks, most = f'<line class="axis" x1="0" x2="100%" y1="{floor}" y2="{floor}"/>', max(map(places.count, set(places)))
    for place in sorted(set(places)):
        tall, side = 48 * places.count(place) / most, "above" if place >= middle else "below"
        across = f'x="{100 * (place + 0.06) / bins:.2f}%" width="{88 / bins:.2f}%"'
        marks += f'<rect class="{side}" {across} y="{floor - tall:.1f}" height="{tall:.1f}"/>'
    return marks
