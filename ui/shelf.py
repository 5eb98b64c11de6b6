"""The documents that the window searches, and the folder that more of them may be put into.

Only a shelf with a folder changes by what the window asks. Files are written there and nowhere else; one that is taken away
is moved into the folder's ``.removed``, where nothing is read; the index lies in its ``.pincite``. An index that another
process changes is searched as it is then.
"""

import os
import shutil
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path
from threading import Event, Lock
from typing import Literal
from uuid import uuid4

from corpus.document import Document
from corpus.errors import LibraryError, PinciteError, ReadError
from corpus.formats.kinds import BY_SUFFIX, KINDS
from corpus.formats.reading import QUIET
from corpus.read import read_file
from index.encode import Encoder, Progress
from index.export import Talk
from index.library import Library, open_if_any
from index.store import changed_since, read_state
from index.sync import follow, only, whenever

LARGEST_FILE = 16 * 1024 * 1024
"""Bytes of a file that may be put on the shelf."""

REMOVED, INDEX = ".removed", ".pincite"

State = Literal["added", "replaced", "unchanged", "refused"]


@dataclass(frozen=True, slots=True)
class Placed:
    """What became of a file: its name, its state, why where it was refused, and what must be known of one that was taken."""

    name: str
    state: State
    why: str = ""
    notes: tuple[str, ...] = ()


class Shelf:
    """A library that can be replaced by another one while questions are asked of it; None while there is no document.

    ``folder`` holds the files that the window may change, ``index`` is where the library lies if it may change at all.
    """

    def __init__(
        self,
        library: Library | None,
        *,
        encoder: Encoder,
        folder: Path | None = None,
        index: Path | None = None,
        talk: Talk,
    ) -> None:
        self.folder, self.progress = folder, (0, 0)
        self._encoder, self._talk, self._changing, self._opening = encoder, talk, Lock(), Lock()
        self._library, self._index = library, folder / INDEX if folder else index
        self._opened = changed_since(self._index) if self._index else ()
        self._taken: dict[str, list[tuple[Path, Path]]] = {}  # by document: where its files lay, and where they lie now

    @property
    def library(self) -> Library | None:
        """What is searched: the library as it lies in its folder now, or as it was when that cannot be opened."""
        with self._opening:  # who comes while a new one is opened must not be given the old one
            if self._index and (now := changed_since(self._index)) != self._opened and now:
                self._opened = now
                try:
                    self._library = _opened(self._index, self._encoder)
                except LibraryError as error:
                    self._talk(str(error))
            return self._library

    @property
    def documents(self) -> Sequence[Document]:
        """What is searched."""
        return library.documents if (library := self.library) else ()

    def document(self, identity: str) -> Document | None:
        """The document with this id, or None."""
        library = self.library
        return library.documents[library.rows[identity]] if library and identity in library.rows else None

    def rows(self, identities: Collection[str]) -> tuple[int, ...]:
        """The rows of the documents with these ids; those that are not here any more are left out."""
        library = self.library
        return tuple(sorted(library.rows[one] for one in set(identities) if one in library.rows)) if library else ()

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
                if self.document(document.id):
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
        """Move the files that hold a document out of sight; gives its name. Raises ReadError for one that is not there."""
        folder, document = self._own_folder(), self.document(identity)
        if document is None:
            raise ReadError("this document is not searched any more; nothing was taken away")
        with self._changing:
            for file in read_state(folder / INDEX).files:
                if file.document == identity and (path := Path(file.path)).exists():
                    self._taken.setdefault(identity, []).append((path, _move_away(path)))
        return Path(document.source).name

    def put_back(self, identity: str) -> str:
        """Move the files of a document that was taken away back to where they lay; gives its name.

        Raises ReadError where they are not there any more, or where another file lies in their place: that one stays.
        """
        self._own_folder()
        with self._changing:
            taken = self._taken.get(identity)
            if not taken:
                raise ReadError("this document was not taken away here; nothing was put back")
            while taken:
                path, removed = taken[-1]
                _move_back(removed, path)
                taken.pop()
            del self._taken[identity]
        return path.name

    def update(self) -> None:
        """Read the folder anew and search what is there now. Raises PinciteError where that cannot be done."""
        folder = self._own_folder()
        with self._changing:
            self.progress = (0, 1)
            try:
                index_folder(folder, encoder=self._encoder, talk=self._talk, progress=self._count)
            finally:
                self.progress = (0, 0)

    def watch(self, stop: Event) -> None:
        """Search what is put into the folder by other hands as soon as it is there, until ``stop`` is set."""
        folder = self._own_folder().absolute()
        for _ in whenever([folder], but=lambda path: _is_hidden(path, folder), stop=stop):
            try:
                self.update()
            except PinciteError as error:
                self._talk(str(error))

    def _own_folder(self) -> Path:
        if self.folder is None:
            raise ReadError("documents can be changed only in a window that was started with --library")
        return self.folder

    def _count(self, done: int, total: int) -> None:
        self.progress = (done, total)


def open_folder(
    folder: Path, *, encoder: Encoder, talk: Talk, progress: Progress, follow_links: bool | None = None
) -> Library | None:
    """The library of a folder as it is now, or None when nothing in it can be quoted. Raises PinciteError as indexing does."""
    index_folder(folder, encoder=encoder, talk=talk, progress=progress, follow_links=follow_links)
    return _opened(folder / INDEX, encoder)


def index_folder(folder: Path, *, encoder: Encoder, talk: Talk, progress: Progress, follow_links: bool | None = None) -> None:
    """Bring the index of a folder to what lies in it; one of another model or version is made anew.

    ``follow_links`` None leaves what an earlier start said of links.
    """
    change = only([folder], follow_links=follow_links)
    follow(folder / INDEX, change, encoder=lambda state: encoder, talk=talk, progress=progress, anew=True)


def _opened(index: Path, encoder: Encoder) -> Library | None:
    return open_if_any(index, encoder=lambda name, fingerprint: encoder)


def _is_hidden(path: Path, folder: Path) -> bool:
    return any(part.startswith(".") for part in path.relative_to(folder).parts)


def _file_name(name: str) -> str:
    """The name a file gets in the folder: its last part only, never hidden. Raises ReadError for one that cannot be."""
    last = name.replace("\\", "/").rsplit("/", 1)[-1].strip()
    if not last or last.startswith(".") or any(not character.isprintable() for character in last) or len(last.encode()) > 200:
        raise ReadError("not a possible file name; rename it and add it again")
    if Path(last).suffix.lower() not in BY_SUFFIX:
        raise ReadError(f"Pincite reads {', '.join(kind.name for kind in KINDS)}; save it as one of them")
    return last


def _move_away(path: Path) -> Path:
    """Into ``.removed`` beside it, under a free name, which is given."""
    removed = path.parent / REMOVED
    removed.mkdir(exist_ok=True)
    number, place = 1, removed / path.name
    while place.exists():
        number += 1
        place = removed / f"{path.stem} ({number}){path.suffix}"
    shutil.move(path, place)
    return place


def _move_back(removed: Path, path: Path) -> None:
    """Out of ``.removed`` again, never over another file. Raises ReadError."""
    try:
        try:
            os.link(removed, path, follow_symlinks=False)  # fails where there is one, also one that came this moment
        except (FileExistsError, FileNotFoundError):
            raise
        except OSError:  # a file system without links
            if path.exists():
                raise FileExistsError from None
            removed.rename(path)
        removed.unlink(missing_ok=True)
    except FileExistsError:
        raise ReadError("another file of that name is there now; the one taken away stays in .removed") from None
    except FileNotFoundError:
        raise ReadError("the file that was taken away is not in .removed any more") from None
