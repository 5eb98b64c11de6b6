"""Tables: XLSX, XLS and ODS by calamine, CSV by the standard library. Row by row, every cell with its own place."""

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any

from corpus.errors import ReadError
from corpus.formats.archive import Archive
from corpus.formats.binary_workbook import OLE, xls_looks
from corpus.formats.builder import STRUCK, Cell, ParsedFile, TextBuilder
from corpus.formats.sheet_look import FORMATTED, SheetLook
from corpus.formats.text import UNICODE, decode
from corpus.formats.workbook import looks
from corpus.messages import Message

_COLUMNS = 16_384
"""Columns that a sheet may have, as in Excel."""

CELLS = 5_000_000
"""Filled cells that one file may have."""

_EMPTY = Cell("")

_READ = (".xml", ".rels", ".bin")
"""How the names of the members end that are read of a workbook: pictures are not."""


def read_sheets(data: bytes) -> ParsedFile:
    """The sheets in their order, each row on a line, cells as the values they hold; hidden sheets say so."""
    import python_calamine as calamine

    found_looks = _looks(data)
    pen = TextBuilder()
    try:
        with calamine.load_workbook(io.BytesIO(data)) as book:
            for sheet in book.sheets_metadata:
                if sheet.typ != calamine.SheetTypeEnum.WorkSheet:
                    continue
                found = book.get_sheet_by_name(sheet.name)
                left = (found.start or (0, 0))[1]
                pen.apart()
                start = pen.size
                pen.place("sheet", sheet.name)
                look = found_looks.get(sheet.name, SheetLook())
                _write_rows(pen, found.iter_rows(), left, look)  # from the first row on, but the first column that is filled
                _say(pen, look)
                if sheet.visible != calamine.SheetVisibleEnum.Visible:
                    pen.found("hidden", Message("hidden.sheets"), (start, pen.size))
    except calamine.PasswordError:
        raise ReadError("file.encrypted") from None
    except calamine.CalamineError as error:
        raise ReadError("file.damaged", why=str(error)[:80]) from None
    return pen.reading()


def _looks(data: bytes) -> dict[str, SheetLook]:
    """How the sheets look, by their names; raises ReadError for one that is encrypted or a bomb."""
    if data.startswith(OLE):
        return xls_looks(data)
    archive = Archive(data)  # refuses encrypted files
    archive.refuse_encrypted()
    archive.refuse_bombs(n for n in archive.names if n.endswith(_READ) and "/embeddings/" not in n and "/media/" not in n)
    return looks(archive)


def read_csv(data: bytes) -> ParsedFile:
    """The rows, whatever of comma, semicolon, tab and bar separates their cells."""
    text, encoding = decode(data)
    pen = TextBuilder()
    if encoding not in UNICODE:
        pen.found("encoding", Message("encoding.guessed", encoding=encoding))
    text = text.lstrip("\ufeff")
    try:
        dialect: Any = csv.Sniffer().sniff(text[:65536], delimiters=",;\t|")
    except csv.Error:
        dialect = csv.excel
    usual = csv.field_size_limit(len(text) + 1)
    try:
        _write_rows(pen, csv.reader(io.StringIO(text, newline=""), dialect), 0, SheetLook())
    except csv.Error as error:
        raise ReadError("csv.wrong", why=str(error)[:80]) from None
    finally:
        csv.field_size_limit(usual)
    return pen.reading()


def _say(pen: TextBuilder, look: SheetLook) -> None:
    """Note what a sheet has that its text does not show."""
    if look.without_value:
        pen.found("unreadable", Message("sheet.formulas", n=look.without_value))
    if look.comments:
        pen.found("left out", Message("office.comments"))
    if not look.whole:
        pen.found("formats", Message("sheet.formats", n=FORMATTED))


def _write_rows(pen: TextBuilder, rows: Iterable[Sequence[Any]], left: int, look: SheetLook) -> None:
    written = 0
    errors = {y for y, _ in look.shown}  # what is blank beside them may be one
    first, whole = _with_errors(rows, left, look)
    for y, row in enumerate(whole, 1):
        cells = [
            _cell(value, x, y, look) if value != "" or (y in errors and (y, x + 1) in look.shown) else _EMPTY
            for x, value in enumerate(row, first)
        ]
        written += sum(cell.text != "" for cell in cells)
        if written > CELLS or len(row) + first > _COLUMNS:
            raise ReadError("sheet.large", cells=CELLS, columns=_COLUMNS)
        pen.row(cells)


def _with_errors(rows: Iterable[Sequence[Any]], left: int, look: SheetLook) -> tuple[int, Iterator[Sequence[Any]]]:
    """Rows of values and the column that they begin in, out to the errors beyond them, which hold no values."""
    ends: dict[int, int] = {}
    for y, x in look.shown:
        ends[y] = max(x, ends.get(y, 0))
    first = min((x - 1 for _, x in look.shown), default=left)
    first = min(first, left)

    def whole() -> Iterator[Sequence[Any]]:
        y = 0
        for y, row in enumerate(rows, 1):
            beyond = ends.get(y, 0) - left - len(row)
            yield [*[""] * (left - first), *row, *[""] * beyond] if first < left or beyond > 0 else row
        for below in range(y + 1, max(ends, default=0) + 1):
            yield [""] * max(0, ends.get(below, 0) - first)

    return first, whole()


def _cell(value: Any, x: int, y: int, look: SheetLook) -> Cell:
    """A cell as it is shown, with what it holds behind it where that has more digits."""
    held = _shown(value)
    text = look.shown.get((y, x + 1), held)
    number = isinstance(value, int | float) and not isinstance(value, bool) and (y, x + 1) not in look.dates
    if number and _is_rounded(value, text):
        text = f"{text} [{held}]"
    why = "hidden.rows" if y in look.rows else "hidden.columns" if x + 1 in look.columns else ""
    why = why or (STRUCK if (y, x + 1) in look.struck else "")
    return Cell(text, f"{column(x)}{y}", ((0, len(text), why),) if why else ())


def _is_rounded(value: float, text: str) -> bool:
    """Whether a number has digits that its text does not show."""
    digits = "".join(c for c in text if c.isdecimal()).strip("0")
    return value != 0 and not _digits(value).startswith(digits) or len(_digits(value)) > len(digits)


def _digits(value: float) -> str:
    return f"{abs(value):.15g}".split("e")[0].replace(".", "").strip("0")


def column(number: int) -> str:
    """The letters of a column counted from 0: A, B, … Z, AA."""
    letters = ""
    number += 1
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def _shown(value: Any) -> str:
    """A cell's value in words: whole numbers without a point, dates as ISO 8601 writes them, durations in hours."""
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time() else value.isoformat(sep=" ")
    if isinstance(value, timedelta):
        seconds = round(abs(value.total_seconds()))
        sign = "-" * (value < timedelta())
        return f"{sign}{seconds // 3600}:{seconds // 60 % 60:02}:{seconds % 60:02}"
    return value.isoformat() if isinstance(value, date | time) else str(value)
