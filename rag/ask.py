"""The whole path of a question, on one page."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from time import perf_counter

from corpus.errors import QuestionError
from corpus.language import name_of
from index.encoders.multilingual import NAME as MULTILINGUAL
from index.languages import knows
from index.library import Library
from rag.answer import Answer, Citation, Refusal, Verdict
from rag.clock import stage
from rag.question import MAX_PARTS, Question, understand
from rag.read import Reading, elsewhere, join, read
from rag.reader.look import look
from rag.reader.model import NoReader, OnnxReader
from rag.refuse import is_foreign, judge, refuse, weighed
from rag.retrieve import By, Hit, retrieve
from rag.weights import ANSWERED_THRESHOLD, FUSION, JUDGED, LOOKED_AT, LOOKED_AT_ALONE, QUOTES, READ, READER_KNOWS


def ask(
    question: str,
    library: Library,
    *,
    reader: OnnxReader | NoReader | None = None,
    top: int | None = None,
    threshold: float = ANSWERED_THRESHOLD,
    next_quote: float | None = None,
    fusion: Mapping[str, float] = FUSION,
    by: By = "score",
    within: Collection[int] | None = None,
    mend: bool = True,
    split: bool = True,
    depth: int = JUDGED,
    most: int = READ,
    looked_at: Mapping[str, float] = LOOKED_AT,
) -> Answer:
    """The exact quotes of a library that answer a question, or a refusal that says why.

    At most ``top`` quotes in all; without it at most QUOTES, and for each part of a question of several at most two.
    ``threshold`` is explained in ``rag.refuse``, ``next_quote`` in ``rag.weights``, ``fusion``, ``by`` and ``within`` in
    ``rag.retrieve``, ``mend`` and ``split`` in ``rag.question``, ``most`` and ``looked_at``, as ``weights``, in
    ``rag.reader.look``; ``depth`` sentences of each part are ranked, at least those that are judged.
    Raises QuestionError for an empty question or one far too long, and for numbers that no answer can have.
    """
    _check(top=top, depth=depth, most=most, next_quote=next_quote, threshold=threshold)
    reader = weighed(reader)
    began = perf_counter()
    asked = _understood(question, library, mend=mend, split=split)
    parts = asked.parts or (asked,)
    each = (top or QUOTES) if len(parts) == 1 else min(top or QUOTES, 2)
    readings: list[tuple[Reading, ...]] = []
    refusals: list[Refusal] = []
    verdicts: list[Verdict] = []
    ranking: list[tuple[Hit, ...]] = []
    abroad = False
    for part in parts:
        hits = retrieve(part, library, top=max(depth, JUDGED), fusion=fusion, by=by, within=within)
        foreign = is_foreign(part, hits)
        abroad |= foreign
        if isinstance(reader, OnnxReader) and not foreign and part.language in READER_KNOWS:
            weights = looked_at if part.words else LOOKED_AT_ALONE
            hits = look(part, hits, library, reader, most=most // len(parts), weights=weights)
        ranking.append(hits)
        with stage("read"):
            verdict = judge(part, hits, encoder=library.encoder, foreign=foreign, threshold=threshold)
            verdicts.append(verdict)
            if hits and verdict.answers:
                readings.append(read(hits, library, top=each, next_quote=next_quote))
            else:
                refusals.append(refuse(part, hits, library.passages.words, nearest=top or QUOTES, foreign=foreign))
    quotes, left_out = _first(join([one for some in readings for one in some]), readings, top)
    return Answer(
        question=question,
        citations=tuple(
            Citation(n, found.quote, found.score, found.hits, found.marks, elsewhere(found, library), found.near)
            for n, found in enumerate(quotes, start=1)
        ),
        refusal=None if quotes else refusals[0],
        unanswered=tuple(refusals if quotes else refusals[1:]),
        verdicts=tuple(verdicts),
        ranking=tuple(ranking),
        read_as=tuple((word.text, word.read_as) for word in asked.words if word.read_as),
        reader=isinstance(reader, OnnxReader),
        notes=(*_left_out(asked, left_out, top), *_notes(asked, library, reader, abroad=abroad and bool(refusals))),
        milliseconds=(perf_counter() - began) * 1000,
    )


def _check(*, next_quote: float | None, threshold: float, **counts: int | None) -> None:
    """Raise QuestionError for a number that no answer can have."""
    for name, count in counts.items():
        if count is not None and count < 1:
            raise QuestionError(f"{name} is {count}; it must be 1 or more")
    if next_quote is not None and not 0 <= next_quote <= 1:
        raise QuestionError(f"next_quote is {next_quote}; it is a share of the first quote's score, from 0 to 1")
    if threshold != threshold:
        raise QuestionError("threshold is not a number")


def _first(
    quotes: Sequence[Reading], readings: Sequence[Sequence[Reading]], top: int | None
) -> tuple[tuple[Reading, ...], int]:
    """The first ``top`` of the quotes, one of each part in turn, and how many parts are left without their best."""
    turns = [(place, part, one) for part, some in enumerate(readings) for place, one in enumerate(some)]
    turn = {hit.row: (place, part) for place, part, one in sorted(turns, key=lambda t: t[:2], reverse=True) for hit in one.hits}
    kept = sorted(quotes, key=lambda quote: min(turn[hit.row] for hit in quote.hits))[:top]
    rows = {hit.row for quote in kept for hit in quote.hits}
    without = sum(rows.isdisjoint(hit.row for hit in some[0].hits) for some in readings)
    return tuple(quote for quote in quotes if quote in kept), without


def _left_out(asked: Question, parts: int, top: int | None) -> Iterator[str]:
    """What of a question of several parts was not asked, or is not shown."""
    if asked.has_more:
        yield f"Only the first {MAX_PARTS} of its questions were asked; ask the others by themselves."
    if asked.aside:
        yield f"Not searched for, since it asks nothing: {asked.aside}"
    if parts:
        answered = "question is" if parts == 1 else "questions are"
        yield f"{parts} more {answered} answered, but no more than {top} quote{'s' * (top != 1)} may be shown."


def _understood(question: str, library: Library, *, mend: bool, split: bool) -> Question:
    """The question looked up in the library; what is in a language that no passage is in has no misspelt words."""
    asked = understand(question, library.passages.words, library=library, mend=mend, split=split)
    mended = any(word.read_as for word in asked.words)
    if mended and asked.language and asked.language not in library.languages:
        return understand(question, library.passages.words, library=library, mend=False, split=split)
    return asked


def _notes(asked: Question, library: Library, reader: OnnxReader | NoReader | None, *, abroad: bool) -> Iterator[str]:
    """What else must be said: that the reader is not there, and that the model does not know the language asked in."""
    if isinstance(reader, NoReader) and reader.why:
        yield f"Answered without the reader: {reader.why}"
    language, name = asked.language, library.encoder.name
    if abroad and not knows(library.encoder, language):
        remedy = f"; an index made with --model {MULTILINGUAL} may answer" if name != MULTILINGUAL else ""
        yield f"Asked in {name_of(language)}, which {name} does not know, of documents in another language{remedy}."
