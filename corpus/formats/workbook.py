"""What a workbook says beside the values of its cells: how numbers are shown, and what is hidden or has no value."""

import io
import re
from collections.abc import Iterator
from typing import Any

from corpus.errors import ReadError
from corpus.formats.archive import Archive, local
from corpus.formats.binary_workbook import xlsb_looks
from corpus.formats.builder import counted
from corpus.formats.number_format import BUILT_IN, shown
from corpus.formats.sheet_look import FORMATTED, WIDEST, CellStyles, SheetLook

_R = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"
_TABLE = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}"
_OFFICE = "{urn:oasis:names:tc:opendocument:xmlns:office:1.0}"
_CELL = re.compile("([A-Z]{1,3})([0-9]{1,7})")


def looks(archive: Archive) -> dict[str, SheetLook]:
    """How the sheets of a workbook look, by their names; empty for a file that is none of XLSX, XLSB and ODS."""
    if "content.xml" in archive.names:
        return _open_looks(archive.read("content.xml"))
    main = next((target for kind, target in archive.targets("").values() if kind == "officeDocument"), "xl/workbook.xml")
    if main.endswith(".bin") and main in archive.names:
        return xlsb_looks(archive, main)
    if main not in archive.names or not main.endswith(".xml"):
        return {}
    book, related = archive.xml(main), archive.targets(main)
    styles = next((archive.optional_xml(target) for kind, target in related.values() if kind == "styles"), None)
    cell_styles = _cell_styles(styles)
    since_1904 = any(local(e) == "workbookPr" and e.get("date1904") in {"1", "true"} for e in book.iter())
    found: dict[str, SheetLook] = {}
    left = FORMATTED
    for entry in (element for element in book.iter() if local(element) == "sheet"):
        kind, target = related.get(entry.get(f"{_R}id") or "", ("", ""))
        if kind == "worksheet" and target in archive.names:
            look = _look(archive.read(target), cell_styles, left, since_1904=since_1904)
            look.comments = any(kind in {"comments", "threadedComment"} for kind, _ in archive.targets(target).values())
            left -= len(look.shown)
            found[entry.get("name") or ""] = look
    return found


def _open_looks(data: bytes) -> dict[str, SheetLook]:
    """The same of an ODS, which holds what its cells show."""
    from lxml import etree

    found: dict[str, SheetLook] = {}
    look, row, left = SheetLook(), 1, FORMATTED
    events = etree.iterparse(
        io.BytesIO(data),
        events=("start", "end"),
        tag=(f"{_TABLE}table", f"{_TABLE}table-row"),
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
    )
    try:
        for event, element in events:
            if event == "start" and local(element) == "table":
                look, row = found.setdefault(element.get(f"{_TABLE}name") or "", SheetLook()), 1
            elif event == "end" and local(element) == "table-row":
                cells = dict(_open_cells(element)) if left > 0 else {}
                repeated = counted(element.get(f"{_TABLE}number-rows-repeated"))
                kept = min(repeated, left // len(cells)) if cells else 0
                for y in range(row, row + kept):
                    look.shown.update({(y, x): text for x, text in cells.items()})
                look.whole = look.whole and (not cells or kept == repeated) and left > 0
                left = left - kept * len(cells) if kept == repeated or not cells else 0
                if element.get(f"{_TABLE}visibility") in {"collapse", "filter"} and len(look.rows) < FORMATTED:
                    look.rows.update(range(row, row + min(repeated, FORMATTED)))
                row += repeated
                element.clear()
    except etree.XMLSyntaxError as error:
        raise ReadError("file.damaged", why=str(error)[:80]) from None
    return found


def _open_cells(row: Any) -> Iterator[tuple[int, str]]:
    """The texts of the numbers, dates and errors in a row of an ODS, by their columns; an error holds an empty string."""
    at = 1
    for cell in row:
        repeated = min(counted(cell.get(f"{_TABLE}number-columns-repeated")), WIDEST)
        text = " ".join("".join("".join(p.itertext()) for p in cell if local(p) == "p").split())
        kind, held = cell.get(f"{_OFFICE}value-type"), cell.get(f"{_OFFICE}string-value")
        if text and (kind in {"float", "percentage", "currency", "date", "time"} or held == ""):
            yield from ((x, text) for x in range(at, min(at + repeated, WIDEST + 1)))
        at += repeated


def _cell_styles(styles: Any | None) -> CellStyles:
    """The styles of cells; the format is empty for one that shows numbers as they are, or differs from machine to machine."""
    if styles is None:
        return CellStyles()
    own = {counted(e.get("numFmtId"), 0): e.get("formatCode") or "" for e in styles.iter() if local(e) == "numFmt"}
    forms = next((e for e in styles if local(e) == "cellXfs"), ())
    numbers = [counted(form.get("numFmtId"), 0) for form in forms]
    fonts = next((e for e in styles if local(e) == "fonts"), ())
    striking = {
        str(n)
        for n, font in enumerate(fonts)
        if any(local(part) == "strike" and part.get("val") not in {"0", "false"} for part in font)
    }
    struck = frozenset(n for n, form in enumerate(forms) if form.get("fontId") in striking)
    return CellStyles([own.get(number, BUILT_IN.get(number, "")) for number in numbers], struck)


def _look(data: bytes, styles: CellStyles, most: int, *, since_1904: bool) -> SheetLook:
    from lxml import etree

    look = SheetLook()
    events = etree.iterparse(
        io.BytesIO(data),
        events=("end",),
        tag=("{*}c", "{*}row", "{*}col"),
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
    )
    try:
        for _, element in events:
            name = local(element)
            if name == "c":
                _note_cell(look, element, styles, most, since_1904=since_1904)
                continue
            if element.get("hidden") in {"1", "true"}:
                if name == "row":
                    look.rows.add(counted(element.get("r"), 0))
                else:
                    first, last = (counted(element.get(key), 0) for key in ("min", "max"))
                    look.columns.update(range(first, min(last, WIDEST) + 1))
            element.clear()
    except etree.XMLSyntaxError as error:
        raise ReadError("file.damaged", why=str(error)[:80]) from None
    return look


def _note_cell(look: SheetLook, cell: Any, styles: CellStyles, most: int, *, since_1904: bool) -> None:
    parts = {local(child): child.text or "" for child in cell}
    held = parts.get("v", "")
    if "f" in parts and not held and cell.get("t") in {None, "n"}:
        look.without_value += 1
    style = counted(cell.get("s"), 0)
    code = styles.codes[style] if style < len(styles.codes) else ""
    place = _CELL.fullmatch(cell.get("r") or "")
    if place and style in styles.struck and len(look.struck) < FORMATTED:
        look.struck.add((int(place[2]), _column(place[1])))
    kind = cell.get("t", "n")
    if not held or not place or not (kind == "e" or (code and kind == "n")):
        return
    try:
        text = held if kind == "e" else shown(float(held), code, since_1904=since_1904)
    except ValueError:
        return
    if text:
        if len(look.shown) < most:
            look.shown[int(place[2]), _column(place[1])] = text
        else:
            look.whole = False


def _column(letters: str) -> int:
    """The number of a column, counted from 1."""
    number = 0
    for letter in letters:
        number = 26 * number + ord(letter) - 64
    return number
