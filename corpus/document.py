"""Document, Passage and Quote: one text, and exact views of it.

Offsets are Python string indices (code points), half open, into ``Document.text``. They are settled once, when a file
is read, and carried down from there; nothing here or above ever finds an offset by searching for a text.
"""

from bisect import bisect_right
from dataclasses import dataclass, field
from hashlib import sha256

from corpus.errors import QuoteError


@dataclass(frozen=True, slots=True)
class Heading:
    """The range of a heading's words, and its level (1 is the highest)."""

    start: int
    end: int
    level: int = 1


@dataclass(frozen=True, slots=True)
class Document:
    """One text, its name and the maps over its offsets.

    ``id`` is the SHA-256 of the text in UTF-8, in hexadecimal, and nothing else: for a UTF-8 file without a byte-order
    mark and with ``\\n`` line ends it is what ``sha256sum`` prints. ``pages`` holds the offset at which each page
    starts and is empty where the format has no pages. Raises ValueError for a blank text or maps that leave it.
    """

    text: str
    title: str
    source: str
    headings: tuple[Heading, ...] = ()
    pages: tuple[int, ...] = ()
    id: str = field(init=False)

    def __post_init__(self) -> None:
        if not self.text.strip():
            raise ValueError(f"{self.source}: a document needs text")
        if "\r" in self.text:
            raise ValueError(f"{self.source}: line ends must be settled to \\n before offsets exist")
        size = len(self.text)
        starts = [heading.start for heading in self.headings]
        if starts != sorted(starts) or any(not 0 <= h.start < h.end <= size for h in self.headings):
            raise ValueError(f"{self.source}: headings must rise and lie inside the text")
        if self.pages and (self.pages[0] != 0 or list(self.pages) != sorted(set(self.pages)) or self.pages[-1] > size):
            raise ValueError(f"{self.source}: pages must start at 0, rise and lie inside the text")
        object.__setattr__(self, "id", sha256(self.text.encode()).hexdigest())

    def line_at(self, offset: int) -> int:
        """The line that holds an offset, counted from 1; only ``\\n`` ends a line, as in editors."""
        return self.text.count("\n", 0, offset) + 1

    def page_at(self, offset: int) -> int | None:
        """The page that holds an offset, counted from 1, or None where the document has no pages."""
        return bisect_right(self.pages, offset) or None

    def heading_at(self, offset: int) -> str | None:
        """The words of the nearest heading that starts before an offset, or None above the first one."""
        above = bisect_right(self.headings, offset, key=lambda heading: heading.start)
        return self.text[self.headings[above - 1].start : self.headings[above - 1].end] if above else None


@dataclass(frozen=True, slots=True)
class Passage:
    """A document and two offsets. Its text is the slice, never a copy that could differ."""

    document: Document
    start: int
    end: int

    def __post_init__(self) -> None:
        if not 0 <= self.start < self.end <= len(self.document.text):
            raise ValueError(f"{self.document.source}: no characters {self.start}:{self.end} in this document")

    @property
    def text(self) -> str:
        """``document.text[start:end]``."""
        return self.document.text[self.start : self.end]


@dataclass(frozen=True, slots=True)
class Quote:
    """Exact characters inside a passage: ``quote.text == quote.document.text[start:end]`` by construction."""

    passage: Passage
    start: int
    end: int

    def __post_init__(self) -> None:
        if not self.passage.start <= self.start < self.end <= self.passage.end:
            raise ValueError(f"{self.document.source}: {self.start}:{self.end} does not lie inside its passage")

    @property
    def document(self) -> Document:
        """The document that is quoted."""
        return self.passage.document

    @property
    def text(self) -> str:
        """``document.text[start:end]``."""
        return self.document.text[self.start : self.end]


def quote_again(document: Document, *, start: int, end: int, text: str) -> Quote:
    """The quote that a record on disk, a copied citation or a language model claims, checked against its document.

    Raises QuoteError when one character differs. There is no nearly: no case folding, no whitespace folding.
    """
    found = document.text[start:end] if 0 <= start < end <= len(document.text) else ""
    if found != text or not text:
        raise QuoteError(
            f"{document.source}: expected {text[:60]!r} at characters {start}:{end}, found {found[:60]!r}. "
            "The document has changed or the quote was altered; ask again."
        )
    return Quote(Passage(document, start, end), start, end)
