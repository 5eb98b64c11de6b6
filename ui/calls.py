"""What the page may call beside asking a question: documents, sources, judgements.

Any page and program that gets past the guard can call these with anything, so each takes one JSON object and checks it.
"""

from base64 import b64decode
from collections.abc import Callable, Mapping
from pathlib import Path
from threading import BoundedSemaphore, Lock
from typing import Any

import ui.turn as turn
from corpus.errors import EvaluationError, PinciteError, ReadError
from corpus.read import shipped
from index.library import Library
from rag.evaluation.add import append, take_back
from rag.reader.model import NoReader, OnnxReader
from rag.suggest import suggest
from ui.chinese import Language, translated
from ui.shelf import Shelf
from ui.terminal import near_path

EXAMPLES = ("what did Heilongjiang plan?", "Compare Guangdong and Zhejiang", "What did Beijing plan?")
"""Questions for the shipped material: one quote, several, and none."""

DRAWN = 8
"""So many may ask for pictures of pages at a time; who comes later is told to try again."""

Sent = Mapping[str, Any]
Given = dict[str, Any]


class Calls:
    """The calls over one shelf; judged answers are ``kept`` in a file."""

    def __init__(self, shelf: Shelf, reader: OnnxReader | NoReader | None, threshold: float, promise: str, kept: Path) -> None:
        self._shelf, self._reader, self._threshold, self._promise, self._kept = shelf, reader, threshold, promise, kept
        self._suggesting, self._drawing, self._asking_to_draw = Lock(), Lock(), BoundedSemaphore(DRAWN)
        self._judging = Lock()
        self._suggested: tuple[Library | None, tuple[str, ...]] = (None, ())

    def exposed(self) -> list[Callable[..., Any]]:
        """The calls as functions that Gradio can offer; what goes wrong on purpose becomes an ``error``."""
        calls = (
            self.about,
            self.suggestions,
            self.source,
            self.leaves,
            self.more,
            self.recheck,
            self.judge,
            self.unjudge,
            self.place,
            self.take_away,
            self.put_back,
            self.update,
            self.progress,
        )
        return [_exposed(call) for call in calls]

    def about(self, sent: Sent) -> Given:
        """What is searched, the folder that files may be added to, and what was promised of answers."""
        folder = near_path(str(self._shelf.folder)) if self._shelf.folder else ""
        return {
            "documents": turn.shelved(self._shelf),
            "folder": folder,
            "promise": translated(self._promise, language_of(sent)),
        }

    def suggestions(self, sent: Sent) -> Given:
        """Three questions to start with."""
        library = self._shelf.library
        if library is None:
            return {"examples": []}
        if set(library.documents.ids) == {document.id for document in shipped()}:
            return {"examples": list(EXAMPLES)}
        with self._suggesting:
            if self._suggested[0] is not library:
                self._suggested = library, suggest(library, reader=self._reader, threshold=self._threshold)
            return {"examples": list(self._suggested[1])}

    def source(self, sent: Sent) -> Given:
        """A document around a place."""
        return turn.source(sent, self._shelf, language=language_of(sent))

    def leaves(self, sent: Sent) -> Given:
        """The pages of a place as pictures, drawn for one asker after the other; few may wait, since each holds a thread."""
        if not self._asking_to_draw.acquire(blocking=False):
            return {
                "error": translated("Pictures of pages are being drawn for others; try again in a moment.", language_of(sent))
            }
        try:
            with self._drawing:
                return turn.leaves(sent, self._shelf, language=language_of(sent))
        finally:
            self._asking_to_draw.release()

    def more(self, sent: Sent) -> Given:
        """More of a document."""
        return turn.more(sent, self._shelf, language=language_of(sent))

    def recheck(self, sent: Sent) -> Given:
        """What has become of quotes that the page kept: exact, changed, missing or different."""
        return {"states": turn.rechecked(sent, self._shelf)}

    def judge(self, sent: Sent) -> Given:
        """A judged answer is added to the user's own evaluation set, ``instead`` of rows that it contradicts."""
        row = turn.judged(sent, self._shelf)
        self._kept.parent.mkdir(parents=True, exist_ok=True)
        with self._judging:
            added, path = append(row, self._kept), near_path(str(self._kept))
            take_back(_ids(sent, "instead") - {row["_id"]}, self._kept)
        said = translated(f"Added to {path}." if added else f"It is in {path} already.", language_of(sent))
        return {"said": said, "row": row["_id"]}

    def unjudge(self, sent: Sent) -> Given:
        """Rows of judged answers are taken out of the set again, unless somebody has changed them since."""
        rows = _ids(sent, "rows")
        if not rows:
            raise EvaluationError("not a judged answer; ask again")
        with self._judging:
            gone, path = take_back(rows, self._kept), near_path(str(self._kept))
        return {
            "said": translated(f"Taken out of {path} again." if gone else f"It is not in {path} any more.", language_of(sent))
        }

    def place(self, sent: Sent) -> Given:
        """A file, in base 64, is put into the folder."""
        try:
            data = b64decode(text_of(sent, "data"), validate=True)
        except ValueError:
            raise ReadError("not a file that the window can send; add it again") from None
        placed, language = self._shelf.place(turn.settled(text_of(sent, "name")), data), language_of(sent)
        notes = [translated(note, language) for note in placed.notes]
        return {"state": placed.state, "why": translated(placed.why, language), "notes": notes}

    def take_away(self, sent: Sent) -> Given:
        """A document's file is taken out of the folder."""
        return {"name": self._shelf.take_away(text_of(sent, "document"))}

    def put_back(self, sent: Sent) -> Given:
        """The file of a document that was taken out of the folder is put back."""
        return {"name": self._shelf.put_back(text_of(sent, "document"))}

    def update(self, sent: Sent) -> Given:
        """What lies in the folder now is searched."""
        self._shelf.update()
        return {}

    def progress(self, sent: Sent) -> Given:
        """How far an update has come."""
        done, total = self._shelf.progress
        return {"done": done, "total": total}


def text_of(sent: Sent, name: str) -> str:
    """A text that was sent; empty for anything else."""
    given = sent.get(name)
    return given if isinstance(given, str) else ""


def _ids(sent: Sent, name: str) -> set[str]:
    """The ids of judged answers in a list that was sent; what is none is left out."""
    given = sent.get(name)
    return {one for one in given[:100] if isinstance(one, str)} if isinstance(given, list) else set()


def language_of(sent: Sent) -> Language:
    """The language of the window; English for anything unknown."""
    return "zh" if sent.get("language") == "zh" else "en"


def _exposed(call: Callable[[Sent], Given]) -> Callable[..., Any]:
    def exposed(sent: Any = None) -> Any:
        sent = sent if isinstance(sent, dict) else {}
        try:
            return turn.sendable(call(sent))
        except PinciteError as error:
            said = str(error)
        except OSError as error:
            said = f"the file system refused ({error.strerror})"
        return turn.sendable({"error": translated(said, language_of(sent))})

    exposed.__name__ = call.__name__
    return exposed
