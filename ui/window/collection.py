"""The documents that the window searches, and the folder that more of them may be put into.

Only one with a folder changes by what the window asks. Files are written there and nowhere else, beside their place and then
moved into it, never over another; one that is taken away is moved into the ``.removed`` beside it, where nothing is read;
the index lies in the folder's ``.pincite``. Links are not followed. An index that another process changes is searched as it is
then.
"""

import itertools
import os
import re
import stat
import unicodedata
from collections.abc import Collection, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from threading import Event, Lock
from typing import Literal
from uuid import uuid4

from corpus.document import Document
from corpus.errors import LibraryError, PinciteError, ReadError
from corpus.formats.builder import QUIET
from corpus.formats.registry import KINDS, suffixes
from corpus.messages import Message
from corpus.progress import Note, Progress
from corpus.read import file_signature, read_file
from index.encoders.encoder import Encoder
from index.library import Library, open_if_any
from index.store.state import SourceFile, changed_since, read_state
from index.store.sync import follow, replace_roots, watch
from ui.window.unforeseen import Unforeseen

LARGEST_FILE = 16 * 1024 * 1024
"""Bytes of a file that may be put on the collection."""

REMOVED, INDEX = ".removed", ".pincite"

PAUSES = (1.0, 2.0, 5.0, 15.0, 60.0)
"""Seconds until the folder is looked at again after that has failed, once, twice and so on."""

_DEVICES = re.compile(r"(?:con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³])(?:\..*)?", re.IGNORECASE | re.DOTALL)
"""Names that mean a device on Windows, whatever their ending."""

State = Literal["added", "replaced", "unchanged", "refused"]


@dataclass(frozen=True, slots=True)
class Placed:
    """What became of a file: its name, its state, why where it was refused, and what must be known of one that was taken."""

    name: str
    state: State
    why: Message | None = None
    notes: tuple[Message, ...] = ()


class DocumentCollection:
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
        note: Note,
    ) -> None:
        self.folder, self.progress = folder, (0, 0)
        self._encoder, self._note, self._changing, self._opening = encoder, note, Lock(), Lock()
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
                    self._note(error.message)
            return self._library

    @property
    def documents(self) -> Sequence[Document]:
        """What is searched."""
        return library.documents if (library := self.library) else ()

    def near(self, source: str) -> str:
        """A document's source as it is shown: below the folder, below the working folder, or its name alone."""
        for above in filter(None, (self.folder, Path.cwd())):
            if Path(source).is_relative_to(above.absolute()):
                return str(Path(source).relative_to(above.absolute()))
        return Path(source).name or source

    def without_paths(self, message: str) -> str:
        """A message without where the folder, the index and the working folder lie on this machine."""
        for place in sorted(map(str, filter(None, (self.folder, self._index, Path.cwd(), Path.home()))), key=len, reverse=True):
            for written in {place, os.path.realpath(place), os.path.abspath(place)}:  # noqa: PTH100
                if written.rstrip(os.sep):
                    message = message.replace(f"{written}{os.sep}", "").replace(f"{written}:", f"{Path(written).name}:")
        return message

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
            if len(data) > LARGEST_FILE:
                raise ReadError("window.large_file", bytes=len(data), most=LARGEST_FILE)
            return self._placed(name, path, data)
        except ReadError as error:
            return Placed(name, "refused", error.message)

    def _placed(self, name: str, path: Path, data: bytes) -> Placed:
        _is_file_there(path)
        beside = path.with_name(f".adding-{uuid4().hex}{path.suffix}")
        try:
            with beside.open("xb") as file:
                file.write(data)
            try:
                document = read_file(beside, note=lambda _: None)  # said when the folder is read, under its own name
            except ReadError as error:
                raise ReadError(error.message.alone()) from None
            with self._changing:
                if self.is_searched(document.id):
                    return Placed(name, "unchanged")
                there = _is_file_there(path)
                if there:
                    _move_away(path)
                try:
                    _move(beside, path)
                except FileExistsError:
                    raise ReadError("window.came_now") from None
        finally:
            beside.unlink(missing_ok=True)
        notes = tuple(finding.message for finding in document.findings if finding.kind not in QUIET)
        return Placed(name, "replaced" if there else "added", notes=notes)

    def is_searched(self, identity: str) -> bool:
        """Whether there is a document with this id; no text is read for it."""
        library = self.library
        return library is not None and identity in library.rows

    def take_away(self, identity: str) -> str:
        """Move the files that hold a document out of sight; gives its name.

        Raises ReadError for one that is not there, and for files that are not those which were read.
        """
        folder = self._own_folder()
        with self._changing:
            held = [file for file in read_state(folder / INDEX).files if file.document == identity]
            if not held or not self.is_searched(identity):
                raise ReadError("window.not_searched")
            for file in held:
                _refuse_another(file, folder)
            there = [Path(file.path) for file in held if os.path.lexists(file.path)]
            for path in there:
                self._taken.setdefault(identity, []).append((path, _move_away(path)))
        return Path(held[0].path).name

    def put_back(self, identity: str) -> str:
        """Move the files of a document that was taken away back to where they lay; gives its name.

        Raises ReadError where they are not there any more, or where another file lies in their place: that one stays.
        """
        self._own_folder()
        with self._changing:
            taken = self._taken.get(identity)
            if not taken:
                raise ReadError("window.not_taken")
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
            if not folder.is_dir():
                raise ReadError("window.folder_gone", where=folder)
            self.progress = (0, 1)
            try:
                index_folder(folder, encoder=self._encoder, note=self._note, progress=self._count)
            finally:
                self.progress = (0, 0)

    def watch(self, stop: Event, unforeseen: Unforeseen) -> None:
        """Search what is put into the folder by other hands as soon as it is there, until ``stop`` is set.

        Whatever goes wrong is said and tried again after a while: this goes on for as long as the window does.
        """
        folder = self._own_folder().absolute()
        failures = 0
        while not stop.is_set():
            try:
                for _ in watch([folder], but=lambda path: _is_hidden(path, folder), stop=stop):
                    self.update()
                    failures = 0
            except PinciteError as error:
                unforeseen.say(error.message)
            except OSError as error:
                unforeseen.say(Message("window.cannot_watch", where=folder, why=error.strerror or str(error)))
            except Exception as error:
                unforeseen(Message("window.reading_failed", where=folder), error)
            stop.wait(PAUSES[min(failures, len(PAUSES) - 1)])
            failures += 1

    def _own_folder(self) -> Path:
        if self.folder is None:
            raise ReadError("window.no_folder")
        return self.folder

    def _count(self, done: int, total: int) -> None:
        self.progress = (done, total)


def open_folder(
    folder: Path, *, encoder: Encoder, note: Note, progress: Progress, follow_links: bool | None = None
) -> Library | None:
    """The library of a folder as it is now, or None when nothing in it can be quoted. Raises PinciteError as indexing does."""
    index_folder(folder, encoder=encoder, note=note, progress=progress, follow_links=follow_links)
    return _opened(folder / INDEX, encoder)


def index_folder(folder: Path, *, encoder: Encoder, note: Note, progress: Progress, follow_links: bool | None = None) -> None:
    """Bring the index of a folder to what lies in it; one of another model or version is made anew.

    ``follow_links`` None leaves what an earlier start said of links.
    """
    change = replace_roots([folder], follow_links=follow_links)
    follow(folder / INDEX, change, encoder=lambda state: encoder, note=note, progress=progress, anew=True)


def _opened(index: Path, encoder: Encoder) -> Library | None:
    return open_if_any(index, encoder=lambda name, fingerprint: encoder)


def _is_hidden(path: Path, folder: Path) -> bool:
    return any(part.startswith(".") for part in path.relative_to(folder).parts)


def _file_name(name: str) -> str:
    """The name a file gets in the folder: its last part only, composed (NFC), never hidden.

    Raises ReadError for one that cannot be, here or on another system.
    """
    last = unicodedata.normalize("NFC", name).replace("\\", "/").rsplit("/", 1)[-1].strip()
    odd = not last or last.startswith(".") or any(not character.isprintable() for character in last)
    if odd or len(os.fsencode(last)) > 200 or _DEVICES.fullmatch(last):
        raise ReadError("window.name_impossible")
    if Path(last).suffix.lower() not in suffixes():
        named = [kind.name for kind in KINDS if not suffixes().isdisjoint(kind.suffixes)]
        raise ReadError("window.format_unknown", formats=", ".join(named))
    return last


def _is_file_there(path: Path) -> bool:
    """Whether a file has this name. Raises ReadError where something else has it, or a name that some systems take for it."""
    try:
        if stat.S_ISREG(path.lstat().st_mode):
            return True
    except FileNotFoundError:
        same = [one for one in path.parent.iterdir() if one.name != path.name and _folded(one.name) == _folded(path.name)]
        if not same:
            return False
    raise ReadError("window.name_taken")


def _folded(name: str) -> str:
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", name).casefold())


def _refuse_another(file: SourceFile, folder: Path) -> None:
    """Raise ReadError for a file that lies outside the folder, or is not the one that was read."""
    path = Path(file.path)
    try:
        inside = path.parent.resolve().is_relative_to(folder.resolve())
        regular = stat.S_ISREG(path.lstat().st_mode)
    except FileNotFoundError:
        return
    if not inside or not regular or file_signature(path) != file.seen:
        raise ReadError("window.another_file")


def _move_away(path: Path) -> Path:
    """Into ``.removed`` beside it, under a free name, which is given. Raises ReadError where that is no folder."""
    removed = path.parent / REMOVED
    with suppress(FileExistsError):
        removed.mkdir()
    if removed.is_symlink() or not removed.is_dir():
        raise ReadError("window.removed_odd")
    for number in itertools.count(1):
        place = removed / (path.name if number == 1 else f"{path.stem} ({number}){path.suffix}")
        try:
            _move(path, place)
        except FileExistsError:
            continue
        return place
    raise AssertionError


def _move(path: Path, place: Path) -> None:
    """Give a file another name, never that of another file: raises FileExistsError for one that is there."""
    try:
        os.link(path, place, follow_symlinks=False)  # fails where there is one, also one that came this moment
    except (FileExistsError, FileNotFoundError):
        raise
    except (OSError, NotImplementedError):  # a file system without links
        if os.path.lexists(place):
            raise FileExistsError from None
        path.rename(place)
        return
    if path.lstat().st_ino == place.lstat().st_ino:  # else another file has taken its place meanwhile, which stays
        path.unlink()


def _move_back(removed: Path, path: Path) -> None:
    """Out of ``.removed`` again, never over another file. Raises ReadError."""
    try:
        _move(removed, path)
    except FileExistsError:
        raise ReadError("window.name_back") from None
    except FileNotFoundError:
        raise ReadError("window.not_in_removed") from None
