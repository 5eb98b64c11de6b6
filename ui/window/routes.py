"""What the page may call beside asking a question: documents, sources, judgements.

Any page and program that gets past the guard can call these with anything, so each takes one JSON object, which is held
against the type of its message. They stand in lines by what they need, so that one kind keeps no other waiting: those who wait
hold no thread.
"""

import time
from base64 import b64decode
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from threading import Lock
from typing import Any, NamedTuple, get_type_hints

from msgspec import to_builtins

import ui.window.payload as payload
from corpus.errors import EvaluationError, PinciteError, ReadError, RequestError
from corpus.messages import Message
from corpus.read import shipped
from corpus.records import MalformedError, checked
from index.library import Library
from rag.evaluation.add import append, take_back
from rag.suggest import suggest
from ui.window.collection import DocumentCollection
from ui.window.messages import (
    ContextSent,
    Counted,
    DocumentSent,
    Done,
    Failure,
    FileSent,
    Info,
    Judged,
    JudgementSent,
    Named,
    Pages,
    Piece,
    PlacedShown,
    QuestionSent,
    QuotesSent,
    RangeSent,
    RowsSent,
    Said,
    Sent,
    Source,
    States,
    Suggestions,
    Turn,
    language_of,
)
from ui.window.sessions import Sessions
from ui.window.unforeseen import Unforeseen
from ui.window.working import ENDING, Working

EXAMPLES = ("what did Heilongjiang plan?", "Compare Guangdong and Zhejiang", "What did Beijing plan?")
"""Questions for the shipped material: one quote, several, and none."""

JUDGEMENTS, WITHIN = 20, 10.0
"""Judgements that are taken in so many seconds, by all together."""

LARGEST_SET = 20_000_000
"""Bytes of the file of judged answers that the window adds to; it is read whole for each judgement."""


class Line(NamedTuple):
    """Where calls of a kind stand: so many at work at a time, so many waiting; what the others are told."""

    at_work: int
    waiting: int
    full: Message


QUICK = Line(8, 500, Message("busy.quick"))
READING = Line(4, 100, Message("busy.reading"))
DRAWING = Line(1, 7, Message("busy.drawing"))
CHANGING = Line(2, 30, Message("busy.changing"))

Call = Callable[[Any], object]
"""Takes a message of ``ui.window.messages`` and gives another one; of which kinds, its own signature says."""


class Calls:
    """The calls over one collection; judged answers are ``kept`` in a file."""

    def __init__(
        self, collection: DocumentCollection, sessions: Sessions, kept: Path, *, working: Working, unforeseen: Unforeseen
    ) -> None:
        self._collection, self._sessions, self._kept = collection, sessions, kept
        self._working, self._unforeseen = working, unforeseen
        self._suggesting, self._judging = Lock(), Lock()
        self._suggested: tuple[Library | None, tuple[str, ...]] = (None, ())
        self._judged: list[float] = []

    def exposed(self) -> list[Callable[..., Any]]:
        """The calls as functions that Gradio can offer; what goes wrong becomes an ``error``."""
        lines = {
            QUICK: (self.info, self.context, self.judge, self.unjudge, self.progress),
            READING: (self.suggestions, self.source, self.recheck),
            DRAWING: (self.pages,),
            CHANGING: (self.place, self.take_away, self.put_back, self.update),
        }
        return [one for line, calls in lines.items() for one in self._exposed(line, calls)]

    def _exposed(self, line: Line, calls: Iterable[Call]) -> Iterator[Callable[..., Any]]:
        from anyio import CapacityLimiter, to_thread

        limiter = CapacityLimiter(line.at_work)

        def exposed(call: Call) -> Callable[..., Any]:
            async def stand_in_line(sent: object = None) -> object:
                if limiter.statistics().tasks_waiting >= line.waiting:
                    return {"error": line.full.text(language_of(sent))}
                return await to_thread.run_sync(self.answer, call, sent, limiter=limiter)

            stand_in_line.__name__ = call.__name__
            return stand_in_line

        return map(exposed, calls)

    def answer(self, call: Call, sent: object) -> object:
        """What a call gives for what was sent, or an ``error`` in words that name no place on this machine."""
        language = language_of(sent)
        try:
            message = _message(call, {} if sent is None else sent)
            with self._working.one() as may:
                return _sendable(call(message) if may else Failure(error=ENDING.text(language)))
        except PinciteError as error:
            said = self._collection.without_paths(error.message.text(language)).replace(str(self._kept), self._kept.name)
        except OSError as error:
            said = Message("window.refused", why=error.strerror or "").text(language)
        except Exception as error:
            self._unforeseen(call.__name__, error)
            said = Message("window.wrong").text(language)
        return _sendable(Failure(error=said))

    def ask(self, sent: QuestionSent) -> Turn | Failure:
        """The answer to a question."""
        return payload.turn(
            sent.question or "",
            self._collection,
            session=self._sessions.of,
            before=sent.before or "",
            chosen=frozenset(sent.chosen or ()),
            language=language_of(sent),
        )

    def info(self, sent: Sent) -> Info:
        """What is searched, the folder that files may be added to, and what was promised of answers."""
        library = self._collection.library
        promise = self._sessions.of(library).promise if library else None
        return Info(
            documents=payload.collected(self._collection),
            folder=self._collection.folder.absolute().name if self._collection.folder else "",
            promise=promise.text(language_of(sent)) if promise else "",
        )

    def suggestions(self, sent: Sent) -> Suggestions:
        """Three questions to start with."""
        library = self._collection.library
        if library is None:
            return Suggestions(examples=())
        if set(library.documents.ids) == {document.id for document in shipped()}:
            return Suggestions(examples=EXAMPLES)
        with self._suggesting:
            if self._suggested[0] is not library:
                self._suggested = library, suggest(self._sessions.of(library))
            return Suggestions(examples=self._suggested[1])

    def source(self, sent: RangeSent) -> Source | Failure:
        """A document around a place."""
        return payload.source(sent, self._collection, language=language_of(sent))

    def pages(self, sent: RangeSent) -> Pages | Failure:
        """The pages of a place as pictures."""
        return payload.pages(sent, self._collection, language=language_of(sent))

    def context(self, sent: ContextSent) -> Piece | Failure:
        """More of a document."""
        return payload.context(sent, self._collection, language=language_of(sent))

    def recheck(self, sent: QuotesSent) -> States:
        """What has become of quotes that the page kept: exact, changed, missing or different."""
        return States(states=payload.rechecked(sent, self._collection))

    def judge(self, sent: JudgementSent) -> Judged:
        """A judged answer is added to the user's own evaluation set, ``instead`` of rows that it contradicts."""
        row = payload.judged(sent, self._collection)
        with self._judging:
            self._refuse_more()
            self._kept.parent.mkdir(parents=True, exist_ok=True)
            added, path = append(row, self._kept), self._kept.name
            take_back({*(sent.instead or ())} - {row.id}, self._kept)
        self._unforeseen.say(Message("judged.kept", file=str(self._kept)))
        said = Message("judged.added" if added else "judged.already", file=path)
        return Judged(said=said.text(language_of(sent)), row=row.id)

    def unjudge(self, sent: RowsSent) -> Said:
        """Rows of judged answers are taken out of the set again, unless somebody has changed them since."""
        if not sent.rows:
            raise EvaluationError("judged.nothing")
        with self._judging:
            self._refuse_more()
            gone, path = take_back(frozenset(sent.rows), self._kept), self._kept.name
        said = Message("judged.taken_out" if gone else "judged.gone", file=path)
        return Said(said=said.text(language_of(sent)))

    def _refuse_more(self) -> None:
        """Raise EvaluationError where more judgements come than people give, or than the file should hold."""
        now = time.monotonic()
        self._judged = [at for at in self._judged if now - at < WITHIN]
        if len(self._judged) >= JUDGEMENTS:
            raise EvaluationError("judged.fast")
        self._judged.append(now)
        if self._kept.exists() and self._kept.stat().st_size > LARGEST_SET:
            raise EvaluationError("judged.full", file=self._kept.name, n=LARGEST_SET)

    def place(self, sent: FileSent) -> PlacedShown:
        """A file, in base 64, is put into the folder."""
        try:
            data = b64decode(sent.data or "", validate=True)
        except ValueError:
            raise ReadError("window.no_file") from None
        placed, language = self._collection.place(payload.settled(sent.name or ""), data), language_of(sent)
        why, notes = placed.why.text(language) if placed.why else "", tuple(note.text(language) for note in placed.notes)
        return PlacedShown(state=placed.state, why=why, notes=notes)

    def take_away(self, sent: DocumentSent) -> Named:
        """A document's file is taken out of the folder."""
        return Named(name=self._collection.take_away(sent.document or ""))

    def put_back(self, sent: DocumentSent) -> Named:
        """The file of a document that was taken out of the folder is put back."""
        return Named(name=self._collection.put_back(sent.document or ""))

    def update(self, sent: Sent) -> Done:
        """What lies in the folder now is searched."""
        self._collection.update()
        return Done()

    def progress(self, sent: Sent) -> Counted:
        """How far an update has come."""
        done, total = self._collection.progress
        return Counted(done=done, total=total)


def _message(call: Call, sent: object) -> object:
    """What was sent as the message that a call takes. Raises RequestError for what is none."""
    try:
        return checked(sent, get_type_hints(call)["sent"])
    except MalformedError as error:
        raise RequestError("window.not_sent", what=error.where or Message("window.no_object")) from None


def _sendable(message: object) -> object:
    return payload.sendable(to_builtins(message))
