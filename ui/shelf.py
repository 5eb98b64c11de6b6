"""The documents that the window searches, and the folder that more of them may be put into.

Only a shelf with a folder changes. Files are written there and nowhere else; one that is taken away is moved into the
folder's ``.removed``, where nothing is read. Vectors of texts that were there before are used again.
"""

import os
import shutil
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from threading import Lock
from typing import Literal
from uuid import uuid4

import numpy as np

from corpus.document import Document
from corpus.errors import ReadError
from corpus.formats.kinds import BY_SUFFIX, KINDS
from corpus.formats.reading import QUIET
from corpus.read import read_file, read_paths
from index.cache import library_of
from index.encode import Encoder, Progress, Vectors
from index.export import Talk
from index.library import Library

LARGEST_FILE = 16 * 1024 * 1024
"""Bytes of a file that may be put on the shelf."""

REMOVED = ".removed"

State = Literal["added", "replaced", "unchanged", "refused"]


@dataclass(frozen=True, slots=True)
class Placed:
    """What became of a file: its name, its state, why where it was refused, and what must be known of one that was taken."""

    name: str
    state: State
    why: str = ""
    notes: tuple[str, ...] = ()


class Shelf:
    """A library that can be replaced by another one while questions are asked of it; None while there is no document."""

    def __init__(self, library: Library | None, *, encoder: Encoder, folder: Path | None = None, talk: Talk) -> None:
        self.library, self.folder, self.progress = library, folder, (0, 0)
        self._encoder, self._talk, self._changing = encoder, talk, Lock()

    @property
    def documents(self) -> tuple[Document, ...]:
        """What is searched."""
        return self.library.documents if self.library else ()

    def document(self, identity: str) -> Document | None:
        """The document with this id, or None."""
        return next((document for document in self.documents if document.id == identity), None)

    def rows(self, identities: Collection[str]) -> tuple[int, ...]:
        """The rows of the documents with these ids; those that are not here any more are left out."""
        return tuple(row for row, document in enumerate(self.documents) if document.id in identities)

    def place(self, name: str, data: bytes) -> Placed:
        """Write a file into the folder if it can be read; ``update`` then makes it searched."""
        folder = self._own_folder()
        try:
            path = folder / _file_name(name)
        except ReadError as error:
            return Placed(name, "refused", str(error))
        if len(data) > LARGEST_FILE:
            return Placed(name, "refused", f"{len(data):,} bytes; at most {LARGEST_FILE:,} are taken here, larger ones by hand")
        beside = folder / f".adding-{uuid4().hex}{path.suffix}"
        with self._changing:
            try:
                beside.write_bytes(data)
                document = read_file(beside, note=lambda _: None)  # said when the folder is read, under its own name
                if any(document.id == other.id for other in self.documents):
                    return Placed(name, "unchanged")
                there = path.exists()
                if there:
                    _move_away(path)
                beside.replace(path)
            except ReadError as error:
                return Placed(name, "refused", str(error).removeprefix(f"{beside}: "))
            finally:
                beside.unlink(missing_ok=True)
        notes = tuple(finding.said for finding in document.findings if finding.kind not in QUIET)
        return Placed(name, "replaced" if there else "added", notes=notes)

    def take_away(self, identity: str) -> str:
        """Move the file of a document out of sight; gives its name. Raises ReadError for one that is not in the folder."""
        folder, document = self._own_folder(), self.document(identity)
        if document is None:
            raise ReadError("this document is not searched any more; nothing was taken away")
        path = Path(document.source)
        if not path.is_relative_to(folder.absolute()):
            raise ReadError(f"{path.name}: lies outside the library folder; it stays where it is")
        with self._changing:
            if path.exists():
                _move_away(path)
        return path.name

    def update(self) -> None:
        """Read the folder anew and search what is there now. Raises PinciteError where that cannot be done."""
        folder = self._own_folder()
        with self._changing:
            self.progress = (0, 1)
            try:
                self.library = open_folder(
                    folder, encoder=_Remembering(self._encoder, self.library), talk=self._talk, progress=self._count
                )
                if self.library:
                    self.library = replace(self.library, encoder=self._encoder)
            finally:
                self.progress = (0, 0)

    def _own_folder(self) -> Path:
        if self.folder is None:
            raise ReadError("documents can be changed only in a window that was started with --library")
        return self.folder

    def _count(self, done: int, total: int) -> None:
        self.progress = (done, total)


def open_folder(folder: Path, *, encoder: Encoder, talk: Talk, progress: Progress) -> Library | None:
    """The library of a folder, or None when no document in it can be read. Raises PinciteError as indexing does."""
    if not any(_readable(folder)):
        return None
    try:
        documents = read_paths([folder], note=talk)
    except ReadError as error:
        talk(str(error))
        return None
    return library_of(documents, encoder=encoder, talk=talk, progress=progress)


def _readable(folder: Path) -> Iterator[Path]:
    for here, folders, names in os.walk(folder):
        folders[:] = [name for name in folders if not name.startswith(".")]
        yield from (Path(here, name) for name in names if Path(name).suffix.lower() in BY_SUFFIX and not name.startswith("."))


def _file_name(name: str) -> str:
    """The name a file gets in the folder: its last part only, never hidden. Raises ReadError for one that cannot be."""
    last = name.replace("\\", "/").rsplit("/", 1)[-1].strip()
    if not last or last.startswith(".") or any(not character.isprintable() for character in last) or len(last.encode()) > 200:
        raise ReadError("not a possible file name; rename it and add it again")
    if Path(last).suffix.lower() not in BY_SUFFIX:
        raise ReadError(f"Pincite reads {', '.join(kind.name for kind in KINDS)}; save it as one of them")
    return last


def _move_away(path: Path) -> None:
    """Into the folder's ``.removed``, under a free name."""
    removed = path.parent / REMOVED
    removed.mkdir(exist_ok=True)
    number, place = 1, removed / path.name
    while place.exists():
        number += 1
        place = removed / f"{path.stem} ({number}){path.suffix}"
    shutil.move(path, place)


class _Remembering:
    """An encoder that computes no vector which a library has already."""

    def __init__(self, encoder: Encoder, library: Library | None) -> None:
        self.name, self.fingerprint, self.dim, self._encoder = encoder.name, encoder.fingerprint, encoder.dim, encoder
        self._known: dict[str, Vectors] = {}
        if not library:
            return
        of_documents = [document.text for document in library.documents]
        of_passages = [of_documents[owner] for owner in library.passages.ranges[:, 0].tolist()]
        for level, owners in ((library.passages, of_documents), (library.sentences, of_passages)):
            vectors = level.vectors.rows()
            for row, (owner, start, end) in enumerate(level.ranges.tolist()):
                self._known[owners[owner][start:end]] = vectors[row]

    def encode_query(self, question: str) -> Vectors:
        """A question as a unit vector."""
        return self._encoder.encode_query(question)

    def encode_passages(self, texts: Sequence[str], *, progress: Progress) -> Vectors:
        """Texts as unit rows, in their order; only new ones are computed and counted."""
        new = [text for text in texts if text not in self._known]
        if new:
            self._known.update(zip(new, self._encoder.encode_passages(new, progress=progress), strict=True))
        return np.array([self._known[text] for text in texts], dtype=np.float32).reshape(-1, self.dim)
