"""A threshold of what is shown as an answer that was set from data, kept with the library that it was measured on.

How one is found is in ``rag.evaluation.calibrate``; here is what asking needs of it.
"""

from dataclasses import asdict, dataclass

from corpus.errors import LibraryError
from corpus.messages import Message
from corpus.progress import Note
from corpus.records import MalformedError, checked
from index.search.searcher import Searcher
from rag.reader.model import Reader

FORMAT = 1

NAME = "calibration"
"""What it is kept under."""


@dataclass(frozen=True, slots=True)
class Calibration:
    """A threshold, what was asked of it, and what was measured.

    With probability ``level`` over sets like this one the error among the questions whose verdict is `answers` is at most
    ``max_error``.
    """

    threshold: float
    """log-odds from which quotes are shown as an answer"""
    max_error: float
    """the error among the questions whose verdict is `answers` that was asked for at most"""
    level: float
    """how sure that is"""
    questions: int
    """how many it was measured on"""
    answered: int
    """of how many of them the verdict was `answers`"""
    wrong: int
    """how many of these were answered wrongly"""
    bound: float
    """upper bound of the error that follows"""
    set: str
    """name of the set"""
    fingerprint: str
    """that of the set"""
    reader: str | None = None
    """fingerprint of the reader that was used, null where none was"""

    @property
    def promise(self) -> Message:
        """What may be said of it."""
        share, most = f"{self.answered / self.questions:.0%}", f"{self.max_error:.0%}"
        return Message("calibration.promise", share=share, most=most, set=self.set)


def store(calibration: Calibration, searcher: Searcher) -> str:
    """Keep a calibration with the documents it was measured on, and say where; their next state forgets it."""
    return searcher.keep(NAME, {"format": FORMAT, **asdict(calibration)})


def stored(searcher: Searcher, *, reader: Reader, note: Note) -> Calibration | None:
    """The calibration kept with documents, or None where there is none for this very state of them.

    One that was measured with another reader, or with none, is left aside with a ``note``.

    Raises LibraryError when the file is there and cannot be read.
    """
    held, where = searcher.kept(NAME), searcher.where(NAME)
    try:
        if held is None or held["format"] != FORMAT:
            return None
        found = checked(held, Calibration)
    except (KeyError, MalformedError) as error:
        raise LibraryError("calibration.changed", where=where, why=str(error)) from error
    if (found.reader or "") == reader.fingerprint:
        return found
    note(Message("calibration.other_reader" if found.reader else "calibration.no_reader", where=where))
    return None
