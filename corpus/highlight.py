"""The pages that a quote of a PDF or a picture stands on, drawn with its boxes, looked up in the file when they are asked for.

Where the page was recognised the boxes are those that were kept with the document, and the file must have the same bytes.
"""

from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path

from corpus.document import Document
from corpus.errors import ReadError
from corpus.formats.boxes import Box, joined
from corpus.formats.hyphens import SOFT
from corpus.formats.pdf import MOST_BOXES
from corpus.formats.sandbox import Sandbox
from corpus.read import file_signature
from corpus.recognised import words_in
from corpus.regular import regular_digest

MOST = 4
"""So many pages of a range are looked up at most, the first ones."""

SECONDS = 10.0
"""Time that looking up may take; each megabyte of the file adds two seconds."""


@dataclass(frozen=True, slots=True)
class PageView:
    """A page (from 1) and what it shows of a range: the characters ``start:end`` of the document, in boxes.

    There are no boxes where the page does not show these characters, or PDFium cannot say where.
    ``width`` and ``height`` are the page's, in points. ``picture`` is a PNG, or empty where it was not asked for.
    """

    number: int
    start: int
    end: int
    width: float
    height: float
    boxes: tuple[Box, ...]
    picture: bytes


def page_views(
    document: Document, start: int, end: int, *, drawn: bool = True, child: Sandbox | None = None
) -> tuple[PageView, ...]:
    """The pages that the characters ``start:end``, one or more, stand on, ``MOST`` at most; none in a document without pages.

    Raises ReadError when the file cannot be read, or one of the pages has another text than the document.
    """
    pages = document.places_of("page")
    if not pages.starts:
        return ()
    begins, stops = pages.starts, (*pages.starts[1:], len(document.text))
    touched = range(pages.number_at(start), pages.number_at(end - 1) + 1)[:MOST]
    parts = [(number, max(start, begins[number - 1]), min(end, stops[number - 1])) for number in touched]
    ranges = [(number, first - begins[number - 1], last - begins[number - 1]) for number, first, last in parts]
    file_signature(Path(document.source))
    try:
        with nullcontext(child) if child else Sandbox(seconds=SECONDS) as reader:
            found = reader.marked_pages(Path(document.source), ranges, drawn=drawn)
    except ReadError as error:
        raise error.at(document.source) from None
    views = []
    for part, page in zip(parts, found, strict=True):
        number = part[0]
        if words := words_in(document, *part[1:]):
            if regular_digest(Path(document.source)) != document.digest:
                raise ReadError("pdf.changed", where=document.source, page=str(number))
            boxes = joined([word.box for word in words], *page.size)[:MOST_BOXES]
            views.append(PageView(*part, *page.size, tuple(boxes), page.picture))
            continue
        if not _alike(page.text, document.text[begins[number - 1] : stops[number - 1]]):
            raise ReadError("pdf.changed", where=document.source, page=str(number))
        views.append(PageView(*part, *page.size, tuple(page.boxes), page.picture))
    return tuple(views)


def _alike(one: str, other: str) -> bool:
    """Whether two texts of a page are the same but for which hyphens are soft: a page alone does not say it."""
    return one.replace(SOFT, "-") == other.replace(SOFT, "-")
