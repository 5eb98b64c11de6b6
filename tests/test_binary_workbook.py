"""XLS and XLSB, made here record by record: what their cells show, and what is said of them."""

import io
import struct
import zipfile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpus.errors import ReadError
from corpus.formats.binary_workbook import stream_of
from corpus.formats.registry import read_data

ERROR = {"#DIV/0!": 7, "#N/A": 42}
FORMATS = ["General", "0.0%", "000000", "#,##0;(#,##0)", "yyyy-mm-dd"]
HEAD = ["Rate", "Code", "Sum", "Day", "Error", "Text"]
ROW = [(0.075, 1), (5, 2), (-50, 3), (45000, 4), "#DIV/0!", "#N/A"]


def xls(*records, head=(), biff5=False):
    """A workbook of one sheet, Costs, that holds these records."""
    version, name = (0x0500, b"Costs") if biff5 else (0x0600, b"\0Costs")
    formats = [
        (0x41E, struct.pack("<HB" if biff5 else "<HHB", 164 + n, len(code), *(() if biff5 else (0,))) + code.encode())
        for n, code in enumerate(FORMATS)
    ]
    styles = [(0xE0, struct.pack("<HH", 0, 164 + n if n else 0) + bytes(16)) for n in range(len(FORMATS))]
    fonts = [(0x31, struct.pack("<HH", 200, 8 * (n == 5)) + bytes(12)) for n in range(6)]
    styles += [*fonts, (0xE0, struct.pack("<HH", 6, 0) + bytes(16))]  # no font has the number 4
    begins = (0x809, struct.pack("<HHHHII", version, 5, 0, 0, 0, 0))
    book = [begins, *head, (0x42, struct.pack("<H", 1252 if biff5 else 1200)), *formats, *styles]
    ahead = len(packed(book)) + 4 + 7 + len(name) + 4
    sheet = [
        (0x85, struct.pack("<IHB", ahead, 0, 5) + name),
        (0x0A, b""),
        (0x809, struct.pack("<HHHHII", version, 16, 0, 0, 0, 0)),
    ]
    return compound({"Book" if biff5 else "Workbook": packed([*book, *sheet, *records, (0x0A, b"")])})


def packed(records):
    return b"".join(struct.pack("<HH", kind, len(data)) + data for kind, data in records)


def cells(*, biff5=False):
    for n, words in enumerate(HEAD):
        text = words.encode() if biff5 else b"\0" + words.encode()
        yield 0x204, struct.pack("<HHHH", 0, n, 0, len(words)) + text
    for n, cell in enumerate(ROW[:4]):
        value, style = cell
        if isinstance(value, int) and n % 2:
            yield 0x27E, struct.pack("<HHHi", 1, n, style, value << 2 | 2)
        else:
            yield 0x203, struct.pack("<HHHd", 1, n, style, value)
    yield 0x205, struct.pack("<HHHBB", 1, 4, 0, ERROR[ROW[4]], 1)
    yield 0x06, struct.pack("<HHHBBBBHHHI", 1, 5, 0, 2, 0, ERROR[ROW[5]], 0, 0, 0xFFFF, 0, 0) + struct.pack("<H", 0)


def compound(streams, *, size=4096):
    """A compound file of streams, each of ``size`` bytes at least, so that none lies in the small ones."""
    streams = {name: data + bytes(max(0, size - len(data))) for name, data in streams.items()}
    chains, pieces, entries = [0xFFFFFFFD, 0xFFFFFFFE], [], [entry("Root Entry", 5, 0xFFFFFFFE, 0)]
    for name, data in streams.items():
        entries.append(entry(name, 2, len(chains), len(data)))
        n = -(-len(data) // 512)
        chains += [*range(len(chains) + 1, len(chains) + n), 0xFFFFFFFE]
        pieces.append(data.ljust(n * 512, b"\0"))
    assert len(chains) <= 128 and len(entries) <= 4
    table = struct.pack("<128I", *chains, *[0xFFFFFFFF] * (128 - len(chains)))
    folder = b"".join(entries).ljust(512, b"\0")
    head = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16) + struct.pack("<HHHHH", 0x3E, 3, 0xFFFE, 9, 6) + bytes(6)
    head += struct.pack("<9I", 0, 1, 1, 0, 4096, 0xFFFFFFFE, 0, 0xFFFFFFFE, 0) + struct.pack("<109I", 0, *[0xFFFFFFFF] * 108)
    return head + table + folder + b"".join(pieces)


def entry(name, kind, start, size):
    data = name.encode("utf-16-le") + bytes(2)
    first = 1 if kind == 5 else 0xFFFFFFFF
    said = struct.pack("<HBBIII", len(data), kind, 1, 0xFFFFFFFF, 0xFFFFFFFF, first)
    return data.ljust(64, b"\0") + said + bytes(36) + struct.pack("<IQ", start, size)


def xlsb(*records):
    """A workbook of one sheet, Costs, that holds these records."""
    formats = [part(44, struct.pack("<H", 164 + n) + wide(code)) for n, code in enumerate(FORMATS)]
    numbers = [0, *(164 + n for n in range(1, len(FORMATS))), 14]
    styles = [part(47, struct.pack("<HHH", 0, number, 0) + bytes(10)) for number in numbers]
    styles.append(part(47, struct.pack("<HHH", 0, 0, 1) + bytes(10)))
    fonts = part(43, struct.pack("<HH", 200, 0) + bytes(20)) + part(43, struct.pack("<HH", 200, 8) + bytes(20))
    link = "<Relationship Id='{}' Type='http://schemas.openxmlformats.org/officeDocument/2006/relationships/{}' Target='{}'/>"
    links = "<Relationships xmlns='http://schemas.openxmlformats.org/package/2006/relationships'>{}</Relationships>"
    bundle = part(156, struct.pack("<II", 0, 1) + wide("rId1") + wide("Costs"))
    members = {
        "[Content_Types].xml": "<Types xmlns='http://schemas.openxmlformats.org/package/2006/content-types'/>",
        "_rels/.rels": links.format(link.format("rId1", "officeDocument", "xl/workbook.bin")),
        "xl/workbook.bin": part(131) + part(153, bytes(12)) + part(143) + bundle + part(144) + part(132),
        "xl/_rels/workbook.bin.rels": links.format(
            link.format("rId1", "worksheet", "worksheets/sheet1.bin") + link.format("rId2", "styles", "styles.bin")
        ),
        "xl/styles.bin": part(278) + fonts + part(615, struct.pack("<I", len(formats))) + b"".join(formats) + part(616)
        + part(617, struct.pack("<I", len(styles))) + b"".join(styles) + part(618) + part(279),
        "xl/worksheets/sheet1.bin": part(129) + part(148, struct.pack("<4I", 0, 1, 0, 5)) + part(145) + b"".join(records)
        + part(146) + part(130),
    }  # fmt: skip
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return file.getvalue()


def part(kind, data=b""):
    named = bytes([kind]) if kind < 128 else bytes([kind & 0x7F | 0x80, kind >> 7])
    size = len(data)
    return named + (bytes([size]) if size < 128 else bytes([size & 0x7F | 0x80, size >> 7])) + data


def wide(text):
    return struct.pack("<I", len(text)) + text.encode("utf-16-le")


def parts(*, hidden=False):
    yield part(0, struct.pack("<IIHBB", 0, 0, 300, 0, 0) + bytes(13))
    for n, words in enumerate(HEAD):
        yield part(6, struct.pack("<II", n, 0) + wide(words))
    yield part(0, struct.pack("<IIHBB", 1, 0, 300, 0, 0x10 * hidden) + bytes(13))
    for n, cell in enumerate(ROW[:4]):
        value, style = cell
        whole = isinstance(value, int) and n % 2
        held = struct.pack("<i", value << 2 | 2) if whole else struct.pack("<d", value)
        yield part(2 if whole else 5, struct.pack("<II", n, style) + held)
    yield part(3, struct.pack("<IIB", 4, 0, ERROR[ROW[4]]))
    yield part(11, struct.pack("<IIBH", 5, 0, ERROR[ROW[5]], 0) + struct.pack("<II", 0, 0))


BOOKS = {
    "xls": (".xls", xls(*cells())),
    "xls of 1995": (".xls", xls(*cells(biff5=True), biff5=True)),
    "xlsb": (".xlsb", xlsb(*parts())),
}


@pytest.mark.parametrize("name", BOOKS)
def test_cells_of_a_binary_workbook_are_read_as_they_are_shown(name):
    suffix, data = BOOKS[name]
    kind, reading = read_data(data, suffix)
    assert kind.name == "a workbook"
    assert reading.text.split("\n") == [" | ".join(HEAD), "7.5% | 000005 | (50) | 2023-03-15 | #DIV/0! | #N/A"]
    assert [places.labels[0] for places in reading.places if places.kind == "sheet"] == ["Costs"]
    assert not reading.findings


def test_several_numbers_of_one_record_are_shown_each_as_its_style_says():
    many = struct.pack("<HH", 0, 1) + struct.pack("<HiHi", 1, 50 << 2 | 3, 2, 7 << 2 | 2) + struct.pack("<H", 2)
    assert read_data(xls((0xBD, many)), ".xls")[1].text == "50.0% | 000007"


def test_hidden_rows_and_columns_and_comments_of_a_binary_workbook_are_said():
    row = (0x208, struct.pack("<HHHHIHH", 1, 0, 6, 255, 0, 0x20, 0))
    column = (0x7D, struct.pack("<HHHHHH", 0, 0, 2000, 0, 1, 0))
    note = (0x1C, struct.pack("<HHHHHBB", 0, 0, 0, 1, 1, 0, 65))
    for data, suffix, said in (
        (xls(row, column, *cells(), note), ".xls", {"hidden.columns", "hidden.rows", "office.comments"}),
        (xlsb(*parts(hidden=True)), ".xlsb", {"hidden.rows"}),
    ):
        reading = read_data(data, suffix)[1]
        assert {finding.message.code for finding in reading.findings} == said
        rows = [finding.ranges for finding in reading.findings if finding.message.code == "hidden.rows"]
        shown = [reading.text[start:end] for start, end in rows[0]]
        assert shown[-3:] == ["2023-03-15", "#DIV/0!", "#N/A"]


def test_struck_out_cells_of_a_binary_workbook_are_said():
    old = xls((0x203, struct.pack("<HHHd", 0, 0, 5, 500)), (0x203, struct.pack("<HHHd", 0, 1, 0, 650)))
    new = xlsb(part(0, bytes(25)), part(5, struct.pack("<IId", 0, 6, 500)), part(5, struct.pack("<IId", 1, 0, 650)))
    for data, suffix in ((old, ".xls"), (new, ".xlsb")):
        reading = read_data(data, suffix)[1]
        assert [(finding.kind, finding.ranges) for finding in reading.findings] == [("struck", ((0, 3),))]


def formula(row, kind, value=0.0):
    result = struct.pack("<d", value) if kind is None else struct.pack("<BBBBHH", kind, 0, 0, 0, 0, 0xFFFF)
    return 0x06, struct.pack("<HHH", row, 0, 0) + result + struct.pack("<HIH", 0, 0, 0)


@pytest.mark.parametrize("style", [4, 5])
def test_day_of_an_xlsb_is_one_though_it_is_kept_as_a_whole_number(style):
    """calamine 0.37 takes whole numbers of an XLSB for numbers, whatever their format."""
    cell = part(2, struct.pack("<IIi", 0, style, 45000 << 2 | 2))
    assert read_data(xlsb(part(0, bytes(25)), cell), ".xlsb")[1].text == "2023-03-15"


def test_formulas_that_nobody_has_calculated_are_said():
    words = (0x204, struct.pack("<HHHHB", 0, 1, 0, 5, 0) + b"Ferns")
    said = read_data(xls(formula(0, 3), formula(1, 3), words), ".xls")[1].findings
    assert [str(finding.message) for finding in said] == ["2 formulas without a value left out; open and save it once"]
    assert not read_data(xls(formula(0, 3), formula(1, None, 7.0), words), ".xls")[1].findings  # an empty text is a value


@pytest.mark.parametrize("biff5", [False, True])
def test_encrypted_xls_is_said_to_be_encrypted(biff5):
    with pytest.raises(ReadError, match="encrypted; save a copy without a password"):
        read_data(xls(*cells(biff5=biff5), head=[(0x2F, bytes(54))], biff5=biff5), ".xls")


def test_stream_is_found_in_any_case_of_its_name_and_small_ones_in_the_small_sectors():
    data = compound({"WORKBOOK": b"ferns", "Other": b"moss"})
    assert stream_of(data, ("Workbook",)).rstrip(b"\0") == b"ferns"
    with pytest.raises(ReadError, match="damaged"):
        stream_of(data, ("Book",))


@given(st.lists(st.tuples(st.integers(0, 10_000), st.integers(0, 255)), max_size=40), st.sampled_from(sorted(BOOKS)))
def test_damaged_binary_workbook_is_read_or_refused(bytes_, name):
    suffix, good = BOOKS[name]
    data = bytearray(good)
    for at, byte in bytes_:
        if 8 < at < len(data):
            data[at] = byte
    from corpus.formats.sandbox import answer_of

    assert answer_of(bytes(data), suffix).words


def test_duration_without_a_known_format_is_in_hours():
    from datetime import timedelta

    from corpus.formats.sheet import _shown

    shown = [_shown(timedelta(days=days)) for days in (1.25, -1.2, 0.5)]
    assert shown == ["30:00:00", "-28:48:00", "12:00:00"]
