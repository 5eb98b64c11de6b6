"""Indexes made on the fly, kept in the user's cache under a hash of what they hold."""

from collections.abc import Sequence
from pathlib import Path

from corpus.document import Document
from corpus.errors import LibraryError
from index.encode import Encoder, Progress
from index.export import Talk, cache_folder
from index.library import Library, build, content_key, open_library, save


def library_of(documents: Sequence[Document], *, encoder: Encoder, talk: Talk, progress: Progress) -> Library:
    """The library of these documents with this encoder, opened if it was made before, else made and kept.

    A cache that cannot be written costs a line through ``talk`` and the time to index again, never the answer.
    """
    folder = entry(documents, encoder=encoder)
    if folder.is_dir():
        try:
            return open_library(folder, encoder=lambda name, fingerprint: encoder)
        except LibraryError as error:
            talk(str(error))
    library = build(documents, encoder=encoder, progress=progress)
    try:
        return save(library, folder)
    except LibraryError as error:
        talk(str(error))
    return library


def entry(documents: Sequence[Document], *, encoder: Encoder) -> Path:
    """The folder of the cache in which the library of these documents lies, if it was made."""
    return cache_folder() / "libraries" / content_key(documents, fingerprint=encoder.fingerprint)
