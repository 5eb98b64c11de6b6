"""Recognised pages, as they are written into a document: a place for each word, and what must be said of them."""

from corpus.formats.builder import TextBuilder
from corpus.formats.ocr import RecognisedPage
from corpus.formats.page_numbers import named_pages
from corpus.messages import Message
from corpus.recognised import KIND, label


class Recognised:
    """The pages of a document that were recognised: their numbers from 1, and the characters of each.

    ``empty`` are those on which nothing was found, ``uncertain`` counts lines that were left out.
    """

    def __init__(self) -> None:
        self.pages: dict[int, tuple[int, int]] = {}
        self.empty: list[int] = []
        self.uncertain = 0

    def mark(self, pen: TextBuilder, page: RecognisedPage, number: int, begin: int) -> None:
        """A page whose text was written from ``begin`` on."""
        self.uncertain += page.uncertain
        if not page.words:
            self.empty.append(number)
            return
        self.pages[number] = begin, begin + len(page.text)
        for start, word in page.words:
            pen.place(KIND, label(word), at=begin + start)
        pen.place(KIND, "", at=begin + len(page.text))

    def say(self, pen: TextBuilder, count: int) -> None:
        """Note which of ``count`` pages were recognised, which were not, and what was left out."""
        if self.pages:
            pen.found("recognised", Message("ocr.pages", pages=named_pages(list(self.pages))), *self.pages.values())
        if self.empty:
            pen.found("unreadable", Message("ocr.nothing", n=len(self.empty), all=count, pages=named_pages(self.empty)))
        if self.uncertain:
            pen.found("uncertain", Message("ocr.uncertain", n=self.uncertain))
