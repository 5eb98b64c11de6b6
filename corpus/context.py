"""What a stretch of a document stands under: its headings, its sheet, and the names of its table's columns.

A person reads a row or a paragraph with them, so they are searched and read with it; they are no part of what is quoted.
"""

import re
from collections.abc import Iterator

from corpus.chunk import size
from corpus.document import Document, Passage

_BAR = re.compile(r"\s{0,3}\|\s{0,3}")

CONTEXT_SIZE = 60
"""About how many word pieces a context may have; the nearest names come first."""


def context(document: Document, start: int, *, most: int = CONTEXT_SIZE) -> tuple[str, ...]:
    """The names that what begins at an offset stands under, the widest first; none that stand in it.

    They have about ``most`` word pieces together.
    """
    room, kept = most, []
    for name in _names(document, start):
        room -= size(name)
        if room < 0:
            break
        kept.append(name)
    return tuple(reversed(kept))


def searched(document: Document, start: int, end: int) -> str:
    """A stretch of a document as it is searched: under a line for each name that it stands under (``context``).

    It ends with ``document.text[start:end]``, whose every character is where it was, counted from the end.
    """
    return "\n".join((*context(document, start), document.text[start:end]))


def searched_passage(passage: Passage) -> str:
    """A passage as it is searched."""
    return searched(passage.document, passage.start, passage.end)


def _names(document: Document, start: int) -> Iterator[str]:
    """The columns, the sheet and the headings, the lowest first."""
    for kind in ("columns", "sheet"):
        if name := document.places_of(kind).label_at(start):
            yield name
    for heading in reversed(document.headings_over(start)):
        if heading.end <= start:
            yield document.text[heading.start : heading.end]


def row_at(document: Document, offset: int) -> tuple[int, int] | None:
    """The line that holds an offset, where it is a record or the row of a table whose columns have names; None elsewhere."""
    if not any(document.places_of(kind).label_at(offset) for kind in ("columns", "field")):
        return None
    start, end = document.text.rfind("\n", 0, offset) + 1, document.text.find("\n", offset)
    end = end if end >= 0 else len(document.text)
    return (start, end) if _BAR.search(document.text, start, end) else None


def cells_of(document: Document, start: int, end: int) -> tuple[tuple[str, int, int], ...]:
    """The filled cells of a row (``row_at``) with the names of their columns: ``(name, start, end)``.

    A cell that stands alone in its row, and one beyond the last name, has none.
    """
    names = _BAR.split(document.places_of("columns").label_at(start))
    found, at = [], start
    for bar in [*_BAR.finditer(document.text, start, end), None]:
        stop = bar.start() if bar else end
        found.append((at, stop))
        at = bar.end() if bar else end
    alone = len(found) == 1
    return tuple(
        ("" if alone or n >= len(names) else names[n], begin, stop) for n, (begin, stop) in enumerate(found) if begin < stop
    )
