"""The text of a page of a PDF, settled, with the place of each character in what PDFium gives.

PDFium ends a line with CR LF, settled ``\n``, and writes U+FFFE where a word is divided at the end of a line: that stays until
the whole document is known (``hyphens``), but for a part that the next words go on with, "short- and long-term".
"""

from typing import Any, NamedTuple

from corpus.formats.hyphens import DIVIDED, is_suspended


class PageText(NamedTuple):
    """A page and its text; ``places`` has for each character its index in the UTF-16 units of PDFium's own text."""

    page: Any
    textpage: Any
    text: str
    places: list[int]


def page_text(page: Any, textpage: Any) -> PageText:
    """The text of a page. A mark in front that would be taken for a byte-order mark becomes a blank of no width."""
    given = textpage.get_text_range()
    written: list[str] = []
    places: list[int] = []
    units = 0
    for n, character in enumerate(given):
        if character != "\r" or given[n + 1 : n + 2] != "\n":
            if character == DIVIDED and is_suspended(given, n):
                written.append("-")
                places.append(units)
                character = "\n"
            written.append("\n" if character == "\r" else character)
            places.append(units)
        units += 1 + (character > "\uffff")
    text = "".join(written)
    return PageText(page, textpage, "\u200b" + text[1:] if text.startswith("\ufeff") else text, places)
