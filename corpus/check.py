"""Whether a quote still stands in its source, looked up there anew."""

from functools import lru_cache
from pathlib import Path
from typing import Literal

from corpus.document import Document, Quote, quote_again
from corpus.errors import QuoteError, ReadError
from corpus.read import looked_at, read_file

Standing = Literal["exact", "changed", "missing"]


def standing(quote: Quote) -> Standing:
    """``exact`` when the source, read again now, holds these characters at this place; else what is the matter."""
    try:
        path = Path(quote.document.source)
        document = _read_again(path, looked_at(path))
        quote_again(document, start=quote.start, end=quote.end, text=quote.text)
    except ReadError:
        return "missing"
    except QuoteError:
        return "changed"
    return "exact"


@lru_cache(maxsize=4)
def _read_again(path: Path, state: tuple[int, ...]) -> Document:
    """The document in a file, read once for as long as the file's ``state`` is the same: several quotes cost one reading."""
    return read_file(path, note=lambda _: None)
