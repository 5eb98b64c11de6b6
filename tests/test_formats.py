"""Every format: text settled once with its maps in step, and each place as a person would say it."""

import io
import json
import zipfile
from email.message import EmailMessage

import pytest

from corpus.cut import cut
from corpus.document import Document
from corpus.formats.kinds import BY_SUFFIX, KINDS, read_data
from corpus.formats.reading import settle
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


HTML = """<!doctype html><html><head><title>On ferns</title><script>var x = 1;</script></head><body class="page">
<nav><a href="/">Home</a></nav><div class="cookie-banner">We use cookies.</div>
<div id="content"><h1>Ferns</h1><p>Ferns have <b>no</b>
seeds.</p><h2>Spores</h2><ul><li>small</li><li><p>light</p></li></ul><ol><li>first</li><li>second</li></ol>
<table><tr><th>Name</th><th>Size</th></tr><tr><td>Moss</td><td>1 cm</td></tr></table>
<p style="display: none">Nobody sees this.</p><p>Plain. <span style="color: #FFF">White words.</span></p><pre>a  b
c</pre></div><footer>Imprint</footer></body></html>"""

RTF = rb"{\rtf1\ansi{\fonttbl{\f0 Arial;}}\f0 The rent is 500 \'80.\par It is due \u8222?monthly\u8220?.\par}"

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
    ".rtf": RTF,
    ".odt": odt(),
    ".json": json.dumps({"title": "Ferns", "parts": [{"name": "leaf", "size": 3}, {"name": "root\r\nhair"}]}).encode(),
    ".jsonl": b'{"text": "Ferns."}\nbroken\n{"text": "Moss."}\n',
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
    for inside in cut(document).sentences:
        for start, end in inside:
            assert document.text[start:end].strip() == document.text[start:end] != ""


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
