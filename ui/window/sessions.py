"""The session that a question of the window is asked in: that of the library as it is now, with its calibration."""

from dataclasses import replace
from threading import Lock

from corpus.errors import LibraryError
from corpus.messages import Message
from corpus.progress import Note
from index.library import Library
from index.store.state import CALIBRATION, changed_since
from rag.bands import ANSWERS
from rag.options import Options
from rag.reader.model import Reader
from rag.session import Session, open_session

USUAL = Options()


class Sessions:
    """Sessions with one reader and options, opened again whenever a library or its calibration has changed."""

    def __init__(self, reader: Reader, *, options: Options = USUAL, note: Note) -> None:
        self._reader, self._options, self._note, self._lock = reader, options, note, Lock()
        self._last: tuple[object, Session] | None = None

    def of(self, library: Library) -> Session:
        """The session of a library now; a calibration that cannot be read is said, and left aside."""
        with self._lock:
            seen = _looks(library)
            if self._last is None or self._last[0] != seen or self._last[1].searcher is not library:
                self._last = seen, self._opened(library)
            return self._last[1]

    def _opened(self, library: Library) -> Session:
        try:
            return open_session(library, reader=self._reader, options=self._options, note=self._note)
        except LibraryError as error:
            self._note(Message("calibration.until_then", what=error.message))
            options = replace(self._options, threshold=ANSWERS)
            return open_session(library, reader=self._reader, options=options, note=self._note)


def _looks(library: Library) -> tuple[object, ...]:
    """What is different when the library in this folder is another one, or its calibration."""
    if library.folder is None:
        return ()
    try:
        found = (library.folder / CALIBRATION).stat()
    except OSError:
        return changed_since(library.folder)
    return (*changed_since(library.folder), found.st_mtime_ns, found.st_size, found.st_ino)
