"""PPTX: a zip archive of XML, read by lxml as the standard lays it out (ECMA-376)."""

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from corpus.formats.archive import Archive, local
from corpus.formats.builder import FLAT, STRUCK, Cell, ParsedFile, Run, TextBuilder, counted, laid_out, stripped, unseen_in
from corpus.formats.drawing import write_drawings
from corpus.formats.formula import SUB, SUP, linear, shifted
from corpus.messages import Message

_R = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"


def read_pptx(data: bytes) -> ParsedFile:
    """The slides in their order, title first, tables row by row, each with its speaker notes; hidden slides say so.

    A footer or date stands where it is first read, and is passed over on the slides that repeat it.
    """
    archive, pen = Archive(data), TextBuilder()
    parts = archive.targets("")
    main = next((target for kind, target in parts.values() if kind == "officeDocument"), "ppt/presentation.xml")
    related = archive.targets(main)
    number, footers = 0, set[str]()
    for entry in archive.xml(main).iter():
        if local(entry) != "sldId":
            continue
        number += 1
        target = related.get(entry.get(f"{_R}id") or "", ("", ""))[1]
        if target not in archive.names:
            pen.found("unreadable", Message("office.slide_missing", slide=str(number)))
            continue
        pen.apart()
        start = pen.size
        pen.place("slide", str(number))
        shown = _write_parts(archive, pen, target, number, footers)
        if not shown:
            pen.found("hidden", Message("hidden.slides"), (start, pen.size))
    return pen.reading(title=archive.title())


def _write_parts(archive: Archive, pen: TextBuilder, target: str, number: int, footers: set[str]) -> bool:
    """Write a slide and its speaker notes; whether it is shown."""
    root = archive.xml(target)
    beside = archive.targets(target)
    layout = next((archive.optional_xml(part) for kind, part in beside.values() if kind == "slideLayout"), None)
    _write_slide(_Slide(archive, pen, beside, _places(layout), footers), root)
    for kind, notes in beside.values():
        if kind == "notesSlide" and notes in archive.names:
            pen.apart()
            pen.place("slide", f"{number}, notes")
            for shape in archive.xml(notes).iter():
                if local(shape) == "sp" and _placeholder(shape) == "body":
                    for runs in _drawn(shape):
                        _block(pen, runs)
    if any(kind == "comments" for kind, _ in beside.values()):
        pen.found("left out", Message("office.comments"))
    return root.get("show") not in {"0", "false"}


Box = tuple[int, int, int, int]
"""Left, top, right and bottom of a shape."""


class _Slide(NamedTuple):
    """A slide while it is read: what it points at, where the layout puts its placeholders, and the footers of those before."""

    archive: Archive
    pen: TextBuilder
    related: dict[str, tuple[str, str]]
    layout: dict[tuple[str, str], Box]
    footers: set[str]


def _write_slide(slide: _Slide, root: Any) -> None:
    """Write the title, then what else is on the slide in the order that it is looked at."""
    tree = next((element for element in root.iter() if local(element) == "spTree"), root)
    titles = [each for each in tree.iter() if local(each) == "sp" and _placeholder(each) in {"title", "ctrTitle"}]
    for shape in titles:
        for runs in _drawn(shape):
            _block(slide.pen, runs, level=1)
    _write_shapes(slide, tree)


def _write_shapes(slide: _Slide, tree: Any) -> None:
    shapes = [(_place(shape, slide.layout), shape) for shape in _shapes(tree)]
    for _, shape in in_order(shapes):
        name = local(shape)
        if name == "grpSp":
            _write_shapes(slide, shape)
        elif name == "graphicFrame":
            _write_frame(slide, shape)
        elif (kind := _placeholder(shape)) not in {"title", "ctrTitle", "sldNum"}:
            for runs in _drawn(shape):
                text = "".join(text for text, _ in runs)
                if kind not in {"dt", "ftr"} or text not in slide.footers:
                    _block(slide.pen, runs)
                else:
                    slide.pen.found("left out", Message("office.footers"))
                slide.footers.update({text} if kind in {"dt", "ftr"} else ())


def _write_frame(slide: _Slide, frame: Any) -> None:
    """Write a table row by row, the numbers of a chart, the words of a diagram."""
    for table in (element for element in frame.iter() if local(element) == "tbl"):
        slide.pen.apart()
        for cells in laid_out(_slide_cells(row) for row in table if local(row) == "tr"):
            slide.pen.row(cells)
        slide.pen.apart()
    write_drawings(slide.pen, slide.archive, slide.related, frame)


def _shapes(tree: Any) -> Iterator[Any]:
    """The shapes of a slide or of a group; hidden ones, and what old programs read in their place, are none."""
    for shape in tree:
        name = local(shape)
        if name in {"AlternateContent", "Choice"}:
            yield from _shapes(shape)
        elif name in {"sp", "cxnSp", "grpSp", "graphicFrame"} and not _is_hidden(shape):
            yield shape


def _is_hidden(shape: Any) -> bool:
    named = next((element for part in shape for element in part if local(element) == "cNvPr"), None)
    return named is not None and named.get("hidden") in {"1", "true"}


def _place(shape: Any, layout: dict[tuple[str, str], Box]) -> Box | None:
    """Where a shape stands, by itself or by the layout; None where neither says it."""
    form = next((e for part in shape for e in [part, *part] if local(e) == "xfrm"), None)
    if form is None:
        return layout.get(_key(shape))
    said = {local(part): part for part in form}
    if not {"off", "ext"} <= said.keys():
        return layout.get(_key(shape))
    x, y = (_whole(said["off"].get(name)) for name in "xy")
    return x, y, x + _whole(said["ext"].get("cx")), y + _whole(said["ext"].get("cy"))


def _whole(words: str | None) -> int:
    return int(words) if words and words.lstrip("-").isdecimal() and len(words) < 16 else 0


def _places(layout: Any | None) -> dict[tuple[str, str], Box]:
    shapes = () if layout is None else (shape for shape in layout.iter() if local(shape) == "sp")
    return {_key(shape): box for shape in shapes if _key(shape)[0] and (box := _place(shape, {})) is not None}


def _key(shape: Any) -> tuple[str, str]:
    """What a placeholder of a slide and that of its layout have in common."""
    found = next((element for element in shape.iter() if local(element) == "ph"), None)
    return ("", "") if found is None else ("placeholder", found.get("idx") or found.get("type") or "body")


def in_order(shapes: list[tuple[Box | None, Any]]) -> list[tuple[Box | None, Any]]:
    """Shapes in the order that they are looked at: columns that a gap divides from left to right, in each of them rows from
    above. A slide of which the place of a shape is not known, or with more than ``_MOST`` shapes, keeps the order of the file.
    """
    if len(shapes) > _MOST or any(box is None for box, _ in shapes):
        return shapes
    return _cut([(box, shape) for box, shape in shapes if box is not None], sideways=True)


def _cut(shapes: list[tuple[Box, Any]], *, sideways: bool, again: bool = True) -> list[tuple[Box | None, Any]]:
    """Divide shapes at the gaps between them, in one direction and then in the other."""
    axis = 0 if sideways else 1
    rising = sorted(shapes, key=lambda each: (each[0][axis], each[0][1 - axis]))
    parts: list[list[tuple[Box, Any]]] = []
    reach = 0
    for box, shape in rising:
        if not parts or box[axis] >= reach:
            parts.append([])
            reach = box[axis + 2]
        parts[-1].append((box, shape))
        reach = max(reach, box[axis + 2])
    if len(parts) > 1:
        parts = parts if sideways else _bands(parts)
        return [each for part in parts for each in _cut(part, sideways=not sideways)]
    if again:
        return _cut(shapes, sideways=not sideways, again=False)
    return [*sorted(shapes, key=lambda each: (each[0][1], each[0][0]))]


def _bands(rows: list[list[tuple[Box, Any]]]) -> list[list[tuple[Box, Any]]]:
    """Rows below one another, those together that one gap divides into columns."""
    bands = [rows[0]]
    for row in rows[1:]:
        if _is_divided([*bands[-1], *row]):
            bands[-1] = [*bands[-1], *row]
        else:
            bands.append(row)
    return bands


def _is_divided(shapes: list[tuple[Box, Any]]) -> bool:
    """Whether an upright line passes between shapes."""
    sides = sorted((box[0], box[2]) for box, _ in shapes)
    reach = sides[0][1]
    for left, right in sides:
        if left >= reach:
            return True
        reach = max(reach, right)
    return False


_MOST = 200


def _slide_cells(row: Any) -> list[Cell]:
    """The cells of a row; those that others reach over are none of their own."""
    return [
        _slide_cell(cell)._replace(across=counted(cell.get("gridSpan")), down=counted(cell.get("rowSpan")))
        for cell in row
        if local(cell) == "tc" and not {cell.get("hMerge"), cell.get("vMerge")} & {"1", "true"}
    ]


def _slide_cell(cell: Any) -> Cell:
    """The paragraphs of a cell on one line."""
    runs = [run for paragraph in _drawn(cell) for run in ((" ", ""), *paragraph)][1:]
    return Cell("".join(text for text, _ in runs), unseen=unseen_in(runs))


def _block(pen: TextBuilder, runs: Sequence[Run], *, level: int = 0) -> None:
    pen.block("".join(text for text, _ in runs), level=level, unseen=unseen_in(runs))


def _placeholder(shape: Any) -> str:
    found = next((element for element in shape.iter() if local(element) == "ph"), None)
    return "" if found is None else found.get("type") or "body"


def _drawn(shape: Any) -> Iterator[list[Run]]:
    """The paragraphs of a shape or a cell."""
    for paragraph in shape.iter():
        if local(paragraph) == "p":
            found: list[Run] = []
            before = ""
            for run in _runs(paragraph):
                piece, altered = run.text, any(mark in run.text for mark in "/^_√") if run.position == _FORMULA else False
                if run.position in {SUP, SUB}:
                    piece, altered = shifted(piece, run.position, before)
                found.append((piece, STRUCK if run.struck else FLAT if altered else ""))
                before = piece[-1:] or before
            if found := stripped(found):
                yield found


class _Run(NamedTuple):
    text: str
    position: str = ""
    struck: bool = False


_FORMULA = "formula"


def _runs(paragraph: Any) -> Iterator[_Run]:
    for child in paragraph:
        name = local(child)
        if name == "br":
            yield _Run("\n")
        elif name in {"oMath", "oMathPara"}:
            yield _Run(linear(child), _FORMULA)
        elif name in {"r", "fld"}:
            said: Any = next((part for part in child if local(part) == "rPr"), {})
            baseline = (said.get("baseline") or "0").rstrip("%")
            position = SUB if baseline.startswith("-") else SUP if baseline.strip("0.") else ""
            text = "".join(part.text or "" for part in child if local(part) == "t")
            yield _Run(text, position, said.get("strike") in {"sngStrike", "dblStrike"})
        elif name in {"AlternateContent", "Choice", "m"}:
            yield from _runs(child)
