"""The whole path of a question, on one page."""

from collections.abc import Collection, Iterator, Sequence
from time import perf_counter

from corpus.errors import QuestionError
from corpus.messages import Message
from index.search.searcher import Searcher
from rag.analyse import MAX_PARTS, analyse
from rag.answer import Answer, Citation, Refusal, Verdict
from rag.bands import ANSWERS
from rag.decide import fitted, is_cross_language, judge
from rag.explain import doubt, explain
from rag.options import Options
from rag.question import Question
from rag.quotes import QuotedSpan, choose, elsewhere, join
from rag.reader.model import NoReader, Reader
from rag.reader.rerank import rerank
from rag.retrieve import Hit, across_languages, is_foreign, retrieve
from rag.settings import DECISION_DEPTH, QUOTES, RERANK_WEIGHTS_ALONE
from rag.timing import stage

NO_READER, USUAL = NoReader(), Options()

Quoted = tuple[Question, Verdict, bool]
"""A part of the question that is quoted for, its verdict, and whether it is in another language than what was found."""


def ask(
    question: str,
    searcher: Searcher,
    *,
    reader: Reader = NO_READER,
    options: Options = USUAL,
    within: Collection[int] | None = None,
) -> Answer:
    """The exact quotes that answer a question or may answer it, or a refusal that says why.

    ``within`` are the rows of the documents to search. Raises QuestionError for an empty question or one far too long.
    """
    began = perf_counter()
    reader, top = fitted(reader), options.top
    threshold = ANSWERS if options.threshold is None else options.threshold
    within = None if within is None else _rows(within, searcher)
    asked = _analysed(question, searcher, options)
    parts = asked.parts or (asked,)
    each = (top or QUOTES) if len(parts) == 1 else min(top or QUOTES, 2)
    shown = {"answers"} if options.strict else {"answers", "may answer"}
    chosen: list[tuple[QuotedSpan, ...]] = []
    quoted: list[Quoted] = []
    refusals: list[Refusal] = []
    verdicts: list[Verdict] = []
    ranking: list[tuple[Hit, ...]] = []
    any_cross_language = False
    for part in parts:
        fusion = across_languages(options.fusion) if is_foreign(part, searcher) else options.fusion
        hits = retrieve(part, searcher, top=max(options.depth, DECISION_DEPTH), fusion=fusion, by=options.by, within=within)
        cross_language = is_cross_language(part, hits)
        any_cross_language |= cross_language
        if reader.fingerprint:
            weights = options.rerank_weights if part.words else RERANK_WEIGHTS_ALONE
            hits = rerank(part, hits, searcher, reader, most=options.token_budget // len(parts), weights=weights)
        ranking.append(hits)
        with stage("read"):
            verdict = judge(part, hits, searcher=searcher, cross_language=cross_language, threshold=threshold)
            verdicts.append(verdict)
            if verdict.band in shown:
                chosen.append(choose(hits, searcher, top=each, next_quote=options.next_quote))
                quoted.append((part, verdict, cross_language))
            else:
                refusals.append(explain(part, hits, verdict, searcher, nearest=top or QUOTES, cross_language=cross_language))
    quotes, left_out = _first(join([one for some in chosen for one in some]), chosen, top)
    return Answer(
        question=question,
        citations=tuple(
            _citation(n, found, _least_sure(found, chosen, quoted), searcher) for n, found in enumerate(quotes, start=1)
        ),
        refusal=None if quotes else refusals[0],
        unanswered=tuple(refusals if quotes else refusals[1:]),
        verdicts=tuple(verdicts),
        ranking=tuple(ranking),
        read_as=tuple((word.text, word.read_as) for word in asked.words if word.read_as),
        reader=bool(reader.fingerprint),
        notes=(
            *_left_out(asked, left_out, top),
            *_notes(asked, searcher, reader, any_cross_language=any_cross_language and bool(refusals)),
        ),
        milliseconds=(perf_counter() - began) * 1000,
    )


def _least_sure(found: QuotedSpan, chosen: Sequence[Sequence[QuotedSpan]], quoted: Sequence[Quoted]) -> Quoted:
    """Of the parts of the question that brought a quote, the one whose verdict is the least sure."""
    rows = {hit.row for hit in found.hits}
    parts = [n for n, some in enumerate(chosen) if any(hit.row in rows for one in some for hit in one.hits)]
    return min((quoted[n] for n in parts), key=lambda part: part[1].confidence)


def _citation(number: int, found: QuotedSpan, quoted: Quoted, searcher: Searcher) -> Citation:
    part, verdict, cross_language = quoted
    unsure = verdict.band == "may answer"
    return Citation(
        number,
        found.quote,
        found.score,
        found.hits,
        verdict,
        doubt(part, found.quote, searcher, cross_language=cross_language) if unsure else None,
        found.marks,
        elsewhere(found, searcher),
        found.near,
    )


def _rows(within: Collection[int], searcher: Searcher) -> frozenset[int]:
    """The rows of documents, each of which is there. Raises QuestionError for another."""
    rows, n = frozenset(within), len(searcher.ids)
    if wrong := [row for row in rows if type(row) is not int or not 0 <= row < n]:
        raise QuestionError("question.within", row=repr(wrong[0]), n=n)
    return rows


def _first(
    quotes: Sequence[QuotedSpan], chosen: Sequence[Sequence[QuotedSpan]], top: int | None
) -> tuple[tuple[QuotedSpan, ...], int]:
    """The first ``top`` of the quotes, one of each part in turn, and how many parts are left without their best."""
    turns = [(place, part, one) for part, some in enumerate(chosen) for place, one in enumerate(some)]
    turn = {hit.row: (place, part) for place, part, one in sorted(turns, key=lambda t: t[:2], reverse=True) for hit in one.hits}
    kept = sorted(quotes, key=lambda quote: min(turn[hit.row] for hit in quote.hits))[:top]
    rows = {hit.row for quote in kept for hit in quote.hits}
    without = sum(rows.isdisjoint(hit.row for hit in some[0].hits) for some in chosen)
    return tuple(quote for quote in quotes if quote in kept), without


def _left_out(asked: Question, parts: int, top: int | None) -> Iterator[Message]:
    """What of a question of several parts was not asked, or is not shown."""
    if asked.has_more:
        yield Message("answer.first_parts", n=MAX_PARTS)
    if asked.aside:
        yield Message("answer.aside", aside=asked.aside)
    if parts and top:
        yield Message("answer.left_out", n=parts, quotes=Message("count.quotes", n=top))


def _analysed(question: str, searcher: Searcher, options: Options) -> Question:
    """The question looked up in the documents; what is in a language that no passage is in has no misspelt words."""
    asked = analyse(question, searcher, spellcheck=options.spellcheck, multi_part=options.multi_part)
    mended = any(word.read_as for word in asked.words)
    if mended and asked.language and asked.language not in searcher.languages:
        return analyse(question, searcher, spellcheck=False, multi_part=options.multi_part)
    return asked


def _notes(asked: Question, searcher: Searcher, reader: Reader, *, any_cross_language: bool) -> Iterator[Message]:
    """What else must be said: that the reader is not there, and that the model does not know the language asked in."""
    if reader.why:
        yield Message("answer.no_reader", why=reader.why)
    if any_cross_language and not searcher.knows(asked.language):
        better = searcher.better_model(asked.language)
        language, model = Message(f"language.{asked.language}"), searcher.model
        if better:
            yield Message("answer.language_better", language=language, model=model, better=better)
        else:
            yield Message("answer.language", language=language, model=model)
