"""What Office files draw from data of their own: the numbers of charts and the words of diagrams (DrawingML)."""

from collections.abc import Iterator
from typing import Any

from corpus.formats.archive import Archive, local
from corpus.formats.builder import Cell, TextBuilder
from corpus.messages import Message

_R = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"
LONGEST_SERIES = 10_000
"""Points of a chart that are read."""


def write_drawings(pen: TextBuilder, archive: Archive, related: dict[str, tuple[str, str]], element: Any) -> None:
    """Write the charts and diagrams that an element shows; those that are not inside are said."""
    for drawn in element.iter():
        if local(drawn) == "chart" and drawn.get(f"{_R}id"):
            key, write = drawn.get(f"{_R}id"), _write_chart
        elif local(drawn) == "relIds":
            key, write = drawn.get(f"{_R}dm") or "", _write_diagram
        else:
            continue
        kind, target = related.get(key, ("", ""))
        root = archive.optional_xml(target) if kind in {"chart", "diagramData"} else None
        if root is None:
            pen.found("unreadable", Message("office.drawing"))
        else:
            pen.apart()
            write(pen, root)
            pen.apart()


def _write_diagram(pen: TextBuilder, root: Any) -> None:
    """The words of each of its points."""
    for point in (element for element in root.iter() if local(element) == "pt"):
        if point.get("type", "node") in {"node", "asst", "doc"}:
            for paragraph in (element for element in point.iter() if local(element) == "p"):
                pen.block("".join(text.text or "" for text in paragraph.iter() if local(text) == "t"))


def _write_chart(pen: TextBuilder, root: Any) -> None:
    """Its title, then a row for each category with the number of each series, in the order of the file."""
    title = next((element for element in root.iter() if local(element) == "title"), None)
    if title is not None and local(title.getparent()) == "chart":
        pen.block("".join(text.text or "" for text in title.iter() if local(text) in {"t", "v"}))
    series = [element for element in root.iter() if local(element) == "ser"]
    names = [" ".join(_points(one, "tx").values()) for one in series]
    values = [_points(one, "val") or _points(one, "yVal") for one in series]
    first = next((found for one in series if (found := _points(one, "cat") or _points(one, "xVal"))), {})
    pen.apart()
    if any(names):
        pen.row([Cell(""), *map(Cell, names)] if first else [*map(Cell, names)])
    for n in sorted({*first, *(n for one in values for n in one)}):
        label = [Cell(first.get(n, ""))] if first else []
        pen.row([*label, *(Cell(one.get(n, "")) for one in values)])


def _points(series: Any, name: str) -> dict[int, str]:
    """What a series has kept of its cells, by their place."""
    part = next((child for child in series if local(child) == name), None)
    return dict(_kept(part)) if part is not None else {}


def _kept(part: Any) -> Iterator[tuple[int, str]]:
    for point in part.iter():
        index = point.get("idx") or ""
        if local(point) == "pt" and index.isdecimal() and len(index) < 7 and int(index) < LONGEST_SERIES:
            yield int(index), " ".join(value.text or "" for value in point if local(value) == "v")
