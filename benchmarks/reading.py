"""How many pages a second are read, maps of places and findings included.

    python benchmarks/reading.py [--pages 400] [FILES …]

Makes PDFs like annual reports (running text, tables, headers, footers, printed labels, bookmarks; one with invisible text on
every page) and reads each as ``pincite index`` does, in the bounded child; or reads the files that are named. The first
reading only warms up; each is then read three times and the best is shown, with what it costs to cut, to find the boxes of a
sentence, and to draw its page beside that.
"""

import argparse
import random
import resource
import tempfile
import time
from pathlib import Path

from corpus.chunk import cut
from corpus.document import Document
from corpus.formats.sandbox import Sandbox
from corpus.highlight import page_views
from corpus.read import read_file

WORDS = (
    "the of and to in a for net sales company fiscal year increased due primarily products services operating income tax rate"
    " segment cash flow results compared with foreign currency risk gross margin decreased offset by higher lower volume"
).split()


def report(path: Path, *, pages: int, layer: bool = False) -> None:
    """A PDF of this many pages of an annual report, nobody's."""
    from reportlab.lib.pagesizes import letter
    from reportlab.pdfgen import canvas

    chance = random.Random(pages)
    page = canvas.Canvas(str(path), pagesize=letter, pageCompression=1)
    for n in range(pages):
        page.addPageLabel(n, prefix=f"F-{n + 1}")
        page.setFont("Times-Roman", 10)
        page.drawString(72, 760, "ACME CORPORATION AND SUBSIDIARIES")
        y = 735
        if n % 10 == 0:
            page.bookmarkPage(f"item{n}")
            page.addOutlineEntry(f"Item {n // 10}. Discussion", f"item{n}", 0)
            page.drawString(72, y, f"Item {n // 10}. Discussion")
            y -= 20
        while y > 90:
            if n % 3 == 2 and y < 400:
                page.drawString(72, y, " ".join(chance.choices(WORDS, k=3)).capitalize())
                for column in range(3):
                    page.drawRightString(380 + 80 * column, y, f"{chance.randrange(10**6):,}")
            else:
                end = "." if chance.random() < 0.2 else ""
                page.drawString(72, y, " ".join(chance.choices(WORDS, k=15)) + end)
            y -= 13
        page.drawCentredString(306, 40, f"Acme Corporation | 2024 Form 10-K | {n + 1}")
        if layer:
            text = page.beginText(72, 60)
            text.setTextRenderMode(3)
            text.textLine("unseen words at the foot of the page")
            page.drawText(text)
        page.showPage()
    page.save()


def measure(path: Path, child: Sandbox) -> None:
    """Read a file three times; print pages a second and what follows on it."""
    read_file(path, note=lambda _: None, child=child)
    best = 1e9
    for _ in range(3):
        began = time.perf_counter()
        document = read_file(path, note=lambda _: None, child=child)
        best = min(best, time.perf_counter() - began)
    pages = len(document.places_of("page").starts)
    began = time.perf_counter()
    pieces = cut(document)
    cutting = time.perf_counter() - began
    print(
        f"{path.name:<24} {path.stat().st_size / 1e6:6.1f} MB {pages:6,} pages {len(document.text):10,} characters"
        f" {best:7.2f} s {pages / best:7.0f} pages a second · cut into {sum(map(len, pieces.sentences)):,} sentences"
        f" in {cutting:.2f} s · {page_time(document, child, drawn=False):.0f} ms to the boxes of a sentence,"
        f" {page_time(document, child, drawn=True):.0f} ms with the picture of its page"
    )


def page_time(document: Document, child: Sandbox, *, drawn: bool) -> float:
    """Milliseconds from a range in the middle to its boxes, or to the picture of its page, the file opened anew."""
    middle = len(document.text) // 2
    began = time.perf_counter()
    page_views(document, middle, middle + 150, drawn=drawn, child=child)
    return (time.perf_counter() - began) * 1000


def main() -> None:
    """Measure the files that are named, or those it makes."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("files", nargs="*", type=Path)
    parser.add_argument("--pages", type=int, default=400)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, Sandbox() as child:
        files = options.files
        if not files:
            for name, pages, layer in (("report.pdf", options.pages, False), ("layered.pdf", options.pages // 4, True)):
                report(Path(folder, name), pages=pages, layer=layer)
                files.append(Path(folder, name))
        for path in files:
            measure(path, child)
    print(f"peak memory of the reading process: {resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024:.0f} MB")


if __name__ == "__main__":
    main()
