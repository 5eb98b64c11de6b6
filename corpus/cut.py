"""A document is cut into sentences, and sentences are packed into passages; ranges all the way.

Three questions are kept apart: where may a text be cut (``_paragraphs``, ``corpus.ending``), how long is a piece
(``size``), and what belongs together (``cut``). No word is lost: what lies between two sentences holds no word
character, unless it is a heading.
"""

import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

from corpus.document import Document, Passage
from corpus.ending import sentence_ends

VERSION = 2
"""Raised whenever another cut comes out of the same text, so that an index knows it is old."""

READABLE = (1, 2)
"""Versions whose indexes still answer, with the ranges they hold: 1 cut at German ordinals and more abbreviations."""

PASSAGE_SIZE = 200
"""About how many word pieces a passage holds; MiniLM reads 256."""

SENTENCE_CHARACTERS = 1200
"""A longer run without an end of sentence is cut before this many characters: at a clause, else a space, else here."""

_CJK = "\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\uac00-\ud7af\U00020000-\U0003ffff"
_PIECE = re.compile(rf"[{_CJK}]|[^\W{_CJK}]{{1,5}}|[^\w\s]")
_WORD = re.compile(r"\w")
_ITEM = re.compile(r"\s*(?:[-*+•‣◦–]|\(?(?:\d{1,3}|[a-zA-Z]|[ivxlc]{1,5})[.)])\s+\S")
_RULE = re.compile(r"\s*(?:`{3,}.*|~{3,}.*|[|:+=\-\s]+)$")
_FIGURES = re.compile(r"(?:^|\s)[$€£¥(–—-]*\d[\d.,]*\)?%?(?:\s+[$€£¥(–—-]*\s?(?:\d[\d.,]*\)?%?|[–—-]))+\s*$")
"""Two figures or more at the end of a line: a row of a table."""

_WRAPPED = range(40, 121)
"""Widths at which people wrap lines by hand or by editor."""

_CLAUSE = re.compile(r"[;,:，；：、—–](?=\s|[^\x00-\x7f])")


@dataclass(frozen=True, slots=True)
class Cut:
    """The passages of a document and, for each, the ranges of the sentences that lie inside it.

    Sentences rise without overlap, every passage holds at least one. A heading opens the passage below it but is no
    sentence: it names a place and states nothing.
    """

    passages: tuple[Passage, ...]
    sentences: tuple[tuple[tuple[int, int], ...], ...]


def size(text: str) -> int:
    """About how many word pieces an encoder sees: one per East Asian character, per five letters, per mark."""
    return sum(1 for _ in _PIECE.finditer(text))


def cut(document: Document, *, passage_size: int = PASSAGE_SIZE) -> Cut:
    """Passages of whole sentences of one section and page, up to ``passage_size`` each.

    A paragraph that fits into a passage is not torn apart. A text of headings alone is cut as if they were sentences.
    """
    text, heads = document.text, [heading.start for heading in document.headings]
    paragraphs = list(_paragraphs(document)) or [(heading.start, heading.end) for heading in document.headings]
    passages: list[Passage] = []
    sentences: list[tuple[tuple[int, int], ...]] = []
    start, room = 0, 0
    place: tuple[int, int | None] = (-1, None)
    packed: list[tuple[int, int]] = []
    running = _running(document)
    for begin, end in paragraphs:
        section = bisect_right(heads, begin)
        here = (section, document.page_at(begin))
        fits = size(text[begin:end]) <= min(room, passage_size)
        for sentence in _sentences(text, begin, end, running):
            length = size(text[slice(*sentence)])
            if packed and (here != place or length > room or not fits and sentence[0] == begin):
                passages.append(Passage(document, start, packed[-1][1]))
                sentences.append(tuple(packed))
                packed = []
            if not packed:
                start = heads[section - 1] if section and here != place else sentence[0]
                room, place = passage_size, here
            packed.append(sentence)
            room -= length
    if packed:
        passages.append(Passage(document, start, packed[-1][1]))
        sentences.append(tuple(packed))
    return Cut(tuple(passages), tuple(sentences))


def paragraph_at(document: Document, offset: int) -> int:
    """The paragraph that holds an offset, or the last one before it, counted from 1; a heading counts as one."""
    return max(1, bisect_right(_paragraph_starts(document), offset))


@lru_cache(maxsize=32)
def _paragraph_starts(document: Document) -> tuple[int, ...]:
    return tuple(sorted({start for start, _ in _paragraphs(document)} | {heading.start for heading in document.headings}))


def _paragraphs(document: Document) -> Iterator[tuple[int, int]]:
    """Ranges whose sentences may run on across line ends; no headings, fences or rules of tables.

    On pages they run on across running headers and footers too, which are passed over.
    """
    heads = {document.text.rfind("\n", 0, heading.start) + 1 for heading in document.headings}
    goes_on = _runs_on_in_print if document.places_of("page").starts else _runs_on
    paragraph: tuple[int, int] | None = None
    before = ""
    for start, line, width in _lines(document):
        words = line.strip()
        begin = start + line.find(words)
        apart = not words or start in heads or _RULE.match(line) is not None
        if paragraph and (apart or not goes_on(before, line, width=width)):
            yield paragraph
            paragraph = None
        if not apart:
            paragraph = (paragraph[0] if paragraph else begin, begin + len(words))
        before = line
    if paragraph:
        yield paragraph


def _lines(document: Document) -> Iterator[tuple[int, str, int]]:
    """The lines, each with its offset and the width that lines have around it; running headers and footers are left out."""
    text = document.text
    running = {start for start, _ in _running(document)}
    pages = document.places_of("page").starts
    before = 0
    for first, end in pairwise([*sorted({0, *pages}), len(text)]):
        lines: list[tuple[int, str]] = []
        start = first
        for line in text[first:end].removesuffix("\n").split("\n"):
            lines.append((start, line))
            start += len(line) + 1
        lengths = sorted(len(line) for _, line in lines if line.strip()) or [0]
        width = lengths[len(lengths) * (80 if pages else 98) // 100]
        for start, line in lines:
            if start not in running:
                yield start, line, before or width
                before = 0
        before = width


def _runs_on(line: str, following: str, *, width: int) -> bool:
    """Whether a paragraph goes on after a line end.

    It does where the next line's first word would not have fitted into the width that the text is wrapped at, or where
    a sentence is plainly unfinished: no closing mark here and a small letter there. List items and table rows begin anew.
    """
    if _ITEM.match(following) or "|" in following:
        return False
    first = following.split(maxsplit=1)[0]
    if width in _WRAPPED and len(line.rstrip()) + 1 + len(first) > width:
        return True
    return line.rstrip()[-1:].isalnum() | (line.rstrip()[-1:] in {",", "-"}) and first[0].islower()


def _runs_on_in_print(line: str, following: str, *, width: int) -> bool:
    """Whether a paragraph goes on after a line end on a page, where lines are as wide as the column and not as so many letters.

    It does after a line that reaches three quarters of the column, and where a sentence is plainly unfinished. Rows of
    figures stand alone.
    """
    if _ITEM.match(following) or _FIGURES.search(line) or _FIGURES.search(following):
        return False
    end, first = line.rstrip()[-1:], following.split(maxsplit=1)[0]
    if (end.isalnum() or end in ",-;–—(&/") and first[0].islower():
        return True
    return (len(line.rstrip()) + 1 + len(first)) * 4 > width * 3


def _running(document: Document) -> list[tuple[int, int]]:
    """The running headers and footers between pages, rising."""
    return sorted(range_ for finding in document.findings if finding.kind == "running" for range_ in finding.ranges)


def _sentences(text: str, start: int, end: int, running: list[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """Ranges of the sentences between two offsets, without the white space around them; none begins or ends in ``running``."""
    begin = start
    for stop in [*sentence_ends(text, start, end), end]:
        if stop < end and _holding(running, stop - 1):
            continue
        while stop - begin > SENTENCE_CHARACTERS:
            at = _last_pause(text, begin, begin + SENTENCE_CHARACTERS)
            yield from _trimmed(text, begin, at, running)
            begin = at
        yield from _trimmed(text, begin, stop, running)
        begin = stop


def _trimmed(text: str, start: int, end: int, running: list[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    while start < end and (text[start].isspace() or _holding(running, start)):
        start += 1
    while start < end and (text[end - 1].isspace() or _holding(running, end - 1)):
        end -= 1
    if _WORD.search(text, start, end):
        yield start, end


def _holding(ranges: list[tuple[int, int]], offset: int) -> bool:
    at = bisect_right(ranges, offset, key=lambda each: each[0])
    return at > 0 and offset < ranges[at - 1][1]


def _last_pause(text: str, start: int, end: int) -> int:
    middle = (start + end) // 2
    clauses = [match.end() for match in _CLAUSE.finditer(text, middle, end)]
    if clauses:
        return clauses[-1]
    spaces = [match.end() for match in re.compile(r"\s").finditer(text, middle, end)]
    return spaces[-1] if spaces else end
