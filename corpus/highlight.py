"""Where a quote stands in the picture of its page, looked up in the file when it is asked for."""

from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path

from corpus.document import Document
from corpus.errors import ReadError
from corpus.formats.child import Child


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle on a page (from 1), in points from its lower left corner; ``width`` and ``height`` are the page's own."""

    page: int
    left: float
    bottom: float
    right: float
    top: float
    width: float
    height: float


def boxes(document: Document, start: int, end: int, *, child: Child | None = None) -> tuple[Box, ...]:
    """The boxes of the characters ``start:end`` of a PDF, one a line, in reading order; none where there are no pages.

    Raises ReadError when the file cannot be read, or a page that the range touches has another text than the document.
    """
    pages = document.places_of("page")
    if not pages.starts or not Path(document.source).name.lower().endswith(".pdf"):
        return ()
    ends = (*pages.starts[1:], len(document.text))
    touched = range(pages.number_at(start), pages.number_at(end - 1) + 1)
    spans = [(number, pages.starts[number - 1], ends[number - 1]) for number in touched]
    ranges = [(number, max(start, begin) - begin, min(end, stop) - begin) for number, begin, stop in spans]
    try:
        with nullcontext(child) if child else Child() as reader:
            found = reader.find_boxes(Path(document.source), ranges)
    except (ReadError, OSError) as error:
        raise ReadError(f"{document.source}: {error}") from None
    for (number, begin, stop), (text, _) in zip(spans, found, strict=True):
        if text != document.text[begin:stop]:
            raise ReadError(f"{document.source}: page {number} has changed since it was read; read it again")
    return tuple(Box(number, *box) for number, (_, lines) in zip(touched, found, strict=True) for box in lines)
