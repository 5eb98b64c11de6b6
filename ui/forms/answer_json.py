"""An answer as JSON: stable names, for machines and for the window.

``docs/reference/json.md`` is made from these types. They have no slots: several of them come from two others.
"""

from dataclasses import dataclass
from typing import TypedDict

from msgspec import UNSET, UnsetType

from corpus.document import Quote
from corpus.locator import describe, warnings
from corpus.recognised import certainty
from rag.answer import Answer, Citation, Refusal, Verdict
from rag.bands import Band


@dataclass(frozen=True, kw_only=True)
class DocumentId:
    """A document."""

    id: str
    """SHA-256 of its settled text"""


@dataclass(frozen=True, kw_only=True)
class DocumentRecord(DocumentId):
    """A document, by its names."""

    title: str
    """its title, else its file's name"""
    source: str
    """its file, or where it stands in an archive"""


@dataclass(frozen=True, kw_only=True)
class RangeRecord:
    """Characters of a document."""

    document: DocumentId
    """the document"""
    start: int
    """first character"""
    end: int
    """behind the last character"""


@dataclass(frozen=True, kw_only=True)
class PlaceRecord(RangeRecord):
    """A place in a document."""

    document: DocumentRecord
    """the document"""
    line: int
    """of the text, from 1"""
    page: int | None
    """from 1; null where the document has none"""
    heading: str | None
    """the heading above it, if any"""
    headings: tuple[str, ...]
    """this heading and those that it stands under, from the highest"""
    place: str
    """all this as a person says it"""
    warnings: tuple[str, ...]
    """what must be known of how it was read"""
    recognised: float | None
    """how sure character recognition was of its least certain word, from 0 to 1; null where it read none of it"""


@dataclass(frozen=True, kw_only=True)
class Quoted:
    """Exact characters."""

    quote: str
    """the characters from `start` to `end`"""


@dataclass(frozen=True, kw_only=True)
class NearRecord(PlaceRecord, Quoted):
    """A sentence that differs from the quote in case, punctuation and articles alone."""


@dataclass(frozen=True, kw_only=True)
class MarkRecord:
    """Words inside a quote that answer."""

    start: int
    """first character, in the document"""
    end: int
    """behind the last character"""
    text: str
    """these words"""


@dataclass(frozen=True, kw_only=True)
class RankingRecord:
    """What one ranking said of a sentence."""

    score: float
    """its score there"""
    rank: int
    """its rank there, from 1"""
    share: float
    """what that adds to the score it was ranked by"""


@dataclass(frozen=True, kw_only=True)
class Numbered:
    """A quote with its number."""

    number: int
    """from 1"""
    quote: str
    """the characters from `start` to `end`"""
    language: str | None
    """ISO 639-1; null where it cannot be told"""


@dataclass(frozen=True, kw_only=True)
class Sureness:
    """How sure it is that the documents answer."""

    verdict: Band
    """`answers` and `may answer` are shown, `may answer` with what speaks against it and not with `--strict`"""
    probability: float
    """that they answer, from 0 to 1"""


@dataclass(frozen=True, kw_only=True)
class CitationRecord(PlaceRecord, Sureness, Numbered):
    """A quote with its place, and how sure it is that it answers its part of the question."""

    doubt: str | None
    """of a quote that only may answer, the words of the question that it lacks, in words; null of any other"""
    score: float
    """what it was ranked by"""
    marks: tuple[MarkRecord, ...]
    """words of it that answer"""
    also: tuple[PlaceRecord, ...]
    """other places of the same characters"""
    near: tuple[NearRecord, ...]
    """places of sentences that differ in case, punctuation and articles alone"""
    explain: tuple[dict[str, RankingRecord], ...] | UnsetType = UNSET
    """with `--explain`, for each of its sentences what each ranking said"""


@dataclass(frozen=True, kw_only=True)
class PartRecord(Sureness):
    """A question that has one part, or one of its parts."""

    question: str
    """the question, or the part of it"""


@dataclass(frozen=True, kw_only=True)
class RefusalRecord(PartRecord):
    """Why a question, or a part of it, is not answered."""

    reason: str
    """in words"""
    absent_terms: tuple[str, ...]
    """its words that the documents never use"""
    nearest: tuple[CitationRecord, ...]
    """what comes nearest, which is not an answer"""


@dataclass(frozen=True, kw_only=True)
class SignalRecord:
    """A signal of a decision."""

    value: float
    """what was found"""
    share: float
    """what that adds to the log-odds"""


@dataclass(frozen=True, kw_only=True)
class VerdictRecord(PartRecord):
    """What a question, or a part of it, was judged by."""

    confidence: float
    """log-odds that the documents answer it"""
    threshold: float
    """from which they answer"""
    may_answer_from: float
    """from which they may answer"""
    signals: dict[str, SignalRecord]
    """by their names"""


@dataclass(frozen=True, kw_only=True)
class AnswerRecord(PartRecord):
    """An answer: what `pincite ask --json` prints. Its verdict is that of the least sure quote, of a refusal the surest."""

    question: str
    """as asked"""
    parts: tuple[PartRecord, ...]
    """the question, or each of its parts, by itself"""
    answered: bool
    """whether there are citations"""
    citations: tuple[CitationRecord, ...]
    """the quotes that answer, or may answer, in their order"""
    refusal: RefusalRecord | None
    """why it is not answered; null where it is"""
    unanswered: tuple[RefusalRecord, ...]
    """for a question of several parts each part that is not answered"""
    read_as: dict[str, str]
    """misspelt words, and how they were read"""
    reader: bool
    """whether the reader was there"""
    notes: tuple[str, ...]
    """what else must be said: why the reader could not be used"""
    milliseconds: float
    """for the whole path"""
    explain: tuple[VerdictRecord, ...] | UnsetType = UNSET
    """with `--explain`, what each part of the question was judged by"""


@dataclass(frozen=True, kw_only=True)
class QuotedRange(RangeRecord, Quoted):
    """What judging an answer needs of a citation."""


@dataclass(frozen=True, kw_only=True)
class ToBeJudged:
    """What judging an answer needs of it, which every version has printed."""

    question: str
    """as asked"""
    citations: tuple[QuotedRange, ...]
    """the quotes that were shown"""


class SurenessFields(TypedDict):
    """The fields of ``Sureness``."""

    verdict: Band
    probability: float


def record(answer: Answer, *, explain: bool = False) -> AnswerRecord:
    """The answer as a record. ``explain`` adds what each part of the question was judged by, and to every citation what each
    ranking said.
    """
    return AnswerRecord(
        question=answer.question,
        **_judged(answer.verdict),
        parts=tuple(PartRecord(question=verdict.question, **_judged(verdict)) for verdict in answer.verdicts),
        answered=answer.refusal is None,
        citations=tuple(_citation(citation, explain=explain) for citation in answer.citations),
        refusal=_refusal(answer.refusal, explain=explain) if answer.refusal else None,
        unanswered=tuple(_refusal(part, explain=explain) for part in answer.unanswered),
        read_as=dict(answer.read_as),
        reader=answer.reader,
        notes=tuple(map(str, answer.notes)),
        milliseconds=round(answer.milliseconds, 1),
        explain=tuple(map(_verdict, answer.verdicts)) if explain else UNSET,
    )


def _verdict(verdict: Verdict) -> VerdictRecord:
    return VerdictRecord(
        question=verdict.question,
        **_judged(verdict),
        confidence=round(verdict.confidence, 4),
        threshold=verdict.threshold,
        may_answer_from=verdict.may_answer_from,
        signals={s.name: SignalRecord(value=round(s.value, 4), share=round(s.share, 4)) for s in verdict.signals},
    )


def _judged(verdict: Verdict) -> SurenessFields:
    return {"verdict": verdict.band, "probability": round(verdict.probability, 4)}


def _refusal(refusal: Refusal, *, explain: bool) -> RefusalRecord:
    return RefusalRecord(
        question=refusal.question,
        **_judged(refusal.verdict),
        reason=refusal.reason,
        absent_terms=refusal.absent_terms,
        nearest=tuple(_citation(citation, explain=explain) for citation in refusal.nearest),
    )


def _citation(citation: Citation, *, explain: bool) -> CitationRecord:
    rankings = (
        {p.ranking: RankingRecord(score=round(p.score, 4), rank=p.rank, share=round(p.share, 4)) for p in hit.parts}
        for hit in citation.hits
    )
    return CitationRecord(
        number=citation.number,
        quote=citation.quote.text,
        language=citation.language or None,
        **vars(_place(citation.quote)),
        **_judged(citation.verdict),
        doubt=str(citation.doubt) if citation.doubt else None,
        score=round(citation.score, 4),
        marks=tuple(MarkRecord(start=mark.start, end=mark.end, text=mark.text) for mark in citation.marks),
        also=tuple(map(_place, citation.also)),
        near=tuple(NearRecord(quote=quote.text, **vars(_place(quote))) for quote in citation.near),
        explain=tuple(rankings) if explain else UNSET,
    )


def _place(quote: Quote) -> PlaceRecord:
    document = quote.document
    return PlaceRecord(
        document=DocumentRecord(id=document.id, title=document.title, source=document.source),
        start=quote.start,
        end=quote.end,
        line=document.line_at(quote.start),
        page=document.page_at(quote.start),
        heading=document.heading_at(quote.start),
        headings=tuple(document.heading_path_at(quote.start)),
        place=describe(document, quote.start, quote.end),
        warnings=tuple(map(str, warnings(document, quote.start, quote.end))),
        recognised=certainty(document, quote.start, quote.end),
    )
