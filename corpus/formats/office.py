"""DOCX, PPTX and ODT: zip archives of XML, read by lxml as the standards lay them out (ECMA-376, OASIS OpenDocument 1.3)."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from corpus.errors import ReadError
from corpus.formats.archive import Archive, local
from corpus.formats.builder import GOES_ON, REACH, Cell, ParsedFile, TextBuilder, Unseen, counted, laid_out
from corpus.formats.numbering import Numbers
from corpus.messages import Message

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_R = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"
_TEXT = "{urn:oasis:names:tc:opendocument:xmlns:text:1.0}"
_TABLE = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}"
_OFFICE = "{urn:oasis:names:tc:opendocument:xmlns:office:1.0}"
_HEADING = re.compile(r"heading ([1-9])$", re.IGNORECASE)
_BREAKS = {"tab": "\t", "cr": "\n", "br": "\n", "noBreakHyphen": "\u2011", "softHyphen": "\xad", "ptab": "\t"}
_SPACES = 100
"""Spaces that one element of an ODT may stand for; more is a bomb."""

Run = tuple[str, str]
"""A piece of a paragraph, and why nobody sees it, or empty."""


@dataclass(frozen=True, slots=True)
class _Styles:
    """What a Word document's styles give its paragraphs: their outline levels and their numbers."""

    levels: dict[str, int]
    numbers: Numbers


def read_docx(data: bytes) -> ParsedFile:
    """The paragraphs and tables of the body, then its notes. Headings go by outline level, or the name of their style.

    Said: tracked changes (read as if all were accepted), hidden, white and tiny text. Headers, footers and comments stay out.
    """
    archive, pen = Archive(data), TextBuilder(paragraphs=True)
    parts = archive.targets("")
    main = next((target for kind, target in parts.values() if kind == "officeDocument"), "word/document.xml")
    body = archive.xml(main).find(f"{_W}body")
    if body is None:
        raise ReadError("office.no_body")
    related = archive.targets(main)
    shared = {kind: archive.optional_xml(target) for kind, target in related.values() if kind in {"styles", "numbering"}}
    styles = _Styles(_heading_levels(shared.get("styles")), Numbers(shared.get("numbering"), shared.get("styles")))
    _write_word(pen, body, styles)
    for name in ("footnote", "endnote"):
        for target in [t for kind, t in related.values() if kind == f"{name}s"]:
            for note in archive.xml(target):
                if note.get(f"{_W}type") in {None, "normal"}:
                    pen.place("note", f"{name} {note.get(f'{_W}id')}")
                    _write_word(pen, note, styles)
    if next(body.iter(f"{_W}del", f"{_W}ins", f"{_W}moveFrom"), None) is not None:
        pen.found("changes", Message("office.changes"))
    if any(kind == "comments" for kind, _ in related.values()):
        pen.found("left out", Message("office.comments"))
    return pen.reading(title=_core_title(archive))


def _heading_levels(styles: Any | None) -> dict[str, int]:
    """The outline level (from 1) of every paragraph style that has one, its own or that of the style it is based on."""
    own: dict[str, int] = {}
    based: dict[str, str] = {}
    for style in styles.iter(f"{_W}style") if styles is not None else ():
        key = style.get(f"{_W}styleId") or ""
        name = style.find(f"{_W}name")
        outline = style.find(f"{_W}pPr/{_W}outlineLvl")
        words = "" if name is None else name.get(f"{_W}val") or ""
        if outline is not None and (outline.get(f"{_W}val") or "").isdecimal():
            own[key] = int(outline.get(f"{_W}val")) + 1
        elif found := _HEADING.match(words):
            own[key] = int(found[1])
        elif words.lower() == "title":
            own[key] = 1
        if (base := style.find(f"{_W}basedOn")) is not None:
            based[key] = base.get(f"{_W}val") or ""
    for key in based:
        chain: dict[str, None] = {}
        at = key
        while at and at not in own and at not in chain:
            chain[at] = None
            at = based.get(at, "")
        own.update(dict.fromkeys(chain, own.get(at, 0)))
    return {key: level for key, level in own.items() if 1 <= level <= 9}


def _write_word(pen: TextBuilder, parent: Any, styles: _Styles) -> None:
    for element in parent:
        name = local(element)
        if name == "p":
            _write_paragraph(pen, element, styles)
        elif name == "tbl":
            pen.apart()
            rows = (row for row in element.iter(f"{_W}tr") if next(row.iterancestors(f"{_W}tbl"), None) is element)
            for cells in laid_out([*_skipped(row), *_word_cells(row, pen)] for row in rows):
                pen.row(cells)
            pen.apart()
        elif name in {"sdt", "sdtContent", "ins", "moveTo", "smartTag", "customXml", "AlternateContent", "Choice"}:
            _write_word(pen, element, styles)


def _write_paragraph(pen: TextBuilder, paragraph: Any, styles: _Styles) -> None:
    """Write a paragraph with its number, then the text boxes that hang on it."""
    style = paragraph.find(f"{_W}pPr/{_W}pStyle")
    outline = paragraph.find(f"{_W}pPr/{_W}outlineLvl")
    level = styles.levels.get(style.get(f"{_W}val") or "", 0) if style is not None else 0
    if outline is not None and (outline.get(f"{_W}val") or "") in set("012345678"):
        level = int(outline.get(f"{_W}val")) + 1
    runs = list(_word_runs(paragraph, pen))
    if any(text.strip() for text, _ in runs):
        _write_runs(pen, [(styles.numbers.before(paragraph), ""), *runs], level)
    for box in paragraph.iter(f"{_W}txbxContent"):
        inner = next(box.iterancestors(f"{_W}p"), None) is not paragraph
        if not inner and not any(local(above) == "Fallback" for above in box.iterancestors()):
            _write_word(pen, box, styles)


def _row_of(cell: Any) -> Any:
    return next(cell.iterancestors(f"{_W}tr"), None)


def _skipped(row: Any) -> list[Cell]:
    """The columns that a row begins behind."""
    return [Cell("")] * min(_count(row.find(f"{_W}trPr/{_W}gridBefore"), 0), REACH)


def _word_cells(row: Any, pen: TextBuilder) -> Iterator[Cell]:
    for cell in (cell for cell in row.iter(f"{_W}tc") if _row_of(cell) is row):
        merged = cell.find(f"{_W}tcPr/{_W}vMerge")
        goes_on = merged is not None and merged.get(f"{_W}val") in {None, "continue"}
        across = _count(cell.find(f"{_W}tcPr/{_W}gridSpan"), 1)
        yield _word_cell(cell, pen)._replace(across=across, down=GOES_ON if goes_on else 1)


def _count(element: Any | None, otherwise: int) -> int:
    """The number that an element of Word has as its value."""
    return otherwise if element is None else counted(element.get(f"{_W}val"), otherwise)


def _word_cell(cell: Any, pen: TextBuilder) -> Cell:
    """A cell's paragraphs on one line."""
    runs: list[Run] = []
    for paragraph in cell.iter(f"{_W}p"):
        new = _stripped(list(_word_runs(paragraph, pen)))
        if new:
            runs += [(" ", ""), *new] if runs else new
    return Cell("".join(text for text, _ in runs), unseen=_unseen(runs))


def _stripped(runs: list[Run]) -> list[Run]:
    """The pieces of a text without white space around them all."""
    filled = [n for n, (text, _) in enumerate(runs) if text.strip()]
    if not filled:
        return []
    runs = runs[filled[0] : filled[-1] + 1]
    runs[0] = (runs[0][0].lstrip(), runs[0][1])
    runs[-1] = (runs[-1][0].rstrip(), runs[-1][1])
    return runs


def _write_runs(pen: TextBuilder, runs: list[Run], level: int) -> None:
    """Write the pieces of a paragraph as one, its unseen ranges noted."""
    pen.block("".join(text for text, _ in runs), level=level, unseen=_unseen(runs))


def _unseen(runs: list[Run]) -> Unseen:
    at = 0
    found = []
    for text, said in runs:
        if said and text.strip():
            found.append((at, at + len(text), said))
        at += len(text)
    return found


def _word_runs(element: Any, pen: TextBuilder) -> Iterator[Run]:
    """The text of a paragraph, run by run; what was deleted or is formatted as hidden is left out."""
    for child in element:
        name = local(child)
        if name == "r":
            said = _word_unseen(child)
            if said == "hidden":
                if next(child.iter(f"{_W}t"), None) is not None:
                    pen.found("not shown", Message("office.hidden"))
                continue
            for piece in child:
                if local(piece) == "t":
                    yield piece.text or "", said
                elif local(piece) in _BREAKS:
                    yield _BREAKS[local(piece)], said
        elif name in {"ins", "moveTo", "hyperlink", "smartTag", "sdt", "sdtContent", "fldSimple", "customXml", "dir", "bdo"}:
            yield from _word_runs(child, pen)
        elif name == "oMath" or name == "oMathPara":
            yield "".join(child.itertext()), ""


def _word_unseen(run: Any) -> str:
    """``hidden`` for a run formatted so, a reason for one that is white or tiny, else empty."""
    properties = run.find(f"{_W}rPr")
    if properties is None:
        return ""
    value = {local(p): p.get(f"{_W}val") for p in properties}
    if any(value.get(name, "0") not in {"0", "false", "off"} for name in ("vanish", "webHidden")):
        return "hidden"
    if (value.get("color") or "").upper() == "FFFFFF" and not value.keys() & {"shd", "highlight"}:
        return "hidden.white"
    size = value.get("sz") or ""
    return "hidden.point" if size.isdecimal() and int(size) <= 2 else ""


def _core_title(archive: Archive) -> str:
    core = archive.optional_xml("docProps/core.xml")
    title = None if core is None else core.find("{http://purl.org/dc/elements/1.1/}title")
    return "" if title is None else title.text or ""


def read_pptx(data: bytes) -> ParsedFile:
    """The slides in their order, title first, tables row by row, each with its speaker notes; hidden slides say so."""
    archive, pen = Archive(data), TextBuilder()
    parts = archive.targets("")
    main = next((target for kind, target in parts.values() if kind == "officeDocument"), "ppt/presentation.xml")
    related = archive.targets(main)
    number = 0
    for entry in archive.xml(main).iter():
        if local(entry) != "sldId":
            continue
        number += 1
        target = related.get(entry.get(f"{_R}id") or "", ("", ""))[1]
        if target not in archive.names:
            pen.found("unreadable", Message("office.slide_missing", slide=str(number)))
            continue
        slide = archive.xml(target)
        pen.apart()
        start = pen.size
        pen.place("slide", str(number))
        _write_shapes(pen, slide)
        for kind, notes in archive.targets(target).values():
            if kind == "notesSlide" and notes in archive.names:
                pen.apart()
                pen.place("slide", f"{number}, notes")
                _write_shapes(pen, archive.xml(notes), only="body")
        if slide.get("show") in {"0", "false"}:
            pen.found("hidden", Message("hidden.slides"), (start, pen.size))
    return pen.reading(title=_core_title(archive))


def _write_shapes(pen: TextBuilder, slide: Any, *, only: str = "") -> None:
    shapes = [element for element in slide.iter() if local(element) in {"sp", "tbl"}]
    kinds = [_placeholder(shape) for shape in shapes]
    for title in (True, False):
        for shape, kind in zip(shapes, kinds, strict=True):
            if (kind in {"title", "ctrTitle"}) != title or kind in {"sldNum", "dt", "ftr"} or (only and kind != only):
                continue
            if local(shape) == "tbl":
                pen.apart()
                for cells in laid_out(map(_slide_cells, (element for element in shape if local(element) == "tr"))):
                    pen.row(cells)
                pen.apart()
                continue
            for text in _drawn(shape):
                pen.block(text, level=1 if title else 0)


def _slide_cells(row: Any) -> list[Cell]:
    """The cells of a row; those that others reach over are none of their own."""
    return [
        Cell(" ".join(_drawn(cell)), across=counted(cell.get("gridSpan")), down=counted(cell.get("rowSpan")))
        for cell in row
        if local(cell) == "tc" and not {cell.get("hMerge"), cell.get("vMerge")} & {"1", "true"}
    ]


def _placeholder(shape: Any) -> str:
    found = next((element for element in shape.iter() if local(element) == "ph"), None)
    return "" if found is None or local(shape) == "tbl" else found.get("type") or "body"


def _drawn(shape: Any) -> Iterator[str]:
    """The paragraphs of a shape or a cell."""
    for paragraph in shape.iter():
        if local(paragraph) == "p":
            pieces = [("\n" if local(e) == "br" else e.text or "") for e in paragraph.iter() if local(e) in {"t", "br"}]
            if text := "".join(pieces).strip():
                yield text


def read_odt(data: bytes) -> ParsedFile:
    """The headings, paragraphs, lists and tables of an OpenDocument text, then its notes."""
    archive, pen = Archive(data), TextBuilder(paragraphs=True)
    manifest = archive.optional_xml("META-INF/manifest.xml")
    if manifest is not None and any(local(element) == "encryption-data" for element in manifest.iter()):
        raise ReadError("file.encrypted")
    body = next(archive.xml("content.xml").iter(f"{_OFFICE}text"), None)
    if body is None:
        raise ReadError("office.no_opendocument")
    notes: list[Any] = []
    _write_odt(pen, body, notes)
    for n, note in enumerate(notes, 1):
        pen.place("note", f"note {n}")
        _write_odt(pen, note, [])
    meta = archive.optional_xml("meta.xml")
    title = None if meta is None else next((e for e in meta.iter() if local(e) == "title"), None)
    return pen.reading(title="" if title is None else title.text or "")


def _write_odt(pen: TextBuilder, parent: Any, notes: list[Any], prefix: str = "") -> None:
    for element in parent:
        name = local(element)
        if name in {"h", "p"}:
            level = element.get(f"{_TEXT}outline-level") or "1"
            pen.block(prefix + "".join(_odt_text(element, notes)), level=0 if name == "p" else _level(level))
            prefix = ""
        elif name == "table":
            pen.apart()
            for cells in laid_out([*_odt_cells(row, notes)] for row in _odt_rows(element)):
                pen.row(cells)
            pen.apart()
        elif name == "tracked-changes":
            pen.found("changes", Message("office.changes"))
        elif name == "list-item":
            _write_odt(pen, element, notes, "- ")
        elif name and name not in {"annotation", "forms", "sequence-decls", "variable-decls"}:
            _write_odt(pen, element, notes, prefix)


def _odt_rows(table: Any) -> Iterator[Any]:
    """The rows of a table and of its groups of rows, not those of tables inside its cells."""
    for element in table:
        if local(element) == "table-row":
            yield element
        elif local(element) in {"table-rows", "table-header-rows", "table-row-group"}:
            yield from _odt_rows(element)


def _odt_cells(row: Any, notes: list[Any]) -> Iterator[Cell]:
    """The cells of a row; those that others reach over are none of their own."""
    for cell in (e for e in row if local(e) == "table-cell"):
        text = " ".join("".join(_odt_text(cell, notes)).split())
        across, down = (counted(cell.get(f"{_TABLE}number-{name}-spanned")) for name in ("columns", "rows"))
        for _ in range(min(counted(cell.get(f"{_TABLE}number-columns-repeated")), REACH)):
            yield Cell(text, across=across, down=down)


def _level(words: str) -> int:
    return min(9, max(1, int(words))) if words.isdecimal() and len(words) < 3 else 1


def _odt_text(element: Any, notes: list[Any]) -> Iterator[str]:
    yield element.text or ""
    for child in element:
        name = local(child)
        if name == "s":
            count = child.get(f"{_TEXT}c") or "1"
            yield " " * (min(int(count), _SPACES) if count.isdecimal() and len(count) < 9 else 1)
        elif name in {"tab", "line-break"}:
            yield "\t" if name == "tab" else "\n"
        elif name == "note":
            notes.extend(part for part in child if local(part) == "note-body")
        elif name in {"p", "h"}:
            yield " "
            yield from _odt_text(child, notes)
        elif name not in {"annotation", "annotation-end", "tracked-changes", ""}:
            yield from _odt_text(child, notes)
        yield child.tail or ""
