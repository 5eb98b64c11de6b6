"""Every format: text settled once with its maps in step, and each place as a person would say it."""

import io
import json
import re
import subprocess
import sys
import time
import unicodedata
import zipfile
from email.message import EmailMessage
from itertools import pairwise
from pathlib import Path

import pytest
from cutting import cut_within_the_laws
from hypothesis import assume, given, reject, settings
from hypothesis import strategies as st

from corpus.chunk import cut
from corpus.document import Document, Finding, Places
from corpus.errors import ReadError
from corpus.formats.builder import Cell, TextBuilder, settle
from corpus.formats.formula import shifted
from corpus.formats.number_format import shown
from corpus.formats.registry import BY_SUFFIX, KINDS, read_data
from corpus.formats.sandbox import answer_of
from corpus.formats.sheet import column
from corpus.highlight import MOST, page_views
from corpus.locator import describe, warnings
from corpus.read import read_file

WORD = "<w:document xmlns:w='http://schemas.openxmlformats.org/wordprocessingml/2006/main'><w:body>{}</w:body></w:document>"


def pdf(*pages, title="", labels=None, bookmarks=(), password="", white=(), size=11):
    """A PDF with a page for each list of lines."""
    from reportlab.lib.pagesizes import A4
    from reportlab.lib.pdfencrypt import StandardEncryption
    from reportlab.pdfgen import canvas

    file = io.BytesIO()
    locked = StandardEncryption(password, canPrint=1) if password else None
    page = canvas.Canvas(file, pagesize=A4, encrypt=locked, pageCompression=0)
    page.setTitle(title)
    for n, lines in enumerate(pages):
        if labels:
            page.addPageLabel(n, prefix=labels[n])
        for title_, at in bookmarks:
            if at == n:
                page.bookmarkPage(title_)
                page.addOutlineEntry(title_, title_, 0)
        for row, line in enumerate(lines):
            page.setFillColorRGB(*((1, 1, 1) if line in white else (0, 0, 0)))
            page.setFont("Helvetica", size)
            page.drawString(72, 780 - 16 * row, line)
        page.showPage()
    page.save()
    return file.getvalue()


def scan(*pages):
    """A PDF whose pages are pictures, those with words behind them with an invisible text layer."""
    from PIL import Image
    from reportlab.lib.utils import ImageReader
    from reportlab.pdfgen import canvas

    file = io.BytesIO()
    page = canvas.Canvas(file, pagesize=(300, 300))
    for words in pages:
        page.drawImage(ImageReader(Image.new("RGB", (8, 8), "gray")), 0, 0, 300, 300)
        if words:
            text = page.beginText(20, 200)
            text.setTextRenderMode(3)
            text.textLine(words)
            page.drawText(text)
        page.showPage()
    page.save()
    return file.getvalue()


def without_map(words):
    """A PDF whose font does not say which letters it shows."""
    import reportlab
    from reportlab.pdfbase import pdfmetrics
    from reportlab.pdfbase.ttfonts import TTFont
    from reportlab.pdfgen import canvas

    pdfmetrics.registerFont(TTFont("Vera", Path(reportlab.__file__).parent / "fonts" / "Vera.ttf"))
    file = io.BytesIO()
    page = canvas.Canvas(file, pageCompression=0)
    page.setFont("Vera", 12)
    page.drawString(72, 700, words)
    page.save()
    return file.getvalue().replace(b"/ToUnicode", b"/XoUnicode")


def zipped(members):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return file.getvalue()


def docx():
    import docx as word

    document = word.Document()
    document.core_properties.title = "Lease"
    document.add_heading("Rent", 1)
    document.add_paragraph("The rent is 500 euro. It is due monthly.")
    document.add_heading("Late payment", 2)
    paragraph = document.add_paragraph("Interest is ")
    paragraph.add_run("not ").bold = True
    paragraph.add_run("charged.")
    paragraph.add_run("Secret.").font.hidden = True
    white = document.add_paragraph("Seen. ").add_run("Unseen words.")
    white.font.color.rgb = word.shared.RGBColor(255, 255, 255)
    table = document.add_table(2, 2)
    for at, words in enumerate(("Room", "Size", "Kitchen", "12 m²")):
        table.cell(at // 2, at % 2).text = words
    return saved(document)


def pptx():
    import pptx as slides

    show = slides.Presentation()
    for title, words in (("Ferns", "They have spores."), ("Moss", "It holds water.")):
        slide = show.slides.add_slide(show.slide_layouts[1])
        slide.shapes.title.text = title
        slide.placeholders[1].text = words
    slide.notes_slide.notes_text_frame.text = "Say it slowly."
    show.slides[0]._element.set("show", "0")
    return saved(show)


def xlsx():
    import openpyxl

    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "Budget"
    for row in (["Item", "Cost"], ["Chairs", 120.5], ["Tables", 300]):
        sheet.append(row)
    sheet["D7"] = "Far away"
    other = book.create_sheet("Old")
    other.append(["Dropped"])
    other.sheet_state = "hidden"
    return saved(book)


def saved(document):
    file = io.BytesIO()
    document.save(file)
    return file.getvalue()


def epub(*chapters):
    package = "".join(f'<item id="c{n}" href="c{n}.xhtml" media-type="application/xhtml+xml"/>' for n in range(len(chapters)))
    spine = "".join(f'<itemref idref="c{n}"/>' for n in range(len(chapters)))
    return zipped(
        {
            "mimetype": "application/epub+zip",
            "META-INF/container.xml": "<container><rootfiles><rootfile full-path='OPS/book.opf'/></rootfiles></container>",
            "OPS/book.opf": f"<package><metadata><title>Ferns &amp; moss</title></metadata><manifest>{package}</manifest>"
            f"<spine>{spine}</spine></package>",
            **{f"OPS/c{n}.xhtml": f"<html><head><title/></head><body>{text}</body></html>" for n, text in enumerate(chapters)},
        }
    )


def odt():
    names = " ".join(f"xmlns:{name}='urn:oasis:names:tc:opendocument:xmlns:{name}:1.0'" for name in ("office", "text", "table"))
    return zipped(
        {
            "mimetype": "application/vnd.oasis.opendocument.text",
            "content.xml": f"<office:document-content {names}><office:body><office:text>"
            "<text:h text:outline-level='1'>Rent</text:h><text:p>It is<text:s text:c='2'/>due<text:note><text:note-body>"
            "<text:p>On the first.</text:p></text:note-body></text:note> monthly.</text:p><text:list><text:list-item>"
            "<text:p>Keys</text:p></text:list-item></text:list><table:table><table:table-row><table:table-cell><text:p>a"
            "</text:p></table:table-cell><table:table-cell><text:p>b</text:p></table:table-cell></table:table-row></table:table>"
            "</office:text></office:body></office:document-content>",
        }
    )


def message(subject="Rent", body="The rent is due.\n", html=""):
    mail = EmailMessage()
    mail["From"], mail["To"] = "Ann Ström <ann@example.org>", "bob@example.org"
    mail["Date"], mail["Subject"] = "Fri, 03 May 2024 10:15:00 +0200", subject
    mail.set_content(body)
    if html:
        mail.clear_content()
        mail.set_content(html, subtype="html")
    mail.add_attachment(b"x", maintype="application", subtype="pdf", filename="lease.pdf")
    return mail.as_bytes()


def mbox():
    one, other = message("First", "From here on it rains.\n"), message("Second")
    quoted = one.replace(b"\nFrom here", b"\n>From here")
    return b"From ann Fri May  3 10:15:00 2024\n" + quoted + b"\n\nFrom ann Fri May  3 11:15:00 2024\n" + other


def archive():
    page = EmailMessage()
    page["From"], page["Subject"] = "<Saved by Blink>", "On ferns"
    page.set_content("<title>On ferns</title><p>Ferns have <b>no</b> seeds.</p>", subtype="html", cte="quoted-printable")
    page.add_related(b"x", maintype="image", subtype="png", filename="a.png")
    return page.as_bytes()


HTML = """<!doctype html><html><head><title>On ferns</title><script>var x = 1;</script></head><body class="page">
<nav><a href="/">Home</a></nav><div class="cookie-banner">We use cookies.</div>
<div id="content"><h1>Ferns</h1><p>Ferns have <b>no</b>
seeds.</p><h2>Spores</h2><ul><li>small</li><li><p>light</p></li></ul><ol><li>first</li><li>second</li></ol>
<table><tr><th>Name</th><th>Size</th></tr><tr><td>Moss</td><td>1 cm</td></tr></table>
<p style="display: none">Nobody sees this.</p><p>Plain. <span style="color: #FFF">White words.</span></p><pre><code>a  b
c</code></pre></div><footer>Imprint</footer></body></html>"""

RTF = rb"{\rtf1\ansi{\fonttbl{\f0 Arial;}}\f0 The rent is 500 \'80.\par It is due \u8222?monthly\u8220?.\par}"


def letter(words):
    """The picture of a line."""
    from PIL import Image, ImageDraw, ImageFont

    page, file = Image.new("L", (360, 60), 255), io.BytesIO()
    ImageDraw.Draw(page).text((20, 14), words, font=ImageFont.load_default(24), fill=0)
    page.save(file, "PNG")
    return file.getvalue()


SAMPLES = {
    ".txt": b"Ferns have no seeds.\r\nThey have spores.\r\n",
    ".md": b"# Ferns\n\nThey have spores.\n",
    ".pdf": pdf(["Ferns have no seeds.", "They have spores."], ["Moss holds water."]),
    ".html": HTML.encode(),
    ".docx": docx(),
    ".pptx": pptx(),
    ".xlsx": xlsx(),
    ".csv": 'Name;Grösse\nMoos;1 cm\n"Far; n";"zwei\nZeilen"\n'.encode("cp1252"),
    ".epub": epub("<h1>Ferns</h1><p>They&nbsp;have spores.</p>", "<h1>Moss</h1><p>It holds water.</p>"),
    ".eml": message(),
    ".mbox": mbox(),
    ".mht": archive(),
    ".rtf": RTF,
    ".odt": odt(),
    ".json": json.dumps({"title": "Ferns", "parts": [{"name": "leaf", "size": 3}, {"name": "root\r\nhair"}]}).encode(),
    ".jsonl": b'{"text": "Ferns."}\nbroken\n{"text": "Moss."}\n',
    ".png": letter("Ferns have no seeds."),
}


def read(data, suffix):
    """The document in a file's bytes."""
    _, reading = read_data(data, suffix)
    return Document(reading.text, "t", "s", reading.headings, reading.places, reading.findings)


def laws(document):
    """What holds of every reading, whatever the format."""
    assert settle(document.text) == document.text
    for places in document.places:
        assert list(places.starts) == sorted(set(places.starts))
        assert all(0 <= start <= len(document.text) for start in places.starts)
        numbers = [places.number_at(offset) for offset in range(len(document.text))]
        assert numbers == sorted(numbers)
    cut_within_the_laws(document)


def test_every_kind_has_a_sample():
    assert {BY_SUFFIX[suffix] for suffix in SAMPLES} == set(KINDS)


@pytest.mark.parametrize("suffix", SAMPLES)
def test_laws_hold_over_every_sample(suffix):
    laws(read(SAMPLES[suffix], suffix))


@pytest.mark.parametrize("suffix", SAMPLES)
def test_file_read_by_the_child_is_the_one_read_here(tmp_path, suffix):
    path = tmp_path / f"sample{suffix}"
    path.write_bytes(SAMPLES[suffix])
    document = read_file(path, note=lambda _: None)
    here = read(SAMPLES[suffix], suffix)
    assert (document.text, document.headings, document.places, document.findings) == (
        here.text,
        here.headings,
        here.places,
        here.findings,
    )


def sentences(document):
    """The sentences of a document, each with its place."""
    return [(document.text[a:b], describe(document, a, b)) for inside in cut(document).sentences for a, b in inside]


def test_places_are_said_as_a_person_would():
    for suffix, words, place in [
        (".txt", "They have spores.", "line 2"),
        (".pdf", "Moss holds water.", "p. 2"),
        (".html", "Ferns have no seeds.", "¶ 2"),
        (".html", "Moss | 1 cm", "¶ 9"),
        (".docx", "It is due monthly.", "¶ 2"),
        (".pptx", "It holds water.", "slide 2"),
        (".pptx", "Say it slowly.", "slide 2, notes"),
        (".xlsx", "Chairs | 120.5", "sheet Budget, cells A2–B2"),
        (".xlsx", "Far away", "sheet Budget, cell D7"),
        (".csv", "Moos | 1 cm", "cells A2–B2"),
        (".eml", "The rent is due.", "From: Ann Ström <ann@example.org>, 2024-05-03 10:15, “Rent”"),
        (".odt", "On the first.", "note 1, ¶ 5"),
        (".json", "name: leaf | size: 3", "fields parts[0].name–parts[0].size"),
        (".jsonl", "text: Moss.", "line 3, field text"),
    ]:
        assert (words, place) in sentences(read(SAMPLES[suffix], suffix)), suffix


def test_heading_paths_go_from_the_highest_down():
    for suffix, words, path in [
        (".html", "small", ("Ferns", "Spores")),
        (".docx", "not charged", ("Rent", "Late payment")),
        (".epub", "water", ("Moss",)),
        (".odt", "monthly", ("Rent",)),
        (".pptx", "spores", ("Ferns",)),
    ]:
        document = read(SAMPLES[suffix], suffix)
        assert document.heading_path_at(document.text.index(words)) == path, suffix


def test_titles_are_what_the_file_calls_itself(tmp_path):
    for suffix, title in [
        (".html", "On ferns"),
        (".docx", "Lease"),
        (".epub", "Ferns & moss"),
        (".eml", "Rent"),
        (".mht", "On ferns"),
    ]:
        (tmp_path / f"x{suffix}").write_bytes(SAMPLES[suffix])
        assert read_file(tmp_path / f"x{suffix}", note=lambda _: None).title == title


def test_html_is_read_without_what_stands_around_it():
    text = read(SAMPLES[".html"], ".html").text
    assert not any(word in text for word in ("Home", "cookies", "Imprint", "var x", "Nobody"))
    assert "- small" in text and "2. second" in text and "a  b\nc" in text


def test_html_that_seems_to_be_all_navigation_is_read_whole():
    assert read(b"<html><body><div class='menu'><p>Soup, 4 euro.</p></div></body></html>", ".html").text == "Soup, 4 euro."


def test_printed_and_physical_page_are_both_said():
    document = read(pdf(["Preface words."], ["First page."], labels=["iv", "1"]), ".pdf")
    assert sentences(document) == [
        ("Preface words.", "p. iv (page 1 of the file)"),
        ("First page.", "p. 1 (page 2 of the file)"),
    ]


def test_sentence_over_line_and_page_ends_is_one_quote_with_both_places():
    first = [
        "Heading",
        *["The plan divides the industries of the province into groups."] * 20,
        "Each of the groups has a lead-",
    ]
    document = read(pdf(first, ["ing company that others follow. It was", "made in Harbin."]), ".pdf")
    found = dict(sentences(document))
    assert found["Each of the groups has a lead-\ning company that others follow."] == "pp. 1–2"
    assert found["It was\nmade in Harbin."] == "p. 2"


def test_word_divided_at_a_line_end_is_one_word_with_a_soft_hyphen():
    document = read(pdf(["There is much infor-", "mation about ferns."]), ".pdf")
    assert document.text == "There is much infor\xadmation about ferns.\n"


@pytest.mark.parametrize(
    ("lines", "text"),
    [
        (["It closed in the COVID-", "19 outbreak."], "It closed in the COVID-19 outbreak."),
        (["Read the part X-", "200 and the rate A-", "3 of it."], "Read the part X-200 and the rate A-3 of it."),
        (["They hired a well-", "known non-", "profit adviser."], "They hired a well-known non-profit adviser."),
        (["A high-", "dimensional state-of-the-", "art space."], "A high-dimensional state-of-the-art space."),
        (["They met in Lucene-", "Land."], "They met in Lucene-Land."),
        (["There is much INFOR-", "MATION about it."], "There is much INFOR\xadMATION about it."),
        (["The pay-", "ments are due."], "The pay\xadments are due."),
        (["A zymo-", "graph is here. The zymograph is old."], "A zymo\xadgraph is here. The zymograph is old."),
        (["They re-", "sign. To re-sign is to sign."], "They re-sign. To re-sign is to sign."),
        (["The short-", "and long-term plans."], "The short-\nand long-term plans."),
        (
            ["Der Mieter zahlt die Miete an die Hausver-", "waltung. Er gibt das Geld jeden Monat am ersten Tag."],
            "Der Mieter zahlt die Miete an die Hausver\xadwaltung. Er gibt das Geld jeden Monat am ersten Tag.",
        ),
    ],
)
def test_hyphen_at_a_line_end_is_soft_only_where_the_joined_word_is_one(tmp_path, lines, text):
    path = tmp_path / "divided.pdf"
    path.write_bytes(pdf(lines))
    document = read_file(path, note=print)
    assert document.text == text + "\n"
    (view,) = page_views(document, 0, len(document.text))
    assert inked(view) == ([True] * len(lines), False)


def test_running_headers_and_page_numbers_are_passed_over_but_stay_in_the_text():
    plants = "fern moss oak elm ash yew fir pine".split()
    pages = [
        ["Annual report", f"The long report goes on about {plant} and about", f"all that {plant} needs.", f"Page {n} of 8"]
        for n, plant in enumerate(plants, 1)
    ]
    document = read(pdf(*pages), ".pdf")
    found = [text for text, _ in sentences(document)]
    assert document.text.count("Annual report") == document.text.count("Page ") == 8
    assert found == ["Annual report", *(f"{page[1]}\n{page[2]}" for page in pages)]


PROSE = "The plan divides the industries of the province into groups."


@pytest.mark.parametrize(
    "footer",
    [
        "VerDate 27<APR>2000 12:16 Feb 02, 2001 Jkt 190069 PO 00000 Frm {:05} Fmt 6579 E:PUBLAW PsN: 190069T",
        "Smith v. Jones — Page {} of 9 — Draft",
        "Annual report 2007",
        "{} of the report of 2007, copy {}",
    ],
)
def test_footers_that_change_in_their_middle_are_passed_over(footer):
    plants = "fern moss oak elm ash yew fir pine".split()
    pages = [
        [PROSE, f"The long report goes on about {plant} and about", f"all that {plant} needs.", footer.format(n, n)]
        for n, plant in enumerate(plants, 3)
    ]
    document = read(pdf(*pages), ".pdf")
    (found,) = document.findings
    assert [document.text[start:end] for start, end in found.ranges] == [page[3] for page in pages[1:]]
    quotes = [text for text, _ in sentences(document)]
    assert all(page[:1] + ["\n".join(page[1:3])] == quotes[-2 * (8 - n) :][:2] for n, page in enumerate(pages[2:], 2))


def test_lines_that_only_look_alike_at_the_edges_of_pages_are_text():
    pages = [[f"Room {n * n} has {7 * n} beds", PROSE, PROSE, PROSE, f"In all {5 * n} euros"] for n in range(2, 12)]
    assert read(pdf(*pages), ".pdf").findings == ()


def test_sentence_runs_on_across_the_footer_between_two_pages():
    line = "The plan divides the industries of the province into groups."
    last = "The group {} has one leading company that is called"
    pages = [[line, line, last.format(name), f"- {n} -"] for n, name in enumerate("abcd", 1)]
    document = read(pdf(*pages), ".pdf")
    expected = f"The group a has one leading company that is called\n- 1 -\n{line}"
    assert (expected, "pp. 1–2") in sentences(document)


@pytest.mark.parametrize(
    ("last", "first"),
    [
        ("Preliminary estimate (ID: EST-1)", "Insured name Bob Rivers"),
        ("Preliminary estimate of the damage to the roof (ID: EST-1)", "Insured name Bob Rivers"),
        (
            "The estimate of the damage to the roof was made by Ann Stone",
            "Insured name: Bob Rivers, who lives in Oak Street in town",
        ),
        ("The rooms that are let and the rent of each of them in euros", "Chapter 2"),
        ("Estimate for the roof and for both of the windows, EST-1", "Estimate for the door and for the floor, EST-2"),
        ("The oak in the garden of the house and its number of leaves 50", "The elm in the garden of the house and its leaves"),
    ],
)
@pytest.mark.parametrize("around", [[], [PROSE] * 4])
def test_nothing_flows_over_a_page_end_that_print_would_not_let_flow(around, last, first):
    document = read(pdf([*around, last], [first, *around]), ".pdf")
    quotes = [text for text, _ in sentences(document)]
    assert not any(last in text and first in text for text in quotes)


@pytest.mark.parametrize(
    ("last", "first"),
    [
        ("The first of the groups has a leading company whose name is", "Harbin Electric and which many of the others follow."),
        ("The first of the groups has a leading company (one of the", "largest) that others follow."),
        ("The leading company of the first of the groups is in Harbin,", "Heilongjiang, and many of the others follow it."),
        ("The leading company of the first of the groups was in Harbin", "Heilongjiang and many of the others followed it."),
    ],
)
def test_sentence_that_runs_on_over_a_page_end_stays_whole(last, first):
    document = read(pdf([*[PROSE] * 4, last], [first, *[PROSE] * 4]), ".pdf")
    assert (f"{last}\n{first}", "pp. 1–2") in sentences(document)


def test_bookmarks_are_headings_of_their_pages():
    document = read(
        pdf(["Rent", "It is due."], ["Pets", "None."], bookmarks=[("Rent", 0), ("Pets", 1), ("Nowhere", 1)]), ".pdf"
    )
    assert [document.text[h.start : h.end] for h in document.headings] == ["Rent", "Pets"]


def inked(view):
    """The boxes of a page's picture in which something stands, and whether anything stands outside of all."""
    from PIL import Image, ImageDraw

    with Image.open(io.BytesIO(view.picture)) as picture:
        dark = picture.convert("L").point(lambda value: 255 * (value < 128))
    width, height = dark.size
    assert abs(width / height - view.width / view.height) < 0.01
    pixels = [(b.left * width - 2, b.top * height - 2, b.right * width + 2, b.bottom * height + 2) for b in view.boxes]
    inside = [dark.crop(tuple(map(int, box))).getbbox() is not None for box in pixels]
    for box in pixels:
        ImageDraw.Draw(dark).rectangle(box, fill=0)
    return inside, dark.getbbox() is not None


def test_boxes_lie_on_the_lines_of_the_quote(tmp_path):
    path = tmp_path / "ferns.pdf"
    path.write_bytes(pdf(["A line.", "Ferns have no", "seeds at all."], ["Moss holds."], *[["Lichen."]] * MOST))
    document = read_file(path, note=print)
    start = document.text.index("no")
    (view,) = page_views(document, start, start + len("no\nseeds"))
    one, other = view.boxes
    assert view.number == 1 and one.left > other.left and one.bottom < other.bottom
    assert (round(view.width), round(view.height)) == (595, 842)
    assert abs(one.bottom - (842 - 780 + 16) / 842) < 5 / 842
    assert inked(view) == ([True, True], True)
    assert page_views(document, start, start + 2, drawn=False)[0].picture == b""
    first, *_, last = page_views(document, 0, len(document.text))
    assert inked(first) == ([True, True, True], False)
    assert last.number == MOST
    assert "".join(document.text[v.start : v.end] for v in (first, last)) == "A line.\nFerns have no\nseeds at all.\nLichen.\n"
    path.write_bytes(pdf(["A line.", "Ferns have few", "seeds at all."], ["Moss holds."]))
    with pytest.raises(ReadError, match="page 1 has changed since it was read"):
        page_views(document, start, start + 2)
    path.unlink()
    with pytest.raises(ReadError, match=r"ferns\.pdf: no such file"):
        page_views(document, start, start + 2)


@pytest.mark.parametrize("turned", [0, 90, 180, 270])
@pytest.mark.parametrize("cropped", [None, (50, 700, 300, 800), (-30, -20, 600, 850)])
def test_boxes_hold_all_the_ink_of_a_page_however_it_is_turned_and_cropped(tmp_path, turned, cropped):
    def draw(page):
        page.setPageRotation(turned)
        if cropped:
            page.setCropBox(cropped)
        page.drawString(72, 780, "Ferns have no")
        page.drawString(72, 760, "seeds at all.")
        page.drawString(72, 40, "Moss holds.")

    document = drawn(tmp_path, draw, size=(842, 400) if turned % 180 else (400, 842))  # as it is seen
    (view,) = page_views(document, 0, len(document.text))
    seen = 2 if cropped and cropped[1] > 40 else 3
    assert inked(view) == ([True] * seen, False)
    alone = document.text.index("seeds")
    assert inked(page_views(document, alone, alone + 5)[0]) == ([True], True)


def drawn(folder, draw, *, size=(400, 842)):
    """A document of one page that a function draws."""
    from reportlab.pdfgen import canvas

    path = folder / "drawn.pdf"
    page = canvas.Canvas(str(path), pagesize=size, pageCompression=0)
    draw(page)
    page.showPage()
    page.save()
    return read_file(path, note=print)


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("MMuunniicciippaalliittéé of Oak", "garbled"),
        ("H e re i s so me fo rma tte d te xt of a pa ge th a t i s se t a pa rt.", "letter-spaced"),
        ("Oak is at 7 in aabbcc, 00112233 and ffffffffff; all committee members agree.", None),
        ("If it is so, he and I do as the law of the sea has it, or we go to him and her.", None),
    ],
)
def test_doubled_and_spaced_letters_are_said(text, kind):
    assert [found.kind for found in read(text.encode(), ".txt").findings] == ([kind] if kind else [])


def printed_twice(over):
    """What draws a line of which some letters are printed twice, the second over a share of the first."""

    def draw(page):
        x = 40.0
        for letter in "Total 4500 euros":
            page.drawString(x, 700, letter)
            if letter in "oltrs":
                page.drawString(x + page.stringWidth(letter) * (1 - over), 700.2, letter)
            x += page.stringWidth(letter)
        page.drawString(40, 660, "All committee members agree.")

    return draw


@pytest.mark.parametrize("over", [0.5, 0.7, 0.9])
def test_letters_printed_over_themselves_are_one_letter(tmp_path, over):
    document = drawn(tmp_path, printed_twice(over))
    assert (document.text, document.findings) == ("Total 4500 euros\nAll committee members agree.\n", ())
    assert len(page_views(document, 0, 16)[0].boxes) == 1


def test_letters_of_a_string_that_is_set_tight_stay(tmp_path):
    def draw(page):
        x = 40.0
        for letter in "officers and offices of affiliation":
            page.drawString(x, 700, letter)
            x += page.stringWidth(letter) * 0.55

    document = drawn(tmp_path, draw)
    assert "".join(document.text.split()) == "officersandofficesofaffiliation"


def test_letters_printed_half_over_themselves_are_said(tmp_path):
    (found,) = drawn(tmp_path, printed_twice(0.35)).findings
    assert (found.kind, found.message.code) == ("garbled", "pdf.doubled")


BESIDE = (
    ("The committee reviewed the annual", "The museum is closed on Monday."),
    ("report in May and found that", "Visitors pay 9 euros at the door."),
    ("the income had risen by 12", "Children under six pay nothing."),
    ("percent against the year be-", "Groups of nine and more must"),
    ("fore, and by 3 against April.", "book a week ahead."),
)


def test_columns_drawn_row_by_row_are_read_one_after_the_other(tmp_path):
    def draw(page):
        page.drawString(40, 740, "What the committee and the museum say")
        for row, lines in enumerate(BESIDE):
            for x, line in zip((40, 260), lines, strict=True):
                page.drawString(x, 700 - 14 * row, line)
        page.drawString(40, 600, "The end.")

    document = drawn(tmp_path, draw, size=(500, 842))
    left, right = zip(*BESIDE, strict=True)
    words = " ".join(document.text.replace("\xad", "").split())
    assert words == "What the committee and the museum say " + " ".join(left).replace("be- ", "be") + " " + (
        " ".join(right) + " The end."
    )
    at = document.text.index("The museum")
    (view,) = page_views(document, at, at + len("The museum is closed on Monday.\nVisitors"))
    assert [round(box.left * 500) for box in view.boxes] == [260, 260] and inked(view) == ([True, True], True)


@pytest.mark.parametrize(
    "rows",
    [
        [("Kitchen", "12 square metres"), ("Bath", "6 square metres"), ("Hall", "4 square metres"), ("Attic", "cold")] * 2,
        [("Rent of the flat", "It is due on the first of May."), ("Heating", "It is due in June. Nobody may wait.")] * 4,
        [("- the old mill", "12 euros"), ("and the new one", "15 euros"), ("in the harbour", "9 euros.")] * 3,
    ],
)
def test_table_drawn_row_by_row_stays_in_rows(tmp_path, rows):
    def draw(page):
        for row, cells in enumerate(rows):
            for x, cell in zip((40, 200), cells, strict=True):
                page.drawString(x, 700 - 14 * row, cell)

    assert drawn(tmp_path, draw).text.splitlines() == [" ".join(cells) for cells in rows]


def test_cells_of_prose_beside_words_are_read_across_and_that_is_said(tmp_path):
    def draw(page):
        for row, (line, _) in enumerate(BESIDE):
            page.drawString(40, 700 - 14 * row, line)
            page.drawString(260, 700 - 14 * row, "Bath and Kitchen Room")

    (found,) = drawn(tmp_path, draw).findings
    assert found.message.code == "pdf.across"


def vertical(encoding, ordering, codes, name="Song"):
    """A PDF with a heading and a vertical line in a font that it does not bring."""
    words = f"BT /F2 12 Tf 50 380 Td (Heading of 2024) Tj ET BT /F1 16 Tf 300 350 Td <{codes}> Tj ET"
    objects = [
        "<</Type/Catalog/Pages 2 0 R>>",
        "<</Type/Pages/Kids[3 0 R]/Count 1>>",
        "<</Type/Page/Parent 2 0 R/MediaBox[0 0 400 400]/Contents 4 0 R/Resources<</Font<</F1 5 0 R/F2 8 0 R>>>>>>",
        f"<</Length {len(words)}>>stream\n{words}\nendstream",
        f"<</Type/Font/Subtype/Type0/BaseFont/{name}/Encoding/{encoding}/DescendantFonts[6 0 R]>>",
        f"<</Type/Font/Subtype/CIDFontType2/BaseFont/{name}/DW 1000/FontDescriptor 7 0 R"
        f"/CIDSystemInfo<</Registry(Adobe)/Ordering({ordering})/Supplement 2>>>>",
        f"<</Type/FontDescriptor/FontName/{name}/Flags 4/FontBBox[0 -200 1000 900]/Ascent 800/Descent -200/StemV 80>>",
        "<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
    ]
    return "".join(
        [
            "%PDF-1.4\n",
            *(f"{n} 0 obj\n{thing}\nendobj\n" for n, thing in enumerate(objects, 1)),
            "trailer<</Size 9/Root 1 0 R>>",
        ]
    ).encode()


VERTICAL = {
    "あぃい": ("Identity-V", "Japan1", "034b034c034d"),
    "あいう": ("UniJIS-UTF16-V", "Japan1", "304230443046"),
    "一二三": ("UniGB-UCS2-V", "GB1", "4e004e8c4e09"),
    "한국": ("KSCms-UHC-V", "Korea1", "c7d1b1b9"),
    "中文": ("ETen-B5-V", "CNS1", "a4a4a4e5"),
}
ON_A_MACHINE = """
import ctypes, sys
sys.path.insert(0, sys.argv[1])
import pypdfium2.raw as raw
from corpus.formats.registry import read_data
if sys.argv[2]:
    raw.FPDF_DestroyLibrary()
    folders = (ctypes.POINTER(ctypes.c_char) * 2)(ctypes.create_string_buffer(sys.argv[2].encode()), None)
    raw.FPDF_InitLibraryWithConfig(raw.FPDF_LIBRARY_CONFIG(version=2, m_pUserFontPaths=folders))
for file in sys.argv[3:]:
    reading = read_data(open(file, "rb").read(), ".pdf")[1]
    print(ascii(reading.text), reading.findings)
"""


def test_text_of_a_pdf_is_whole_and_the_same_whatever_fonts_a_machine_has(tmp_path):
    (tmp_path / "fonts").mkdir()
    files = []
    for n, codes in enumerate(VERTICAL.values()):
        files.append(tmp_path / f"{n}.pdf")
        files[-1].write_bytes(vertical(*codes))
    with_none, with_its_own = (
        subprocess.run(
            [sys.executable, "-c", ON_A_MACHINE, str(Path(__file__).parents[1]), fonts, *map(str, files)],
            capture_output=True,
            check=True,
        ).stdout
        for fonts in (str(tmp_path / "fonts"), "")
    )
    assert with_none == with_its_own
    whole = [f"Heading of 2024\n{words}\n" for words in VERTICAL]
    assert with_none.decode().splitlines() == [f"{text!a} ()" for text in whole]


@pytest.mark.parametrize(
    ("step", "lines", "text"),
    [(13, "契約は東京で", "契約は東京で\n"), (20, "甲乙丙", "甲\n乙\n丙\n"), (13, "ABC", "A\nB\nC\n")],
)
def test_letters_below_one_another_are_one_line_and_rows_are_not(tmp_path, step, lines, text):
    from reportlab.pdfbase import pdfmetrics
    from reportlab.pdfbase.cidfonts import UnicodeCIDFont

    def draw(page):
        pdfmetrics.registerFont(UnicodeCIDFont("STSong-Light"))
        page.setFont("STSong-Light", 12)
        for n in range(4):
            page.drawString(40, 800 - 20 * n, "一二三四五六七八" * 3)
        for n, letter in enumerate(lines):
            page.drawString(40, 680 - step * n, letter)

    assert drawn(tmp_path, draw).text.endswith("七八\n" + text)


def test_letters_that_no_font_has_a_shape_for_are_said():
    (found,) = read(vertical("Identity-V", "Identity", "4e2d6587", "Arial"), ".pdf").findings
    assert (found.kind, found.message.code) == ("unreadable", "pdf.lost")


@pytest.mark.parametrize(("form", "said"), [("/XFA 8 0 R/Fields[]/NeedsRendering true", ["pdf.xfa"]), ("/Fields[]", [])])
def test_form_whose_pages_are_made_elsewhere_is_said(form, said):
    data = vertical(*VERTICAL["中文"]).replace(b"/Catalog", f"/Catalog/NeedsRendering true/AcroForm<<{form}>>".encode())
    data = (
        data.replace(b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>", b"<</Length 6>>stream\n<xdp/>\nendstream")
        if said
        else data
    )
    assert [found.message.code for found in read(data, ".pdf").findings] == said


def by_shape(words):
    """A PDF whose font says of its letters only their numbers in it, those that Arial has."""
    return vertical("Identity-H", "Identity", "".join(f"{ord(letter) - 29:04x}" for letter in words), "Arial")


def test_letters_that_no_language_has_are_said(tmp_path):
    words = "The council of the town has approved the budget"
    reading = read(by_shape(words), ".pdf")
    (found,) = reading.findings
    assert found.kind == "garbled" and words not in reading.text
    assert [reading.text[start:end] for start, end in found.ranges] == [reading.text.splitlines()[1]]


def test_letters_that_are_guessed_right_are_no_finding(tmp_path):
    shown = "".join(chr(ord(letter) + 29) for letter in "The council of the town has approved the budget")
    reading = read(by_shape(shown), ".pdf")
    assert "council of the town" in reading.text and reading.findings == ()


def test_pictures_of_pages_leave_the_text_as_it_was(tmp_path):
    path = tmp_path / "vertical.pdf"
    path.write_bytes(vertical(*VERTICAL["あいう"]))
    document = read_file(path, note=print)
    first, again = (page_views(document, 16, 19)[0] for _ in range(2))
    assert first == again and len(first.boxes) == 1
    assert read_file(path, note=print).text == document.text


def indexed(page, x, y, pieces):
    """A line of words; ``^`` and ``_`` before a piece raise and lower it."""
    for piece in pieces:
        text = page.beginText(x, y + {"^": 4, "_": -2}.get(piece[0], 0))
        text.setFont("Helvetica", 7 if piece[0] in "^_" else 12)
        text.textOut(piece.lstrip("^_"))
        page.drawText(text)
        x = text.getX()


def test_raised_and_lowered_figures_do_not_run_into_numbers_and_words(tmp_path):
    def draw(page):
        indexed(page, 40, 700, ["The mill was built in 1850", "^1", " and emits 10", "^6", " g of CO", "_2", "."])
        indexed(page, 40, 660, ["It covers 5 m", "^2", " and 10", "^-3", " of 2024", "^12", " in all."])
        page.setFont("Helvetica", 12)
        page.drawString(40, 620, "Room A")
        page.setFont("Helvetica", 7)
        page.drawString(40 + page.stringWidth("Room A", "Helvetica", 12), 620, "12")

    document = drawn(tmp_path, draw)
    text = " ".join(document.text.split())
    assert text == ("The mill was built in 1850¹ and emits 10⁶ g of CO₂. It covers 5 m² and 10⁻³ of 2024¹² in all. Room A12")
    (view,) = page_views(document, 0, len(document.text))
    inside, beside = inked(view)
    assert all(inside) and not beside


def test_raised_and_lowered_letters_are_those_of_other_formats(tmp_path):
    def draw(page):
        indexed(
            page, 40, 700, ["On May 10", "^th", " his heir", "^*", " had x", "^n", " and y", "_n", " of a word", "^a", " here."]
        )
        indexed(page, 40, 660, ["By Acme", "^TM", " in one", "^†", " of a", "_i", "b", "_j", " there, in L", "^A", "TEX."])
        for x, y, size, words in (
            (40, 600, 36, "T"),
            (62, 616, 12, "he first words"),
            (40, 570, 12, "P"),
            (48, 570, 9, "INCITE"),
        ):
            page.setFont("Helvetica", size)
            page.drawString(x, y, words)

    document = drawn(tmp_path, draw)
    assert document.text == (
        "On May 10th his heir* had xⁿ and yₙ of a wordᵃ here.\n"
        "By Acme™ in one† of aᵢbⱼ there, in LATEX.\nT\nhe first words\nPINCITE\n"
    )
    (view,) = page_views(document, 0, document.text.index("By"))
    assert len(view.boxes) == 1 and all(inked(view)[0])


def filled(page, *, labels=True):
    """A form with its values, drawn in another order than it is read."""
    form = page.acroForm
    if labels:
        for words, x, y in (("Amount in euros:", 60, 664), ("Name:", 60, 694), ("I agree", 90, 634), ("I refuse", 90, 614)):
            page.drawString(x, y, words)
        page.drawString(60, 594, "Remarks")
    form.textfield(name="amount", value="4500", x=180, y=660, width=80, height=20)
    form.textfield(name="name", value="Ann Example", x=180, y=690, width=120, height=20)
    form.textfield(name="empty", value="", x=310, y=690, width=20, height=20)
    form.textfield(name="secret", value="hunter2", x=310, y=660, width=40, height=20, fieldFlags="password")
    form.checkbox(name="yes", checked=True, x=60, y=630, size=20)
    form.checkbox(name="no", checked=False, x=60, y=610, size=20)
    form.textfield(name="remarks", value="Second floor", x=60, y=560, width=200, height=20)
    form.choice(name="pets", value="Dog", options=["Cat", "Dog"], x=280, y=610, width=60, height=20)


def test_options_of_a_list_are_read_with_those_that_are_chosen(tmp_path):
    def draw(page):
        page.drawString(60, 664, "Pets:")
        page.acroForm.listbox(name="pets", value="Dog", options=["Cat", "Dog", "Hen"], x=180, y=640, width=80, height=60)

    assert drawn(tmp_path, draw).text == "Pets: \u2610 Cat\n\u2612 Dog\n\u2610 Hen\n"


def stamped(note, flags=4):
    """A PDF with a line and a note, whose picture alone says what is written on it."""
    words, picture = "BT /F1 12 Tf 60 600 Td (Report of May) Tj ET", "BT /F1 12 Tf 4 4 Td (Approved by Ann) Tj ET"
    fonts = "/Resources<</Font<</F1 6 0 R>>>>"
    objects = [
        "<</Type/Catalog/Pages 2 0 R/AcroForm<</Fields[5 0 R]>>>>",
        "<</Type/Pages/Kids[3 0 R]/Count 1>>",
        f"<</Type/Page/Parent 2 0 R/MediaBox[0 0 400 842]/Contents 4 0 R/Annots[5 0 R]{fonts}>>",
        f"<</Length {len(words)}>>stream\n{words}\nendstream",
        f"<</Type/Annot/Subtype{note}/Rect[50 590 160 620]/F {flags}/AP<</N 7 0 R>>>>",
        "<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
        f"<</Type/XObject/Subtype/Form/BBox[0 0 110 30]{fonts}/Length {len(picture)}>>stream\n{picture}\nendstream",
    ]
    numbered = "".join(f"{n} 0 obj\n{thing}\nendobj\n" for n, thing in enumerate(objects, 1))
    return f"%PDF-1.4\n{numbered}trailer<</Size 8/Root 1 0 R>>".encode()


@pytest.mark.parametrize("note", ["/Stamp", "/Widget/FT/Sig/T(name)", "/Widget/FT/Btn/Ff 65536/T(name)"])
def test_what_is_written_on_a_stamp_a_signature_and_a_button_is_read(tmp_path, note):
    path = tmp_path / "stamped.pdf"
    path.write_bytes(stamped(note))
    document = read_file(path, note=print)
    assert document.text == "Report of May\nApproved by Ann\n"
    start = document.text.index("Approved")
    (view,) = page_views(document, start, start + 8)
    assert [round(box.left * 400) for box in view.boxes] == [50]
    assert read(stamped(note, flags=2), ".pdf").text == "Report of May\n"


def test_values_of_a_form_stand_beside_their_labels(tmp_path):
    document = drawn(tmp_path, filled)
    lines = ["Amount in euros: 4500", "Name: Ann Example", "\u2612 I agree", "\u2610 I refuse Dog", "Remarks", "Second floor"]
    assert document.text.split("\n") == [*lines, ""]
    for value, left, right in (("Ann Example", 180, 300), ("Second floor", 60, 260)):
        start = document.text.index(value)
        ((box,),) = (view.boxes for view in page_views(document, start, start + len(value)))
        assert (round(box.left * 400), round(box.right * 400)) == (left, right)
    (view,) = page_views(document, 0, len(document.text))
    assert inked(view)[0] == [True] * 9


def test_form_whose_only_text_is_filled_in_is_no_scan(tmp_path):
    document = drawn(tmp_path, lambda page: filled(page, labels=False))
    assert "4500" in document.text and "Ann Example" in document.text and not document.findings


@pytest.mark.parametrize("nested", [False, True])
@pytest.mark.parametrize("colour", [(0, 0, 0), (1, 1, 1), (0.8, 0.1, 0.1)])
def test_text_under_a_rectangle_is_hidden_and_said(tmp_path, colour, nested):
    def draw(page):
        if nested:
            page.translate(10, -20)
            page.beginForm("inner")
        page.drawString(60, 700, "Seen, and the name Ann Example is not.")
        page.setFillColorRGB(*colour)
        page.rect(60 + page.stringWidth("Seen, and the name "), 696, page.stringWidth("Ann Example"), 14, stroke=0, fill=1)
        page.setFillColorRGB(1, 1, 0)
        page.rect(55, 645, 200, 14, stroke=0, fill=1)
        page.setFillColorRGB(0, 0, 0)
        page.drawString(60, 650, "Marked before it is written.")
        page.drawString(60, 600, "Framed.")
        page.rect(55, 595, 100, 20, stroke=1, fill=0)
        if nested:
            page.endForm()
            page.doForm("inner")
        else:
            page.setFillColorRGB(1, 1, 0, alpha=0.4)
            page.rect(55, 595, 100, 20, stroke=0, fill=1)

    document = drawn(tmp_path, draw)
    ((kind, code, ranges),) = ((found.kind, found.message.code, found.ranges) for found in document.findings)
    assert (kind, code) == ("hidden", "hidden.covered")
    assert [document.text[start:end].strip() for start, end in ranges] == ["Ann Example"]


def test_text_under_a_picture_or_in_the_colour_behind_it_is_hidden_and_said(tmp_path):
    from PIL import Image
    from reportlab.lib.utils import ImageReader

    def draw(page):
        page.drawString(60, 700, "Under a picture.")
        page.drawImage(ImageReader(Image.new("RGB", (8, 8), "gray")), 50, 690, 200, 30)
        page.rect(50, 640, 200, 30, stroke=0, fill=1)
        page.drawString(60, 650, "Black on black.")
        page.drawString(60, 600, "Seen.")

    found = {f.message.code: f.ranges for f in drawn(tmp_path, draw).findings}
    text = drawn(tmp_path, draw).text
    said = {code: [text[start:end].strip() for start, end in ranges] for code, ranges in found.items()}
    assert said == {"hidden.covered": ["Under a picture."], "hidden.background": ["Black on black."]}


def test_boxes_run_along_upright_lines_and_leave_out_wide_gaps(tmp_path):
    def draw(page):
        page.drawString(100, 700, "Staff may")
        page.drawString(300, 700, "leave.")
        page.rotate(90)
        page.drawString(100, -50, "Ferns have no")
        page.drawString(100, -70, "seeds at all.")

    document = drawn(tmp_path, draw)
    (view,) = page_views(document, document.text.index("Ferns"), document.text.index("seeds") + 5)
    assert inked(view)[0] == [True] * 2
    assert all((box.bottom - box.top) * 842 > 2 * (box.right - box.left) * 400 for box in view.boxes)
    (view,) = page_views(document, document.text.index("Staff"), document.text.index("leave") + 5)
    assert [(round(box.left * 400), box.right * 400 < 340) for box in view.boxes] == [(100, True), (300, True)]


def font_file(family):
    """Where the machine has a font, as fontconfig says."""
    found = subprocess.run(["fc-match", "-f", "%{family}\n%{file}", family], capture_output=True, text=True, check=True).stdout
    name, path = found.split("\n")
    assert name == family, f"no {family} here"
    return path


@pytest.fixture
def dejavu():
    from reportlab.pdfbase import pdfmetrics
    from reportlab.pdfbase.ttfonts import TTFont

    pdfmetrics.registerFont(TTFont("DejaVu", font_file("DejaVu Sans")))
    return lambda words: pdfmetrics.stringWidth(words, "DejaVu", 11)


@pytest.mark.parametrize(
    ("line", "text", "boxes"), [("Let xxxx be.", "Let 𝑥𝑥𝑥𝑥 be.", 1), ("שלום עולם טוב", "", 1), ("Ferns have no", "", 1)]
)
def test_boxes_are_right_after_letters_of_two_units_and_from_right_to_left(tmp_path, dejavu, line, text, boxes):
    def draw(page):
        page.setFont("DejaVu", 11)
        page.drawString(72, 780, line)
        page.drawString(72, 760, "The fee is not due.")

    path = Path(drawn(tmp_path, draw).source)
    plain = path.read_bytes()
    (length,) = {int(n) for n in re.findall(rb"/Length (\d+)\n>>\nstream\n/CIDInit", plain)}
    path.write_bytes(
        plain.replace(b"<78> <0078>", b"<78> <D835DC65>").replace(b"/Length %d" % length, b"/Length %d" % (length + 4))
    )
    document = read_file(path, note=print)
    assert document.text.startswith(text)
    start = document.text.index("not due")
    (view,) = page_views(document, start, start + 7)
    left, right = 72 + dejavu("The fee is "), 72 + dejavu("The fee is not due")
    assert [(round(box.left * 400 - left), round(box.right * 400 - right)) for box in view.boxes] == [(0, 0)]
    (view,) = page_views(document, 0, document.text.index("\n"))
    assert inked(view) == ([True] * boxes, True)


def test_pages_of_impossible_shapes_are_drawn_small_and_what_lies_outside_has_no_box(tmp_path):
    document = drawn(tmp_path, lambda page: page.drawString(0, 5, "Ferns"), size=(0.01, 900_000))
    assert len(page_views(document, 0, 3)[0].picture) < 100_000
    outside = drawn(tmp_path, lambda page: page.drawString(9000, 700, "Ferns have no seeds."))
    assert page_views(outside, 0, 5)[0].boxes == ()


def findings(data, suffix):
    return {finding.kind: str(finding.message) for finding in read(data, suffix).findings}


def test_what_cannot_be_quoted_or_must_be_known_is_found():
    for data, suffix, kind, words in [
        (scan("", "Read by a machine.", ""), ".pdf", "unreadable", "no characters were recognised on pages 1, 3"),
        (scan("", "Read by a machine."), ".pdf", "recognised", "page 2 scanned"),
        (without_map("éèàùöäüßñ ÀÉÈÙ"), ".pdf", "garbled", "page 1 garbled"),
        (pdf(["Seen."], ["Unseen."], white=["Unseen."]), ".pdf", "hidden", "white text"),
        ("Zero\u200bwidth and \u202eturned.".encode(), ".txt", "hidden", "2 invisible characters"),
        (b"L i k e t h i s it is set apart.", ".txt", "letter-spaced", "set apart by spaces"),
        (("\ue000\ue001\ue002 " * 9).encode(), ".txt", "garbled", "% of the characters are garbled"),
        ("Grün und schön, über Bäume und Gräser.".encode("latin-1"), ".txt", "encoding", "not UTF-8; read as"),
        (("Grün und schön. " * 20).encode() + "Süß.".encode("latin-1"), ".txt", "encoding", "UTF-8 with 2 foreign bytes"),
        (SAMPLES[".docx"], ".docx", "not shown", "hidden left out"),
        (SAMPLES[".docx"], ".docx", "hidden", "white text"),
        (SAMPLES[".pptx"], ".pptx", "hidden", "hidden slides"),
        (SAMPLES[".xlsx"], ".xlsx", "hidden", "hidden sheets"),
        (SAMPLES[".eml"], ".eml", "attachment", "1 attachment not read: lease.pdf"),
        (SAMPLES[".jsonl"], ".jsonl", "unreadable", "1 of 3 lines cannot be quoted"),
    ]:
        found = findings(data, suffix)
        assert words in found.get(kind, ""), (suffix, kind, found)


def test_quote_of_hidden_text_says_so():
    document = read(pdf(["Seen."], ["Unseen."], white=["Unseen."]), ".pdf")
    at = document.text.index("Unseen")
    assert tuple(map(str, warnings(document, at, at + 4))) == ("holds hidden text or characters",)
    assert warnings(document, 0, 4) == ()


UNSEEN = {
    "tiny text": "font-size:1px|font-size:0.1pt|font-size:.05em|font-size:1%|font-size:.01rem|font:1px/2 serif"
    "|font-size:1px;font-size:x",
    "transparent text": "color:transparent|color:rgba(0,0,0,0)|color:#ffffff00|color:rgb(0 0 0 / 1%)|opacity:.01|opacity:1%",
    "white text": "color:white|color:#fff|color:#ffffffff|COLOR: White !important|color:hsl(0 0% 100%)|color:white;color:bogus",
    "text in its background's colour": "color:#fefefe|color:#eee|background:#000;color:#010101",
    "text off the page": "position:absolute;left:-9999px|position:fixed;top:-99em|text-indent:-9999px|margin-left:-999px"
    "|margin:0 0 0 -999px|transform:translateX(-9999px)|transform:scale(0)",
    "text clipped away": "position:absolute;clip:rect(0,0,0,0)|position:absolute;clip:rect(1px, 1px, 1px, 1px)"
    "|clip-path:inset(50%)|height:0;overflow:hidden|overflow:hidden;max-height:0|width:1px;overflow:clip|clip-path:circle(0)",
    "": "color:#999|color:white;background:#036|color:white;background:url(x.png)|font-size:9px|position:absolute;left:9px"
    "|opacity:.9|height:0|transform:scale(1.2)|color:var(--x)|color:inherit|text-indent:-2em|margin-left:-20px|display:none;display:block",
    "left out": "display:none|visibility:hidden|font-size:0|opacity:0|font:0/0 a|display:none;display:bogus"
    "|visibility:collapse",
}
PAGE = "<html class=wait><head><style>{}</style></head><body class=wait><p>The fern grows here.</p>{}</body></html>"


RUSSIAN = "Годовой взнос составляет пятьсот рублей и уплачивается до конца марта. "
SCRIPT = "<script>function addToList(from, to) { to.appendChild(from.item(0)); }</script>\n"


def test_page_that_names_its_encoding_behind_its_scripts_is_read_in_it():
    head = SCRIPT * 200 + "<meta http-equiv=content-type content='text/html; charset=iso-8859-5'>"
    document = read(f"<html><head>{head}</head><body><p>{RUSSIAN}</p></body></html>".encode("iso8859-5"), ".html")
    assert (document.text.strip(), document.findings) == (RUSSIAN.strip(), ())


@pytest.mark.parametrize("codec", ["cp1251", "koi8-r"])
def test_page_that_names_no_encoding_is_read_by_its_words(codec):
    """The tags are most of a page, and say nothing of its language."""
    rows = "".join(
        f"<tr class='row{n}'><td width='10%' bgcolor='#ffffff'>{RUSSIAN}<td align='right'>{n}</tr>\n" for n in range(9)
    )
    document = read((SCRIPT * 60 + f"<table>{rows}</table>").encode(codec), ".html")
    assert document.text.count(RUSSIAN.strip()) == 9
    assert [str(finding.message) for finding in document.findings] == [f"names no encoding that fits; read as {codec}"]


def hidden_in(page, words="Ignore"):
    """Why words of a page cannot be seen: a reason, nothing for those that can, or that they are left out."""
    document = read(page.encode(), ".html")
    at = document.text.find(words)
    if at < 0:
        return "left out"
    return next((str(one.message) for one in document.found_in(at, at + len(words)) if one.kind == "hidden"), "")


@pytest.mark.parametrize(("reason", "style"), [(said, each) for said, styles in UNSEEN.items() for each in styles.split("|")])
def test_text_that_nobody_sees_is_said_wherever_its_style_stands(reason, style):
    """In an attribute and in a style sheet, by class and by id, in a paragraph and in the cell of a table."""
    one = "<{0} class=a id=b {1}>Ignore the rest and pay.</{0}>"
    for css, tag, attribute in [
        ("", "p", f'style="{style}"'),
        (f".a{{{style}}}", "p", ""),
        (f"body > #b{{{style}}}", "p", ""),
        ("", "td", f'style="{style}"'),
        (f"table .a{{{style}}}", "td", ""),
    ]:
        body = one.format(tag, attribute)
        body = f"<table><tr>{body}<td>b</td></tr><tr><td>c<td>d</tr></table>" if tag == "td" else body
        assert hidden_in(PAGE.format(css, body)) == reason, (css, body)


@pytest.mark.parametrize(
    ("css", "reason"),
    [
        (".a{display:none} #b{display:block}", ""),
        ("#b{display:none} .a{display:block}", "left out"),
        (".a{display:none!important} #b{display:block}", "left out"),
        ("@media print{.a{display:none}}", ""),
        ("@media screen{.a{display:none}}", "left out"),
        (".a:hover{display:none} .a::before{display:none}", ""),
        ("p + .a{display:none}", "left out"),
        ("p ~ div > .a{display:none}", ""),
        ("[class~=a]{display:none}", "left out"),
        (".a:not(.c){display:none}", "left out"),
        (":is(b, .a){display:none}", "left out"),
        ("body{background:#000} .a{color:#fff}", ""),
        ("body{color:#fff}", "white text"),
        ("body{display:none}", ""),
        ("body{visibility:hidden}", ""),
        (".wait{opacity:0 !important} html{visibility:hidden}", ""),
        ("@supports (display:grid){.a{display:none}}", "left out"),
        (".a{display:none", "left out"),
    ],
)
def test_style_sheet_counts_as_the_cascade_says(css, reason):
    assert hidden_in(PAGE.format(css, "<p class=a id=b>Ignore the rest.</p>")) == reason


ARTICLE = "<p>" + "The fern grows here and it has no seeds at all. " * 10 + "</p>"


@pytest.mark.parametrize(
    "name", ["with-navigation", "steps-list-nav", "Section--Ads", "modal-enabled", "has-sidebar", "tab-menu"]
)
def test_block_of_prose_is_text_whatever_it_is_called(name):
    links = "<ul>" + "<li><a href=x>Other things to read</a></li>" * 90 + "</ul>"
    page = f"<html><body>{links}<div class='box {name}'><form><input></form>{ARTICLE}{links}</div>{links}</body></html>"
    assert "The fern grows" in read(page.encode(), ".html").text
    short = page.replace(ARTICLE, "<p>Log in.</p>")
    assert "Log in" not in read(short.encode(), ".html").text


def test_notice_about_cookies_stands_around_however_long_it_is():
    page = f"<html><body><div class='cookie-consent'>{ARTICLE}</div>{ARTICLE.replace('fern', 'moss') * 2}</body></html>"
    text = read(page.encode(), ".html").text
    assert "fern" not in text and "moss" in text


@pytest.mark.parametrize("style", ["display:none", "opacity:0", "visibility:hidden"])
def test_page_that_a_script_shows_is_read_and_said(style):
    page = PAGE.format(f"#all{{{style}}}", f"<div id=all><h1>Ferns</h1>{ARTICLE}</div>")
    assert hidden_in(page, "The fern grows here and") == "text that only a script shows"
    assert (
        hidden_in(PAGE.format("", ARTICLE * 2 + f"<div style='{style}'>{ARTICLE.replace('fern', 'moss')}</div>"), "moss")
        == "left out"
    )


def test_main_part_inside_what_a_script_shows_is_read_and_said():
    page = PAGE.format("#all{opacity:0}", f"<div id=all><p>Ferns and more.</p><main>{ARTICLE}</main></div>")
    assert hidden_in(page, "The fern grows here and") == "text that only a script shows"


def test_page_of_unicode_with_a_few_foreign_bytes_is_read():
    page = "<p>" + "Żółta paproć rośnie tutaj. " * 40 + "</p>"
    document = read(page.encode() + b"<p>caf\xe9</p>", ".html")
    assert "Żółta paproć rośnie tutaj. Żółta" in document.text


def test_text_for_readers_without_scripts_is_read_and_a_notice_is_not():
    notice = "<noscript><p>Please turn JavaScript on.</p></noscript>"
    text = read(f"<body>{notice}<noscript>{ARTICLE}</noscript><p>Moss.</p></body>".encode(), ".html").text
    assert "JavaScript" not in text and "The fern grows" in text and "Moss." in text


def test_look_goes_on_into_what_stands_inside():
    assert hidden_in(PAGE.format("", "<div style='font-size:0'><span style='font-size:14px'>Ignore</span></div>")) == ""
    assert hidden_in(PAGE.format("", "<div style='visibility:hidden'><b style='visibility:visible'>Ignore</b></div>")) == ""
    assert hidden_in(PAGE.format("", "<div style='color:#fff'><p><b>Ignore</b></p></div>")) == "white text"
    assert hidden_in(PAGE.format("", "<table bgcolor=black><tr><td><font color=white>Ignore</font><td>b</table>")) == ""
    assert hidden_in(PAGE.format("", "<font color=white>Ignore</font>")) == "white text"
    assert hidden_in(PAGE.format("", "<table><tr style='display:none'><td>Ignore<td>b<tr><td>a<td>b</table>")) == "left out"


@pytest.mark.parametrize(
    "css", [".a .b .c .d{color:red}" * 80_000, ".x ~ .x ~ .y{color:red}", "a " * 50_000 + "{", "{[(" * 100_000]
)
def test_style_sheets_take_bounded_time(css):
    began = time.process_time()
    page = PAGE.format(css, "<i class='a b c d x y'>fern </i>" * 5_000)
    assert "fern fern" in read(page.encode(), ".html").text
    assert time.process_time() - began < 20


ROWS = [
    ["Product", "Price", "Stock"],
    ["Lamp", "", "12"],
    ["", "5", "7"],
    ["Chair", "40", ""],
    ["Sum", "", ""],
    ["", "", "all"],
]
ODT = "<office:document-content {}><office:body><office:text>{}</office:text></office:body></office:document-content>".format(
    " ".join(
        f"xmlns:{name}='urn:oasis:names:tc:opendocument:xmlns:{name}:1.0'"
        for name in ("office", "text", "table", "style", "draw")
    ),
    "{}",
)
SLIDE = (
    "<p:sld xmlns:p='http://schemas.openxmlformats.org/presentationml/2006/main'"
    " xmlns:a='http://schemas.openxmlformats.org/drawingml/2006/main'><p:cSld><p:spTree>{}</p:spTree></p:cSld></p:sld>"
)


def table(suffix, rows):
    """A file with a table: each cell a text, or a text with how many columns and rows it reaches over."""
    import csv

    import openpyxl

    rows = [[cell if isinstance(cell, tuple) else (cell, 1, 1) for cell in row] for row in rows]
    if suffix == ".csv":
        file = io.StringIO()
        csv.writer(file).writerows([cell[0] for cell in row] for row in rows)
        return file.getvalue().encode()
    if suffix == ".xlsx":
        book = openpyxl.Workbook()
        for y, row in enumerate(rows, 1):
            for x, cell in enumerate(row, 1):
                book.active.cell(y, x, int(cell[0]) if cell[0].isdigit() else cell[0] or None)
        return saved(book)
    row, cell = {
        ".html": ("<tr>{}</tr>", "<td colspan='{1}' rowspan='{2}'>{0}</td>"),
        ".docx": (
            "<w:tr>{}</w:tr>",
            "<w:tc><w:tcPr><w:gridSpan w:val='{1}'/></w:tcPr><w:p><w:r><w:t>{0}</w:t></w:r></w:p></w:tc>",
        ),
        ".odt": (
            "<table:table-row>{}</table:table-row>",
            "<table:table-cell table:number-columns-spanned='{1}' table:number-rows-spanned='{2}'>"
            "<text:p>{0}</text:p></table:table-cell>",
        ),
        ".pptx": (
            "<a:tr>{}</a:tr>",
            "<a:tc gridSpan='{1}' rowSpan='{2}'><a:txBody><a:p><a:r><a:t>{0}</a:t></a:r></a:p></a:txBody></a:tc>",
        ),
    }[suffix]
    body = "".join(row.format("".join(cell.format(*each) for each in line)) for line in rows)
    if suffix == ".html":
        return f"<table>{body}</table>".encode()
    if suffix == ".docx":
        return zipped({"word/document.xml": WORD.format(f"<w:tbl>{body}</w:tbl>")})
    if suffix == ".odt":
        return zipped({"content.xml": ODT.format(f"<table:table>{body}</table:table>")})
    return deck(f"<p:graphicFrame><a:tbl>{body}</a:tbl></p:graphicFrame>")


def deck(*slides):
    """A presentation of slides, each the XML of its shapes."""
    p, r = (SLIDE.split("'")[1], "http://schemas.openxmlformats.org/officeDocument/2006/relationships")
    entries = "".join(f"<p:sldId r:id='s{n}'/>" for n in range(len(slides)))
    relations = "".join(f"<Relationship Id='s{n}' Type='x/slide' Target='s{n}.xml'/>" for n in range(len(slides)))
    return zipped(
        {
            "ppt/presentation.xml": f"<p:presentation xmlns:p='{p}' xmlns:r='{r}'><p:sldIdLst>{entries}</p:sldIdLst>"
            "</p:presentation>",
            "ppt/_rels/presentation.xml.rels": f"<Relationships>{relations}</Relationships>",
            **{f"ppt/s{n}.xml": SLIDE.format(shapes) for n, shapes in enumerate(slides)},
        }
    )


TABLES = (".html", ".docx", ".odt", ".pptx", ".csv", ".xlsx")


@pytest.mark.parametrize("suffix", TABLES)
def test_empty_cell_stays_a_place(suffix):
    expected = "Product | Price | Stock\nLamp |  | 12\n| 5 | 7\nChair | 40\nSum\nall"
    assert read(table(suffix, ROWS), suffix).text.strip() == expected


@pytest.mark.parametrize("suffix", (".csv", ".xlsx"))
def test_row_that_begins_with_an_empty_cell_has_the_places_of_its_cells(suffix):
    assert [
        place.rsplit("cell", 1)[-1] for words, place in sentences(read(table(suffix, ROWS), suffix)) if words == "| 5 | 7"
    ] == ["s B3–C3"]


@pytest.mark.parametrize("suffix", (".html", ".docx", ".odt", ".pptx"))
def test_cell_over_several_columns_leaves_the_others_empty(suffix):
    rows = [["Product", "Price", "Stock"], [("Total", 2, 1), "12"], ["", ("x", 2, 1)]]
    assert read(table(suffix, rows), suffix).text.strip() == "Product | Price | Stock\nTotal |  | 12\nx"


@pytest.mark.parametrize("suffix", (".html", ".odt", ".pptx"))
def test_cell_over_several_rows_is_read_in_each_of_them(suffix):
    rows = [["Room", "Price"], [("Red", 1, 2), "90"], ["95"], ["Blue", "80"], [("long " * 30, 1, 2), "1"], ["2"]]
    lines = read(table(suffix, rows), suffix).text.strip().split("\n")
    assert lines[:4] == ["Room | Price", "Red | 90", "Red | 95", "Blue | 80"]
    assert lines[5] == "2"


def test_cell_that_word_merges_downwards_is_read_in_each_row():
    cell = "<w:tc><w:tcPr>{}</w:tcPr><w:p><w:r><w:t>{}</w:t></w:r></w:p></w:tc>"
    first, on = "<w:vMerge w:val='restart'/>", "<w:vMerge/>"
    rows = [[(first, "Red"), ("", "90")], [(on, ""), ("", "95")], [(on, ""), ("", "")]]
    body = "".join("<w:tr>" + "".join(cell.format(*each) for each in row) + "</w:tr>" for row in rows)
    data = zipped({"word/document.xml": WORD.format(f"<w:tbl>{body}</w:tbl>")})
    assert read(data, ".docx").text.strip() == "Red | 90\nRed | 95"


def test_cells_that_reach_far_take_bounded_time():
    """Spans that multiply with one another, and rows of nothing but empty cells."""
    began = time.process_time()
    wide = "<tr>" + "<td colspan=99999 rowspan=99999>a</td>" * 50 + "<td>b</td></tr>"
    assert read(f"<table>{wide}{'<tr><td>c</td><td>d</td></tr>' * 2_000}</table>".encode(), ".html").text
    assert len(read(f"<table><tr><td>a</td>{'<td></td>' * 9_000}<td>b</td></tr></table>".encode(), ".html").text) < 400
    assert time.process_time() - began < 10


SHIFTED = [
    ("sup", "built in 1850", "1", "built in 1850¹", False),
    ("sup", "10", "6", "10⁶", False),
    ("sup", "10", "−6", "10⁻⁶", False),
    ("sup", "12 m", "2", "12 m²", False),
    ("sub", "H", "2", "H₂", False),
    ("sup", "the 5", "th", "the 5th", False),
    ("sup", "Acme", "TM", "Acme™", False),
    ("sup", "1850", "[1]", "1850[1]", False),
    ("sup", "1850", "*", "1850*", False),
    ("sup", "x", "C", "x^C", True),
    ("sub", "V", "DC", "V_(DC)", True),
    ("sup", "4 euros", "per month", "4 euros per month", True),
]


def with_shifted(suffix, position, before, text):
    """A file with a paragraph whose last part is raised or lowered."""
    if suffix in {".html", ".epub"}:
        body = f"<p>{before}<{position}>{text}</{position}>.</p>"
        return epub(body) if suffix == ".epub" else body.encode()
    if suffix == ".docx":
        align = {"sup": "superscript", "sub": "subscript"}[position]
        properties = f"<w:rPr><w:vertAlign w:val='{align}'/></w:rPr>"
        runs = "".join(
            f"<w:r>{p}<w:t xml:space='preserve'>{t}</w:t></w:r>" for p, t in [("", before), (properties, text), ("", ".")]
        )
        return zipped({"word/document.xml": WORD.format(f"<w:p>{runs}</w:p>")})
    if suffix == ".odt":
        style = (
            "<office:automatic-styles><style:style style:name='T1'>"
            f"<style:text-properties style:text-position='{position[:2] + ('per' if position == 'sup' else 'b')} 58%'/>"
            "</style:style></office:automatic-styles>"
        )
        body = f"<text:p>{before}<text:span text:style-name='T1'>{text}</text:span>.</text:p>"
        return zipped({"content.xml": ODT.format(body).replace("<office:body>", style + "<office:body>")})
    runs = [("", before), (f"<a:rPr baseline='{30000 if position == 'sup' else -25000}'/>", text), ("", ".")]
    paragraph = "".join(f"<a:r>{p}<a:t>{t}</a:t></a:r>" for p, t in runs)
    return deck(f"<p:sp><p:txBody><a:p>{paragraph}</a:p></p:txBody></p:sp>")


@pytest.mark.parametrize("suffix", (".html", ".epub", ".docx", ".odt", ".pptx"))
@pytest.mark.parametrize(("position", "before", "text", "expected", "altered"), SHIFTED)
def test_superscript_never_runs_into_what_is_before_it(suffix, position, before, text, expected, altered):
    document = read(with_shifted(suffix, position, before, text), suffix)
    assert document.text.strip() == f"{expected}."
    assert ("flat" in {finding.kind for finding in document.findings}) == altered


@given(st.sampled_from(["sup", "sub"]), st.text("x1(", min_size=1, max_size=3), st.text("2a C[-", min_size=1, max_size=14))
def test_raised_text_keeps_its_letters_and_joins_no_word(position, before, text):
    found, _ = shifted(text, position, before)
    folded = unicodedata.normalize("NFKC", found).replace("−", "-")
    assert [c for c in folded if c.isalnum() or c == "["] == [c for c in text if c.isalnum() or c == "["]
    if before[-1].isalnum() and text[0].isalnum():
        assert found[0] not in text or found[0] == " "


def test_mark_of_a_note_is_set_apart_in_pages_and_books():
    for link in ("<a epub:type='noteref' href='#n'>1</a>", "<a role='doc-noteref' href='#n'><sup>1</sup></a>"):
        assert read(epub(f"<p>Built in 1850{link} here.</p>"), ".epub").text == "Built in 1850¹ here."


def test_superscript_that_is_never_closed_leaves_the_page_as_it_is():
    page = "<p>Built in 1850</p><sup><p>The fern grows.</p><p>It rains.</p>"
    assert read(page.encode(), ".html").text == "Built in 1850\n\nThe fern grows.\n\nIt rains."


M = "http://schemas.openxmlformats.org/officeDocument/2006/math"
FORMULAS = [
    (
        "<m:f><m:num><m:r><m:t>3</m:t></m:r></m:num><m:den><m:r><m:t>4</m:t></m:r></m:den></m:f>",
        "<mfrac><mn>3</mn><mn>4</mn></mfrac>",
        "3/4",
    ),
    (
        "<m:r><m:t>2</m:t></m:r><m:f><m:num><m:r><m:t>3</m:t></m:r></m:num><m:den><m:r><m:t>4</m:t></m:r></m:den></m:f>",
        "<mn>2</mn><mfrac><mn>3</mn><mn>4</mn></mfrac>",
        "2 3/4",
    ),
    (
        "<m:f><m:num><m:sSup><m:e><m:r><m:t>b</m:t></m:r></m:e><m:sup><m:r><m:t>2</m:t></m:r></m:sup></m:sSup><m:r><m:t>-4ac"
        "</m:t></m:r></m:num><m:den><m:r><m:t>2a</m:t></m:r></m:den></m:f>",
        "<mfrac><mrow><msup><mi>b</mi><mn>2</mn></msup><mo>-</mo><mn>4</mn><mi>a</mi><mi>c</mi></mrow><mrow><mn>2</mn><mi>a</mi>"
        "</mrow></mfrac>",
        "(b²-4ac)/(2a)",
    ),
    (
        "<m:sSubSup><m:e><m:r><m:t>x</m:t></m:r></m:e><m:sub><m:r><m:t>1</m:t></m:r></m:sub><m:sup><m:r><m:t>Q+1</m:t></m:r></m:sup>"
        "</m:sSubSup>",
        "<msubsup><mi>x</mi><mn>1</mn><mrow><mi>Q</mi><mo>+</mo><mn>1</mn></mrow></msubsup>",
        "x₁^(Q+1)",
    ),
    (
        "<m:rad><m:deg><m:r><m:t>3</m:t></m:r></m:deg><m:e><m:r><m:t>x+1</m:t></m:r></m:e></m:rad>",
        "<mroot><mrow><mi>x</mi><mo>+</mo><mn>1</mn></mrow><mn>3</mn></mroot>",
        "³√(x+1)",
    ),
    (
        "<m:d><m:dPr><m:begChr m:val='['/><m:endChr m:val=']'/></m:dPr><m:e><m:r><m:t>a</m:t></m:r></m:e></m:d>",
        "<mrow><mo>[</mo><mi>a</mi><mo>]</mo></mrow>",
        "[a]",
    ),
    (
        "<m:nary><m:naryPr><m:chr m:val='∑'/></m:naryPr><m:sub><m:r><m:t>1</m:t></m:r></m:sub><m:sup><m:r>"
        "<m:t>n</m:t></m:r></m:sup><m:e><m:r><m:t>k</m:t></m:r></m:e></m:nary>",
        "<munderover><mo>∑</mo><mn>1</mn><mi>n</mi></munderover><mspace/><mi>k</mi>",
        "∑_1^n k",
    ),
]


@pytest.mark.parametrize(("office", "web", "expected"), FORMULAS)
def test_formula_stands_on_one_line(office, web, expected):
    body = f"<w:p><w:r><w:t>Take </w:t></w:r><m:oMath xmlns:m='{M}'>{office}</m:oMath><w:r><w:t> of it.</w:t></w:r></w:p>"
    page = f"<p>Take <math>{web}</math> of it.</p>"
    for data, suffix in ((zipped({"word/document.xml": WORD.format(body)}), ".docx"), (page.encode(), ".html")):
        document = read(data, suffix)
        assert document.text == f"Take {expected} of it."
        assert [finding.kind for finding in document.findings] == ["flat"] * (expected != "[a]")


def test_formula_of_many_levels_takes_bounded_time():
    began = time.process_time()
    deep = "<mfrac><mn>1</mn>" * 200 + "<mn>2</mn>" + "</mfrac>" * 200
    assert "2" in read(f"<p>Take <math>{deep}</math> of it.</p>".encode(), ".html").text
    assert time.process_time() - began < 5


LINE_ENDS = st.sampled_from(["\r\n", "\r", "\n", "\ufeff", "\ud800", " ", "a"])


@given(
    st.lists(st.tuples(st.lists(LINE_ENDS | st.text(max_size=3), max_size=4).map("".join), st.booleans()), max_size=6),
    st.booleans(),
)
def test_hidden_text_is_said_whatever_line_ends_stand_in_it(pieces, again):
    """Settling shortens a text; what nobody sees of it stays marked, character for character."""
    pen = TextBuilder()
    if again:
        pen.block("Before.")
    text, unseen = "", []
    for piece, hidden in pieces:
        piece = piece.rstrip("\r") + "." * piece.endswith("\r")  # a line end is not torn in two
        marked = f"x{piece}x"
        unseen += [(len(text), len(text) + len(marked), "white text")] if hidden else []
        text += marked
    pen.block(text, unseen=unseen)
    reading = pen.reading()
    wanted = [settle(f"y{text[start:end]}")[1:] for start, end, _ in unseen]
    found = [reading.text[start:end] for finding in reading.findings for start, end in finding.ranges]
    assert found == wanted


def test_line_end_of_two_characters_hides_nothing_from_the_reader():
    white = "<w:r><w:rPr><w:color w:val='FFFFFF'/></w:rPr><w:t>Pay&#13;&#10;now.</w:t></w:r>"
    for body in (f"<w:p>{white}</w:p>", f"<w:tbl><w:tr><w:tc><w:p>{white}</w:p></w:tc></w:tr></w:tbl>"):
        document = read(zipped({"word/document.xml": WORD.format(body)}), ".docx")
        assert document.text.rstrip() == "Pay\nnow."
        assert [str(finding.message) for finding in document.found_in(0, 3)] == ["white text"]
    assert hidden_in(PAGE.format("", "<pre style='color:white'>Ignore\r\nall of it</pre>"), "all of") == "white text"


def test_text_boxes_inside_one_another_are_read_once():
    """Each paragraph once wrote the boxes of all paragraphs in it: 2^n times what stood n deep."""
    body = "<w:p><w:r><w:t>{}</w:t><w:pict><w:txbxContent>{}</w:txbxContent></w:pict></w:r></w:p>"
    inner = "<w:p><w:r><w:t>last</w:t></w:r></w:p>"
    for n in range(30):
        inner = body.format(f"box{n}", inner)
    assert read(zipped({"word/document.xml": WORD.format(inner)}), ".docx").text.split().count("last") == 1


@pytest.mark.parametrize(
    ("suffix", "content"),
    [
        (".html", "<ol>" + "<li>fern" * 100_000 + "</ol>"),
        (".html", ("<div class='nav'>" + "<p>fern " * 200) * 240),
        (".html", "<p class='" + "nav-" * 300_000 + "'>fern"),
        (".eml", f"From: a@e.org\nSubject: {'=?utf-8?q?=41?= ' * 100_000}\n\nfern"),
        (".eml", f"From: {'a,' * 300_000}\nTo: {'<' * 50_000}\n\nfern"),
        (".eml", f"From: {'(' * 50_000}\nTo: {'[' * 50_000}\n\nfern"),
        (".eml", "From: a@e.org\nContent-Type: text/plain; " + "".join(f"n*{n}*=a;" for n in range(20_000)) + "\n\nfern"),
        (".eml", "From: a@e.org\nSubject: a\n" + " y\n" * 300_000 + "\nfern"),
        (".mbox", "From a 10:00 2024 x\nFrom: a@e.org\n\nfern\n\nFrom a 10:00" + " 10:00" * 100_000 + "\n\nmoss"),
        (".md", "# fern" + " " * 300_000 + "moss\n" + "`" * 300_000 + "\n" + "- " * 300_000 + "x\n" + "=" * 300_000 + " x"),
        (".txt", "\n" * 3_000_000 + "fern " + " " * 300_000 + "\n" * 3 + "a b c d e f g h " * 30_000),
    ],
)
def test_reader_takes_time_that_grows_with_its_file(suffix, content):
    """Ours took minutes for each of these, or the parsers we use did: lists, headers of mail, headings."""
    began = time.process_time()
    assert "fern" in read(content.encode(), suffix).text
    assert time.process_time() - began < 10


def test_tracked_deletions_are_not_quoted():
    body = (
        "<w:p><w:r><w:t>Pay 5</w:t></w:r><w:del><w:r><w:delText>00</w:delText></w:r></w:del><w:r><w:t> euro.</w:t></w:r></w:p>"
    )
    document = read(zipped({"word/document.xml": WORD.format(body)}), ".docx")
    assert document.text == "Pay 5 euro."
    assert findings(zipped({"word/document.xml": WORD.format(body)}), ".docx")["changes"].startswith("holds tracked changes")


def test_numbers_of_paragraphs_are_those_that_word_shows():
    level = "<w:lvl w:ilvl='{}'><w:start w:val='{}'/><w:numFmt w:val='{}'/><w:lvlText w:val='{}'/></w:lvl>"
    kinds = [(0, 3, "decimal", "%1."), (1, 1, "decimal", "%1.%2"), (2, 1, "lowerRoman", "(%3)"), (3, 1, "bullet", "o")]
    levels = "".join(level.format(*kind) for kind in kinds)
    numbering = (
        f"<w:numbering xmlns:w='{WORD.split(chr(39))[1]}'><w:abstractNum w:abstractNumId='7'>{levels}</w:abstractNum>"
        "<w:num w:numId='1'><w:abstractNumId w:val='7'/></w:num><w:num w:numId='2'><w:abstractNumId w:val='7'/>"
        "<w:lvlOverride w:ilvl='0'><w:startOverride w:val='1'/></w:lvlOverride></w:num></w:numbering>"
    )
    relations = "<Relationships><Relationship Id='r' Type='x/numbering' Target='numbering.xml'/></Relationships>"
    paragraph = "<w:p><w:pPr><w:numPr><w:ilvl w:val='{}'/><w:numId w:val='{}'/></w:numPr></w:pPr><w:r><w:t>{}</w:t></w:r></w:p>"
    places = [(0, 1, "Rent"), (1, 1, "Due"), (1, 1, "Late"), (2, 1, "Fee"), (2, 1, "Cap"), (0, 1, "Pets"), (1, 1, "Cats")]
    places += [(3, 1, "Small"), (0, 2, "Annex")]
    members = {
        "word/document.xml": WORD.format("".join(paragraph.format(*place) for place in places)),
        "word/numbering.xml": numbering,
        "word/_rels/document.xml.rels": relations,
    }
    expected = ["3. Rent", "3.1 Due", "3.2 Late", "(i) Fee", "(ii) Cap", "4. Pets", "4.1 Cats", "- Small", "1. Annex"]
    assert read(zipped(members), ".docx").text.split("\n\n") == expected


PICTURE = b"BM" + b"\0" * 3_000_000


def unzipped(data):
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


@pytest.mark.parametrize(
    ("suffix", "name"),
    [
        (".docx", "word/media/a.bmp"),
        (".pptx", "ppt/media/a.bmp"),
        (".xlsx", "xl/media/a.bmp"),
        (".epub", "a.bmp"),
        (".odt", "a.bmp"),
    ],
)
def test_blank_picture_is_no_bomb(suffix, name):
    """It packs a thousand times smaller than it is, and nobody unpacks it."""
    assert read(zipped({**unzipped(SAMPLES[suffix]), name: PICTURE}), suffix).text == read(SAMPLES[suffix], suffix).text


def test_strict_office_file_is_read_like_a_usual_one():
    strict = "http://purl.oclc.org/ooxml/wordprocessingml/main"
    usual = WORD.split("'")[1]
    body = (
        f"<w:p><w:r><w:t>The lease ends, says {usual}.</w:t></w:r></w:p>"
        "<w:tbl><w:tr><w:tc><w:p><w:r><w:rPr><w:color w:val='FFFFFF'/></w:rPr><w:t>Pay</w:t></w:r></w:p></w:tc></w:tr></w:tbl>"
    )
    document = read(zipped({"word/document.xml": WORD.replace(usual, strict).format(body)}), ".docx")
    assert document.text.split() == f"The lease ends, says {usual}. Pay".split()
    assert [finding.kind for finding in document.findings] == ["hidden"]


def word(body, **parts):
    """A Word file with other parts, each by its kind: the name of its member and its content."""
    relations = "".join(f"<Relationship Id='{kind}' Type='x/{kind}' Target='{name}'/>" for kind, (name, _) in parts.items())
    inside = {f"word/{name}": content for name, content in parts.values()}
    rels = {"word/_rels/document.xml.rels": f"<Relationships>{relations}</Relationships>"}
    return zipped({"word/document.xml": WORD.format(body), **inside, **rels})


R = "xmlns:r='http://schemas.openxmlformats.org/officeDocument/2006/relationships'"
TEXT = "<w:r><w:t xml:space='preserve'>{}</w:t></w:r>"


def test_ruby_stands_in_brackets_behind_its_base():
    one, over, base, other = map(TEXT.format, ("契約は", "とう", "東京", "で"))
    ruby = f"<w:p>{one}<w:r><w:ruby><w:rt>{over}</w:rt><w:rubyBase>{base}</w:rubyBase></w:ruby></w:r>{other}</w:p>"
    odt = "<text:p>契約は<text:ruby><text:ruby-base>東京</text:ruby-base><text:ruby-text>とう</text:ruby-text>"
    odt += "</text:ruby>で</text:p>"
    page = "<p>契約は<ruby>東京<rp>（</rp><rt>とう</rt><rp>）</rp></ruby>で</p>"
    for data, suffix in [(word(ruby), ".docx"), (zipped({"content.xml": ODT.format(odt)}), ".odt"), (epub(page), ".epub")]:
        assert read(data, suffix).text == "契約は東京(とう)で", suffix


def test_text_box_in_a_cell_is_read_once():
    mc = "xmlns:mc='http://schemas.openxmlformats.org/markup-compatibility/2006'"
    box = f"<w:txbxContent><w:p>{TEXT.format('Deposit: 900.')}</w:p></w:txbxContent>"
    choice = f"<mc:Choice>{box}</mc:Choice><mc:Fallback>{box}</mc:Fallback>"
    run = f"<w:r><mc:AlternateContent {mc}>{choice}</mc:AlternateContent></w:r>"
    cells = f"<w:tc><w:p>{run}</w:p></w:tc><w:tc><w:p>{TEXT.format('North')}</w:p></w:tc>"
    assert read(word(f"<w:tbl><w:tr>{cells}</w:tr></w:tbl>"), ".docx").text.strip() == "Deposit: 900. | North"
    assert read(word(f"<w:p>{run}</w:p>"), ".docx").text.strip() == "Deposit: 900."


def test_notes_have_the_numbers_that_are_printed():
    """The file counts from 2, as LibreOffice does, and its order is not that of the marks; a deleted mark has no note."""
    mark = "<w:r><w:{}Reference w:id='{}'/></w:r>"
    foot = "".join(f"<w:footnote w:id='{n}'><w:p>{TEXT.format(f'Note {n}.')}</w:p></w:footnote>" for n in (0, 2, 3, 4))
    end = f"<w:endnote w:id='2'><w:p>{TEXT.format('At the end.')}</w:p></w:endnote>"
    marks = "".join(mark.format("footnote", n) for n in (3, 2)) + f"<w:del>{mark.format('footnote', 4)}</w:del>"
    body = f"<w:p>{TEXT.format('Profit.')}{marks}{mark.format('endnote', 2)}</w:p>"
    space = f"xmlns:w='{WORD.split(chr(39))[1]}'"
    parts = {
        "footnotes": ("f.xml", f"<w:footnotes {space}>{foot}</w:footnotes>"),
        "endnotes": ("e.xml", f"<w:endnotes {space}>{end}</w:endnotes>"),
    }
    found = [(words, place.split(",")[0]) for words, place in sentences(read(word(body, **parts), ".docx"))]
    assert found == [("Profit.", "¶ 1"), ("Note 3.", "footnote 1"), ("Note 2.", "footnote 2"), ("At the end.", "endnote i")]


def test_symbols_and_boxes_of_forms_are_characters():
    symbols = "".join(
        f"<w:r><w:sym w:font='{font}' w:char='{code}'/></w:r>" for font, code in [("Wingdings", "F0FE"), ("Symbol", "F0B0")]
    )
    box = "<w:r><w:fldChar w:fldCharType='begin'><w:ffData><w:checkBox><w:default w:val='0'/>{}"
    box += "</w:checkBox></w:ffData></w:fldChar></w:r>"
    private = "<w:r><w:rPr><w:rFonts w:ascii='Symbol'/></w:rPr><w:t>\uf061</w:t></w:r>"
    body = f"<w:p>{symbols}{box.format('<w:checked/>')}{box.format('')}{private}</w:p>"
    assert read(word(body), ".docx").text == "☑°☒☐α"
    assert read(word("<w:p><w:r><w:sym w:font='Webdings' w:char='F099'/></w:r></w:p>"), ".docx").text == "\ufffd"


def test_drop_cap_belongs_to_its_word():
    frame = f"<w:p><w:pPr><w:framePr w:dropCap='drop'/></w:pPr>{TEXT.format('T')}</w:p>"
    assert read(word(f"{frame}<w:p>{TEXT.format('he firm.')}</w:p>"), ".docx").text == "The firm."
    assert read(word(f"<w:p>{TEXT.format('Rent.')}</w:p>{frame}"), ".docx").text == "Rent.\n\nT"


def test_headers_and_pages_put_inside_are_read_and_the_rest_is_said():
    space = f"xmlns:w='{WORD.split(chr(39))[1]}'"
    page = f"<w:p><w:fldSimple w:instr=' PAGE '>{TEXT.format('1')}</w:fldSimple>{TEXT.format(' of 2')}</w:p>"
    parts = {
        "header": ("h.xml", f"<w:hdr {space}><w:p>{TEXT.format('Contract 4711')}</w:p></w:hdr>"),
        "footer": ("f.xml", f"<w:ftr {space}>{page}</w:ftr>"),
        "aFChunk": ("c.html", "<p>The rate is 7 percent.</p>"),
    }
    chunks = "".join(f"<w:altChunk {R} r:id='{key}'/>" for key in ("aFChunk", "lost"))
    document = read(word(f"<w:p>{TEXT.format('Rent.')}</w:p>{chunks}", **parts), ".docx")
    assert [(words, place.split(",")[0]) for words, place in sentences(document)][1:] == [
        ("The rate is 7 percent.", "¶ 2"),
        ("Contract 4711", "header"),
    ]
    assert [str(finding.message) for finding in document.findings] == ["documents put inside it left out"]


A, C = (f"http://schemas.openxmlformats.org/drawingml/2006/{kind}" for kind in ("main", "chart"))


def test_charts_and_diagrams_are_read_and_lost_ones_said():
    points = "".join(f"<c:pt idx='{n}'><c:v>{{}}{n}</c:v></c:pt>" for n in (0, 2))
    series = "<c:ser><c:tx><c:pt idx='0'><c:v>Sales</c:v></c:pt></c:tx>"
    series += f"<c:cat>{points.format('Q', 'Q')}</c:cat><c:val>"
    series += f"{points.format(4, 4)}</c:val></c:ser>"
    chart = f"<c:chart><c:title><a:t>All</a:t></c:title>{series * 2}</c:chart>"
    chart = f"<c:chartSpace xmlns:c='{C}' xmlns:a='{A}'>{chart}</c:chartSpace>"
    point = "<d:pt><d:t><a:p><a:r><a:t>Step one</a:t></a:r></a:p></d:t></d:pt>"
    diagram = f"<d:dataModel xmlns:d='x' xmlns:a='{A}'>{point}</d:dataModel>"
    drawn = (
        f"<c:chart xmlns:c='{C}' r:id='chart'/><d:relIds xmlns:d='x' r:dm='diagramData'/><c:chart xmlns:c='{C}' r:id='lost'/>"
    )
    body = f"<w:p><w:r><w:drawing {R}>{drawn}</w:drawing></w:r></w:p>"
    document = read(word(body, chart=("c.xml", chart), diagramData=("d.xml", diagram)), ".docx")
    assert document.text.split("\n") == ["All", "", "| Sales | Sales", "Q0 | 40 | 40", "Q2 | 42 | 42", "", "Step one", "", ""]
    assert [finding.kind for finding in document.findings] == ["unreadable"]


def test_shapes_of_a_slide_are_read_as_they_are_looked_at():
    shape = "<p:sp><p:spPr><a:xfrm><a:off x='{}' y='{}'/><a:ext cx='{}' cy='10'/></a:xfrm></p:spPr>"
    shape += "<p:txBody><a:p><a:r><a:t>{}</a:t>"
    shape += "</a:r></a:p></p:txBody></p:sp>"
    places = [
        (60, 30, 40, "R2"),
        (0, 90, 100, "Foot"),
        (60, 20, 40, "R1"),
        (0, 32, 50, "L2"),
        (0, 0, 100, "Head"),
        (0, 20, 50, "L1"),
    ]
    shapes = [shape.format(*place) for place in places]
    assert read(deck("".join(shapes)), ".pptx").text.split() == ["Head", "L1", "L2", "R1", "R2", "Foot"]
    unplaced = "<p:sp><p:txBody><a:p><a:r><a:t>Somewhere</a:t></a:r></a:p></p:txBody></p:sp>"
    assert read(deck("".join([*shapes, unplaced])), ".pptx").text.split() == [*(place[3] for place in places), "Somewhere"]


def test_tables_in_tables_of_an_open_document_are_read_once():
    row = "<table:table-row><table:table-cell>{}</table:table-cell>"
    row += "<table:table-cell><text:p>b</text:p></table:table-cell></table:table-row>"
    inner = f"<table:table>{row.format('<text:p>Rent</text:p>')}</table:table>"
    data = zipped({"content.xml": ODT.format(f"<table:table>{row.format(inner)}</table:table>")})
    assert read(data, ".odt").text.split() == ["Rent", "b", "|", "b"]


def test_items_of_open_document_lists_have_the_numbers_that_are_shown():
    style = (
        "<office:automatic-styles><text:list-style style:name='L'>"
        "<text:list-level-style-number text:level='1' style:num-format='1' style:num-suffix='.' text:start-value='3'/>"
        "<text:list-level-style-number text:level='2' style:num-format='a' text:display-levels='2' style:num-suffix=')'/>"
        "<text:list-level-style-bullet text:level='3'/></text:list-style></office:automatic-styles>"
    )
    item = "<text:list-item><text:p>{}</text:p>{}</text:list-item>"
    inner = item.format("c", f"<text:list>{item.format('d', '')}</text:list>")
    inner = f"<text:list>{item.format('b', '')}{inner}</text:list>"
    body = f"<text:list text:style-name='L'>{item.format('a', inner)}{item.format('e', '')}</text:list><text:p>f</text:p>"
    body += f"<text:list text:style-name='L' text:continue-numbering='true'>{item.format('g', '')}</text:list>"
    data = zipped({"content.xml": ODT.format(body).replace("<office:body>", style + "<office:body>")})
    assert read(data, ".odt").text.split("\n\n") == ["3. a", "3.a) b", "3.b) c", "- d", "4. e", "f", "5. g"]


def test_words_of_scripts_do_not_make_an_article_a_minority():
    script = f"<script>{'var x = 1 ; ' * 500}</script><style>{'p { } ' * 500}</style>"
    article = "<div class='sidebar' aria-hidden='true'><h1>Ferns</h1><p>The fern grows here and it has no seeds.</p></div>"
    page = f"<html><body><nav><a href=x>Home</a></nav>{script}{article}{script}</body></html>"
    assert read(page.encode(), ".html").text == "Ferns\n\nThe fern grows here and it has no seeds."


def test_block_is_not_left_out_for_a_name_that_text_has_too():
    text = "<p>The fern grows here and it has no seeds at all, as all of them.</p>"
    for name in ("social-housing menu", "subscribe", "share", "sidebar"):
        page = f"<html><body>{text}<div class='{name}'><p>Members pay 20 euros.</p></div>{text}</body></html>"
        assert "20 euros" in read(page.encode(), ".html").text, name
        page = page.replace("Members pay 20 euros.", "<a href=x>Members pay</a> 20.")
        assert "Members" not in read(page.encode(), ".html").text, name
        page = page.replace("<a href=x>Members pay</a> 20.", "Members get news. <input name=mail>")
        assert "Members" not in read(page.encode(), ".html").text, name


def test_question_on_a_button_is_read_and_other_buttons_are_not():
    page = "<h3><button>How long does it take?</button></h3><p>Ten days.</p>"
    page += "<button aria-expanded='false'>What does it cost?</button>"
    page += "<p>Nothing.</p><button>Buy</button>"
    document = read(page.encode(), ".html")
    assert document.text.split("\n\n") == ["How long does it take?", "Ten days.", "What does it cost?", "Nothing."]
    assert [document.text[one.start : one.end] for one in document.headings] == ["How long does it take?"]


def test_heading_in_a_table_that_lays_out_a_page_is_a_heading():
    page = "<table><tr><td><h2>Rent</h2><p>It is due.</p></td><td>Imprint of it</td></tr></table>"
    assert len(read(page.encode(), ".html").headings) == 1


def test_notes_and_boxes_of_a_book_are_read_and_its_table_of_contents_is_not():
    aside = "<aside epub:type='footnote'><p>Some say 1851.</p></aside><div class='sidebar menu'>Box.</div><footer>End.</footer>"
    book = epub(f"<nav epub:type='toc'><a href='x'>Chapter 1</a></nav><p>{'It was built in 1850. ' * 9}</p>{aside}")
    text = read(book, ".epub").text
    assert text.split("\n\n")[1:] == ["Some say 1851.", "Box.", "End."]
    assert "Chapter" not in text


def test_drawn_text_of_a_book_of_fixed_pages_is_read_and_of_a_web_page_is_not():
    words = "<text>UNDER <tspan y='9'>THE</tspan><tspan y='9'>RE</tspan><tspan y='20'>Wind</tspan></text>"
    words += (
        "<text>Part <tspan>1 <tspan>of</tspan> 2</tspan></text><g display='none'><text>Never.</text></g>"
        "<text visibility='hidden'>Nor this.</text><g style='display:none'><text>Nor that.</text></g>"
    )
    page = f"<div><svg xmlns='http://www.w3.org/2000/svg'><title>Cover</title><g>{words}</g></svg><p>End.</p></div>"
    assert read(epub(page), ".epub").text.split("\n\n") == ["UNDER THERE Wind", "Part 1 of 2", "End."]
    assert read(page.encode(), ".html").text.strip() == "End."


@pytest.mark.parametrize(
    ("value", "code", "text"),
    [
        (0.075, "0.0%", "7.5%"),
        (1234.5, '"$"#,##0.00', "$1,234.50"),
        (-1234.5, '"$"#,##0.00', "-$1,234.50"),
        (1234.5, "[$€-2] #,##0.00", "€ 1,234.50"),
        (-50, "#,##0;(#,##0)", "(50)"),
        (-50, "#,##0_);[Red](#,##0)", "(50)"),
        (0, '0;-0;"-"', ""),
        (5, "000000", "000005"),
        (1_234_567, '#,##0.0,"k"', "1,234.6k"),
        (0.5, "#.##", ".5"),
        (-0.001, "0.00", "0.00"),
        (2.675, "0.00", "2.68"),
        (1.260416666666667, "[h]:mm", "30:15"),
        (0.6041666666666666, "h:mm AM/PM", "2:30 PM"),
        (46096, "dd/mm/yyyy", "15/03/2026"),
        (46096.5, "d mmm yy hh:mm", "15 Mar 26 12:00"),
        (60.5, "mm:ss", "00:00"),
        (0.5, "# ?/?", ""),
        (7, "General", ""),
        (7, "[>5]0.0;0", ""),
        (46096, "[$-407]d. mmmm yyyy", ""),
        (1e300, "0.00", ""),
        (float("nan"), "0.00", ""),
        (-1, "dd/mm/yyyy", ""),
    ],
)
def test_number_is_shown_as_its_format_says_or_not_at_all(value, code, text):
    assert shown(value, code) == text


@given(st.floats(), st.text('0#?.,%;"$[]-hmsydAP/\\_* Ee@Rk', max_size=30), st.booleans())
def test_any_format_gives_a_text(value, code, since_1904):
    assert isinstance(shown(value, code, since_1904=since_1904), str)


@given(st.integers(-(10**9), 10**9), st.integers(0, 4))
def test_shown_number_has_the_digits_that_python_gives(n, places):
    value = n / 10**places
    assert shown(value, "#,##0" + ("." + "0" * places if places else "")) == f"{value:,.{places}f}"


def test_cells_of_a_workbook_are_read_as_they_are_shown():
    import openpyxl
    from openpyxl.comments import Comment

    book = openpyxl.Workbook()
    sheet = book.active
    for row in [["Rate", "Sum", "Code", "Third"], [0.075, -50, 5, 1 / 3], ["Secret", 1, "=A1", "x"]]:
        sheet.append(row)
    for cell, code in zip(sheet[2], ["0.0%", "#,##0;(#,##0)", "000000", "0.00"], strict=True):
        cell.number_format = code
    sheet.row_dimensions[3].hidden = True
    sheet.column_dimensions["B"].hidden = True
    sheet["A1"].comment = Comment("Ask Ann.", "Bob")
    document = read(saved(book), ".xlsx")
    lines = document.text.strip().split("\n")
    assert lines == ["Rate | Sum | Code | Third", "7.5% | (50) | 000005 | 0.33 [0.3333333333333333]", "Secret | 1 |  | x"]
    found = {str(each.message): [document.text[a:b] for a, b in each.ranges] for each in document.findings}
    assert found == {
        "hidden rows": ["Secret", "1", "x"],
        "hidden columns": ["Sum", "(50)"],
        "1 formula without a value left out; open and save it once": [],
        "comments left out": [],
    }


@pytest.mark.parametrize("top", [1, 2, 7])
@pytest.mark.parametrize("left", [1, 3])
def test_cell_has_its_own_look_and_place_wherever_a_table_begins(top, left):
    import openpyxl

    book = openpyxl.Workbook()
    sheet = book.active
    for y, (value, code) in enumerate([("Page", "@"), (7, "0.0%"), (1, "General"), (50, "#,##0;(#,##0)"), (8, "0.00")], top):
        sheet.cell(y, left, value).number_format = code
    sheet.row_dimensions[top + 2].hidden = True
    document = read(saved(book), ".xlsx")
    assert document.text.split() == ["Page", "700.0%", "1", "50", "8.00"]
    cells = document.places_of("cell")
    assert cells.labels == tuple(f"{column(left - 1)}{y}" for y in range(top, top + 5))
    assert [document.text[start:end] for finding in document.findings for start, end in finding.ranges] == ["1"]


def test_footer_of_slides_is_read_where_it_first_stands_and_what_repeats_it_is_said():
    from copy import deepcopy

    from pptx import Presentation

    deck = Presentation()
    for words in ("Draft for Ann", "Draft for Ann", "Draft for Bob"):
        slide = deck.slides.add_slide(deck.slide_layouts[1])
        slide.shapes.title.text = "Ferns"
        for each in slide.slide_layout.placeholders:
            if "FOOTER" in str(each.placeholder_format.type):
                slide.shapes._spTree.append(deepcopy(each._element))
                slide.shapes[-1].text_frame.text = words
    document = read(saved(deck), ".pptx")
    assert document.text.split("\n\n") == ["Ferns", "Draft for Ann", "Ferns", "Ferns", "Draft for Bob"]
    assert [str(finding.message) for finding in document.findings] == ["footers and dates that an earlier slide has left out"]


def test_error_of_a_cell_is_read_as_it_is_shown():
    import openpyxl

    book = openpyxl.Workbook()
    book.active.append(["Rate", "#DIV/0!", 7])
    book.active["A2"], book.active["B2"] = "#N/A", "Fern"
    for cell in ("B1", "A2"):
        book.active[cell].data_type = "e"
    assert read(saved(book), ".xlsx").text.split("\n") == ["Rate | #DIV/0! | 7", "#N/A | Fern"]
    error = "<table:table-cell office:value-type='string' office:string-value=''><text:p>#DIV/0!</text:p></table:table-cell>"
    word = "<table:table-cell office:value-type='string'><text:p>Rate</text:p></table:table-cell>"
    rows = f"<table:table table:name='A'><table:table-row>{word}{error}</table:table-row></table:table>"
    sheet = ODT.format(rows).replace("office:text>", "office:spreadsheet>")
    kind = "application/vnd.oasis.opendocument.spreadsheet"
    manifest = "<manifest:manifest xmlns:manifest='urn:oasis:names:tc:opendocument:xmlns:manifest:1.0'/>"
    document = read(zipped({"mimetype": kind, "content.xml": sheet, "META-INF/manifest.xml": manifest}), ".ods")
    assert document.text.strip() == "Rate | #DIV/0!"


def test_cells_of_an_open_document_sheet_are_read_as_they_are_shown():
    cell = "<table:table-cell office:value-type='{}' office:value='{}' {}><text:p>{}</text:p></table:table-cell>"
    text = "<table:table-cell office:value-type='string'><text:p>{}</text:p></table:table-cell>"
    empty = "<table:table-cell table:number-columns-repeated='2'/>"
    rows = [
        text.format("Rate") + empty + cell.format("percentage", "0.075", "", "7.5%"),
        cell.format("float", "0.333333333", "table:number-columns-repeated='2'", "0.33")
        + cell.format("currency", "-50", "", "(50 €)"),
    ]
    body = (
        f"<table:table-row>{rows[0]}</table:table-row><table:table-row table:visibility='collapse'>{rows[1]}</table:table-row>"
    )
    sheet = ODT.format(f"<table:table table:name='A'>{body}</table:table>").replace("office:text>", "office:spreadsheet>")
    kind = "application/vnd.oasis.opendocument.spreadsheet"
    manifest = "<manifest:manifest xmlns:manifest='urn:oasis:names:tc:opendocument:xmlns:manifest:1.0'/>"
    document = read(zipped({"mimetype": kind, "content.xml": sheet, "META-INF/manifest.xml": manifest}), ".ods")
    rounded = "0.33 [0.333333333]"
    assert document.text.strip() == f"Rate |  |  | 7.5%\n{rounded} | {rounded} | (50 €)"
    assert [str(finding.message) for finding in document.findings] == ["hidden rows"]


def test_heading_of_a_byte_order_mark_alone_is_none():
    pen = TextBuilder()
    pen.block("\ufeff", level=1)
    pen.block("Ferns.")
    assert (pen.reading().text.strip(), pen.reading().headings) == ("Ferns.", ())


def test_columns_are_named_as_spreadsheets_do():
    assert [column(n) for n in (0, 25, 26, 51, 52, 701, 702, 16383)] == ["A", "Z", "AA", "AZ", "BA", "ZZ", "AAA", "XFD"]


@given(st.lists(st.tuples(st.sampled_from(["block", "row", "write", "place", "apart"]), st.text(max_size=12)), max_size=30))
def test_pen_keeps_its_maps_inside_the_text_and_rising(strokes):
    pen = TextBuilder(paragraphs=True)
    ranges = []
    for stroke, words in strokes:
        if stroke == "block":
            pen.block(words, level=len(words) % 3)
        elif stroke == "row":
            pen.row(Cell(cell, f"A{n}") for n, cell in enumerate(words.split(" ")))
        elif stroke == "write":
            ranges.append((*pen.write(words), settle(words)))
        elif stroke == "place":
            pen.place("page", words)
        else:
            pen.apart()
    reading = pen.reading()
    assert settle(reading.text) == reading.text
    assert all(reading.text[start:end] == words or not start for start, end, words in ranges if "\ufeff" not in words)
    if reading.text.strip():
        laws(Document(reading.text, "t", "s", reading.headings, reading.places, reading.findings))


CELLS = st.lists(st.lists(st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=8), min_size=1, max_size=4))


@given(CELLS)
def test_every_cell_of_a_csv_is_quotable_at_its_place(rows):
    import csv

    file = io.StringIO()
    csv.writer(file).writerows(rows)
    try:
        document = read(file.getvalue().encode(), ".csv")
    except ReadError:
        reject()
    cells = document.places_of("cell")
    for start, end in zip(cells.starts, [*cells.starts[1:], len(document.text)], strict=True):
        assert document.text[start:end].strip()
    laws(document)


def test_message_that_cannot_be_read_costs_a_mailbox_nothing_else():
    bad = b"X-Status: draft\n\nUnfinished draft without any headers.\n\n"
    deep = b"".join(b"Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n" % (n, n) for n in range(2000))
    line = b"From ann Fri May  3 10:15:00 2024\n"
    first, last = (b"From: a@e.org\nSubject: %b\n\nThe %b.\n\n" % (word, word) for word in (b"lease", b"heating"))
    document = read(line + first + line + bad + line + b"From: a@e.org\n" + deep + b"\n\n" + line + last, ".mbox")
    assert all(words in document.text for words in ("The lease.", "Unfinished draft", "The heating."))
    assert [str(finding.message) for finding in document.findings] == ["1 of 4 messages cannot be quoted: nested too deeply"]


def test_line_of_a_body_that_looks_like_the_start_of_a_message_stays_in_it():
    mail = (
        b"From ann Fri May  3 10:15:00 2024\nFrom: a@e.org\n\nSee you.\n\nFrom Monday at 10:30 on, as in 2009, we are open.\n"
    )
    document = read(mail, ".mbox")
    assert document.text.endswith("See you.\n\nFrom Monday at 10:30 on, as in 2009, we are open.")
    assert len(document.places_of("message").starts) == 1


def test_text_behind_a_picture_is_read():
    mail = EmailMessage()
    mail["From"] = "a@e.org"
    mail.set_content("Here is the plan.")
    mail.add_attachment(b"x", maintype="image", subtype="png", filename="a.png", disposition="inline")
    mail.add_attachment("The deposit of 300 euros is due.", disposition="inline")
    mail.add_attachment("Not shown.", filename="notes.txt")
    document = read(mail.as_bytes(), ".eml")
    assert document.text == "From: a@e.org\n\nHere is the plan.\n\nThe deposit of 300 euros is due."
    assert [str(finding.message) for finding in document.findings] == ["2 attachments not read: a.png, notes.txt"]


def test_messages_inside_a_message_are_read_at_their_own_places():
    inner = EmailMessage()
    inner["From"], inner["Subject"] = "ann@e.org", "Budget"
    inner.set_content("The budget is 7 million.")
    mail = EmailMessage()
    mail["From"], mail["Subject"] = "bob@e.org", "Fwd: Budget"
    mail.set_content("See the message.")
    mail.add_attachment(inner)
    mail.add_attachment("Yours, Bob", disposition="inline")
    found = sentences(read(mail.as_bytes(), ".eml"))
    assert ("See the message.", "From: bob@e.org, “Fwd: Budget”") in found
    assert ("The budget is 7 million.", "From: ann@e.org, “Budget”") in found
    assert ("Yours, Bob", "From: bob@e.org, “Fwd: Budget”") in found


@pytest.mark.parametrize(
    ("inside", "text", "said"),
    [
        (r"The fee is {\deleted\revauthdel1 500}{\revised\revauth1 650} euros.\par", "The fee is 650 euros.", ["changes"]),
        (r"Rent.\par{\deleted Old.\par}New.\par", "Rent.\n\nNew.", ["changes"]),
        (r"Seen. {\v Hidden 99.}\v  More.\v0  Seen.\par", "Seen.  Seen.", ["not shown"]),
        (r"Fern.{\*\annotation Why?}\par", "Fern.", ["left out"]),
        (r"Before.\par{\shp{\*\shpinst{\sp{\sn a}}{\shptxt \pard Box.\par}}{\shprslt{\dptxbxtext Box.\par}}}After.\par",
         "Before.\n\nAfter.\n\nBox.", []),
        (r"Built in 1850{\super\chftn}{\footnote\pard\plain {\super\chftn} Or 1851.}. Yes.\par Last.\par",
         "Built in 1850¹. Yes.\n\nLast.\n\nOr 1851.", []),
        (r"10{\super 6}, m{\super 2}, H{\sub 2}O, 4{\super th}\par", "10⁶, m², H₂O, 4th", []),
        (r"\u-10179?\u-8704? {\uc0\u-10179\u-8704} \u-10179? end", "\U0001f600 \U0001f600 \ufffd end", []),
        (r"{\fonttbl{\f0\fcharset0 A;}{\f1\fcharset128 B;}{\f2\fcharset238 C;}}{\f1\'93\'fa\'96{}\'7b}{\f2\'9e}\'80",
         "日\ufffd{ž€", []),
        (r"{\field{\*\fldinst HYPERLINK x}{\fldrslt link}} {\pict\bin5 }}{{a}{\upr{ansi}{\*\ud{uni}}}\par", "link uni", []),
        (r"{\info{\upr{\author A}{\*\ud\uc0{\author A{\uc1\u214 ?}}}}{\operator B}}Text.\par", "Text.", []),
        (r"{\listtext\'b7\tab}One\par{\listtext 2.\tab}Two\par", "- One\n\n2. Two", []),
        (r"\trowd\pard\intbl A\par a\cell B\cell\row\pard\par End.", "A a | B\n\nEnd.", []),
        (r"{\header Head.}{\info{\title T}}{\*\unknown Not.}{\unknown Yes.}", "Yes.", []),
        (r"\*\unknown A mark that opens no group hides nothing.", "A mark that opens no group hides nothing.", []),
    ],
)  # fmt: skip
def test_rtf_says_what_a_word_processor_shows(inside, text, said):
    document = read(rf"{{\rtf1\ansi {inside}}}".encode("latin-1"), ".rtf")
    assert document.text == text
    assert [finding.kind for finding in document.findings if finding.kind != "garbled"] == said


def test_rtf_footnote_is_a_place():
    data = rb"{\rtf1 The profit was 4 million{\super\chftn}{\footnote {\super\chftn} Before tax.}.\par}"
    assert ("Before tax.", "note 1, ¶ 2") in [(words, place) for words, place in sentences(read(data, ".rtf"))]


def test_web_archive_is_its_page():
    document = read(SAMPLES[".mht"], ".mht")
    assert (document.text, document.findings) == ("Ferns have no seeds.", ())


def test_digest_is_read_message_by_message():
    parts = "".join(f"--B\n\nFrom: {who}@e.org\n\nThe {who}.\n" for who in ("roof", "pool"))
    document = read(f"From: list@e.org\nContent-Type: multipart/digest; boundary=B\n\n{parts}--B--\n".encode(), ".eml")
    assert [words for words, _ in sentences(document) if words.startswith("The")] == ["The roof.", "The pool."]
    assert not document.findings


def test_plain_form_that_is_blank_gives_way_to_the_page():
    mail = EmailMessage()
    mail["From"] = "a@e.org"
    mail.set_content(" \n")
    mail.add_alternative("<p>The rent is <b>due</b>.</p>", subtype="html")
    assert read(mail.as_bytes(), ".eml").text == "From: a@e.org\n\nThe rent is due."


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=9),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=9,
)


@given(JSON)
def test_every_string_of_a_json_text_is_quotable(value):
    try:
        document = read(json.dumps(value).encode(), ".json")
    except ReadError:
        reject()
    laws(document)

    def strings(inner):
        if isinstance(inner, str):
            yield inner
        for item in inner.values() if isinstance(inner, dict) else inner if isinstance(inner, list) else ():
            yield from strings(item)

    assert all(settle(words) in document.text for words in strings(value))


@pytest.mark.parametrize("number", ["12.50", "1e-3", "1.0", "-0", "123456789012345678.25", "1e400", "9" * 5000])
def test_number_of_a_json_text_is_quoted_as_it_is_written(number):
    text = read(f'{{"price": {number}, "all": [{number}]}}'.encode(), ".json").text
    assert text.replace("\n\n", " | ") == f"price: {number} | all: {number}"


def test_every_value_of_a_repeated_json_name_is_read():
    assert read(b'{"fee": 10, "fee": 12}', ".json").text == "fee: 10 | fee: 12"


@given(
    st.lists(st.dictionaries(st.sampled_from(["name", "age", "room"]), st.text("abc1. ", min_size=1, max_size=9), min_size=1))
)
def test_fields_of_a_json_record_stand_on_a_line_of_their_own(records):
    try:
        document = read(json.dumps({"people": records}).encode(), ".json")
    except ReadError:
        reject()
    wanted = [" | ".join(f"{name}: {value}" for name, value in record.items()) for record in records]
    assert document.text == "\n\n".join(wanted)


def test_json_record_that_a_name_leads_to_begins_with_it():
    data = b'{"note": "a\\nb", "ann": {"age": 41, "tags": ["x", "y"], "home": {"city": "Ghent"}, "room": null}, "n": 3}'
    text = "note: a\nb\n\nn: 3\n\nann: age: 41 | tags: x | tags: y\n\nhome: city: Ghent"
    assert read(data, ".json").text == text


def test_json_record_of_many_fields_goes_on_on_the_next_line():
    document = read(json.dumps({f"field{n}": "fern " * 20 for n in range(30)}).encode(), ".json")
    assert "\n\n" not in document.text
    assert max(map(len, document.text.split("\n"))) < 1000


@given(st.lists(st.text("abc .\n-,", min_size=1, max_size=40), min_size=1, max_size=4))
@settings(max_examples=25)
def test_every_character_of_a_pdf_page_has_its_page(pages):
    try:
        document = read(pdf(*[page.split("\n") for page in pages]), ".pdf")
    except ReadError:
        reject()
    laws(document)
    starts = document.places_of("page").starts
    assert len(starts) == len(pages)
    for n, (page, start) in enumerate(zip(pages, starts, strict=True)):
        end = starts[n + 1] if n + 1 < len(starts) else len(document.text)
        assert "".join(document.text[start:end].split()).replace("\xad", "-") == "".join(page.split())


LINES = st.lists(
    st.tuples(
        st.sampled_from(["Ferns grow and", "moss too.", "Annual report", "- 3 -", "Dr. No", "Sales 1,200 3,400", "", "x" * 70]),
        st.sampled_from(["body", "body", "body", "running", "page"]),
    ),
    min_size=1,
    max_size=25,
)


@given(LINES)
def test_no_word_of_a_paged_document_is_lost_and_no_sentence_ends_in_a_running_header(lines):
    text, pages, running = "", [0], []
    for line, kind in lines:
        if kind == "page" and len(text) > pages[-1]:
            pages.append(len(text))
        if kind == "running" and line:
            running.append((len(text), len(text) + len(line)))
        text += line + "\n"
    assume(text.strip())
    found = (Finding("running", "", tuple(running)),)
    document = Document(text, "t", "s", places=(Places("page", tuple(pages)),), findings=found)
    laws(document)
    ranges = [each for inside in cut(document).sentences for each in inside]
    assert all(one[1] <= other[0] for one, other in pairwise(ranges))
    assert not any(begin <= at < stop for start, end in ranges for at in (start, end - 1) for begin, stop in running)
    left = list(text)
    for start, end in (*ranges, *running):
        left[start:end] = " " * (end - start)
    assert not any(map(str.isalnum, left))


TAGS = st.sampled_from("p div h1 h2 li ul ol table tr td th br span b nav pre main script style a td".split())
PAGES = st.lists(st.one_of(TAGS.map("<{}>".format), TAGS.map("</{}>".format), st.text(max_size=8)), max_size=40).map("".join)


@given(PAGES)
def test_any_html_is_read_within_the_laws(page):
    try:
        laws(read(f"<html>{page}".encode(errors="replace"), ".html"))
    except ReadError as error:
        assert "nothing to quote" in str(error) or "not text" in str(error)


@pytest.mark.parametrize("suffix", SAMPLES)
@settings(max_examples=15)
@given(data=st.data())
def test_damaged_file_is_read_within_the_laws_or_refused(suffix, data):
    """Bytes changed, cut off and doubled: no crash, no hang, no text outside the laws."""
    whole = bytearray(SAMPLES[suffix])
    for _ in range(data.draw(st.integers(1, 6))):
        at = data.draw(st.integers(0, max(0, len(whole) - 1)))
        whole[at : at + data.draw(st.integers(0, 30))] = data.draw(st.binary(max_size=30))
    answer = answer_of(bytes(whole), suffix)
    words = json.loads(answer.words)
    if "error" in words:
        assert "\n" not in words["error"] and len(words["error"]) < 300
    else:
        laws(Document(answer.text.decode(), "t", "s"))


def struck_docx():
    import docx as word

    document = word.Document()
    paragraph = document.add_paragraph("The fee is ")
    paragraph.add_run("500").font.strike = True
    paragraph.add_run(" 650 euros, ")
    paragraph.add_run("not 7").font.double_strike = True
    styled = document.styles.add_style("Gone", word.enum.style.WD_STYLE_TYPE.CHARACTER)
    styled.font.strike = True
    based = document.styles.add_style("Gone too", word.enum.style.WD_STYLE_TYPE.CHARACTER)
    based.base_style = styled
    paragraph.add_run(". ")
    paragraph.add_run("Or 9", style=based)
    paragraph.add_run(".", style=based).font.strike = False
    return saved(document)


def struck_pptx():
    import pptx as slides

    show = slides.Presentation()
    slide = show.slides.add_slide(show.slide_layouts[1])
    paragraph = slide.placeholders[1].text_frame.paragraphs[0]
    for words, strike in (
        ("The fee is ", ""),
        ("500", "sngStrike"),
        (" 650 euros, ", ""),
        ("not 7", "dblStrike"),
        (".", "noStrike"),
    ):
        run = paragraph.add_run()
        run.text = words
        if strike:
            run._r.get_or_add_rPr().set("strike", strike)
    return saved(show)


def struck_xlsx():
    import openpyxl
    from openpyxl.styles import Font

    book = openpyxl.Workbook()
    for at, (words, strike) in enumerate((("The fee", False), (500, True), (650, False), ("not 7", True)), 1):
        book.active.cell(1, at, words).font = Font(strike=strike)
    return saved(book)


STRUCK_ODT = ODT.replace(
    "<office:body>",
    "<office:automatic-styles><style:style style:name='S'><style:text-properties style:text-line-through-style='solid'/>"
    "</style:style><style:style style:name='N'><style:text-properties style:text-line-through-style='none'/></style:style>"
    "</office:automatic-styles><office:body>",
)
STRUCK = {
    ".docx": struck_docx(),
    ".pptx": struck_pptx(),
    ".xlsx": struck_xlsx(),
    ".odt": zipped(
        {
            "mimetype": "application/vnd.oasis.opendocument.text",
            "content.xml": STRUCK_ODT.format(
                "<text:p>The fee is <text:span text:style-name='S'>500</text:span><text:span text:style-name='N'> 650 euros, "
                "</text:span><text:span text:style-name='S'>not <text:span>7</text:span></text:span>.</text:p>"
            ),
        }
    ),
    ".rtf": rb"{\rtf1 The fee is {\strike 500} 650 euros, \striked1 not 7\striked0 .\par \strike A\plain  plain end.}",
    ".html": b"<html><style>.x { text-decoration: line-through red }</style><p>The fee is <del>500</del> 650 euros, "
    b"<span class=x>not <b style='text-decoration: underline'>7</b></span>. "
    b"<s style='text-decoration: none'>Shown</s></p></html>",
    ".md": b"The fee is ~~500~~ 650 euros, <s>not 7</s>.\n\n```\n~~code~~\n```\n\n~~one paragraph\n\nand another~~\n",
}


@pytest.mark.parametrize("suffix", STRUCK)
def test_struck_out_text_is_kept_and_said_of_every_quote_of_it(suffix):
    document = read(STRUCK[suffix], suffix)
    (finding,) = (finding for finding in document.findings if finding.kind == "struck")
    assert str(finding.message) == "struck-out text"
    struck = "".join(document.text[start:end] for start, end in finding.ranges)
    more = {".docx": "Or 9", ".rtf": "A"}.get(suffix, "")
    bare = re.sub("[~ ]|</?s>", "", struck)
    assert bare == "500not7" + more.replace(" ", "")
    at = document.text.index("500")
    assert tuple(map(str, warnings(document, at, at + 3))) == ("holds text that is struck out in the document",)
    assert warnings(document, at + 6, at + 9) == ()


def test_struck_out_cells_of_tables_are_said():
    table = "<table:table><table:table-row><table:table-cell><text:p>Rent</text:p></table:table-cell><table:table-cell>{}"
    table += "</table:table-cell></table:table-row></table:table>"
    page = STRUCK_ODT.format(table.format("<text:p>now  <text:span text:style-name='S'>500</text:span> 650</text:p>"))
    rtf = rb"{\rtf1 \trowd Rent\cell now  {\strike 500} 650\cell\row}"
    html = b"<html><table><tr><td>Rent<td>now <s>500</s> 650</table></html>"
    kind = "application/vnd.oasis.opendocument.text"
    for data, suffix in ((zipped({"mimetype": kind, "content.xml": page}), ".odt"), (rtf, ".rtf"), (html, ".html")):
        document = read(data, suffix)
        assert document.text.strip() == "Rent | now 500 650"
        assert [document.text[start:end] for finding in document.findings for start, end in finding.ranges] == ["500"]


def test_headers_and_footers_of_rtf_are_read_once_and_numbers_of_pages_are_not():
    text = rb"{\rtf1{\header Contract 4711 of May\par}{\headerf Contract 4711 of May\par}{\footer Page \chpgn 1\par}"
    text += rb"{\footerl - 2 -\par}{\footerr Draft for Ann\par}The rent is due.{\footnote A note.}\par}"
    document = read(text, ".rtf")
    assert document.text.split("\n\n") == ["The rent is due.", "A note.", "Contract 4711 of May", "Draft for Ann"]
    assert document.places_of("note").labels == ("note 1", "header", "footer")


def test_formula_of_rtf_is_read_on_one_line_and_said_of_quotes_of_it():
    fraction = rb"{\mf{\mfPr{\mctrlPr\f0}}{\mnum {\mr\mscr0\msty2 {\rtlch 3}}}{\mden {\mr 4}}}"
    total = rb"{\mr +}{\mnary{\mnaryPr{\mchr \u8721?}}{\msub{\mr i}}{\msup{\mr n}}{\me{\mr k}}}"
    page = (
        rb"{\rtf1 It is {\mmath {\*\moMathPara{\*\moMath " + fraction + total + rb"}}}{\mmathPict pic} of all.\par Next.\par}"
    )
    document = read(page, ".rtf")
    assert document.text.split("\n\n") == ["It is 3/4+∑_i^n k of all.", "Next."]
    (finding,) = document.findings
    assert [document.text[start:end] for start, end in finding.ranges] == ["3/4+∑_i^n k"]
    said = "holds what stands above or below a line in the document, written on one line"
    assert tuple(map(str, warnings(document, 6, 9))) == (said,)
    assert warnings(document, len(document.text) - 4, len(document.text)) == ()


@pytest.mark.parametrize("suffix", [".docx", ".odt", ".html", ".pptx"])
def test_what_was_set_on_one_line_is_said_of_its_quotes_alone(suffix):
    import pptx as slides

    if suffix == ".docx":
        raised = "<w:r><w:rPr><w:vertAlign w:val='superscript'/></w:rPr><w:t>q7</w:t></w:r>"
        data = word(f"<w:p><w:r><w:t>Seen x</w:t></w:r>{raised}<w:r><w:t> here.</w:t></w:r></w:p>")
    elif suffix == ".odt":
        style = "<office:automatic-styles><style:style style:name='S'><style:text-properties style:text-position='super 58%'/>"
        head = ODT.replace("<office:body>", f"{style}</style:style></office:automatic-styles><office:body>")
        body = "<text:p>Seen x<text:span text:style-name='S'>q7</text:span> here.</text:p>"
        data = zipped({"mimetype": "application/vnd.oasis.opendocument.text", "content.xml": head.format(body)})
    elif suffix == ".html":
        data = b"<html><p>Seen x<sup>q7</sup> here.</p></html>"
    else:
        show = slides.Presentation()
        slide = show.slides.add_slide(show.slide_layouts[1])
        paragraph = slide.placeholders[1].text_frame.paragraphs[0]
        for words, baseline in (("Seen x", "0"), ("q7", "30000"), (" here.", "0")):
            run = paragraph.add_run()
            run.text = words
            run._r.get_or_add_rPr().set("baseline", baseline)
        data = saved(show)
    document = read(data, suffix)
    assert document.text.strip() == "Seen x^(q7) here."
    (finding,) = document.findings
    assert finding.kind == "flat"
    assert [document.text[start:end] for start, end in finding.ranges] == ["^(q7)"]


def test_rtf_inside_a_word_file_is_read():
    chunk = rb"{\rtf1 The secret rate is 7 percent.\par}".decode()
    body = f"<w:p><w:r><w:t>Before.</w:t></w:r></w:p><w:altChunk {R} r:id='aFChunk'/><w:p><w:r><w:t>After.</w:t></w:r></w:p>"
    document = read(word(body, aFChunk=("chunk.rtf", chunk)), ".docx")
    assert document.text.split("\n\n") == ["Before.", "The secret rate is 7 percent.", "After."]
    assert not document.findings


def test_chart_of_an_open_document_gives_its_title_and_numbers():
    row = "<table:table-row>{}</table:table-row>"
    cell = "<table:table-cell><text:p>{}</text:p></table:table-cell>"
    rows = [["", "Ferns", "Moss"], ["Q1", "1.5", "3"], ["Q2", "2", "4"]]
    table = "".join(row.format("".join(map(cell.format, words))) for words in rows)
    title = "<chart:title><text:p>Plants</text:p></chart:title>"
    inner = f"<office:chart><chart:chart>{title}<table:table>{table}</table:table></chart:chart></office:chart>"
    space = "xmlns:chart='urn:oasis:names:tc:opendocument:xmlns:chart:1.0'"
    chart = ODT.replace("<office:document-content", f"<office:document-content {space}").format(inner)
    frame = "<draw:frame><draw:object xmlns:xlink='http://www.w3.org/1999/xlink' xlink:href='./Object 1'/></draw:frame>"
    body = ODT.format(f"<text:p>Below.</text:p><text:p>{frame}</text:p><text:p>Above.</text:p>")
    kind = "application/vnd.oasis.opendocument.text"
    document = read(zipped({"mimetype": kind, "content.xml": body, "Object 1/content.xml": chart}), ".odt")
    assert document.text.split("\n\n") == ["Below.", "Plants", " | Ferns | Moss\nQ1 | 1.5 | 3\nQ2 | 2 | 4".strip(), "Above."]
    assert not document.findings


def test_errors_beyond_all_values_of_a_sheet_are_read_in_their_places():
    import openpyxl

    book = openpyxl.Workbook()
    sheet = book.active
    for cell, value in (("C3", "Fern"), ("D3", 7), ("A3", "#N/A"), ("F3", "#REF!"), ("C6", "#DIV/0!"), ("B1", "#NUM!")):
        sheet[cell] = value
        sheet[cell].data_type = "e" if value in {"#N/A", "#REF!", "#DIV/0!", "#NUM!"} else sheet[cell].data_type
    document = read(saved(book), ".xlsx")
    assert document.text.split("\n") == ["#NUM!", "#N/A |  | Fern | 7 |  | #REF!", "#DIV/0!"]
    assert document.places_of("cell").labels == ("B1", "A3", "C3", "D3", "F3", "C6")
