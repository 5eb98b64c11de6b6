"""What comes out: numbered citations, or a refusal that says why. Its words are the documents' words."""

import math
from dataclasses import dataclass, field

from corpus.document import Document, Quote
from corpus.language import language_of
from corpus.messages import Message
from rag.bands import Band, may_answer_from, probability
from rag.retrieve import Hit


@dataclass(frozen=True, slots=True)
class Signal:
    """A named feature of a question and its hits, and what it adds to the log-odds that the documents answer."""

    name: str
    value: float
    share: float


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether the documents answer a question or one part of it: signals that add up to log-odds.

    ``threshold`` is where the first band begins; the second begins at MAY_ANSWER, or there where that is lower.
    """

    question: str
    signals: tuple[Signal, ...]
    threshold: float

    @property
    def confidence(self) -> float:
        """The log-odds that the documents answer."""
        return sum(signal.share for signal in self.signals)

    @property
    def probability(self) -> float:
        """The probability that they do, from 0 to 1."""
        return probability(self.confidence)

    @property
    def may_answer_from(self) -> float:
        """The log-odds at which the second band begins."""
        return may_answer_from(self.threshold)

    @property
    def band(self) -> Band:
        """How sure that is: quotes are shown in the first two bands."""
        if self.confidence >= self.threshold:
            return "answers"
        return "may answer" if self.confidence >= self.may_answer_from else "does not say"


@dataclass(frozen=True, slots=True)
class Citation:
    """A numbered quote with its score (0..1) and the hits that brought it, best first.

    - ``verdict``: what the part of the question that it is quoted for was judged by; of several parts the least sure
    - ``doubt``: of a quote that only may answer, which words of the question it lacks; None of any other
    - ``marks``: the ranges inside the quote that answer, as the reader says, rising
    - ``also``: the other places where the same characters stand
    - ``near``: sentences elsewhere that differ in case, punctuation and articles alone
    """

    number: int
    quote: Quote
    score: float
    hits: tuple[Hit, ...]
    verdict: Verdict
    doubt: Message | None = None
    marks: tuple[Quote, ...] = ()
    also: tuple[Quote, ...] = ()
    near: tuple[Quote, ...] = ()

    @property
    def document(self) -> Document:
        """The document that is quoted."""
        return self.quote.document

    @property
    def pieces(self) -> tuple[tuple[str, bool], ...]:
        """The quote's text in pieces, and whether each is marked; joined they are the quote."""
        text, at = self.document.text, self.quote.start
        found: list[tuple[str, bool]] = []
        for mark in self.marks:
            found += [(text[at : mark.start], False), (mark.text, True)]
            at = mark.end
        return tuple(piece for piece in (*found, (text[at : self.quote.end], False)) if piece[0])

    @property
    def line(self) -> int:
        """The line its first character stands on, from 1."""
        return self.document.line_at(self.quote.start)

    @property
    def page(self) -> int | None:
        """The page its first character stands on, from 1, or None where the document has none."""
        return self.document.page_at(self.quote.start)

    @property
    def heading(self) -> str | None:
        """The heading above it, or None."""
        return self.document.heading_at(self.quote.start)

    @property
    def language(self) -> str:
        """The language of the quote (ISO 639-1), of its passage where the quote is too short, ``""`` where that is too."""
        return language_of(self.quote.text) or language_of(self.quote.passage.text)


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a question, or one part of it, is not answered.

    - ``verdict``: what it was judged by; it may answer where only what answers is shown (``Options.strict``)
    - ``why``: all of it, as a message
    - ``absent_terms``: its words that the documents never use, as they were spelt
    - ``instead``: for some of these words, the near form that the documents have
    - ``nearest``: the sentences of the closest passages, which are not an answer
    - ``has``, ``lacks``: the words of the question that the first of these passages has, and lacks
    """

    verdict: Verdict
    why: Message
    absent_terms: tuple[str, ...]
    nearest: tuple[Citation, ...]
    instead: tuple[tuple[str, str], ...] = ()
    has: tuple[str, ...] = ()
    lacks: tuple[str, ...] = ()

    @property
    def question(self) -> str:
        """The question, or the part of it."""
        return self.verdict.question

    @property
    def reason(self) -> str:
        """Why, in English."""
        return str(self.why)


@dataclass(frozen=True, slots=True)
class Answer:
    """Citations or a refusal, exactly one of the two.

    - ``refusal``: why nothing is quoted; of several refused parts, that of the first
    - ``unanswered``: the refusals of the other parts of a question of several
    - ``verdicts``, ``ranking``: for each part, what it was judged by, and the sentences that were found
    - ``read_as``: each misspelt word with the documents' word that it was read as
    - ``reader``: whether the reader was there
    - ``notes``: what else must be said of the answer
    - ``milliseconds``: the time that the whole path took
    """

    question: str
    citations: tuple[Citation, ...]
    refusal: Refusal | None
    unanswered: tuple[Refusal, ...] = ()
    verdicts: tuple[Verdict, ...] = ()
    ranking: tuple[tuple[Hit, ...], ...] = ()
    read_as: tuple[tuple[str, str], ...] = ()
    reader: bool = False
    notes: tuple[Message, ...] = ()
    milliseconds: float = field(default=0.0, compare=False)

    def __post_init__(self) -> None:
        if bool(self.citations) == bool(self.refusal):
            raise ValueError("an answer is citations or a refusal, exactly one of the two")
        if [citation.number for citation in self.citations] != list(range(1, len(self.citations) + 1)):
            raise ValueError("citations are numbered from 1 without a gap")

    @property
    def refusals(self) -> tuple[Refusal, ...]:
        """Every part of the question that is refused, in their order."""
        return (self.refusal, *self.unanswered) if self.refusal else self.unanswered

    @property
    def verdict(self) -> Verdict:
        """That of the whole: the least sure of what is quoted, so that nothing unsure is taken for sure.

        Where nothing is quoted, the surest of the refusals.
        """
        cited = [citation.verdict for citation in self.citations]
        return min(cited, key=_confidence) if cited else max((one.verdict for one in self.refusals), key=_confidence)

    @property
    def confidence(self) -> float:
        """The log-odds that the documents answer the part they answer best; minus infinity where nothing was judged."""
        return max((verdict.confidence for verdict in self.verdicts), default=-math.inf)


def _confidence(verdict: Verdict) -> float:
    return verdict.confidence
