"""What is kept of recognised text: where each word stands on its page, and how sure recognition was of it.

It is a map of places like that of pages, of the kind ``recognised``: a place begins with each word, and its label is ``left top
right bottom sure``, the box in ten-thousandths of the page and the confidence in percent, rounded down. Where text that nobody
had to recognise follows, a place without a label begins.
"""

from typing import NamedTuple

from corpus.document import Document
from corpus.formats.boxes import Box

KIND = "recognised"

WANTING = frozenset({"pdf.scanned", "pdf.unreadable", "picture.unread"})
"""Messages that say of a file that it has text for recognition, which is not installed."""

_FINE = 10_000


class RecognisedWord(NamedTuple):
    """Where a word stands, and how sure its least certain character is, from 0 to 1."""

    box: Box
    sure: float


def label(word: RecognisedWord) -> str:
    """What the place of a word is called."""
    return " ".join(map(str, (*(round(share * _FINE) for share in word.box), int(word.sure * 100))))


def words_in(document: Document, start: int, end: int) -> list[RecognisedWord]:
    """The recognised words among the characters ``start:end``, in their order."""
    places = document.places_of(KIND)
    first = max(places.number_at(start), 1) - 1
    last = places.number_at(end - 1)
    return [_word(said) for said in places.labels[first:last] if said]


def certainty(document: Document, start: int, end: int) -> float | None:
    """How sure recognition was of its least certain word among the characters ``start:end``; None where it read none."""
    return min((word.sure for word in words_in(document, start, end)), default=None)


def _word(said: str) -> RecognisedWord:
    *box, sure = map(int, said.split())
    return RecognisedWord(Box(*(share / _FINE for share in box)), sure / 100)
