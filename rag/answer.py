"""What comes out: numbered citations, or a refusal that says why. Its words are the documents' words."""

import math
from dataclasses import dataclass, field

from corpus.document import Document, Quote
from corpus.language import language_of
from corpus.messages import Message
from rag.retrieve import Hit


@dataclass(frozen=True, slots=True)
class Citation:
    """A numbered quote with its score (0..1) and the hits that brought it, best first.

    - ``marks``: the ranges inside the quote that answer, as the reader says, rising
    - ``also``: the other places where the same characters stand
    - ``near``: sentences elsewhere that differ in case, punctuation and articles alone
    """

    number: int
    quote: Quote
    score: float
    hits: tuple[Hit, ...]
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
class Signal:
    """A named feature of a question and its hits, and what it adds to the log-odds that the documents answer."""

    name: str
    value: float
    share: float


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether the documents answer a question or one part of it: signals that add up, and the threshold they must reach."""

    question: str
    signals: tuple[Signal, ...]
    threshold: float

    @property
    def confidence(self) -> float:
        """The log-odds that the documents answer."""
        return sum(signal.share for signal in self.signals)

    @property
    def answers(self) -> bool:
        """Whether that is enough to show quotes."""
        return self.confidence >= self.threshold


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a question, or one part of it, is not answered.

    - ``why``: all of it, as a message
    - ``absent_terms``: its words that the documents never use, as they were spelt
    - ``instead``: for some of these words, the near form that the documents have
    - ``nearest``: the sentences of the closest passages, which are not an answer
    - ``has``, ``lacks``: the words of the question that the first of these passages has, and lacks
    """

    question: str
    why: Message
    absent_terms: tuple[str, ...]
    nearest: tuple[Citation, ...]
    instead: tuple[tuple[str, str], ...] = ()
    has: tuple[str, ...] = ()
    lacks: tuple[str, ...] = ()

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
    def confidence(self) -> float:
        """The log-odds that the documents answer the part they answer best; minus infinity where nothing was judged."""
        return max((verdict.confidence for verdict in self.verdicts), default=-math.inf)
