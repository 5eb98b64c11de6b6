"""A document is cut into sentences, and sentences are packed into passages; ranges all the way.

Three questions are kept apart: where may a text be cut (``_paragraphs``, ``corpus.sentences``), how long is a piece
(``size``), and what belongs together (``cut``). No word is lost: what lies between two sentences holds no word
character, unless it is a heading.
"""

import re
from bisect import bisect_right
from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain, pairwise

from corpus.document import Document, Passage
from corpus.enumerations import ITEM
from corpus.language import language_of_document
from corpus.languages.registry import rules_for
from corpus.languages.rules import LanguageRules
from corpus.scripts import EAST_ASIAN
from corpus.sentences import sentence_ends

VERSION = 5
"""Raised whenever another cut comes out of the same text, so that an index knows it is old."""

READABLE = (1, 2, 3, 4, 5)
"""Versions whose indexes still answer, with the ranges they hold: 1 cut at German ordinals and more abbreviations; 2 let the
first passage of every page begin at the heading above it, pages earlier, and of headings that follow one another kept the
last alone; 3 took the abbreviations of every language for those of each; 4 let a passage begin on one sheet and end on the
next, and searched it without what it stands under."""

PASSAGE_SIZE = 200
"""About how many word pieces a passage holds; MiniLM reads 256."""

HEADINGS_SIZE = 60
"""About how many word pieces the headings that open a passage may have beside its sentences; longer ones stay outside."""

ROW_SIZE = 60
"""About how many word pieces a row of a table, or a record, has at most that is one sentence whatever stands in its cells."""

SENTENCE_CHARACTERS = 1200
"""A longer run without an end of sentence is cut before this many characters: at a clause, else a space, else here."""

_PIECE = re.compile(rf"[{EAST_ASIAN}]|[^\W{EAST_ASIAN}]{{1,5}}|[^\w\s]")
_WORD = re.compile(r"\w")
_SPOT = re.compile(r"\S")
_SPACE = re.compile(r"\s")
_RULE = re.compile(r"`{3,}.*|~{3,}.*|[|:+=\-\s]+")
_FIGURE = re.compile(r"[$€£¥(–—-]*\d[\d.,]*\)?%?")
_SIGNS = re.compile(r"[$€£¥(–—-]+")
"""What may stand before a figure, or instead of one."""

_WRAPPED = range(40, 121)
"""Widths at which people wrap lines by hand or by editor."""

COLUMN = 40
"""Characters of the narrowest column of prose, half as many of East Asian ones: lines of forms and labels are shorter."""

PROSE = 8
"""Words of the shortest line that is prose though its last word is a name."""

_CLOSING = frozenset(".!?:;。！？：；")
_OPEN = frozenset(",-–—(&/，、")
_LABEL = re.compile(r"\s*[^\W\d_][^:\n]{0,40}:(?:\s|$)")

_DENSE = re.compile(f"[{EAST_ASIAN}]")
_CLAUSE = re.compile(r"[;,:，；：、—–](?=\s|[^\x00-\x7f])")


@dataclass(frozen=True, slots=True)
class Cut:
    """The passages of a document and, for each, the ranges of the sentences that lie inside it.

    Sentences rise without overlap, every passage holds at least one. A heading opens the passage below it but is no
    sentence: it names a place and states nothing.
    """

    passages: tuple[Passage, ...]
    sentences: tuple[tuple[tuple[int, int], ...], ...]


def size(text: str, start: int = 0, end: int | None = None) -> int:
    """About how many word pieces an encoder sees there: one per East Asian character, per five letters, per mark."""
    return sum(1 for _ in _PIECE.finditer(text, start, len(text) if end is None else end))


def cut(document: Document, *, passage_size: int = PASSAGE_SIZE) -> Cut:
    """Passages of whole sentences of one section, up to ``passage_size`` each; their paragraphs begin on one page or sheet.

    No two overlap. A paragraph that fits into a passage is not torn apart. The first passage of a section begins at the
    headings directly above it, as many of them as HEADINGS_SIZE holds. A text of headings alone is cut as if they were
    sentences.
    """
    text, heads, running = document.text, [heading.start for heading in document.headings], _running(document)
    rules = rules_for(language_of_document(text))
    passages: list[Passage] = []
    sentences: list[tuple[tuple[int, int], ...]] = []
    start, room = 0, 0
    place: tuple[int, int | None, int] = (0, None, 0)
    sheets = document.places_of("sheet")
    packed: list[tuple[int, int]] = []
    for begin, end in _quotable(document, running):
        section = bisect_right(heads, begin)
        here = (section, document.page_at(begin), sheets.number_at(begin))
        fits = size(text, begin, end) <= min(room, passage_size)
        for sentence in _sentences(text, begin, end, running, rules):
            length = size(text, packed[-1][1] if packed else sentence[0], sentence[1])
            if packed and (here != place or length > room or not fits and sentence[0] == begin):
                passages.append(Passage(document, start, packed[-1][1]))
                sentences.append(tuple(packed))
                packed = []
            if not packed:
                start, length = _opening(text, heads[place[0] : section], sentence[0]), size(text, *sentence)
                room, place = passage_size, here
            packed.append(sentence)
            room -= length
    if packed:
        passages.append(Passage(document, start, packed[-1][1]))
        sentences.append(tuple(packed))
    return Cut(tuple(passages), tuple(sentences))


def _opening(text: str, heads: Sequence[int], sentence: int) -> int:
    """Where a passage begins whose first sentence stands under these headings: at the first of the last ones that fit."""
    start, room = sentence, HEADINGS_SIZE
    for head in reversed(heads):
        room -= size(text, head, start)
        if room < 0:
            break
        start = head
    return start


def paragraph_at(document: Document, offset: int) -> int:
    """The paragraph that holds an offset, or the last one before it, counted from 1; a heading counts as one."""
    return max(1, bisect_right(_paragraph_starts(document), offset))


@lru_cache(maxsize=32)
def _paragraph_starts(document: Document) -> tuple[int, ...]:
    starts = (start for start, _ in _paragraphs(document, _running(document)))
    return tuple(sorted({*starts, *(heading.start for heading in document.headings)}))


def _quotable(document: Document, running: Sequence[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """The paragraphs, or in a text that has none its headings."""
    paragraphs = _paragraphs(document, running)
    first = next(paragraphs, None)
    return chain([first], paragraphs) if first else ((heading.start, heading.end) for heading in document.headings)


def _paragraphs(document: Document, running: Sequence[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """Ranges whose sentences may run on across line ends; no headings, fences or rules of tables.

    On pages they run on across running headers and footers too, which are passed over. What stands beside a heading on its
    line is a paragraph of its own.
    """
    goes_on = _runs_on_in_print if document.places_of("page").starts else _runs_on
    headings = _Headings(document)
    paragraph: tuple[int, int] | None = None
    before = ""
    for start, line, width, alone, turned in _lines(document, {start for start, _ in running}):
        words = line.strip()
        begin = start + len(line) - len(line.lstrip())
        beside = headings.beside(start, start + len(line))
        apart = beside is not None or _RULE.fullmatch(words) is not None
        alone = alone or turned and bool(paragraph) and not _turns(before, line, width)
        if paragraph and (alone or apart or not goes_on(before, line, width=width)):
            yield paragraph
            paragraph = None
        if beside:
            yield from beside
        if not apart:
            paragraph = (paragraph[0] if paragraph else begin, begin + len(words))
        before = line
    if paragraph:
        yield paragraph


class _Headings:
    """The headings of a document, passed line by line from its beginning."""

    def __init__(self, document: Document) -> None:
        self._text = document.text
        self._left = [(heading.start, heading.end) for heading in reversed(document.headings)]
        self._reach = 0

    def beside(self, start: int, end: int) -> list[tuple[int, int]] | None:
        """What has words on a line and is no heading; None where no heading stands there."""
        at, found, touched = max(start, self._reach), [], self._reach > start
        while self._left and self._left[-1][0] < end:
            begin, stop = self._left.pop()
            found.append((at, begin))
            at = self._reach = max(at, stop)
            touched = touched or stop > start
        if not touched:
            return None
        found.append((at, end))
        return [piece for gap in found if gap[0] < gap[1] for piece in _trimmed(self._text, *gap, ())]


def _lines(document: Document, running: Collection[int]) -> Iterator[tuple[int, str, int, bool, bool]]:
    """The lines with something on them, but for those that begin at ``running``: running headers and footers.

    Each with its offset, the width that lines have around it, whether a blank line stands before it, and whether it is the
    first of its page.
    """
    text = document.text
    pages = document.places_of("page").starts
    before, ended, alone, turned = 0, 0, False, False
    for first, end in pairwise([*sorted({0, *pages}), len(text)]):
        lengths = Counter(stop - start for start, stop in _filled(text, first, end))
        width = _quantile(lengths, 80 if pages else 98)
        for start, stop in _filled(text, first, end):
            alone, ended = alone or start > ended + 1, stop
            if start not in running:
                yield start, text[start:stop], before or width, alone, turned
                before, alone, turned = 0, False, False
        before, turned = width, bool(pages)


def _filled(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """The ranges of the lines that are not blank, without their line ends."""
    while spot := _SPOT.search(text, start, end):
        begin = max(start, text.rfind("\n", start, spot.start()) + 1)
        stop = text.find("\n", spot.start(), end)
        stop = end if stop < 0 else stop
        yield begin, stop
        start = stop + 1


def _quantile(lengths: Counter[int], share: int) -> int:
    """The length that this share of a hundred lines stay under; 0 where there are no lines."""
    left = lengths.total() * share // 100
    for length in sorted(lengths):
        left -= lengths[length]
        if left < 0:
            return length
    return 0


def _runs_on(line: str, following: str, *, width: int) -> bool:
    """Whether a paragraph goes on after a line end.

    It does where the next line's first word would not have fitted into the width that the text is wrapped at, or where
    a sentence is plainly unfinished: no closing mark here and a small letter there. List items and table rows begin anew.
    """
    if ITEM.match(following.lstrip()) or "|" in following:
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
    if ITEM.match(following.lstrip()) or _is_row(line) or _is_row(following):
        return False
    end, first = line.rstrip()[-1:], following.split(maxsplit=1)[0]
    if (end.isalnum() or end in ",-;–—(&/") and first[0].islower():
        return True
    return (len(line.rstrip()) + 1 + len(first)) * 4 > width * 3


def _turns(line: str, following: str, width: int) -> bool:
    """Whether a paragraph whose last line would run on goes over the end of a page.

    In small letters it does; else only prose does: a full line of a column as wide as one, that ends inside a sentence, and a
    line that is no label, heading or row of a form behind it.
    """
    if following.lstrip()[0].islower():
        return True
    words, last, end = line.split(), line.rstrip()[-1:], following.rstrip()[-1:]
    dense = _DENSE.fullmatch(last) is not None
    if width < (COLUMN // 2 if dense else COLUMN) or last in _CLOSING or last.isdigit() or _LABEL.match(following):
        return False
    plain = [word[0].isalpha() and not word[0].isupper() for word in words]
    inside = dense or last in _OPEN or plain[-1] or len(words) >= PROSE and sum(plain) * 2 > len(words)
    return inside and (end in _CLOSING or len(following.rstrip()) * 4 > width * 3)


def _is_row(line: str) -> bool:
    """Whether a line ends in two figures or more, as the row of a table does; a dash may stand for one."""
    more = False
    for word in reversed(line.split()):
        if _FIGURE.fullmatch(word):
            if more:
                return True
        elif not _SIGNS.fullmatch(word) or not more and word[-1] not in "–—-":
            return False
        more = True
    return False


def _running(document: Document) -> list[tuple[int, int]]:
    """The running headers and footers between pages, rising."""
    return sorted(range_ for finding in document.findings if finding.kind == "running" for range_ in finding.ranges)


def _sentences(
    text: str, start: int, end: int, running: Sequence[tuple[int, int]], rules: LanguageRules
) -> Iterator[tuple[int, int]]:
    """Ranges of the sentences between two offsets, without the white space around them; none begins or ends in ``running``.

    A row of a table is one, unless it is long.
    """
    begin = start
    is_row = text.find(" | ", start, end) >= 0 and size(text, start, end) <= ROW_SIZE
    for stop in chain(() if is_row else sentence_ends(text, start, end, rules), [end]):
        if stop < end and _holding(running, stop - 1):
            continue
        while stop - begin > SENTENCE_CHARACTERS:
            at = _last_pause(text, begin, begin + SENTENCE_CHARACTERS)
            yield from _trimmed(text, begin, at, running)
            begin = at
        yield from _trimmed(text, begin, stop, running)
        begin = stop


def _trimmed(text: str, start: int, end: int, running: Sequence[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    while start < end and (text[start].isspace() or _holding(running, start)):
        start += 1
    while start < end and (text[end - 1].isspace() or _holding(running, end - 1)):
        end -= 1
    if _WORD.search(text, start, end):
        yield start, end


def _holding(ranges: Sequence[tuple[int, int]], offset: int) -> bool:
    at = bisect_right(ranges, offset, key=lambda each: each[0])
    return at > 0 and offset < ranges[at - 1][1]


def _last_pause(text: str, start: int, end: int) -> int:
    middle = (start + end) // 2
    clauses = [match.end() for match in _CLAUSE.finditer(text, middle, end)]
    if clauses:
        return clauses[-1]
    spaces = [match.end() for match in _SPACE.finditer(text, middle, end)]
    return spaces[-1] if spaces else end
