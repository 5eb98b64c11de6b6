"""Which entries of a library's folder are ours, so that nothing of anybody else is ever removed or written over.

``.pincite-owned.json`` lists the names that a writer has made or is about to make, before it makes them (as tantivy keeps
``.managed.json``). They are new names, drawn by chance, and what stands under a name already is not opened for writing. What
the list names and the state does not is removed, unless it is what an interrupted run goes on from (``index.store.begun``); of
a folder of ours only the files that it consists of, and its folders when they are empty then. So a writer that was killed
leaves nothing that the next one does not know, and whatever else lies in the folder, or is put into it at any time, stays.
"""

import json
import os
import re
import stat
from collections.abc import Collection, Iterable
from contextlib import suppress
from hashlib import sha256
from pathlib import Path

from corpus.errors import LibraryError, ReadError
from corpus.records import checked
from corpus.regular import read_regular
from index.store.begun import BEGUN
from index.store.begun import FILES as BEGUN_FILES
from index.store.migrations import DATA, DATA_FILES
from index.store.seal import begins_as_ours, sealed, unsealed
from index.store.segment import FILES

APPLICATION = "pincite"
MANIFEST, OWNED = "manifest.json", ".pincite-owned.json"
LOCK, IGNORE = ".pincite.lock", ".pinciteignore"
IGNORE_ALL = b"*\n"

LARGEST = 1 << 28
"""Bytes of the largest manifest or list that is looked at."""

_CHANCE = "[0-9a-f]{8}(?:[0-9a-f]{8})?"
_NAME = re.compile(rf"segment-(?:{_CHANCE}|[a-z0-9_]{{8}})|data-[a-z0-9_]{{8}}|files-{_CHANCE}\.jsonl")
_TEMPORARY = re.compile(rf"\.(?:manifest|calibration)-{_CHANCE}\.json|{BEGUN}{_CHANCE}")
_INSIDE = {"segment-": FILES, DATA: DATA_FILES, BEGUN: BEGUN_FILES}


def is_name_of_ours(name: str) -> bool:
    """Whether a writer of ours gives such names to segments and lists of files; never one that leads out of the folder."""
    return _NAME.fullmatch(name) is not None


def names_us(found: object) -> bool:
    """Whether this is a manifest of ours: one that says so, or before format 4 has its version and its fields."""
    if not isinstance(found, dict):
        return False
    if found.get("application") == APPLICATION:
        return True
    made_by, encoder = found.get("made_by"), found.get("encoder")
    fields = {"format", "cutter", "analyzer", "encoder"} | ({"list", "segments"} if "list" in found else {"data", "files"})
    return isinstance(made_by, str) and made_by.startswith("pincite ") and isinstance(encoder, dict) and fields <= found.keys()


def read(path: Path) -> bytes:
    """All of a manifest or a list. Raises OSError, and ValueError for one larger than any of ours, or no regular file."""
    try:
        return read_regular(path, most=LARGEST)
    except ReadError as error:
        raise ValueError(f"{path.name}: {error}") from error


def is_ours(path: Path) -> bool:
    """Whether a manifest, a list or a calibration is ours, though it may be damaged."""
    try:
        data = read(path)
        return _is_file(path) and (begins_as_ours(data) or names_us(json.loads(data)))
    except (ValueError, RecursionError):
        return False


def put(path: Path, data: bytes) -> None:
    """Write a new file and settle it on the disk. Raises OSError, FileExistsError where there is one already."""
    with path.open("xb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


def foreign_entry(folder: Path) -> str | None:
    """The name of something in a folder that keeps a library from being made there, or None.

    A folder with a manifest of ours may hold anything. Any other may hold only what a writer of ours can have left there.
    """
    manifest = folder / MANIFEST
    if os.path.lexists(manifest) and not is_ours(manifest):
        return MANIFEST
    if _is_file(manifest) and manifest.stat().st_size:
        return None
    names = {MANIFEST, *(_listed(folder) or ()), _beside(folder)}
    return next((entry.name for entry in sorted(folder.iterdir()) if entry.name not in names and not _is_fixed(entry)), None)


def _is_fixed(path: Path) -> bool:
    """Whether this is a file that every library has under this name."""
    if not _is_file(path) or path.name not in {OWNED, LOCK, IGNORE}:
        return False
    return is_ours(path) if path.name == OWNED else path.stat().st_size == 0 if path.name == LOCK else _ignores(path)


def _ignores(path: Path) -> bool:
    """Whether a file of what to ignore is as we write it, or was only begun."""
    return read(path) in {b"", IGNORE_ALL}


def wrong_with_list(folder: Path, *, needed: bool = True) -> bool:
    """Whether the list in a folder is damaged, or is not there though it is ``needed``."""
    return _listed(folder) is None if os.path.lexists(folder / OWNED) else needed


def begun_folders(folder: Path) -> list[Path]:
    """The folders on the list in which what was encoded is kept until it is committed."""
    return [folder / name for name in sorted(_listed(folder) or ()) if name.startswith(BEGUN)]


class Owned:
    """The list of a folder at work. Whoever changes it holds the folder's lock.

    ``named`` are the entries that the manifest names, which are ours too. Raises LibraryError for a list that is not ours.
    """

    def __init__(self, folder: Path, named: Iterable[str] = ()) -> None:
        self._folder, self._path = folder, folder / OWNED
        if os.path.lexists(self._path) and not is_ours(self._path):
            raise LibraryError("library.no_list", where=self._path)
        listed = _listed(folder) or frozenset()  # of one that is damaged nothing is believed
        self._names = listed | frozenset(filter(is_name_of_ours, named))
        self._stamp = _stamp(self._path)
        if self._names and wrong_with_list(folder):
            self._write(self._names)

    def new_folder(self, prefix: str) -> Path:
        """A new folder. Raises OSError."""
        path = self._claimed(prefix, "")
        path.mkdir()
        return path

    def new_file(self, prefix: str, ending: str) -> Path:
        """A new file, empty. Raises OSError."""
        path = self._claimed(prefix, ending)
        path.touch(exist_ok=False)
        return path

    def drop(self, *paths: Path) -> None:
        """Remove what was made under new names; where that fails it stays on the list, and goes the next time."""
        with suppress(OSError):
            self.keep_only(self._names - {path.name for path in paths})

    def keep_only(self, names: Collection[str]) -> None:
        """Remove what is ours but for these names; what cannot be removed stays on the list. Raises OSError."""
        left = {name for name in self._names if name in names or not _remove(self._folder / name)}
        if left != self._names:  # what is still there under another name holds what is somebody else's, and is theirs now
            self._write(frozenset(left))

    def bytes_beside(self, names: Collection[str]) -> int:
        """Bytes of what is ours but for these names."""
        away = {*self._names, _beside(self._folder)}.difference(names)
        return sum(path.stat().st_size for name in away for path in _files(self._folder / name))

    def unlisted(self, names: Collection[str]) -> list[str]:
        """What looks like ours in the folder and is neither listed nor among these names."""
        known = self._names.union(names)
        return sorted(one.name for one in self._folder.iterdir() if is_name_of_ours(one.name) and one.name not in known)

    def forget_folder(self) -> None:
        """Remove all that is ours, and the folder when it is empty then."""
        for name in (*self._names, _beside(self._folder)):
            if name != OWNED:
                _remove(self._folder / name)
        with suppress(OSError):
            if _is_file(self._folder / IGNORE) and _ignores(self._folder / IGNORE):
                (self._folder / IGNORE).unlink()
            if _is_file(self._folder / LOCK) and not (self._folder / LOCK).stat().st_size:
                (self._folder / LOCK).unlink()
            if self._stamp and _stamp(self._path) == self._stamp:
                self._path.unlink()
            self._folder.rmdir()

    def _claimed(self, prefix: str, ending: str) -> Path:
        name = f"{prefix}{os.urandom(8).hex()}{ending}"
        self._write(self._names | {name})
        return self._folder / name

    def _write(self, names: frozenset[str]) -> None:
        """Put another list in the place of this one."""
        if _stamp(self._path) != self._stamp:
            raise FileExistsError(0, f"{OWNED} was changed meanwhile by another program")
        data = sealed({"application": APPLICATION, "owned": sorted(names)})
        if not self._stamp:
            put(self._path, data)
        elif not self._path.stat().st_size:  # one that a killed writer had only begun
            self._path.write_bytes(data)
        else:
            beside = self._folder / _beside(self._folder)
            _remove(beside)
            put(beside, data)
            beside.replace(self._path)
        self._names, self._stamp = names, _stamp(self._path)


def _beside(folder: Path) -> str:
    """The name under which the next list is written, which follows from what is on the one that is there."""
    try:
        return f"{OWNED}.{sha256(read(folder / OWNED)).hexdigest()[:16]}"
    except (OSError, ValueError):
        return OWNED


def _listed(folder: Path) -> frozenset[str] | None:
    """The names on the list; None where there is none, or a damaged one."""
    try:
        fields = unsealed(read(folder / OWNED)) if _is_file(folder / OWNED) else {}
        if fields.get("application") != APPLICATION:
            return None
        names = checked(fields.get("owned"), tuple[str, ...])
        return frozenset(name for name in names if _NAME.fullmatch(name) or _TEMPORARY.fullmatch(name))
    except (OSError, ValueError, RecursionError):
        return None


def _stamp(path: Path) -> tuple[int, ...]:
    """Something that is another one when a file was replaced or changed; empty where there is no regular file."""
    try:
        found = path.lstat()
    except OSError:
        return ()
    return (found.st_mtime_ns, found.st_ino, found.st_size) if stat.S_ISREG(found.st_mode) else ()


def _is_file(path: Path) -> bool:
    """Whether this is a regular file, and no link to one."""
    return bool(_stamp(path))


def _is_folder(path: Path) -> bool:
    try:
        return stat.S_ISDIR(path.lstat().st_mode)
    except OSError:
        return False


def _folders(path: Path) -> list[Path]:
    """The folders of what is ours under a name, the outer ones first, none of them a link or beyond one."""
    inside = next((files for prefix, files in _INSIDE.items() if path.name.startswith(prefix)), ())
    found = [path] if inside and _is_folder(path) else []
    if found:
        found += [
            path / name for name in sorted({name.split("/")[0] for name in inside if "/" in name}) if _is_folder(path / name)
        ]
    return found


def _files(path: Path) -> list[Path]:
    """The files that are ours under a name: itself, or those that a segment consists of."""
    inside = next((files for prefix, files in _INSIDE.items() if path.name.startswith(prefix)), None)
    if inside is None:
        return [path] if _is_file(path) else []
    folders = _folders(path)
    return [path / name for name in inside if (path / name).parent in folders and _is_file(path / name)]


def _remove(path: Path) -> bool:
    """Remove what is ours under a name; whether nothing of it is left."""
    for file in _files(path):
        with suppress(OSError):
            file.unlink()
    for folder in reversed(_folders(path)):
        with suppress(OSError):  # not empty: something of somebody else's is in it
            folder.rmdir()
    return not _files(path)
