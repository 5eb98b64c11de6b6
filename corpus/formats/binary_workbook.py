"""How the cells of XLS and XLSB workbooks look: the records of their sheets, as [MS-XLS] and [MS-XLSB] lay them out.

An XLS is a file of streams ([MS-CFB]), one of which holds the records of the workbook, an XLSB a zip archive of parts that hold
records. Values are read elsewhere: here is how numbers are shown, which cells hold errors, and what is hidden.
"""

import codecs
import struct
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from corpus.errors import ReadError
from corpus.formats.archive import Archive
from corpus.formats.number_format import BUILT_IN, DATES, DAY
from corpus.formats.sheet_look import FORMATTED, CellStyles, LookBuilder, SheetLook

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ERRORS = {0: "#NULL!", 7: "#DIV/0!", 15: "#VALUE!", 23: "#REF!", 29: "#NAME?", 36: "#NUM!", 42: "#N/A", 43: "#GETTING_DATA"}
_END = 0xFFFFFFFE
_ENCRYPTED = 0x2F
_BIFF8 = 0x0600


class Record(NamedTuple):
    """A record of a workbook: its type, and its bytes."""

    type: int
    data: bytes


def xls_looks(data: bytes) -> dict[str, SheetLook]:
    """How the sheets of an XLS look, by their names. Raises ReadError for an encrypted one."""
    stream = stream_of(data, ("Workbook", "Book"))
    records = _records(stream, 0)
    book = _Book()
    for record in records:
        if record.type == _ENCRYPTED:
            raise ReadError("file.encrypted")
        _note_of_book(book, record)
    codes = [book.formats.get(number, BUILT_IN.get(number, "")) for _, number in book.styles]
    struck = frozenset(n for n, (font, _) in enumerate(book.styles) if font in book.striking)
    styles = CellStyles(codes, struck)
    found, left = {}, FORMATTED
    for name, start in book.sheets.items():
        look = LookBuilder(styles, left, since_1904=book.since_1904)
        for record in _records(stream, start):
            _note_of_sheet(look, record)
            _note_of_layout(look, record)
        left -= len(look.look.shown)
        found[name] = look.done()
    return found


@dataclass(slots=True)
class _Book:
    """What the records of a workbook say of all its sheets."""

    wide: bool = True
    """Whether texts are in Unicode, as in BIFF8."""

    since_1904: bool = False
    formats: dict[int, str] = field(default_factory=dict)
    styles: list[tuple[int, int]] = field(default_factory=list)
    """The font and the format of each."""

    fonts: int = 0
    striking: set[int] = field(default_factory=set)
    sheets: dict[str, int] = field(default_factory=dict)
    code_page: str = "cp1252"


def _records(stream: bytes, start: int) -> Iterator[Record]:
    """The records from a place on, up to the end of what begins there; what is inside that, such as a chart, is passed over."""
    at, depth = start, 0
    while 0 <= at <= len(stream) - 4:
        kind, size = struct.unpack_from("<HH", stream, at)
        at += 4
        depth += kind & 0xFF == 0x09
        if depth == 1:
            yield Record(kind, stream[at : at + size])
        depth -= kind == 0x0A
        at += size
        if depth < 1:
            return


def _note_of_book(book: _Book, record: Record) -> None:
    kind, data = record
    if kind == 0x0809 and len(data) >= 2:
        book.wide = _whole(data, 0, 2) >= _BIFF8
    elif kind == 0x42 and (codec := _code_page(_whole(data, 0, 2))):
        book.code_page = codec
    elif kind == 0x22:
        book.since_1904 = _whole(data, 0, 2) == 1
    elif kind == 0xE0:
        book.styles.append((_whole(data, 0, 2), _whole(data, 2, 2)))
    elif kind == 0x31:
        if data[2:3] and data[2] & 8:
            book.striking.add(book.fonts + (book.fonts > 3))  # no font has the number 4
        book.fonts += 1
    elif kind == 0x85:
        name = _text(data[8:], wide=data[7:8] > b"\0") if book.wide else data[7:].decode(book.code_page, "replace")
        book.sheets[name] = _whole(data, 0, 4)
    elif kind == 0x41E:
        book.formats[_whole(data, 0, 2)] = _text(data[5:], wide=data[4:5] > b"\0") if book.wide else _text(data[3:], wide=False)


def _code_page(number: int) -> str:
    """The codec of a code page, or empty."""
    name = {10000: "mac_roman", 32768: "mac_roman", 32769: "cp1252"}.get(number, f"cp{number}")
    try:
        return codecs.lookup(name).name
    except LookupError:
        return ""


def _text(data: bytes, *, wide: bool = True) -> str:
    return data.decode("utf-16-le" if wide else "cp1252", "replace")


def _whole(data: bytes, at: int, size: int) -> int:
    """A number without sign; what lies behind the end is 0."""
    return int.from_bytes(data[at : at + size], "little")


def _float(data: bytes, at: int) -> float:
    return float(struct.unpack_from("<d", data, at)[0]) if len(data) >= at + 8 else 0.0


def _short(number: int) -> float:
    """A number of 30 bits: whole or the upper half of another, a hundredth of it where that is said (RkNumber)."""
    if number & 2:
        value = float((number >> 2) - (1 << 30 if number >> 31 else 0))
    else:
        value = float(struct.unpack("<d", struct.pack("<Q", (number & 0xFFFFFFFC) << 32))[0])
    return value / 100 if number & 1 else value


def _note_of_sheet(look: LookBuilder, record: Record) -> None:
    kind, data = record
    row, column = _whole(data, 0, 2), _whole(data, 2, 2)
    if kind in _CELLS:
        look.cell(row, column, _whole(data, 4, 2))
    if kind in _FORMULAS:
        look.formula(empty=data[12:14] == b"\xff\xff" and data[6:7] == b"\3")
    if kind == 0xBD:
        for n in range((len(data) - 6) // 6):
            at = 4 + 6 * n
            look.cell(row, column + n, _whole(data, at, 2))
            look.number(row, column + n, _whole(data, at, 2), _short(_whole(data, at + 2, 4)))
    elif error := _error_of(record):
        look.error(row, column, error)
    elif kind == 0x27E:
        look.number(row, column, _whole(data, 4, 2), _short(_whole(data, 6, 4)))
    elif kind == 0x203 or kind in _FORMULAS and data[12:14] != b"\xff\xff":
        look.number(row, column, _whole(data, 4, 2), _float(data, 6))


def _note_of_layout(look: LookBuilder, record: Record) -> None:
    kind, data = record
    first, second = _whole(data, 0, 2), _whole(data, 2, 2)
    if kind == 0x208:
        look.row(first, hidden=_whole(data, 12, 2) & 0x20 > 0)
    elif kind == 0x7D:
        look.columns(first, second, hidden=_whole(data, 8, 2) & 1 > 0)
    elif kind == 0x1C:
        look.look.comments = True


_CELLS = frozenset({0x203, 0x204, 0x205, 0x27E, 0xFD, 0xD6, 0x06, 0x206, 0x406})
_FORMULAS = frozenset({0x06, 0x206, 0x406})


def _error_of(record: Record) -> str:
    """The error that a cell holds, or empty."""
    kind, data = record
    if kind == 0x205 and data[7:8] == b"\1":
        return _ERRORS.get(_whole(data, 6, 1), "")
    is_error = kind in _FORMULAS and data[12:14] == b"\xff\xff" and data[6:7] == b"\2"
    return _ERRORS.get(_whole(data, 8, 1), "") if is_error else ""


def stream_of(data: bytes, names: tuple[str, ...]) -> bytes:
    """A stream of a compound file, by one of its names; raises ReadError where there is none or the file is damaged."""
    if not data.startswith(OLE) or len(data) < 512:
        raise ReadError("file.damaged", why="OLE")
    shift, small_shift = struct.unpack_from("<HH", data, 30)
    if shift not in {9, 12} or small_shift != 6:
        raise ReadError("file.damaged", why="OLE")
    size = 1 << shift
    first, least, first_small, table, more = (_whole(data, at, 4) for at in (48, 56, 60, 68, 72))

    def sector(number: int) -> bytes:
        return data[(number + 1) << shift : (number + 2) << shift]

    lists = list(struct.unpack_from("<109I", data, 76))
    while table < _END - 2 and more and len(lists) * size < 4 * len(data) + 128 * size:
        part = _numbers(sector(table))
        lists += part[:-1]
        table, more = part[-1] if part else _END, more - 1
    chains = [number for one in dict.fromkeys(lists) if one < len(data) >> shift for number in _numbers(sector(one))]

    def joined(start: int, chains: list[int], piece: bytes | None = None) -> bytes:
        found: list[bytes] = []
        while start < len(chains) and len(found) <= len(chains):
            found.append(sector(start) if piece is None else piece[start << 6 : (start + 1) << 6])
            start = chains[start]
        return b"".join(found)

    folder = joined(first, chains)
    entries = [folder[at : at + 128] for at in range(0, len(folder) - 127, 128)]
    named = {_text(entry[: max(0, _whole(entry, 64, 2) - 2)]).lower(): entry for entry in entries if entry[66] in {2, 5}}
    entry = next((named[name.lower()] for name in names if name.lower() in named), None)
    if entry is None:
        raise ReadError("file.damaged", why=f"OLE: {names[0]}")
    start, length = _whole(entry, 116, 4), _whole(entry, 120, 4)
    if length >= least or "root entry" not in named:
        return joined(start, chains)[:length]
    small = joined(_whole(named["root entry"], 116, 4), chains)
    return joined(start, _numbers(joined(first_small, chains)), small)[:length]


def _numbers(data: bytes) -> list[int]:
    return list(struct.unpack(f"<{len(data) // 4}I", data[: len(data) // 4 * 4]))


def xlsb_looks(archive: Archive, main: str) -> dict[str, SheetLook]:
    """How the sheets of an XLSB look, by their names."""
    related = archive.targets(main)
    styles = next((target for kind, target in related.values() if kind == "styles"), "")
    cell_styles = _xlsb_styles(archive.read(styles)) if styles in archive.names else CellStyles()
    since_1904, keys = False, dict[str, str]()
    for kind, data in _parts(archive.read(main)):
        if kind == 153:
            since_1904 = _whole(data, 0, 1) & 1 > 0
        elif kind == 156:
            key = _text(data[12 : 12 + 2 * _whole(data, 8, 4)])
            at = 12 + 2 * len(key)
            keys[_text(data[at + 4 : at + 4 + 2 * _whole(data, at, 4)])] = key
    found, left = {}, FORMATTED
    for name, key in keys.items():
        of, target = related.get(key, ("", ""))
        look = LookBuilder(cell_styles, left, since_1904=since_1904)
        if of == "worksheet" and target in archive.names:
            row = 0
            for record in _parts(archive.read(target)):
                row = _note_of_part(look, record, row)
            beside = {kind for kind, _ in archive.targets(target).values()}
            look.look.comments = not beside.isdisjoint({"comments", "threadedComment"})
        left -= len(look.look.shown)
        found[name] = look.done()
    return found


def _xlsb_styles(data: bytes) -> CellStyles:
    formats: dict[int, str] = {}
    styles: list[tuple[int, int]] = []
    fonts: list[bool] = []
    of_cells = False
    for kind, said in _parts(data):
        if kind == 44:
            formats[_whole(said, 0, 2)] = _text(said[6 : 6 + 2 * _whole(said, 2, 4)])
        elif kind == 43:
            fonts.append(_whole(said, 2, 1) & 8 > 0)
        elif kind in {617, 618}:
            of_cells = kind == 617
        elif kind == 47 and of_cells:
            styles.append((_whole(said, 4, 2), _whole(said, 2, 2)))
    codes = [formats.get(number, DAY if number in DATES else BUILT_IN.get(number, "")) for _, number in styles]
    return CellStyles(codes, frozenset(n for n, (font, _) in enumerate(styles) if font < len(fonts) and fonts[font]))


def _parts(data: bytes) -> Iterator[Record]:
    """The records of a part: type and size are written seven bits a byte."""
    at = 0
    while at < len(data):
        kind = data[at]
        at += 1
        if kind & 0x80:
            kind = (kind & 0x7F) | _whole(data, at, 1) << 7
            at += 1
        size = 0
        for n in range(4):
            byte = _whole(data, at, 1)
            at += 1
            size |= (byte & 0x7F) << 7 * n
            if not byte & 0x80:
                break
        yield Record(kind, data[at : at + size])
        at += size


def _note_of_part(look: LookBuilder, record: Record, row: int) -> int:
    """Note a record of a sheet that has got to a row; gives the row that it has got to then."""
    kind, data = record
    column, style = _whole(data, 0, 4), _whole(data, 4, 3)
    if 1 < kind < 12:
        look.cell(row, column, style)
    if kind == 0:
        row = column
        look.row(row, hidden=_whole(data, 11, 1) & 0x10 > 0)
    elif kind == 2:
        look.number(row, column, style, _short(_whole(data, 8, 4)), whole=data[8:9] > b"" and data[8] & 3 == 2)
    elif kind in {5, 9}:
        look.number(row, column, style, _float(data, 8))
    elif kind in {3, 11}:
        look.error(row, column, _ERRORS.get(_whole(data, 8, 1), ""))
    elif kind == 60:
        look.columns(column, _whole(data, 4, 4), hidden=_whole(data, 16, 1) & 1 > 0)
    if kind in {8, 9, 10, 11}:
        look.formula(empty=kind == 8 and _whole(data, 8, 4) == 0)
    return row
