"""Tables: XLSX, XLS and ODS by calamine, CSV by the standard library. Row by row, every cell with its own place."""

import csv
import io
from collections.abc import Iterable, Sequence
from datetime import date, datetime, time
from typing import Any

from corpus.errors import ReadError
from corpus.formats.archive import Archive
from corpus.formats.builder import Cell, ParsedFile, TextBuilder
from corpus.formats.text import UNICODE, decode
from corpus.messages import Message

_COLUMNS = 16_384
"""Columns that a sheet may have, as in Excel."""

CELLS = 5_000_000
"""Filled cells that one file may have."""

_READ = (".xml", ".rels", ".bin")
"""How the names of the members end that are read of a workbook: pictures are not."""

_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


def read_sheets(data: bytes) -> ParsedFile:
    """The sheets in their order, each row on a line, cells as the values they hold; hidden sheets say so."""
    import python_calamine as calamine

    if not data.startswith(_OLE):
        archive = Archive(data)  # refuses encrypted files
        archive.refuse_bombs(n for n in archive.names if n.endswith(_READ) and "/embeddings/" not in n and "/media/" not in n)
    pen = TextBuilder()
    try:
        with calamine.load_workbook(io.BytesIO(data)) as book:
            for sheet in book.sheets_metadata:
                if sheet.typ != calamine.SheetTypeEnum.WorkSheet:
                    continue
                found = book.get_sheet_by_name(sheet.name)
                top, left = found.start or (0, 0)
                pen.apart()
                start = pen.size
                pen.place("sheet", sheet.name)
                _write_rows(pen, found.iter_rows(), top, left)
                if sheet.visible != calamine.SheetVisibleEnum.Visible:
                    pen.found("hidden", Message("hidden.sheets"), (start, pen.size))
    except calamine.PasswordError:
        raise ReadError("file.encrypted") from None
    except calamine.CalamineError as error:
        raise ReadError("file.damaged", why=str(error)[:80]) from None
    return pen.reading()


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
        _write_rows(pen, csv.reader(io.StringIO(text, newline=""), dialect), 0, 0)
    except csv.Error as error:
        raise ReadError("csv.wrong", why=str(error)[:80]) from None
    finally:
        csv.field_size_limit(usual)
    return pen.reading()


def _write_rows(pen: TextBuilder, rows: Iterable[Sequence[Any]], top: int, left: int) -> None:
    written = 0
    for y, row in enumerate(rows, top + 1):
        cells = [Cell(_shown(value), f"{column(x)}{y}" if value != "" else "") for x, value in enumerate(row, left)]
        written += sum(value != "" for value in row)
        if written > CELLS or len(row) + left > _COLUMNS:
            raise ReadError("sheet.large", cells=CELLS, columns=_COLUMNS)
        pen.row(cells)


def column(number: int) -> str:
    """The letters of a column counted from 0: A, B, … Z, AA."""
    letters = ""
    number += 1
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def _shown(value: Any) -> str:
    """A cell's value in words: whole numbers without a point, dates as ISO 8601 writes them."""
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time() else value.isoformat(sep=" ")
    return value.isoformat() if isinstance(value, date | time) else str(value)
