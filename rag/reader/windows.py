"""What the reader sees at once: a sentence and what stands around it, short enough to be read quickly.

A row of a table whose columns have names is seen alone, each cell behind the name of its column: among others the reader takes
the figure of a neighbour. Of five questions about a row of two small tables (four foods and their calories, three teams and
their cups) it marked the right cell once where it saw the rows together; alone the right row had the highest log-odds each
time, the next at least 4 lower.
"""

from collections.abc import Callable, Sequence
from functools import partial
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from corpus.chunk import size
from corpus.context import cells_of, context, row_at
from corpus.document import Document
from index.search.searcher import Ranges, Searcher
from rag.retrieve import Hit

WINDOW = 128
"""About how many word pieces a window holds: what a sentence leans on mostly stands beside it, and a passage of 200 read
whole costs as much again."""


NAMES_SIZE = 16
"""About how many word pieces of what it stands under the reader sees over a window: names and short questions.

It has learnt to read without any. A heading that is a statement of its own disturbs it: of the 192 questions over the material,
whose two headings have 17 and 22 pieces, it decides .880 rightly without them and .854 with them; of a manual with a short
heading over each section (224 questions of `emanual_smart_tv`) .344 without and .384 with.
"""


class WindowText(NamedTuple):
    """A window as the reader sees it, and for each character its offset in the document: −1 where it is none of it."""

    text: str
    offsets: NDArray[np.int64]


def window_text(document: Document, start: int, end: int) -> WindowText:
    """A stretch of a document under what it stands under; a row of a table with the name of its column before each cell."""
    pieces: list[tuple[str, int]] = []
    if row := row_at(document, start):
        for n, (name, begin, stop) in enumerate(cells_of(document, *row)):
            pieces += [(" | " if n else "", -1), (f"{name}: " if name else "", -1), (document.text[begin:stop], begin)]
    else:
        pieces = [*((f"{name}\n", -1) for name in context(document, start, most=NAMES_SIZE)), (document.text[start:end], start)]
    offsets = [np.full(len(text), -1) if at < 0 else np.arange(at, at + len(text)) for text, at in pieces]
    return WindowText("".join(text for text, _ in pieces), np.concatenate(offsets).astype(np.int64))


def windows(hits: Sequence[Hit], searcher: Searcher, *, most: int) -> tuple[tuple[int, int], ...]:
    """Half-open ranges of sentence rows around hits, best first: about ``most`` word pieces in all, one window at least.

    A hit that lies well inside the window of a better one needs none of its own. A window may cross from one passage into
    the next, never into another document.
    """
    found: list[tuple[int, int]] = []
    for hit in hits:
        begin, sentences = searcher.sentences.rows_of(searcher.owner(hit.row))
        row = hit.row - begin
        document = hit.sentence.document
        if line := row_at(document, hit.sentence.start):
            first, last = np.searchsorted(sentences[:, 0], line).tolist()
            first, last = min(first, row), max(last, row + 1)
            if (begin + first, begin + last) in found:
                continue
            length = size(window_text(document, *line).text)
        else:
            if any(inside(row, first - begin, last - begin, len(sentences)) for first, last in found):
                continue
            apart = partial(row_at, document)
            first, last, length = around(document.text, sentences, row, apart=apart)
        if found and length > most:
            break
        most -= length
        found.append((begin + first, begin + last))
    return tuple(found)


def around(
    text: str, sentences: Ranges, row: int, *, apart: Callable[[int], object] = lambda start: None
) -> tuple[int, int, int]:
    """The rows ``first <= row < last`` that fit into a window with a sentence, and their size.

    ``sentences (n, 2)`` are all ranges of characters of a text. The window grows by the sentence before and the one after in
    turn, up to one of which ``apart(start)`` says something.
    """
    first, last = row, row + 1
    start, end = sentences[row].tolist()
    length = size(text[start:end])
    grows = [-1, 1]
    while grows:
        step = grows.pop(0)
        other = first - 1 if step < 0 else last
        if not 0 <= other < len(sentences) or apart(int(sentences[other, 0])):
            continue
        begin, stop = sentences[other].tolist()
        more = size(text[begin:start] if step < 0 else text[end:stop])
        if length + more <= WINDOW:
            first, last, start, end = min(first, other), max(last, other + 1), min(start, begin), max(end, stop)
            length += more
            grows.append(step)
    return first, last, length


def inside(row: int, first: int, last: int, n: int) -> bool:
    """Whether a window holds a sentence and its neighbours, where its document of ``n`` sentences has any."""
    return first <= max(0, row - 1) and min(n, row + 2) <= last and first <= row < last
