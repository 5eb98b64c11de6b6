"""A refusal threshold that was set from data, kept with the library that it was measured on.

How one is found is in ``rag.evaluation.calibrate``; here is what asking needs of it.
"""

from dataclasses import asdict, dataclass

from corpus.errors import LibraryError
from corpus.messages import Message
from corpus.progress import Note
from index.search.searcher import Searcher
from rag.reader.model import Reader

FORMAT = 1

NAME = "calibration"
"""What it is kept under."""


@dataclass(frozen=True, slots=True)
class Calibration:
    """A threshold, what was asked of it, and what was measured.

    With probability ``level`` over sets like this one the error among the answered is at most ``max_error``; here ``answered``
    of ``questions`` were answered, ``wrong`` of them wrongly, which bounds the error by ``bound``. ``reader`` is the
    fingerprint of the reader that had a look, None where none had.
    """

    threshold: float
    max_error: float
    level: float
    questions: int
    answered: int
    wrong: int
    bound: float
    set: str
    fingerprint: str
    reader: str | None = None

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
    held = searcher.kept(NAME)
    where = searcher.where(NAME)
    try:
        if held is None or held.pop("format") != FORMAT:
            return None
        found = Calibration(**held)
        if (found.reader or "") == reader.fingerprint:
            return found
        note(Message("calibration.other_reader" if found.reader else "calibration.no_reader", where=where))
        return None
    except (KeyError, TypeError) as error:
        raise LibraryError("calibration.changed", where=where, why=str(error)) from error
