"""Document, Passage and Quote: one text, and exact views of it.

Offsets are Python string indices (code points), half open, into ``Document.text``. They are settled once, when a file
is read, and carried down from there; nothing here or above ever finds an offset by searching for a text.
"""

from bisect import bisect_right
from dataclasses import dataclass, field
from hashlib import sha256
from itertools import pairwise

from corpus.errors import QuoteError
from corpus.messages import Message


@dataclass(frozen=True, slots=True)
class Heading:
    """The range of a heading's words, and its level (1 is the highest)."""

    start: int
    end: int
    level: int = 1


@dataclass(frozen=True, slots=True)
class Places:
    """All places of one kind, such as ``page``, ``slide`` or ``cell``: where each starts, and what it is called.

    A place reaches to the start of the next. ``starts`` rise; ``labels`` name them, or are empty where they are counted
    from 1. What lies before the first start has no place of this kind.
    """

    kind: str
    starts: tuple[int, ...]
    labels: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if any(one >= other for one, other in pairwise(self.starts)) or (self.labels and len(self.labels) != len(self.starts)):
            raise ValueError(f"places of the kind {self.kind} must rise, each with its label")

    def number_at(self, offset: int) -> int:
        """Which of the places holds an offset, counted from 1; 0 before the first."""
        return bisect_right(self.starts, offset)

    def label_at(self, offset: int) -> str:
        """What the place that holds an offset is called; empty before the first and for a place without a name."""
        number = self.number_at(offset)
        return "" if not number else self.labels[number - 1] if self.labels else str(number)


@dataclass(frozen=True, slots=True)
class Finding:
    """Something of a file that cannot be quoted, or must be known by who quotes it.

    ``kind`` is a word for machines (``unreadable``, ``hidden``, ``running``: see ``corpus.formats.builder``), ``message`` what
    people are told, ``ranges`` the characters it speaks of, when it speaks of some.
    """

    kind: str
    message: Message
    ranges: tuple[tuple[int, int], ...] = ()


@dataclass(frozen=True, slots=True, weakref_slot=True)
class Document:
    """One text, its name and the maps over its offsets.

    ``id`` is the SHA-256 of the text in UTF-8, in hexadecimal, and nothing else: for a UTF-8 file without a byte-order
    mark and with ``\\n`` line ends it is what ``sha256sum`` prints. ``digest`` is the SHA-256 of the bytes that the text was
    read from, or empty where that is not known. Plain text has no ``places`` but its lines. Raises ValueError for a blank text
    or maps that leave it.
    """

    text: str
    title: str
    source: str
    headings: tuple[Heading, ...] = ()
    places: tuple[Places, ...] = ()
    findings: tuple[Finding, ...] = ()
    digest: str = field(default="", compare=False)
    id: str = field(init=False)

    def __post_init__(self) -> None:
        if not self.text or self.text.isspace():
            raise ValueError(f"{self.source}: a document needs text")
        if "\r" in self.text:
            raise ValueError(f"{self.source}: line ends must be settled to \\n before offsets exist")
        size = len(self.text)
        rise = all(one.start <= other.start for one, other in pairwise(self.headings))
        if not rise or any(not 0 <= h.start < h.end <= size for h in self.headings):
            raise ValueError(f"{self.source}: headings must rise and lie inside the text")
        if any(places.starts and not 0 <= places.starts[0] <= places.starts[-1] <= size for places in self.places):
            raise ValueError(f"{self.source}: places must lie inside the text")
        if len({places.kind for places in self.places}) != len(self.places):
            raise ValueError(f"{self.source}: there are two maps of one kind of place")
        if any(not 0 <= start < end <= size for finding in self.findings for start, end in finding.ranges):
            raise ValueError(f"{self.source}: findings must lie inside the text")
        object.__setattr__(self, "id", sha256(self.text.encode()).hexdigest())

    def line_at(self, offset: int) -> int:
        """The line that holds an offset, counted from 1; only ``\\n`` ends a line, as in editors."""
        return self.text.count("\n", 0, offset) + 1

    def places_of(self, kind: str) -> Places:
        """The places of a kind; empty where the document has none."""
        return next((places for places in self.places if places.kind == kind), Places(kind, ()))

    def page_at(self, offset: int) -> int | None:
        """The page that holds an offset, counted from 1 as the file lies, or None where the document has no pages."""
        return self.places_of("page").number_at(offset) or None

    def heading_at(self, offset: int) -> str | None:
        """The words of the nearest heading that starts before an offset, or None above the first one."""
        above = bisect_right(self.headings, offset, key=lambda heading: heading.start)
        return self.text[self.headings[above - 1].start : self.headings[above - 1].end] if above else None

    def headings_over(self, offset: int) -> tuple[Heading, ...]:
        """The headings that an offset stands under, or in, the highest first."""
        path: list[Heading] = []
        for heading in reversed(self.headings[: bisect_right(self.headings, offset, key=lambda heading: heading.start)]):
            if not path or heading.level < path[-1].level:
                path.append(heading)
        return tuple(reversed(path))

    def heading_path_at(self, offset: int) -> tuple[str, ...]:
        """The words of the headings that an offset stands under, the highest first."""
        return tuple(self.text[heading.start : heading.end] for heading in self.headings_over(offset))

    def found_in(self, start: int, end: int) -> tuple[Finding, ...]:
        """The findings that speak of characters in a range."""
        return tuple(f for f in self.findings if any(begin < end and start < stop for begin, stop in f.ranges))


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
            "quote.altered", where=document.source, said=repr(text[:60]), start=str(start), end=str(end), found=repr(found[:60])
        )
    return Quote(Passage(document, start, end), start, end)
