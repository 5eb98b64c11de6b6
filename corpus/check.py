"""Whether a quote still stands in its source, looked up there anew."""

from pathlib import Path
from typing import Literal

from corpus.document import Quote, quote_again
from corpus.errors import QuoteError, ReadError
from corpus.read import read_file

Standing = Literal["exact", "changed", "missing"]


def standing(quote: Quote) -> Standing:
    """``exact`` when the source, read again now, holds these characters at this place; else what is the matter."""
    try:
        document = read_file(Path(quote.document.source), note=lambda _: None)
        quote_again(document, start=quote.start, end=quote.end, text=quote.text)
    except ReadError:
        return "missing"
    except QuoteError:
        return "changed"
    return "exact"
