"""Indexes made on the fly, kept in the user's cache under a hash of what they hold: the last few of them.

One that is not there takes the vectors of what it shares with another from that one, so that a changed file costs that file.
"""

import os
import re
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from corpus.document import Document
from corpus.errors import LibraryError
from corpus.folders import cache_folder
from corpus.progress import Note, Progress
from index.encoders.encoder import Encoder
from index.library import Library, build, content_key, open_library, replace_texts, save
from index.store.owned import MANIFEST
from index.store.segment import Segment
from index.store.state import altered, discard, open_segments, read_state

_NAME = re.compile("[0-9a-f]{24}")

KEPT = 32
"""Indexes that are kept; of more, those go that were used longest ago."""


def library_of(documents: Sequence[Document], *, encoder: Encoder, note: Note, progress: Progress) -> Library:
    """The library of these documents with this encoder, opened if it was made before, else made and kept.

    A cache that is damaged is made anew; one that cannot be written costs a line through ``note`` and the time to index again,
    never the answer.
    """
    folder = entry(documents, encoder=encoder)
    if folder.is_dir():
        try:
            return _opened(folder, documents, encoder)
        except LibraryError as error:
            note(error.message)
    library = build(documents, encoder=encoder, progress=progress, known=_nearest(documents, encoder))
    try:
        saved = replace_texts(save(library, folder), documents)
    except LibraryError as error:
        note(error.message)
        return library
    _forget(folder)
    return saved


def _nearest(documents: Sequence[Document], encoder: Encoder) -> tuple[Segment, ...]:
    """The segments of the index in the cache that has the most of these documents; none where none has any."""
    ids, best, found = {document.id for document in documents}, 0, None
    for folder in _all():
        with suppress(LibraryError):
            state = read_state(folder)
            shared = len(ids & {file.document for file in state.files})
            if state.encoder[1] == encoder.fingerprint and not state.is_outdated and shared > best:
                best, found = shared, (folder, state)
    with suppress(LibraryError):
        return open_segments(*found, whole=True) if found else ()
    return ()


def _all() -> list[Path]:
    """The indexes in the cache, the one used last first."""
    with suppress(OSError):
        every = [path.parent for path in (cache_folder() / "libraries").glob(f"*/{MANIFEST}")]
        found = [path for path in every if _NAME.fullmatch(path.name) and not path.is_symlink()]
        return sorted(found, key=lambda path: path.stat().st_mtime, reverse=True)
    return []


def _forget(but: Path) -> None:
    """Remove the indexes that were used longest ago."""
    for folder in _all()[KEPT:]:
        with suppress(LibraryError):
            if folder != but:
                read_state(folder)  # else it is none of ours
                discard(folder)


def _opened(folder: Path, documents: Sequence[Document], encoder: Encoder) -> Library:
    """The library in a folder of the cache, every byte of it as it was written. Raises LibraryError for another one.

    It is small against the reading of the documents, and its reader cannot be told to make it again.
    """
    state = read_state(folder)
    for path in altered(folder, state):
        raise LibraryError("library.made_again", where=path)
    with suppress(OSError):
        os.utime(folder)
    return replace_texts(open_library(folder, encoder=lambda name, fingerprint: encoder), documents)


def entry(documents: Sequence[Document], *, encoder: Encoder) -> Path:
    """The folder of the cache in which the library of these documents lies, if it was made."""
    return cache_folder() / "libraries" / content_key(documents, fingerprint=encoder.fingerprint)
