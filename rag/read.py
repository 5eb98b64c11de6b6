"""Hits become quotes: whole sentences, the neighbours that belong to them, each place once.

This is where a trained reader takes its place: it will rank the sentences and mark the words that answer.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from corpus.document import Passage, Quote
from index.library import Library
from rag.retrieve import Hit
from rag.weights import NEXT_QUOTE

LONGEST_LIST = 2400
"""Characters that an enumeration may have when the sentence that opens it is quoted with all of it."""

_OPENS = re.compile(r"\b(?:first(?:ly)?|one|the following)\b|第一|首先|一是|[:：]\W*$", re.IGNORECASE)
_GOES_ON = re.compile(
    r"\W*(?:and\s+)?(?:the\s+)?(?:second|third|fourth|fifth|sixth|seventh|eighth|ninth|tenth|final|last)(?:ly)?\b"
    r"|\W*(?:第[二三四五六七八九十]|其次|再次|最后|[二三四五六七八九]是)|\(?(?:[2-9]|1\d)[.)]\s|\(?[b-k][.)]\s",
    re.IGNORECASE,
)
_ITEM = re.compile(r"(?:[-*+•‣◦–]|\(?(?:\d{1,2}|[a-k])[.)])\s|\W*(?:the\s+)?first(?:ly)?\b|第一|首先", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Reading:
    """A quote that answers, with its score (0..1) and the hits it is made of, best first."""

    quote: Quote
    score: float
    hits: tuple[Hit, ...]


def read(hits: Sequence[Hit], library: Library, *, top: int, next_quote: float = NEXT_QUOTE) -> tuple[Reading, ...]:
    """The quotes to show for hits that answer, best first: at most ``top``, with ``next_quote`` of the best one's score.

    A sentence that opens an enumeration is quoted with all of it; sentences that follow one another in a paragraph become
    one quote; a sentence that stands in several places is quoted from the best of them.
    """
    found: list[Reading] = []
    seen: set[str] = set()
    for hit in hits[:top]:
        if hit.score < next_quote * hits[0].score or hit.sentence.text in seen:
            continue
        seen.add(hit.sentence.text)
        found.append(Reading(_with_its_list(hit, library), hit.score, (hit,)))
    return join(found)


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
                reading, at = Reading(quote, max(other.score, reading.score), hits), 0
            else:
                at += 1
        merged.append(reading)
    best = {hit.row: place for place, reading in reversed(list(enumerate(readings))) for hit in reading.hits}
    return tuple(sorted(merged, key=lambda reading: min(best[hit.row] for hit in reading.hits)))


def _belong_together(one: Quote, other: Quote) -> bool:
    if one.document is not other.document:
        return False
    between = one.document.text[min(one.end, other.end) : max(one.start, other.start)]
    return not between.strip() and "\n" not in between


def _hull(one: Quote, other: Quote) -> Quote:
    start, end = min(one.start, other.start), max(one.end, other.end)
    whole = Passage(one.document, min(one.passage.start, other.passage.start), max(one.passage.end, other.passage.end))
    return Quote(whole, start, end)


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
