"""What the reader sees at once: a sentence and what stands around it, short enough to be read quickly."""

from collections.abc import Sequence

from corpus.chunk import size
from index.search.searcher import Ranges, Searcher
from rag.retrieve import Hit

WINDOW = 128
"""About how many word pieces a window holds: what a sentence leans on mostly stands beside it, and a passage of 200 read
whole costs as much again."""


def windows(hits: Sequence[Hit], searcher: Searcher, *, most: int) -> tuple[tuple[int, int], ...]:
    """Half-open ranges of sentence rows around hits, best first: about ``most`` word pieces in all, one window at least.

    A hit that lies well inside the window of a better one needs none of its own. A window may cross from one passage into
    the next, never into another document.
    """
    found: list[tuple[int, int]] = []
    for hit in hits:
        begin, sentences = searcher.sentences.rows_of(searcher.owner(hit.row))
        row = hit.row - begin
        if any(inside(row, first - begin, last - begin, len(sentences)) for first, last in found):
            continue
        first, last, length = around(hit.sentence.document.text, sentences, row)
        if found and length > most:
            break
        most -= length
        found.append((begin + first, begin + last))
    return tuple(found)


def around(text: str, sentences: Ranges, row: int) -> tuple[int, int, int]:
    """The rows ``first <= row < last`` that fit into a window with a sentence, and their size.

    ``sentences (n, 2)`` are all ranges of characters of a text. The window grows by the sentence before and the one after in
    turn.
    """
    first, last = row, row + 1
    start, end = sentences[row].tolist()
    length = size(text[start:end])
    grows = [-1, 1]
    while grows:
        step = grows.pop(0)
        other = first - 1 if step < 0 else last
        if not 0 <= other < len(sentences):
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
