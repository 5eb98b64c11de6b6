"""Hits become quotes: whole sentences, the neighbours that belong to them, each place once, with the words that answer."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from corpus.document import Passage, Quote
from corpus.enumerations import LATER_ITEM, MARKED_ITEM, SIGN
from corpus.language import rules_of
from corpus.languages.rules import LanguageRules, any_of
from corpus.terms import terms
from index.search.searcher import Searcher
from rag.marks import marked
from rag.retrieve import Hit
from rag.settings import ANSWERS_TOO, MARKED_FROM, MAX_ODDS_GAP, NEXT_QUOTE, NEXT_QUOTE_READ, SURE_TOO

LONGEST_LIST = 2400
"""Characters that an enumeration may have when the sentence that opens it is quoted with all of it."""


@dataclass(frozen=True, slots=True)
class _Rules:
    """The rules of a language as expressions."""

    opens: re.Pattern[str]
    goes_on: re.Pattern[str]
    first: re.Pattern[str]
    articles: frozenset[str]


@lru_cache(maxsize=64)
def _rules(of: LanguageRules) -> _Rules:
    def compiled(expression: str) -> re.Pattern[str]:
        return re.compile(expression, re.IGNORECASE)

    article = rf"(?:(?:{any_of(of.definite)})\s+)?"
    return _Rules(
        compiled(rf"{any_of(of.list_openers)}|[:：][^\w:：]*$"),
        compiled(rf"\W*(?:(?:{any_of(of.before_items)})\s+)?{article}(?:{any_of(of.next_items)})"),
        compiled(rf"\W*{article}(?:{any_of(of.first_items)})"),
        of.definite | of.indefinite,
    )


@dataclass(frozen=True, slots=True)
class QuotedSpan:
    """A quote that answers, with its score (0..1), the hits it is made of, best first, and the marked ranges inside it.

    ``near`` are sentences that differ from one of its own in nothing but case, punctuation and articles.
    """

    quote: Quote
    score: float
    hits: tuple[Hit, ...]
    marks: tuple[Quote, ...] = ()
    near: tuple[Quote, ...] = ()


def choose(hits: Sequence[Hit], searcher: Searcher, *, top: int, next_quote: float | None = None) -> tuple[QuotedSpan, ...]:
    """The quotes to show for hits that answer, best first: at most ``top``, with ``next_quote`` of the best one's score.

    A sentence that opens a list is quoted with the whole list, and an answer that runs on is quoted to its end. Sentences that
    follow one another in a paragraph become one quote. A sentence that stands in several places, word for word or nearly so,
    is quoted from the best of them. Marked are the words that answer more likely than not, as the reader says.
    """
    if not hits:
        return ()
    least = (NEXT_QUOTE_READ if hits[0].reader_score else NEXT_QUOTE) if next_quote is None else next_quote
    alike: dict[tuple[str, ...], list[Hit]] = {}
    for hit in hits:
        alike.setdefault(_said(hit.sentence.text), []).append(hit)
    found: list[QuotedSpan] = []
    for hit, *others in alike.values():
        if len(found) == top:
            break
        ranked = hit.score >= least * hits[0].score and _says_as_much(hit, hits[0])
        if not ranked and not _is_sure_too(hit, hits[0]):
            continue
        quote = _whole_answer(hit, _with_its_list(hit, searcher), searcher)
        sure = hit.reader_score if hit.reader_score and hit.reader_score.span >= MARKED_FROM else None
        mark = marked(quote, sure.start, sure.end) if sure else None
        near = tuple(other.sentence for other in others if other.sentence.text != hit.sentence.text)
        found.append(QuotedSpan(quote, hit.score, (hit,), (mark,) if mark else (), near))
    return join(found)


def _said(text: str) -> tuple[str, ...]:
    """The terms of a text without articles, which nearly the same texts have in common; without terms, the text itself."""
    articles = _rules(rules_of(text)).articles
    return tuple(term for term in terms(text) if term not in articles) or (text,)


def _says_as_much(hit: Hit, first: Hit) -> bool:
    """Whether the reader thinks that a hit answers, or nearly as much as the first one; true where it has not read both."""
    if not hit.reader_score or not first.reader_score:
        return True
    return hit.reader_score.sentence >= min(ANSWERS_TOO, first.reader_score.sentence - MAX_ODDS_GAP)


def _is_sure_too(hit: Hit, first: Hit) -> bool:
    """Whether the reader is as sure of a hit as of the first one, wherever retrieval ranked it."""
    if not hit.reader_score or not first.reader_score:
        return False
    return hit.reader_score.sentence >= max(SURE_TOO, first.reader_score.sentence - MAX_ODDS_GAP)


def elsewhere(span: QuotedSpan, searcher: Searcher) -> tuple[Quote, ...]:
    """The other places where the characters of a quote stand, sentence for sentence, in the documents' order."""
    quote, row = span.quote, span.hits[0].row
    while searcher.sentence(row).start > quote.start:
        row -= 1
    while searcher.sentence(row).start < quote.start:
        row += 1
    found = []
    for other in searcher.same_text(row).tolist():
        sentence = searcher.sentence(other)
        passage, start = sentence.passage, sentence.start
        if passage.document.text.startswith(quote.text, start):
            end = start + len(quote.text)
            found.append(Quote(Passage(passage.document, passage.start, max(passage.end, end)), start, end))
    return tuple(found)


def join(spans: Sequence[QuotedSpan]) -> tuple[QuotedSpan, ...]:
    """Readings with those merged that overlap or follow one another in a paragraph; the order of the best stays."""
    merged: list[QuotedSpan] = []
    for span in spans:
        at = 0
        while at < len(merged):
            if _belong_together(merged[at].quote, span.quote):
                other = merged.pop(at)
                hits = tuple(sorted({*other.hits, *span.hits}, key=lambda hit: -hit.score))
                quote = _hull(other.quote, span.quote)
                marks, near = _united((*other.marks, *span.marks)), (*other.near, *span.near)
                span, at = QuotedSpan(quote, max(other.score, span.score), hits, marks, near), 0
            else:
                at += 1
        merged.append(span)
    best = {hit.row: place for place, span in reversed(list(enumerate(spans))) for hit in span.hits}
    return tuple(sorted(merged, key=lambda span: min(best[hit.row] for hit in span.hits)))


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


def _whole_answer(hit: Hit, quote: Quote, searcher: Searcher) -> Quote:
    """A quote together with the sentences into which the marked answer of its hit runs on."""
    row = hit.row
    while hit.reader_score and hit.reader_score.end > quote.end:
        row += 1
        quote = _hull(quote, searcher.sentence(row))
    return quote


def _with_its_list(hit: Hit, searcher: Searcher) -> Quote:
    """A sentence together with the rest of the enumeration that it opens, if it does."""
    quote, row = hit.sentence, hit.row
    rules = _rules(rules_of(quote.passage.text))
    if not rules.opens.search(quote.text):
        return quote
    announced = quote.text.rstrip("\"'”’*_").endswith((":", "："))
    sign = _sign_of_list(row, searcher) if announced else ""
    while row + 1 < searcher.sentences.n:
        row += 1
        following = searcher.sentence(row)
        goes_on = LATER_ITEM.match(following.text) or rules.goes_on.match(following.text)
        marked = MARKED_ITEM.match(following.text) or rules.first.match(following.text)
        item = announced and marked or (sign and _sign(following) == sign)
        if following.document is not quote.document or not (goes_on or item) or following.end - quote.start > LONGEST_LIST:
            break
        quote = _hull(quote, following)
    return quote


def _sign_of_list(row: int, searcher: Searcher) -> str:
    """The sign that the sentence behind another one begins with, such as ``!``, where a later one does too; else empty."""
    first = searcher.sentence(row + 1) if row + 1 < searcher.sentences.n else None
    sign = _sign(first) if first else ""
    if first is None or not sign:
        return ""
    for later in range(row + 2, min(row + 2 + _REACH, searcher.sentences.n)):
        sentence = searcher.sentence(later)
        if sentence.document is first.document and _sign(sentence) == sign:
            return sign
    return ""


_REACH = 4
"""Sentences in which the second item of a list has to begin."""


def _sign(sentence: Quote) -> str:
    """The sign that a line begins with whose first sentence this is, or empty."""
    text, start = sentence.document.text, sentence.start
    begin = text.rfind("\n", 0, start) + 1
    found = SIGN.match(text[begin : start + 8])
    return found[1] if found and start <= begin + found.end() else ""
