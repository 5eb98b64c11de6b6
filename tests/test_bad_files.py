"""Files that are damaged, hostile or not what they say: a line for each, the rest goes on, and nothing hangs."""

import gzip
import io
import os
import signal
import struct
import subprocess
import sys
import threading
import time
import zipfile
from functools import partial
from pathlib import Path

import heard
import pytest

from corpus.errors import ReadError
from corpus.formats import sandbox as child
from corpus.formats.sandbox import Sandbox
from corpus.read import read_file, read_paths
from corpus.regular import read_regular, regular_digest

W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
ODT = "application/vnd.oasis.opendocument.text"
LAUGHS = "".join(f"<!ENTITY {chr(n + 1)} '{f'&{chr(n)};' * 10}'>" for n in range(97, 105))
BOMB = f"<!DOCTYPE b [<!ENTITY a 'ha'>{LAUGHS}]>"
OUTSIDE = "<!DOCTYPE b [<!ENTITY x SYSTEM 'file:///etc/passwd'>]>"


def zipped(members, *, pack=zipfile.ZIP_DEFLATED):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", pack) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return file.getvalue()


def word(body="<w:p><w:r><w:t>Ferns.</w:t></w:r></w:p>", *, before="", more=()):
    text = f"{before}<w:document xmlns:w='{W}'><w:body>{body}</w:body></w:document>"
    return zipped({"word/document.xml": text, **dict(more)})


def pages(*lines, password=None):
    from reportlab.lib.pdfencrypt import StandardEncryption
    from reportlab.pdfgen import canvas

    file = io.BytesIO()
    page = canvas.Canvas(file, encrypt=StandardEncryption(password) if password is not None else None)
    for line in lines:
        page.drawString(72, 700, line)
        page.showPage()
    page.save()
    return file.getvalue()


def scanned(count):
    from PIL import Image
    from reportlab.lib.utils import ImageReader
    from reportlab.pdfgen import canvas

    file = io.BytesIO()
    page = canvas.Canvas(file)
    picture = ImageReader(Image.new("RGB", (4, 4)))
    for _ in range(count):
        page.drawImage(picture, 0, 0, 500, 700)
        page.showPage()
    page.save()
    return file.getvalue()


def locked_member(data):
    """A zip whose members say that they are encrypted."""
    changed = bytearray(data)
    for mark, at in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        start = changed.find(mark)
        while start >= 0:
            changed[start + at] |= 1
            start = changed.find(mark, start + 1)
    return bytes(changed)


def liar(size):
    """A zip whose directory says that a member is smaller than it is."""
    data = bytearray(zipped({"word/document.xml": "x" * size}))
    at = data.find(b"PK\x01\x02")
    data[at + 24 : at + 28] = struct.pack("<I", 10)
    return bytes(data)


def mail(body="Hello.", headers="From: a@example.org\nSubject: Hi\n"):
    return f"{headers}\n{body}".encode()


def nested_mail(depth):
    head = "From: a@example.org\n"
    for n in range(depth):
        head += f"Content-Type: multipart/mixed; boundary=b{n}\n\n--b{n}\n"
    return (head + "\nHello.\n").encode()


def workbook(**cells):
    import openpyxl

    book = openpyxl.Workbook()
    for name, value in cells.items():
        book.active[name] = value
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def unzipped(data):
    archive = zipfile.ZipFile(io.BytesIO(data))
    return {name: archive.read(name) for name in archive.namelist()}


def book(chapter="<p>Ferns.</p>", *, href="c.xhtml", more=()):
    return zipped(
        {
            "mimetype": "application/epub+zip",
            "META-INF/container.xml": "<container><rootfile full-path='b.opf'/></container>",
            "b.opf": f"<package><manifest><item id='c' href='{href}'/></manifest><spine><itemref idref='c'/></spine></package>",
            "c.xhtml": f"<html><body>{chapter}</body></html>",
            **dict(more),
        }
    )


PDF = pages("Ferns have no seeds.")
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600)
EMPTY, DAMAGED, LOCKED, BOMBED = "the file is empty", "truncated or damaged", "encrypted", "a zip bomb"

BAD = {
    # nothing there
    "zero.txt": (b"", EMPTY),
    "zero.pdf": (b"", EMPTY),
    "zero.docx": (b"", EMPTY),
    "zero.eml": (b"", EMPTY),
    "blank.txt": (b" \n\t\r\n", "only white space"),
    "blank.html": (b"<html><body> <p> </p></body></html>", "only white space"),
    "empty.json": (b"{}", "only white space"),
    "null.json": (b"null", "only white space"),
    "commas.csv": (b",,,\n,,,\n", "only white space"),
    "empty.docx": (word(""), "only white space"),
    "empty.rtf": (b"{\\rtf1 }", "only white space"),
    # not text, not what the name says
    "binary.txt": (bytes(range(32)) * 20, "not text"),
    "nul.txt": (b"Ferns\0\xff\xfe\0", "not text"),
    "nuls.csv": (bytes(500), "not text"),
    "program.txt": (b"\x7fELF\x02\x01\x01" + bytes(60), "not text but a program"),
    "photo.md": (b"\xff\xd8\xff\xe0\0\x10JFIF\0\x01", "truncated or damaged, it cannot be opened as a picture"),
    "photo.pdf": (b"\x89PNG\r\n\x1a\n" + bytes(50), "truncated or damaged, it cannot be opened as a picture"),
    "archive.txt": (gzip.compress(b"Ferns."), "not text but a gzip archive"),
    "words.pdf": (b"These are only words.", "not PDF; it is damaged, or its name is wrong"),
    "words.docx": (b"These are only words.", "not DOCX; it is damaged, or its name is wrong"),
    "words.rtf": (b"These are only words.", "not RTF"),
    "words.eml": (b"These are only words.", "not an e-mail"),
    "words.mbox": (b"These are only words.", "not a mailbox"),
    "words.json": (b"These are only words.", "not JSON"),
    "words.jsonl": (b"These are\nonly words.", "line 1: not JSON"),
    "music.epub": (zipped({"song.mp3": "la"}), "has no META-INF/container.xml inside"),
    "other.docx": (zipped({"song.mp3": "la"}), "has no word/document.xml inside"),
    "old.xls": (b"\x09\x04\x06\x00\x00\x00\x10\x00\x00\x00" + bytes(60), "an old Office file"),
    "old.doc.docx": (OLE, "an old Office file"),
    "letter.txt": (OLE + "__properties_version1.0".encode("utf-16-le") + bytes(50), "an Outlook message"),
    "words.mht": (b"These are only words.", "not a web archive"),
    "halfmark.txt": (b"\xff\xfea\0b", "starts as utf-16 but byte"),
    # truncated and damaged
    "half.pdf": (PDF[: len(PDF) // 3], DAMAGED),
    "head.pdf": (b"%PDF-1.7\n", DAMAGED),
    "junk.pdf": (b"%PDF-1.4\n" + bytes(range(256)) * 40, DAMAGED),
    "half.docx": (word()[:200], DAMAGED),
    "flipped.docx": (word().replace(b"PK\x01\x02", b"PK\x09\x09"), DAMAGED),
    "badcrc.docx": (word()[:60] + b"\0\0\0\0" + word()[64:], DAMAGED),
    "badxml.docx": (word("<w:p>"), "word/document.xml inside is damaged"),
    "nobody.docx": (zipped({"word/document.xml": f"<w:document xmlns:w='{W}'/>"}), "has no body inside"),
    "half.xlsx": (workbook(A1=1)[:300], DAMAGED),
    "nosheet.xlsx": (zipped({"xl/workbook.xml": "<workbook/>"}), "damaged"),
    "noslides.pptx": (zipped({"ppt/presentation.xml": "<p"}), "ppt/presentation.xml inside is damaged"),
    "notext.odt": (
        zipped({"mimetype": ODT, "content.xml": "<a/>"}),
        "has no text inside",
    ),
    "half.json": (b'{"a": [1, 2', "not JSON"),
    # locked
    "locked.pdf": (pages("Ferns.", password="secret"), "encrypted and needs a password"),
    "locked.docx": (OLE + "EncryptedPackage".encode("utf-16-le") + bytes(50), LOCKED),
    "lockedzip.docx": (locked_member(word()), LOCKED),
    "locked.xlsx": (locked_member(workbook(A1=1)), LOCKED),
    "locked.odt": (
        zipped(
            {
                "mimetype": ODT,
                "META-INF/manifest.xml": "<manifest><file-entry><encryption-data/></file-entry></manifest>",
                "content.xml": "x",
            }
        ),
        LOCKED,
    ),
    "locked.ods": (
        zipped(
            {
                "mimetype": ODT.replace("text", "spreadsheet"),
                "META-INF/manifest.xml": "<manifest><file-entry><encryption-data/></file-entry></manifest>",
                "content.xml": "x",
            }
        ),
        LOCKED,
    ),
    "locked.epub": (
        book(more={"META-INF/encryption.xml": "<e><CipherReference URI='c.xhtml'/></e>"}.items()),
        "encrypted (DRM)",
    ),
    # scans
    "scan.pdf": (scanned(3), "memory"),
    # bombs
    "bomb.docx": (zipped({"word/document.xml": b"\0" * 300_000_000}), BOMBED),
    "bomb.xlsx": (zipped({**unzipped(workbook(A1=1)), "xl/sharedStrings.xml": " " * 300_000_000}), BOMBED),
    "bomb.epub": (book("x" * 300_000_000), BOMBED),
    "many.docx": (zipped({f"m{n}": "" for n in range(25_000)} | {"word/document.xml": ""}, pack=0), BOMBED),
    "liar.docx": (liar(9_000_000), DAMAGED),
    "laughs.docx": (word(before=BOMB, body="<w:p><w:r><w:t>&i;</w:t></w:r></w:p>"), "XML entities"),
    "laughs.epub": (book(more={"b.opf": f"{BOMB}<package/>"}.items()), "XML entities"),
    "outside.docx": (word(before=OUTSIDE, body="<w:p><w:r><w:t>&x;</w:t></w:r></w:p>"), "XML entities"),
    "outside.odt": (
        zipped({"mimetype": ODT, "content.xml": f"{OUTSIDE}<a>&x;</a>"}),
        "XML entities",
    ),
    "far.xlsx": (workbook(A1=1, XFD1048576=2), "memory"),
    "deep.json": (b"[" * 200_000 + b"]" * 200_000, "nested too deeply"),
    "deep.docx": (word("<w:sdt>" * 3000 + "</w:sdt>" * 3000), "word/document.xml inside is damaged (Excessive depth"),
    "deep.html": (b"<div>" * 50_000 + b"Ferns.", "nested too deeply"),
    "deep.eml": (nested_mail(1200), "nested too deeply"),
    # tricks
    "up.epub": (book(href="../../../../etc/passwd"), "only white space"),
    "absolute.epub": (book(href="/etc/passwd"), "only white space"),
}

GOOD = {
    "report.txt": (PDF, "named like text, but it is PDF"),
    "page.pdf": (b"<!doctype html><p>Ferns have no seeds.</p>", "named like PDF, but it is HTML"),
    "letter.pdf": (word(), "named like PDF, but it is DOCX"),
    "tricks.docx": (word(more={"../../evil.sh": "rm"}.items()), ""),
    "wide.html": (b"<html>" + b"<p>Ferns.</p>" * 20_000, ""),
    "entities.html": (f"{BOMB}<html><p>Ferns &i; moss.</p></html>".encode(), ""),
    "spaces.odt": (
        zipped(
            {
                "mimetype": ODT,
                "content.xml": "<o:d xmlns:o='urn:oasis:names:tc:opendocument:xmlns:office:1.0' "
                "xmlns:t='urn:oasis:names:tc:opendocument:xmlns:text:1.0'><o:body><o:text><t:p>a<t:s t:c='999999999999'/>b"
                "</t:p></o:text></o:body></o:d>",
            }
        ),
        "",
    ),
    "nul.eml": (mail("Hello\0 there."), ""),
    "charset.eml": (mail(headers="From: a@example.org\nContent-Type: text/plain; charset=klingon\n"), ""),
    "date.eml": (mail(headers="From: a@example.org\nDate: the day before\n"), ""),
    "long.txt": (b"Ferns have no seeds. " * 100_000, ""),
    "turned.txt": ("Pay \u202e0005\u202c euro.".encode(), "2 invisible characters"),
}


def test_the_table_is_long_enough():
    assert len(BAD) + len(GOOD) >= 60


@pytest.fixture(scope="module")
def reader():
    """One child for all these files, as a folder has it."""
    with Sandbox(seconds=20, memory=1024**3) as child:
        yield child


@pytest.mark.parametrize("name", BAD)
def test_bad_file_gets_one_clear_line(tmp_path, reader, name):
    data, message = BAD[name]
    path = tmp_path / name
    path.write_bytes(data)
    began = time.monotonic()
    with pytest.raises(ReadError) as error:
        read_file(path, note=lambda line: None, child=reader)
    assert str(error.value).startswith(f"{path}: ")
    assert message in str(error.value)
    assert "\n" not in str(error.value)
    assert "root:" not in str(error.value)
    assert time.monotonic() - began < 30


@pytest.mark.parametrize("name", GOOD)
def test_odd_file_is_read_and_what_is_odd_is_said(tmp_path, reader, name):
    data, message = GOOD[name]
    path = tmp_path / name
    path.write_bytes(data)
    lines = []
    document = read_file(path, note=heard.into(lines), child=reader)
    assert document.text.strip()
    assert message in " ".join(lines)
    assert "root:" not in document.text
    assert {entry.name for entry in tmp_path.iterdir()} == {name}


def test_folder_of_bad_files_gets_a_line_each_and_the_rest_is_read(tmp_path):
    chosen = ["zero.pdf", "half.docx", "locked.pdf", "bomb.docx", "laughs.docx", "scan.pdf", "words.json"]
    for name in chosen:
        (tmp_path / name).write_bytes(BAD[name][0])
    (tmp_path / "good.txt").write_text("Ferns have no seeds.")
    (tmp_path / "good.pdf").write_bytes(pages("Moss holds water."))
    (tmp_path / "loop").symlink_to(tmp_path)
    (tmp_path / "circle.txt").symlink_to(tmp_path / "circle.txt")
    (tmp_path / "dangling.pdf").symlink_to(tmp_path / "none.pdf")
    os.mkfifo(tmp_path / "pipe.pdf")
    lines = []
    documents = read_paths([tmp_path], note=heard.into(lines))
    assert [Path(document.source).name for document in documents] == ["good.pdf", "good.txt"]
    for name in [*chosen, "circle.txt", "dangling.pdf", "pipe.pdf"]:
        assert sum(name in line for line in lines) == 1, (name, lines)


@pytest.mark.skipif(sys.platform == "darwin", reason="APFS refuses names that are not UTF-8")
def test_file_with_an_undecodable_name_is_read_by_the_child(tmp_path):
    Path(os.fsdecode(os.path.join(os.fsencode(tmp_path), b"b\xe9.pdf"))).write_bytes(PDF)  # noqa: PTH118
    (document,) = read_paths([tmp_path], note=print)
    assert document.text == "Ferns have no seeds.\n"


def test_device_is_refused():
    with pytest.raises(ReadError, match="not a regular file"):
        read_file(Path("/dev/zero"), note=print)


def test_large_file_is_refused_before_it_is_opened(tmp_path):
    path = tmp_path / "huge.txt"
    with path.open("wb") as file:
        file.truncate(2 * 1024**3)
    with pytest.raises(ReadError, match=r"2.1 GB; 0.5 GB is the most that is read; split it"):
        read_file(path, note=print)


def test_file_that_changes_while_it_is_read_is_refused(tmp_path, monkeypatch):
    path = tmp_path / "notes.pdf"
    path.write_bytes(pages("Ferns."))
    whole = Sandbox.read

    def meanwhile(self, path):
        found = whole(self, path)
        path.write_bytes(pages("Moss and ferns."))
        return found

    monkeypatch.setattr(Sandbox, "read", meanwhile)
    with pytest.raises(ReadError, match="has changed while it was read"):
        read_file(path, note=print)


def test_reader_that_takes_too_long_is_stopped_and_the_next_file_is_read(tmp_path):
    slow, quick = tmp_path / "slow.html", tmp_path / "quick.html"
    slow.write_bytes(b"<table>" + b"<tr><td>a<td>b" * 400_000)
    quick.write_bytes(b"<html><p>Ferns.</p></html>")
    with Sandbox(seconds=-11) as child:
        with pytest.raises(ReadError, match="not read within 0 seconds of computing"):
            read_file(slow, note=print, child=child)
        child._seconds = 20.0
        assert read_file(quick, note=print, child=child).text == "Ferns."


SPINS = "import corpus.formats.sandbox as c; c.answer = lambda question: [None for _ in iter(int, 1)]; "
SLEEPS = "import time, corpus.formats.sandbox as c; c.answer = lambda question: time.sleep(600); "
WORKS = (
    "import time, corpus.formats.sandbox as c; real = c.answer\ndef answer(question):\n    until = time.process_time() + 0.7\n"
    "    while time.process_time() < until: pass\n    return real(question)\nc.answer = answer; "
)


def another_reader(monkeypatch, code):
    """A child whose answers are made by other code."""
    start = "import sys; sys.path.insert(0, sys.argv[1])\n" + code + "c.serve(int(sys.argv[2]))"
    monkeypatch.setattr(child, "_START", start)


@pytest.fixture
def ferns(tmp_path):
    """A small file."""
    path = tmp_path / "ferns.txt"
    path.write_text("Ferns have no seeds.")
    return path


def test_reader_that_computes_without_end_is_stopped_by_its_computing_time(ferns, monkeypatch):
    another_reader(monkeypatch, SPINS)
    with Sandbox(seconds=1) as spinning, pytest.raises(ReadError, match="not read within 1 seconds of computing"):
        read_file(ferns, note=print, child=spinning)


def test_reader_that_waits_without_end_is_stopped_by_the_clock(ferns, monkeypatch):
    another_reader(monkeypatch, SLEEPS)
    monkeypatch.setattr(child, "PATIENCE", 2)
    with Sandbox(seconds=1) as waiting, pytest.raises(ReadError, match="not read within 2 seconds; "):
        read_file(ferns, note=print, child=waiting)


def test_reader_that_a_busy_machine_keeps_waiting_is_not_refused(ferns):
    """Stopped for three times as long as it may compute, as a process is that gets no turn."""
    with Sandbox(seconds=1) as kept:
        read_file(ferns, note=print, child=kept)
        os.kill(kept._process.pid, signal.SIGSTOP)
        threading.Timer(3, os.kill, (kept._process.pid, signal.SIGCONT)).start()
        began = time.monotonic()
        assert read_file(ferns, note=print, child=kept).text == "Ferns have no seeds."
        assert time.monotonic() - began > 2


def test_each_file_has_its_own_computing_time(ferns, monkeypatch):
    """Six files of 0.7 seconds each, in one process that may compute for 1 second a file."""
    another_reader(monkeypatch, WORKS)
    with Sandbox(seconds=1) as kept:
        for _ in range(6):
            read_file(ferns, note=print, child=kept)


PEAK = """
import sys
from pathlib import Path
from corpus.read import read_file
try:
    print(len(read_file(Path(sys.argv[1]), note=lambda line: None).text))
except Exception as error:
    print(error)
print(next(int(line.split()[1]) // 1024 for line in Path("/proc/self/status").read_text().splitlines() if "VmHWM" in line))
"""


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="only Linux tells the peak")
@pytest.mark.parametrize(
    ("name", "content", "message", "megabytes"),
    [
        ("lines.txt", lambda: b"\n" * 60_000_000 + b"Ferns.", "60000006", 300),
        ("wide.json", lambda: b"[" + b'"fern",' * 1_500_000 + b'"fern"]', "9000004", 500),
        ("too_many.txt", lambda: b"\n" * 100_000_000 + b"Ferns.", "more than 100,000,000 characters of text", 100),
        ("too_many.csv", lambda: b"a,b\n" * 2_600_000, "5,000,000", 100),
        ("marks.txt", lambda: "a\u200b".encode() * 6_000_000, "6,000,000 places, headings and the like", 100),
    ],
)
def test_memory_of_who_reads_is_bounded(tmp_path, name, content, message, megabytes):
    """100 MB of line ends once took 10.8 GB here."""
    path = tmp_path / name
    path.write_bytes(content())
    done = subprocess.run([sys.executable, "-c", PEAK, str(path)], capture_output=True, text=True, check=True)
    said, peak = done.stdout.splitlines()
    assert message in said
    assert int(peak) < megabytes


def test_answer_that_is_larger_than_it_may_be_is_not_read(ferns, monkeypatch):
    another_reader(
        monkeypatch, "import corpus.formats.sandbox as c; c.answer = lambda question: c._Answer(b'x', b'', b'y' * 5000); "
    )
    monkeypatch.setattr(child, "LARGEST_TEXT", 1000)
    with Sandbox(seconds=5) as lying, pytest.raises(ReadError, match="its reader broke down"):
        read_file(ferns, note=print, child=lying)


def test_nothing_foreign_is_opened_by_who_reads(ferns):
    """Whatever takes a file's reader over, or never ends, does so in the child."""
    script = (
        "import sys; from pathlib import Path; from corpus.read import read_file; seen = [];"
        "sys.addaudithook(lambda event, args: seen.append(str(args[0])) if event == 'open' else None);"
        "read_file(Path(sys.argv[1]), note=print); print(sum(name.endswith('ferns.txt') for name in seen))"
    )
    done = subprocess.run([sys.executable, "-c", script, str(ferns)], capture_output=True, text=True, check=True)
    assert done.stdout == "0\n"


@pytest.mark.parametrize("name", ["/proc/kmsg", "/proc/self/environ", "/proc/self/mem", "/dev/zero", "/dev/tty"])
def test_file_that_is_none_is_refused_at_once(tmp_path, name):
    if not Path(name).exists():
        pytest.skip(f"no {name} here")
    link = tmp_path / "link.txt"
    link.symlink_to(name)
    with pytest.raises(ReadError, match=r"the file is empty|not a regular file"):
        read_file(link, note=print)


def test_pipe_that_takes_a_files_name_is_not_waited_for(tmp_path):
    os.mkfifo(tmp_path / "pipe.txt")
    for read in (regular_digest, partial(read_regular, most=100)):
        with pytest.raises(ReadError, match="not a regular file"):
            read(tmp_path / "pipe.txt")


@pytest.mark.skipif(not Path("/proc/self/maps").exists(), reason="needs a file that says less than it gives")
def test_file_that_gives_more_than_its_size_is_refused(monkeypatch):
    whole = os.fstat
    monkeypatch.setattr(os, "fstat", lambda file: os.stat_result([*whole(file)[:6], 5, *whole(file)[7:]]))
    with pytest.raises(ReadError, match="more bytes than its size"):
        read_regular(Path("/proc/self/maps"), most=100)


def test_encoding_is_guessed_from_a_part_and_read_as_a_whole(tmp_path):
    path = tmp_path / "german.txt"
    text = "A line of plain words.\n" * 100_000 + "Die Straße führt über die Brücke nach Köln, schöne Grüße.\n" * 30
    path.write_bytes(text.encode("cp1252"))
    assert read_file(path, note=lambda line: None).text == text


def test_reader_that_needs_too_much_memory_is_stopped(tmp_path):
    path = tmp_path / "wide.json"
    path.write_bytes(b"[" + b"{}," * 9_000_000 + b"1]")
    with Sandbox(memory=300 * 1024**2) as child, pytest.raises(ReadError, match="memory"):
        read_file(path, note=print, child=child)


def test_child_ends_with_its_parent():
    """A parent that is killed leaves no reader behind: its stdin closes."""
    script = (
        "import os, sys; from pathlib import Path; from corpus.formats.sandbox import Sandbox; c = Sandbox();"
        "process = c._started(); print(process.pid, flush=True); os.kill(os.getpid(), 9)"
    )
    result = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    pid = int(result.stdout)
    until = time.monotonic() + 10
    while alive(pid) and time.monotonic() < until:
        time.sleep(0.1)
    assert not alive(pid)


def alive(pid):
    """Whether a process runs; one that has ended and waits to be heard does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except FileNotFoundError:
        return False
