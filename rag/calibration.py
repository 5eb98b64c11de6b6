"""A refusal threshold that was set from data, kept with the library that it was measured on.

How one is found is in ``rag.evaluation.calibrate``; here is what asking needs of it.
"""

from collections.abc import Callable
from dataclasses import asdict, dataclass

from corpus.errors import LibraryError
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
    def promise(self) -> str:
        """What may be said of it, in a sentence."""
        share = self.answered / self.questions
        return f"answers {share:.0%} of such questions, wrong at most {self.max_error:.0%} (measured on {self.set})"


def store(calibration: Calibration, searcher: Searcher) -> str:
    """Keep a calibration with the documents it was measured on, and say where; their next state forgets it."""
    return searcher.keep(NAME, {"format": FORMAT, **asdict(calibration)})


def stored(searcher: Searcher, *, reader: Reader, note: Callable[[str], None]) -> Calibration | None:
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
        note(f"{where}: calibrated {'with another' if found.reader else 'without the'} reader, so left aside; calibrate again")
        return None
    except (KeyError, TypeError) as error:
        raise LibraryError(f"{where}: half-written or changed ({error}); calibrate again or delete it") from error
