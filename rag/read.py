"""Hits become quotes: whole sentences, the neighbours that belong to them, each place once, with the words that answer."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from corpus.document import Passage, Quote
from index.library import Library
from index.search.bm25 import terms
from rag.retrieve import Hit
from rag.weights import FURTHER, NEXT_QUOTE, NEXT_QUOTE_READ

LONGEST_LIST = 2400
"""Characters that an enumeration may have when the sentence that opens it is quoted with all of it."""

SAME = 0.999
"""The cosine that two vectors of one text have at least: their batches were padded differently."""

_OPENS = re.compile(r"\b(?:first(?:ly)?|one|the following)\b|第一|首先|一是|[:：]\W*$", re.IGNORECASE)
_GOES_ON = re.compile(
    r"\W*(?:and\s+)?(?:the\s+)?(?:second|third|fourth|fifth|sixth|seventh|eighth|ninth|tenth|final|last)(?:ly)?\b"
    r"|\W*(?:第[二三四五六七八九十]|其次|再次|最后|[二三四五六七八九]是)|\(?(?:[2-9]|1\d)[.)]\s|\(?[b-k][.)]\s",
    re.IGNORECASE,
)
_ARTICLES = frozenset(("a", "an", "the"))
_ITEM = re.compile(r"(?:[-*+•‣◦–]|\(?(?:\d{1,2}|[a-k])[.)])\s|\W*(?:the\s+)?first(?:ly)?\b|第一|首先", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Reading:
    """A quote that answers, with its score (0..1), the hits it is made of, best first, and the marked ranges inside it.

    ``near`` are sentences that differ from one of its own in nothing but case, punctuation and articles.
    """

    quote: Quote
    score: float
    hits: tuple[Hit, ...]
    marks: tuple[Quote, ...] = ()
    near: tuple[Quote, ...] = ()


def read(hits: Sequence[Hit], library: Library, *, top: int, next_quote: float | None = None) -> tuple[Reading, ...]:
    """The quotes to show for hits that answer, best first: at most ``top``, with ``next_quote`` of the best one's score.

    A sentence that opens an enumeration is quoted with all of it, and so is an answer that runs on into the sentences that
    follow; sentences that follow one another in a paragraph become one quote; a sentence that stands in several places,
    word for word or nearly so, is quoted from the best of them. The words that the reader holds more likely than not to
    answer are marked.
    """
    if not hits:
        return ()
    least = (NEXT_QUOTE_READ if hits[0].look else NEXT_QUOTE) if next_quote is None else next_quote
    alike: dict[tuple[str, ...], list[Hit]] = {}
    for hit in hits:
        alike.setdefault(_said(hit.sentence.text), []).append(hit)
    found: list[Reading] = []
    for hit, *others in alike.values():
        if len(found) == top or hit.score < least * hits[0].score:
            break
        if not _says_as_much(hit, hits[0]):
            continue
        quote = _whole_answer(hit, _with_its_list(hit, library), library)
        marked = hit.look is not None and hit.look.sentence > 0
        marks = (Quote(quote.passage, hit.look.start, hit.look.end),) if hit.look and marked else ()
        near = tuple(other.sentence for other in others if other.sentence.text != hit.sentence.text)
        found.append(Reading(quote, hit.score, (hit,), marks, near))
    return join(found)


def _said(text: str) -> tuple[str, ...]:
    """The terms of a text without articles, which nearly the same texts have in common; without terms, the text itself."""
    return tuple(term for term in terms(text) if term not in _ARTICLES) or (text,)


def _says_as_much(hit: Hit, first: Hit) -> bool:
    """Whether the reader holds a hit for an answer nearly as much as the first one; so where it did not look at both."""
    return not (hit.look and first.look) or hit.look.sentence >= first.look.sentence - FURTHER


def elsewhere(reading: Reading, library: Library) -> tuple[Quote, ...]:
    """The other places of a library where the characters of a quote stand, sentence for sentence, in the library's order."""
    ranges, quote, row = library.sentences.ranges, reading.quote, reading.hits[0].row
    while int(ranges[row, 1]) > quote.start:
        row -= 1
    while int(ranges[row, 1]) < quote.start:
        row += 1
    found = []
    as_long = np.flatnonzero(ranges[:, 2] - ranges[:, 1] == ranges[row, 2] - ranges[row, 1])
    (vector,) = library.sentences.vectors.rows(np.array([row]))
    for other in as_long[library.sentences.vectors.scores(vector, as_long) > SAME].tolist():
        passage, start = library.passage(int(ranges[other, 0])), int(ranges[other, 1])
        if other != row and passage.document.text.startswith(quote.text, start):
            end = start + len(quote.text)
            found.append(Quote(Passage(passage.document, passage.start, max(passage.end, end)), start, end))
    return tuple(found)


def join(readings: Sequence[Reading]) -> tuple[Reading, ...]:
    """Readings with those merged that overlap or follow one another in a paragraph; the order of the best stays."""
    merged: list[Reading] = []
    for reading in readings:
        at = 0
        while at < len(merged):
            if _belong_together(merged[at].quote, reading.quote):
                other = merged.pop(at)
                hits = tuple(sorted({*other.hits, *reading.hits}, key=lambda hit: -hit.score))
                quote = _hull(other.quote, reading.quote)
                marks, near = _united((*other.marks, *reading.marks)), (*other.near, *reading.near)
                reading, at = Reading(quote, max(other.score, reading.score), hits, marks, near), 0
            else:
                at += 1
        merged.append(reading)
    best = {hit.row: place for place, reading in reversed(list(enumerate(readings))) for hit in reading.hits}
    return tuple(sorted(merged, key=lambda reading: min(best[hit.row] for hit in reading.hits)))


def _belong_together(one: Quote, other: Quote) -> bool:
    if one.document.id != other.document.id:
        return False
    between = one.document.text[min(one.end, other.end) : max(one.start, other.start)]
    return not between.strip() and "\n" not in between


def _hull(one: Quote, other: Quote) -> Quote:
    start, end = min(one.start, other.start), max(one.end, other.end)
    whole = Passage(one.document, min(one.passage.start, other.passage.start), max(one.passage.end, other.passage.end))
    return Quote(whole, start, end)


def _united(marks: Sequence[Quote]) -> tuple[Quote, ...]:
    """Marked ranges, rising, with those made one that overlap."""
    found: list[Quote] = []
    for mark in sorted(marks, key=lambda mark: (mark.start, mark.end)):
        if found and mark.start < found[-1].end:
            found[-1] = _hull(found[-1], mark)
        else:
            found.append(mark)
    return tuple(found)


def _whole_answer(hit: Hit, quote: Quote, library: Library) -> Quote:
    """A quote together with the sentences into which the marked answer of its hit runs on."""
    row = hit.row
    while hit.look and hit.look.end > quote.end:
        row += 1
        owner, start, end = library.sentences.ranges[row].tolist()
        quote = _hull(quote, Quote(library.passage(owner), start, end))
    return quote


def _with_its_list(hit: Hit, library: Library) -> Quote:
    """A sentence together with the rest of the enumeration that it opens, if it does."""
    quote, row = hit.sentence, hit.row
    if not _OPENS.search(quote.text):
        return quote
    announced = quote.text.rstrip("\"'”’*_").endswith((":", "："))
    while row + 1 < len(library.sentences.ranges):
        row += 1
        owner, start, end = library.sentences.ranges[row].tolist()
        following = Quote(library.passage(owner), start, end)
        goes_on = _GOES_ON.match(following.text) or (announced and _ITEM.match(following.text))
        if following.document is not quote.document or not goes_on or end - quote.start > LONGEST_LIST:
            break
        quote = _hull(quote, following)
    return quote
