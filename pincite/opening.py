"""Documents, index and reader are opened for Python users."""

import warnings
from collections.abc import Sequence
from functools import partial
from os import PathLike
from pathlib import Path

from corpus.errors import LibraryError, PinciteError
from corpus.messages import Message
from corpus.read import read_paths, shipped
from index.cache import library_of
from index.encoders.e5 import DEFAULT_MODEL
from index.encoders.export import open_encoder
from index.library import open_library
from rag.options import Options
from rag.reader.model import NoReader, open_reader
from rag.session import Session, open_session


def opened(
    paths: Sequence[str | PathLike[str]],
    *,
    index: str | PathLike[str] | None,
    model: str | None,
    reader: bool,
    options: Options | None,
) -> Session:
    """As ``pincite.open`` says."""
    named = [paths] if isinstance(paths, str | PathLike) else list(paths)
    if index is not None and (named or model):
        raise LibraryError("index.alone")
    said: list[Message] = []
    try:
        if index is not None:
            library = open_library(Path(index), encoder=partial(open_encoder, note=_nothing))
        else:
            documents = read_paths([Path(path) for path in named], note=said.append) if named else shipped()
            encoder = open_encoder(model or DEFAULT_MODEL, note=_nothing)
            library = library_of(documents, encoder=encoder, note=said.append, progress=lambda done, total: None)
        with_reader = open_reader(note=said.append) if reader else NoReader()
        session = open_session(library, reader=with_reader, options=options, note=said.append)
    except PinciteError as error:
        for line in said:
            error.add_note(str(line))
        raise
    for line in said:
        warnings.warn(str(line), stacklevel=3)
    return session


def _nothing(line: Message) -> None:
    """Nobody listens to what only takes its time."""
