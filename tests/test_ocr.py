"""Scans and pictures, recognised by the real models: quotes that say so, boxes on the ink, and one line for the rest."""

import io
import json
import os
import re
import struct
import subprocess
import sys
import zlib
from pathlib import Path

import pytest
from PIL import Image, ImageDraw, ImageFont
from playwright.sync_api import expect
from served import server
from test_chat import ask, opened, violations, words

import corpus.formats.ocr as ocr
from corpus.document import Passage, Quote
from corpus.errors import ReadError
from corpus.formats import kept_readings
from corpus.formats.reading_order import Bounds, rows_in_order
from corpus.formats.sandbox import Sandbox
from corpus.highlight import page_views
from corpus.locator import describe, warnings
from corpus.read import read_file
from corpus.recognised import KIND, certainty, words_in
from corpus.verify import verify

LEASE = ["The monthly rent for the cottage is 740 euros.", "It is payable on the first day of each month."]
PINCITE = Path(sys.executable).parent / "pincite"


def picture(*lines, size=26, width=0, gap=1.4, ink=0, paper=255, family=None):
    """Lines of text in grey, as large as they need."""
    font = ImageFont.truetype(family, size) if family else ImageFont.load_default(size)
    wide = width or max(round(font.getlength(line)) for line in lines) + 60
    page = Image.new("L", (wide, round(size * gap * len(lines)) + 60), paper)
    pen = ImageDraw.Draw(page)
    for n, line in enumerate(lines):
        pen.text((30, 30 + round(n * size * gap)), line, font=font, fill=ink)
    return page


def saved(page, kind="PNG", **more):
    file = io.BytesIO()
    page.save(file, kind, **more)
    return file.getvalue()


def scanned(*pages, text=()):
    """A PDF of pictures, each as wide as the page; pages with a ``text`` have that instead."""
    from reportlab.lib.utils import ImageReader
    from reportlab.pdfgen import canvas

    file = io.BytesIO()
    pen = canvas.Canvas(file, pagesize=(300, 200))
    for n, page in enumerate(pages):
        if n in text:
            pen.drawString(20, 150, text[n])
        elif page is not None:
            pen.drawImage(
                ImageReader(page.convert("RGB")), 0, 200 - 300 * page.height / page.width, 300, 300 * page.height / page.width
            )
        pen.showPage()
    pen.save()
    return file.getvalue()


def put(folder, name, data):
    path = folder / name
    path.write_bytes(data)
    return path


@pytest.fixture(scope="module")
def child():
    """One reading process for all: it takes a second to load the models."""
    with Sandbox() as reader:
        yield reader


@pytest.fixture
def read(child, tmp_path):
    def reading(name, data):
        said = []
        document = read_file(put(tmp_path, name, data), note=lambda message: said.append(str(message)), child=child)
        return document, said

    return reading


def inked(view, page):
    """Whether in each box there is ink, and hardly any outside them on its height."""
    for box in view.boxes:
        part = page.crop(
            (
                round(box.left * page.width),
                round(box.top * page.height),
                round(box.right * page.width),
                round(box.bottom * page.height),
            )
        )
        assert part.getextrema()[0] < 100
    return len(view.boxes)


@pytest.mark.parametrize(("name", "data"), [("lease.pdf", scanned(picture(*LEASE))), ("lease.png", saved(picture(*LEASE)))])
def test_question_is_answered_with_what_was_recognised_and_told_so(tmp_path, name, data):
    path = put(tmp_path, name, data)
    run = subprocess.run(
        [str(PINCITE), "ask", "--reader", "off", "--json", "what is the monthly rent?", str(path)],
        capture_output=True,
        text=True,
    )
    assert "page 1 recognised from the picture" in run.stderr
    citation = json.loads(run.stdout)["citations"][0]
    assert citation["quote"] == LEASE[0] and citation["page"] == 1
    assert 0.5 < citation["recognised"] <= 1
    document = read_file(path, note=lambda _: None)
    start, end = citation["start"], citation["end"]
    assert document.text[start:end] == citation["quote"]
    assert (
        citation["recognised"] == min(word.sure for word in words_in(document, start, end)) == certainty(document, start, end)
    )
    (said,) = citation["warnings"]
    assert said == f"read from a picture by character recognition, its least certain word {citation['recognised']:.0%} sure"


def test_terminal_says_what_was_recognised(tmp_path):
    path = put(tmp_path, "lease.png", saved(picture(LEASE[0])))
    command = [str(PINCITE), "ask", "--reader", "off", "what is the monthly rent?", str(path)]
    shown = subprocess.run(command, capture_output=True, text=True).stdout
    assert re.search(r"⚠ read from a picture by character recognition, its least certain word \d+% sure", shown)
    assert LEASE[0] in shown and "✓ exact" in shown


def test_boxes_lie_on_the_words_of_the_quote_and_the_file_must_be_the_same(read):
    page = picture(*LEASE)
    document, _ = read("lease.png", saved(page))
    start = document.text.index("740")
    (view,) = page_views(document, start, start + len("740 euros"))
    assert inked(view, page) == 1 and view.picture.startswith(b"\x89PNG")
    font = ImageFont.load_default(26)
    left, right = (30 + font.getlength(LEASE[0][: LEASE[0].index(word)]) for word in ("740", "euros."))
    assert abs(view.boxes[0].left * page.width - left) < 10 and view.boxes[0].right * page.width > right + 60
    assert abs(view.boxes[0].top * page.height - 30) < 14
    quote = Quote(Passage(document, start, start + 3), start, start + 3)
    assert verify(quote) == "exact"
    Path(document.source).write_bytes(saved(page, compress_level=1))
    assert verify(quote) == "changed"
    with pytest.raises(ReadError, match="page 1 has changed since it was read"):
        page_views(document, start, start + 3)


def test_only_pages_without_text_are_recognised_and_each_says_what_it_is(read):
    pages = [picture(*LEASE), None, Image.new("L", (300, 200), 128), picture("Dogs are not allowed in the house.")]
    document, said = read("mixed.pdf", scanned(*pages, text={1: "Printed and not scanned."}))
    assert document.text.splitlines()[:3] == [*LEASE, "Printed and not scanned."]
    assert "pages 1, 4 recognised from the picture" in said[0]
    assert "1 of 4 pages cannot be quoted: no characters were recognised on page 3" in said[0]
    at = document.text.index("Printed")
    assert certainty(document, at, at + 7) is None and warnings(document, at, at + 7) == ()
    dogs = document.text.index("Dogs")
    assert describe(document, dogs, dogs + 4) == "p. 4" and certainty(document, dogs, dogs + 4) is not None
    assert certainty(document, 0, len(document.text)) == min(word.sure for word in words_in(document, 0, len(document.text)))
    starts = document.places_of(KIND).starts
    labels = document.places_of(KIND).labels
    assert all(
        not document.text[start - 1 : start].strip() for start, said in zip(starts, labels, strict=True) if said and start
    )


@pytest.mark.parametrize(("name", "made"), [("divided.pdf", scanned), ("divided.png", saved)])
def test_word_that_is_divided_at_a_line_end_is_one_word(read, name, made):
    document, _ = read(name, made(picture("The tenant keeps the gar-", "den and the well-", "known hedge in order.")))
    assert document.text.replace("\xad", "") == "The tenant keeps the garden and the well-known hedge in order.\n"
    assert document.text.count("\xad") == 1


@pytest.mark.parametrize("degrees", [90, 180, 270])
def test_page_that_lies_on_its_side_is_read_and_its_boxes_lie_on_the_words(read, degrees):
    page = picture(*LEASE, "No other sums are owed by the tenant.").rotate(degrees, expand=True)
    document, _ = read("turned.png", saved(page))
    assert document.text.splitlines()[:2] == LEASE
    (view,) = page_views(document, 0, len(LEASE[0]))
    assert inked(view, page) == 1
    box = view.boxes[0]
    assert (box.bottom - box.top > box.right - box.left) == (degrees != 180)
    assert {90: box.left < 0.4, 180: box.top > 0.5, 270: box.right > 0.6}[degrees]


def test_turning_that_a_photo_names_is_followed(read):
    exif = Image.Exif()
    exif[0x0112] = 6  # turned to the right to be looked at
    page = picture(*LEASE)
    document, _ = read("photo.jpg", saved(page.rotate(90, expand=True), "JPEG", quality=95, exif=exif))
    assert document.text.splitlines() == LEASE
    (view,) = page_views(document, 0, len(LEASE[0]))
    assert inked(view, page) == 1 and view.width > view.height


@pytest.mark.parametrize("mode", ["1", "L", "P", "RGB", "RGBA", "LA", "I;16", "CMYK"])
def test_pictures_of_every_mode_are_read(read, mode):
    page = picture(LEASE[0])
    if mode == "I;16":
        kind, page = "TIFF", Image.frombytes("I;16", page.size, b"".join(struct.pack("<H", 257 * p) for p in page.tobytes()))
    elif mode in {"RGBA", "LA"}:  # black letters on nothing
        kind, clear = "PNG", Image.new(mode, page.size, (0,) * len(mode))
        clear.putalpha(page.point(lambda value: 255 - value))
        page = clear
    else:
        kind, page = "TIFF", page.convert(mode)
    document, _ = read(f"page.{kind.lower()}", saved(page, kind))
    assert document.text == LEASE[0] + "\n"


def test_every_frame_of_a_tiff_is_a_page(read):
    one, other = (picture(line).convert("1") for line in (LEASE[0], "Page two says no."))
    data = saved(one, "TIFF", save_all=True, append_images=[other], compression="group4")
    document, _ = read("fax.tif", data)
    at = document.text.index("Page two")
    assert document.text[:at] == LEASE[0] + "\n" and describe(document, at, at + 4) == "p. 2"
    (view,) = page_views(document, at, at + 8)
    assert (view.number, len(view.boxes)) == (2, 1)


def bomb(width, height):
    """A PNG of a few bytes that says it is as large as this."""

    def chunk(name, data):
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(bytes(1000))) + chunk(b"IEND", b"")


@pytest.mark.parametrize(
    ("name", "data", "said"),
    [
        ("blank.png", saved(Image.new("L", (400, 300), 255)), "no characters were recognised on it"),
        ("dot.png", saved(Image.new("L", (3, 3), 0)), "no characters were recognised on it"),
        ("cut.png", saved(picture(LEASE[0]))[:900], "truncated or damaged, it cannot be opened as a picture"),
        ("broken.jpg", b"\xff\xd8\xff\xe0\0\x10JFIF\0\x01" + bytes(100), "truncated or damaged"),
        ("broken.tif", b"II*\0\x08\0\0\0" + bytes(50), "truncated or damaged"),
        ("bomb.png", bomb(12_000, 12_000), "a picture of more than 100,000,000 pixels"),
        ("larger.png", bomb(2**31 - 1, 2**31 - 1), "a picture of more than 100,000,000 pixels"),
        ("thin.png", bomb(2, 40_000_000), "no characters were recognised on it"),
        ("text.png", b"Ferns have no seeds.", "not a picture"),
        ("blank.pdf", scanned(Image.new("L", (30, 20), 128)), "recognition found no characters on them"),
    ],
)
def test_picture_that_cannot_be_read_gets_one_line(read, name, data, said):
    with pytest.raises(ReadError, match=re.escape(said)) as error:
        read(name, data)
    assert "\n" not in str(error.value)


def test_large_picture_and_a_strip_are_made_smaller(read):
    page = Image.new("L", (600, 12_000), 255)
    page.paste(picture(LEASE[0], width=600, size=24), (0, 11_000))
    document, _ = read("strip.png", saved(page))
    assert document.text == LEASE[0] + "\n"
    assert ocr.scale(10_000, 10_000, most=1) ** 2 * 10**8 <= ocr.PIXELS + 1
    assert ocr.scale(1, 100_000_000, most=1) * 10**8 <= ocr.LONGEST + 1


def test_columns_are_read_one_after_another_and_tables_row_by_row():
    left = [Bounds(0, 100 + 30 * n, 300, 120 + 30 * n) for n in range(5)]
    right = [Bounds(340, 104 + 30 * n, 640, 124 + 30 * n) for n in range(5)]
    title, foot = Bounds(100, 0, 500, 30), Bounds(0, 400, 640, 420)
    found = rows_in_order([*right, foot, *left, title])
    assert found == [[11], [6], [7], [8], [9], [10], [0], [1], [2], [3], [4], [5]]
    words = [Bounds(0, 30 * n, 200, 20 + 30 * n) for n in range(5)]
    figures = [Bounds(400, 2 + 30 * n, 450, 22 + 30 * n) for n in range(5)]
    assert rows_in_order([*figures, *words]) == [[n + 5, n] for n in range(5)]
    assert rows_in_order([]) == []


def without_ocr(folder):
    """The environment of processes in which the extra cannot be found."""
    hook = (
        "import importlib.machinery as m\nfind = m.PathFinder.find_spec\n"
        "m.PathFinder.find_spec = classmethod(lambda c, name, *more: None if name == 'rapidocr' else find(name, *more))\n"
    )
    folder.mkdir()
    (folder / "sitecustomize.py").write_text(hook)
    return {**os.environ, "PYTHONPATH": str(folder)}


def test_library_made_without_the_extra_names_it_and_reads_on_when_it_is_there(tmp_path):
    bare, docs = without_ocr(tmp_path / "bare"), tmp_path / "docs"
    docs.mkdir()
    put(docs, "lease.pdf", scanned(picture(*LEASE)))
    put(docs, "part.pdf", scanned(None, picture("Dogs are not allowed."), text={0: "Printed and not scanned."}))
    put(docs, "note.png", saved(picture("Cats are welcome.")))
    put(docs, "ferns.txt", b"Ferns have no seeds.\n")

    def pincite(*arguments, environment=None):
        run = subprocess.run([str(PINCITE), *map(str, arguments)], capture_output=True, text=True, env=environment)
        return run.stdout, run.stderr

    command = re.escape(ocr.EXTRA)
    _, said = pincite("index", docs, "-o", tmp_path / "lib", environment=bare)
    assert re.search(rf"lease.pdf: none of its 1 pages has a text layer. .*: {command}", said)
    assert re.search(rf"part.pdf: 1 of 2 pages cannot be quoted: page 2 without a text layer; .*: {command}", said)
    assert "left alone: note.png" in said
    _, said = pincite("ask", "what?", docs / "note.png", environment=bare)
    assert re.search(rf"note.png: a picture; .*: {command}\n", said)
    out, _ = pincite("doctor", environment=bare)
    assert re.search(rf"recognition +not installed, .*: {command}\n", out)
    _, said = pincite("update", tmp_path / "lib", environment=bare)
    assert "recognised" not in said
    out, _ = pincite("status", tmp_path / "lib", "--json")
    assert json.loads(out)["pending"] == {"new": 1, "changed": 2, "gone": 0}
    pincite("update", tmp_path / "lib")
    out, _ = pincite("ask", "--reader", "off", "are dogs allowed?", "--index", tmp_path / "lib")
    assert "Dogs are not allowed." in out and "read from a picture by character recognition" in out
    for environment in (None, bare):  # what was read stays, with the extra and without it
        out, _ = pincite("status", tmp_path / "lib", "--json", environment=environment)
        assert json.loads(out)["pending"] == {"new": 0, "changed": 0, "gone": 0}
        assert len([file for file in json.loads(out)["files"] if file["document"]]) == 4


def test_models_are_the_known_ones_and_no_other_is_fetched(monkeypatch):
    assert set(ocr.known_models()) == set(ocr.MODELS)
    monkeypatch.setitem(ocr.MODELS, "Rec", (ocr.MODELS["Rec"][0], "0" * 64))
    with pytest.raises(ReadError, match=r"is not the known model .* run: pip install --force-reinstall"):
        ocr.known_models()
    monkeypatch.setitem(ocr.MODELS, "Rec", ("no such model.onnx", "0" * 64))
    with pytest.raises(ReadError, match=r"no such model.onnx is not the known model"):
        ocr.known_models()


def test_recognition_opens_no_socket_and_is_not_loaded_for_what_has_text(tmp_path):
    """Whoever asks for a name or a connection ends the process; urllib3 makes a socket, to see whether there is IPv6."""
    scan, plain = put(tmp_path, "scan.png", saved(picture(LEASE[0]))), put(tmp_path, "plain.txt", b"Ferns have no seeds.\n")
    script = (
        "import sys, json; from corpus.formats.sandbox import answer\n"
        "asking = [f'socket.{what}' for what in ('connect', 'getaddrinfo', 'gethostbyname', 'sendto', 'sendmsg')]\n"
        "def watch(event, arguments):\n"
        "    if event in asking: sys.stderr.write(event); sys.stderr.flush(); import os; os._exit(3)\n"
        "sys.addaudithook(watch)\n"
        f"found = answer({{'path': {str(plain)!r}}})\n"
        "print([name for name in ('rapidocr', 'cv2', 'onnxruntime', 'PIL') if name in sys.modules])\n"
        f"found = answer({{'path': {str(scan)!r}}})\n"
        "print(found.text.decode())\n"
    )
    run = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    assert (run.returncode, run.stdout) == (0, f"[]\n{LEASE[0]}\n\n"), run.stderr


def test_time_of_a_page_is_bounded_and_each_page_has_its_own(tmp_path, monkeypatch):
    path = put(tmp_path, "lease.pdf", scanned(picture(LEASE[0]), picture(LEASE[1])))
    with Sandbox(seconds=1.0) as child:  # less than loading the models takes
        _, reading, _ = child.read(path)
    assert reading.text.splitlines() == LEASE


def test_window_lights_the_quote_on_the_picture_of_the_page(page, tmp_path):
    docs = tmp_path / "docs"
    docs.mkdir()
    put(docs, "lease.pdf", scanned(None, picture(*LEASE), text={0: "Printed and not scanned."}))
    put(docs, "note.png", saved(picture("Cats are welcome in the garden.")))
    with server("--reader", "off", docs, log=tmp_path / "chat.log") as address:
        opened(page, address())
        for question, quote, place in (
            ("what is the monthly rent?", LEASE[0], "p. 2"),
            ("where are cats welcome?", "Cats are", "p. 1"),
        ):
            turn = ask(page, question)
            assert words(turn.locator("blockquote").first).startswith(quote)
            assert "by character recognition, its least certain word" in words(turn.locator(".warning").first)
            turn.locator(".place").first.click()
            toggle = page.get_by_role("button", name="Page picture")
            if toggle.get_attribute("aria-pressed") != "true":
                toggle.press("Enter")
            expect(page.locator(".printed figcaption")).to_have_text(place)
            assert page.locator(".lit").count() == 1 and "least certain word" in words(page.locator(".source .warning"))
            lit, shown = (page.locator(f".printed {name}").bounding_box() for name in (".lit", "img"))
            assert lit["width"] > shown["width"] / 2 and lit["height"] < shown["height"] / 2
            if folder := os.environ.get("PINCITE_PICTURES"):
                page.screenshot(path=f"{folder}/{place}.png")
            assert violations(page) == []
            page.get_by_role("button", name="Close").click()


CHINESE = "出租人应当按照约定将租赁物交付承租人。"


def test_chinese_is_read_where_there_is_a_font_to_draw_it(read):
    found = subprocess.run(["fc-match", "-f", "%{family}\n%{file}", "Noto Sans CJK SC"], capture_output=True, text=True).stdout
    name, _, path = found.partition("\n")
    if "CJK" not in name:
        pytest.skip("no font with Chinese characters here")
    document, _ = read("chinese.png", saved(picture(CHINESE, "承租人应当按照约定的期限支付租金。", family=path)))
    assert document.text.splitlines()[0] == CHINESE
    (view,) = page_views(document, 0, len(CHINESE))
    assert len(view.boxes) == 1 and len(words_in(document, 0, len(CHINESE))) == 1


def test_scan_is_recognised_once_and_then_read_from_what_was_kept(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    path = put(tmp_path, "lease.png", saved(picture(LEASE[0])))
    first = read_file(path, note=lambda _: None)
    (kept,) = (tmp_path / "cache" / "pincite" / "readings").iterdir()
    assert read_file(path, note=lambda _: None) == first
    words, numbers, text = kept_readings.kept(kept)
    kept_readings.keep(kept, (words, numbers, text.replace(b"740", b"741")))
    assert "741" in read_file(path, note=lambda _: None).text
    kept.write_bytes(kept.read_bytes()[:-1] + b"!")
    assert read_file(path, note=lambda _: None) == first
    assert kept.read_bytes()[-1:] != b"!"


def test_kept_readings_are_bounded_and_nothing_else_in_their_folder_goes(tmp_path, monkeypatch):
    monkeypatch.setattr(kept_readings, "KEPT", 3)
    folder = tmp_path / "readings"
    folder.mkdir()
    (folder / "mine.txt").write_text("mine")
    for n in range(6):
        place = folder / f"{n:064x}"
        kept_readings.keep(place, (b"{}", b"", b"text"))
        os.utime(place, (n, n))
    assert {path.name for path in folder.iterdir()} == {"mine.txt", *(f"{n:064x}" for n in (3, 4, 5))}
    assert kept_readings.kept(place) == (b"{}", b"", b"text")
    assert kept_readings.kept(folder / "none") is None


def test_readings_are_read_again_where_they_cannot_be_kept(tmp_path, monkeypatch):
    put(tmp_path, "cache", b"a file and no folder")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    path = put(tmp_path, "lease.png", saved(picture(LEASE[0])))
    assert read_file(path, note=lambda _: None).text.strip() == LEASE[0]
