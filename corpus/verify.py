"""Whether a quote still stands in its source, looked up there anew."""

from functools import lru_cache
from pathlib import Path
from typing import Any, Literal

from corpus.digest import file_digest
from corpus.document import Document, Quote, quote_again
from corpus.errors import QuoteError, ReadError
from corpus.locator import describe, warnings
from corpus.read import file_signature, read_file
from corpus.recognised import certainty

HASHED_ANEW = 16_000_000
"""Bytes up to which a file is hashed at every check, which takes under ten milliseconds. Times of files are too coarse to tell
two changes in one tick of the clock, so that a digest is kept for larger ones alone."""

_SIZE = 2

Standing = Literal["exact", "changed", "missing"]


def verify(quote: Quote) -> Standing:
    """``exact`` when the source, looked at again now, says these characters at this place; else what is the matter.

    A source with the very bytes that its document was read from says the same: there its SHA-256 is enough. Another one is
    read again, and holds the quote only where the characters, their page or line, the headings above them and what must be
    said of them are the same. What was recognised stands in no other bytes: recognised again it may be read otherwise.
    """
    document, start, end = quote.document, quote.start, quote.end
    path = Path(document.source)
    try:
        state = file_signature(path)
        digest = file_digest(path) if state[_SIZE] <= HASHED_ANEW else _digest(path, state)
        if digest == document.digest:
            return "exact"
        if certainty(document, start, end) is not None:
            return "changed"
        again = _read_again(path, digest)
        quote_again(again, start=start, end=end, text=quote.text)
    except (ReadError, OSError):
        return "missing"
    except QuoteError:
        return "changed"
    return "exact" if _place(again, start, end) == _place(document, start, end) else "changed"


def _place(document: Document, start: int, end: int) -> tuple[Any, ...]:
    """All that is said of where characters stand."""
    return (
        describe(document, start, end),
        *((document.line_at(at), document.page_at(at)) for at in (start, end - 1)),
        document.heading_path_at(start),
        warnings(document, start, end),
    )


@lru_cache(maxsize=64)
def _digest(path: Path, state: tuple[int, ...]) -> str:
    """The SHA-256 of a file, computed once for as long as the file's ``state`` is the same."""
    return file_digest(path)


@lru_cache(maxsize=4)
def _read_again(path: Path, digest: str) -> Document:
    """The document in a file, read once for as long as its bytes are the same: several quotes cost one reading.

    Raises ReadError for a file that has other bytes by now.
    """
    document = read_file(path, note=lambda _: None)
    if document.digest != digest:
        raise ReadError("file.changed", where=path)
    return document
