"""A refusal threshold that was set from data, kept with the library that it was measured on.

How one is found is in ``rag.evaluation.calibrate``; here is what asking needs of it.
"""

from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path

from corpus.errors import LibraryError
from index.library import Library
from index.store.state import CALIBRATION, read_beside, read_state, writing
from rag.reader.model import NoReader, OnnxReader

FORMAT = 1


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


def store(calibration: Calibration, library: Library) -> Path:
    """Keep a calibration with the index it was measured on; the next state of the index forgets it."""
    if library.folder is None:
        raise LibraryError("this index lies only in memory and cannot keep a calibration; make one with: pincite index")
    with writing(library.folder) as writer:
        if _state(library.folder) != list(library.made):
            raise LibraryError(f"{library.folder}: was changed while it was measured; calibrate again")
        return writer.keep_beside(CALIBRATION, {"format": FORMAT, "of": list(library.made), **asdict(calibration)})


def stored(library: Library, *, reader: OnnxReader | NoReader | None, note: Callable[[str], None]) -> Calibration | None:
    """The calibration kept with an index, or None where there is none for this very state of it.

    One that was measured with another reader, or with none, is left aside with a ``note``.

    Raises LibraryError when the file is there and cannot be read.
    """
    if library.folder is None:
        return None
    path = library.folder / CALIBRATION
    try:
        held = read_beside(library.folder, CALIBRATION)
        if held is None or held.pop("format") != FORMAT or held.pop("of") != list(library.made):
            return None
        found = Calibration(**held)
        if found.reader == (reader.fingerprint if isinstance(reader, OnnxReader) else None):
            return found
        note(f"{path}: calibrated {'with another' if found.reader else 'without the'} reader, so left aside; calibrate again")
        return None
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise LibraryError(f"{path}: half-written or changed ({error}); calibrate again or delete it") from error


def _state(folder: Path) -> list[str]:
    return [made.name for made in read_state(folder).segments]
