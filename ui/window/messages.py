"""What the page sends and what it is given, message by message. Whatever may be left out of what is sent may be null, too."""

from dataclasses import dataclass
from typing import Annotated

from msgspec import Meta

from corpus.messages import ENGLISH, languages
from corpus.verify import Standing
from rag.evaluation.add import Judgement
from ui.forms.answer_json import AnswerRecord, CitationRecord, DocumentId, PlaceRecord, RefusalRecord
from ui.window.collection import LARGEST_FILE, State
from ui.window.guard import LARGEST_BODY

LONGEST = 20_000
"""Characters of a text that is sent, but for files; ids of a list."""

RECHECKED = 400
"""Quotes that are checked again at a time."""

Short = Annotated[str, Meta(max_length=LONGEST)]
Ids = Annotated[tuple[Annotated[str, Meta(max_length=99)], ...], Meta(max_length=LONGEST)]


@dataclass(frozen=True, kw_only=True)
class Sent:
    """Anything that the page sends."""

    language: object = None
    """that of the window"""


@dataclass(frozen=True, kw_only=True)
class QuestionSent(Sent):
    """A question."""

    question: Annotated[str, Meta(max_length=LARGEST_BODY)] | None = None
    """as typed; what is too long for a question is said of it"""
    before: Short | None = None
    """the question before, as it was read, which this one may lean on"""
    chosen: Ids | None = None
    """ids of the documents to search; none for all"""


@dataclass(frozen=True, kw_only=True)
class RangeSent(Sent):
    """A quote that the page was given before, or the characters that a link names."""

    document: DocumentId | str | None = None
    """its document"""
    start: int | None = None
    """first character"""
    end: int | None = None
    """behind the last character"""
    quote: str | None = None
    """these characters; a link has none"""


@dataclass(frozen=True, kw_only=True)
class ContextSent(Sent):
    """Where a document goes on."""

    document: str | None = None
    """its id"""
    next: str | None = None
    """as the piece before says it"""


@dataclass(frozen=True, kw_only=True)
class QuotesSent(Sent):
    """Quotes that the page kept, perhaps of an older version."""

    quotes: Annotated[tuple[object, ...], Meta(max_length=RECHECKED)]
    """each a range with its quote"""


@dataclass(frozen=True, kw_only=True)
class JudgementSent(Sent):
    """An answer that a person judged."""

    judgement: Judgement
    """what they say of it"""
    citations: tuple[RangeSent, ...]
    """the quotes that were shown"""
    question: str
    """as it was read"""
    instead: Ids | None = None
    """ids of rows that this contradicts"""


@dataclass(frozen=True, kw_only=True)
class RowsSent(Sent):
    """Rows of judged answers."""

    rows: Ids | None = None
    """their ids"""


@dataclass(frozen=True, kw_only=True)
class FileSent(Sent):
    """A file for the folder."""

    name: Short | None = None
    """its name"""
    data: Annotated[str, Meta(max_length=LARGEST_FILE * 2)] | None = None
    """its bytes, in base 64"""


@dataclass(frozen=True, kw_only=True)
class DocumentSent(Sent):
    """A document of the folder."""

    document: Short | None = None
    """its id"""


@dataclass(frozen=True, kw_only=True)
class Done:
    """It is done."""


@dataclass(frozen=True, kw_only=True)
class Failure:
    """Why there is nothing else."""

    error: str
    """in words"""


@dataclass(frozen=True, kw_only=True)
class PieceShown:
    """A part of a quote."""

    text: str
    """its characters"""
    answers: bool
    """whether they are marked as what answers"""


@dataclass(frozen=True, kw_only=True)
class AlsoShown(PlaceRecord):
    """Another place of the same characters."""

    quote: str
    """these characters"""


@dataclass(frozen=True, kw_only=True)
class CitationShown(CitationRecord):
    """A quote with the strings around it."""

    also: tuple[AlsoShown, ...]
    """other places of the same characters"""
    pieces: tuple[PieceShown, ...]
    """the quote, in parts"""
    foreign: bool
    """whether it is in another language than the question"""
    unsure: str
    """what is said over one that only may answer; empty for any other"""
    forms: dict[str, str]
    """what is copied, by its form"""


@dataclass(frozen=True, kw_only=True)
class RefusalShown(RefusalRecord):
    """Why a question, or a part of it, is not answered."""

    nearest: tuple[CitationShown, ...]
    """what comes nearest, which is not an answer"""


@dataclass(frozen=True, kw_only=True)
class Turn(AnswerRecord):
    """An answer, as the page shows it."""

    citations: tuple[CitationShown, ...]
    """the quotes that answer, or may answer"""
    refusal: RefusalShown | None
    """why it is not answered"""
    unanswered: tuple[RefusalShown, ...]
    """each part that is not answered"""
    read: str
    """the question as one that stands alone"""
    searched: int
    """documents that were searched"""
    forms: dict[str, str]
    """the answer to take along, by its form"""


@dataclass(frozen=True, kw_only=True)
class DocumentShown:
    """A document."""

    document: str
    """its id"""
    title: str
    """its title"""
    file: str
    """its file, as it may be shown"""


@dataclass(frozen=True, kw_only=True)
class Info:
    """What is searched."""

    documents: tuple[DocumentShown, ...]
    """each of them"""
    folder: str
    """name of the folder that files may be added to; empty where there is none"""
    promise: str
    """what was measured of answers; empty where nothing was"""


@dataclass(frozen=True, kw_only=True)
class Suggestions:
    """What could be asked."""

    examples: tuple[str, ...]
    """questions"""


@dataclass(frozen=True, kw_only=True)
class Piece:
    """A part of a document."""

    text: str
    """its characters"""
    next: str
    """where it goes on, to be sent back; empty at its end"""


@dataclass(frozen=True, kw_only=True)
class Source(DocumentShown):
    """A document around a quote."""

    quote: str
    """these characters"""
    place: str
    """where they stand, as a person says it"""
    warnings: tuple[str, ...]
    """what must be known of them"""
    paged: bool
    """whether the document has pages"""
    earlier: Piece
    """what stands before"""
    later: Piece
    """what stands behind"""


@dataclass(frozen=True, kw_only=True)
class PageShown:
    """A page as a picture."""

    place: str
    """which it is, as a person says it"""
    text: str
    """what it shows of the quote"""
    width: float
    """of the picture, in points"""
    height: float
    """of the picture, in points"""
    boxes: tuple[tuple[float, float, float, float], ...]
    """where the quote stands: left, top, right and bottom, as shares of the picture"""
    picture: str
    """PNG, as an address that holds it"""


@dataclass(frozen=True, kw_only=True)
class Pages:
    """The pages that a quote stands on."""

    pages: tuple[PageShown, ...]
    """each of them"""
    note: str
    """what must be said of them; empty where nothing must"""


@dataclass(frozen=True, kw_only=True)
class States:
    """What has become of quotes."""

    states: tuple[Standing | str, ...]
    """of each; `different` where no document says so"""


@dataclass(frozen=True, kw_only=True)
class Said:
    """What was done."""

    said: str
    """in words"""


@dataclass(frozen=True, kw_only=True)
class Judged(Said):
    """A judged answer was kept."""

    row: str
    """id of its row"""


@dataclass(frozen=True, kw_only=True)
class PlacedShown:
    """What became of a file."""

    state: State
    """what was done with it"""
    why: str
    """it was refused; empty where it was not"""
    notes: tuple[str, ...]
    """what must be known of it"""


@dataclass(frozen=True, kw_only=True)
class Named:
    """A file."""

    name: str
    """its name"""


@dataclass(frozen=True, kw_only=True)
class Counted:
    """How far an update has come."""

    done: int
    """documents that are read"""
    total: int
    """documents that are to be read"""


def language_of(sent: object) -> str:
    """The language of the window that something comes from; English for anything unknown."""
    named = sent.language if isinstance(sent, Sent) else sent.get("language") if isinstance(sent, dict) else None
    return named if isinstance(named, str) and named in languages() else ENGLISH
