"""What an answer is held to: the threshold that was calibrated for this very state of a library, and what it promises."""

from collections.abc import Callable
from threading import Lock
from typing import NamedTuple

from corpus.errors import LibraryError
from index.library import Library
from index.store.state import CALIBRATION, changed_since
from rag.calibration import stored
from rag.reader.model import NoReader, OnnxReader
from rag.weights import ANSWERED_THRESHOLD


class Standard(NamedTuple):
    """A threshold, and what is promised of the answers that pass it; nothing for one that was not calibrated."""

    threshold: float = ANSWERED_THRESHOLD
    promise: str = ""


class Standards:
    """The standard of a library, looked up again whenever it or its calibration has changed."""

    def __init__(self, reader: OnnxReader | NoReader | None, *, talk: Callable[[str], None]) -> None:
        self._reader, self._talk, self._lock = reader, talk, Lock()
        self._looked_up: tuple[object, Library | None, Standard] = (None, None, Standard())

    def of(self, library: Library | None) -> Standard:
        """What holds for a library now; a calibration that cannot be read is said, and left aside."""
        with self._lock:
            seen = _looks(library)
            if self._looked_up[:2] != (seen, library):
                self._looked_up = seen, library, self._read(library)
            return self._looked_up[2]

    def _read(self, library: Library | None) -> Standard:
        try:
            found = stored(library, reader=self._reader, note=self._talk) if library else None
        except LibraryError as error:
            self._talk(f"{error}; until then nothing is promised")
            return Standard()
        return Standard(found.threshold, found.promise) if found else Standard()


def _looks(library: Library | None) -> tuple[object, ...]:
    """What is different when the library in this folder is another one, or its calibration."""
    if library is None or library.folder is None:
        return ()
    try:
        found = (library.folder / CALIBRATION).stat()
    except OSError:
        return changed_since(library.folder)
    return (*changed_since(library.folder), found.st_mtime_ns, found.st_size, found.st_ino)
