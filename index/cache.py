"""Indexes made on the fly, kept in the user's cache under a hash of what they hold."""

from collections.abc import Sequence
from pathlib import Path

from corpus.document import Document
from corpus.errors import LibraryError
from index.encode import Encoder, Progress
from index.export import Talk, cache_folder
from index.library import Library, build, content_key, open_library, replace_texts, save
from index.store import altered, read_state


def library_of(documents: Sequence[Document], *, encoder: Encoder, talk: Talk, progress: Progress) -> Library:
    """The library of these documents with this encoder, opened if it was made before, else made and kept.

    A cache that is damaged is made anew; one that cannot be written costs a line through ``talk`` and the time to index again,
    never the answer.
    """
    folder = entry(documents, encoder=encoder)
    if folder.is_dir():
        try:
            return _opened(folder, documents, encoder)
        except LibraryError as error:
            talk(str(error))
    library = build(documents, encoder=encoder, progress=progress)
    try:
        return replace_texts(save(library, folder), documents)
    except LibraryError as error:
        talk(str(error))
    return library


def _opened(folder: Path, documents: Sequence[Document], encoder: Encoder) -> Library:
    """The library in a folder of the cache, every byte of it as it was written. Raises LibraryError for another one.

    It is small against the reading of the documents, and its reader cannot be told to make it again.
    """
    state = read_state(folder)
    for path in altered(folder, state):
        raise LibraryError(f"{path}: half-written or changed; it is made again")
    return replace_texts(open_library(folder, encoder=lambda name, fingerprint: encoder), documents)


def entry(documents: Sequence[Document], *, encoder: Encoder) -> Path:
    """The folder of the cache in which the library of these documents lies, if it was made."""
    return cache_folder() / "libraries" / content_key(documents, fingerprint=encoder.fingerprint)
