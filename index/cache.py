"""Indexes made on the fly, kept in the user's cache under a hash of what they hold."""

from collections.abc import Sequence
from functools import partial

from corpus.document import Document
from corpus.errors import LibraryError
from index.encode import Progress
from index.export import DEFAULT_WEIGHTS, Talk, cache_folder, open_encoder
from index.library import Library, build, content_key, open_library, save


def library_of(documents: Sequence[Document], *, talk: Talk, progress: Progress) -> Library:
    """The library of these documents with the default model, opened if it was made before, else made and kept.

    A cache that cannot be written costs a line through ``talk`` and the time to index again, never the answer.
    """
    folder = cache_folder() / "libraries" / content_key(documents, fingerprint=DEFAULT_WEIGHTS)
    if folder.is_dir():
        try:
            return open_library(folder, encoder=partial(open_encoder, talk=talk))
        except LibraryError as error:
            talk(str(error))
    library = build(documents, encoder=open_encoder(talk=talk), progress=progress)
    try:
        save(library, folder)
    except LibraryError as error:
        talk(str(error))
    return library
