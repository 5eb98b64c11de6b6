"""The whole path of a question, on one page."""

from collections.abc import Collection, Iterator, Mapping
from time import perf_counter

from corpus.language import name_of
from index.languages import knows
from index.library import Library
from index.multilingual import NAME as MULTILINGUAL
from rag.answer import Answer, Citation, Refusal, Verdict
from rag.clock import stage
from rag.question import Question, understand
from rag.read import Reading, elsewhere, join, read
from rag.reader.look import look
from rag.reader.model import NoReader, OnnxReader
from rag.refuse import is_foreign, judge, refuse
from rag.retrieve import By, Hit, retrieve
from rag.weights import ANSWERED_THRESHOLD, FUSION, JUDGED, LOOKED_AT, QUOTES, READ, READER_KNOWS


def ask(
    question: str,
    library: Library,
    *,
    reader: OnnxReader | NoReader | None = None,
    top: int = QUOTES,
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

    At most ``top`` quotes, for each part of a question at most two; ``threshold`` is explained in ``rag.refuse``,
    ``next_quote`` in ``rag.weights``, ``fusion``, ``by`` and ``within`` in ``rag.retrieve``, ``mend`` and ``split`` in
    ``rag.question``, ``most`` and ``looked_at``, as ``weights``, in ``rag.reader.look``; ``depth`` sentences of each part are
    ranked, at least those that are judged.
    Raises QuestionError for an empty question or one far too long.
    """
    began = perf_counter()
    asked = _understood(question, library, mend=mend, split=split)
    parts = asked.parts or (asked,)
    each = top if len(parts) == 1 else min(top, 2)
    readings: list[Reading] = []
    refusals: list[Refusal] = []
    verdicts: list[Verdict] = []
    ranking: list[tuple[Hit, ...]] = []
    abroad = False
    for part in parts:
        hits = retrieve(part, library, top=max(depth, JUDGED), fusion=fusion, by=by, within=within)
        foreign = is_foreign(part, hits)
        abroad |= foreign
        if isinstance(reader, OnnxReader) and not foreign and part.language in READER_KNOWS:
            hits = look(part, hits, library, reader, most=most // len(parts), weights=looked_at)
        ranking.append(hits)
        with stage("read"):
            verdict = judge(part, hits, encoder=library.encoder, foreign=foreign, threshold=threshold)
            verdicts.append(verdict)
            if verdict.answers:
                readings.extend(read(hits, library, top=each, next_quote=next_quote))
            else:
                refusals.append(refuse(part, hits, library.passages.words, nearest=top, foreign=foreign))
    quotes = join(readings)
    return Answer(
        question=question,
        citations=tuple(
            Citation(n, found.quote, found.score, found.hits, found.marks, elsewhere(found, library), found.near)
            for n, found in enumerate(quotes, start=1)
        ),
        refusal=None if quotes else refusals[0],
        unanswered=tuple(refusals) if quotes else (),
        verdicts=tuple(verdicts),
        ranking=tuple(ranking),
        read_as=tuple((word.text, word.read_as) for word in asked.words if word.read_as),
        reader=isinstance(reader, OnnxReader),
        notes=tuple(_notes(asked, library, reader, abroad=abroad and bool(refusals))),
        milliseconds=(perf_counter() - began) * 1000,
    )


def _understood(question: str, library: Library, *, mend: bool, split: bool) -> Question:
    """The question looked up in the library; what is in a language that no passage is in has no misspelt words."""
    asked = understand(question, library.passages.words, mend=mend, split=split)
    mended = any(word.read_as for word in asked.words)
    if mended and asked.language and asked.language not in library.languages:
        return understand(question, library.passages.words, mend=False, split=split)
    return asked


def _notes(asked: Question, library: Library, reader: OnnxReader | NoReader | None, *, abroad: bool) -> Iterator[str]:
    """What else must be said: that the reader is not there, and that the model does not know the language asked in."""
    if isinstance(reader, NoReader) and reader.why:
        yield f"Answered without the reader: {reader.why}"
    language, name = asked.language, library.encoder.name
    if abroad and not knows(library.encoder, language):
        remedy = f"; an index made with --model {MULTILINGUAL} may answer" if name != MULTILINGUAL else ""
        yield f"Asked in {name_of(language)}, which {name} does not know, of documents in another language{remedy}."
