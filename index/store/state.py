"""The folder of a library: one state at a time, replaced whole.

    manifest.json         format, encoder, cutter, analyzer, roots, and every file of this state with its size and SHA-256,
                          its own among them (``index.store.seal``); written last
    files-….jsonl         the files that were read, one a line: path, what it looked like, and the id of its text
    segment-…/            documents with their passages, sentences, words and vectors: see ``index.store.segment``
    begun-…/              what was encoded of files that are not read to the end: see ``index.store.begun``
    .pincite-owned.json   what in this folder is ours: see ``index.store.owned``
    .pincite.lock         held by the one who writes
    .pinciteignore        says that nothing here is a document, should the folder lie among those that are indexed

Whoever writes puts new segments and a new list of files beside the old ones, settles them on the disk and renames the manifest
into place; what is ours and the new state does not name is deleted after that. So a folder holds one whole state whenever a
process ends, and whoever reads has one whole state, since what is mapped outlives its name. What else lies in the folder is
nobody's business here: it is not read, not replaced and not removed.
"""

import json
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, replace
from importlib.metadata import version
from itertools import count
from pathlib import Path
from typing import NamedTuple

import corpus.chunk as cutter
import corpus.terms as analyzer
from corpus.digest import file_digest
from corpus.errors import LibraryError
from corpus.messages import Message, all_of, packed
from corpus.progress import Note, Progress
from corpus.recognised import WANTING
from corpus.records import checked
from index.arrays import Vectors
from index.encoders.encoder import Encoder
from index.store.begun import BEGUN, Begun, Keeping, begun_in, load
from index.store.begun import save as save_begun
from index.store.migrations import DATA, DATA_FILES, FORMAT, READABLE, m003_files, m003_segment, m004_files
from index.store.owned import (
    APPLICATION,
    IGNORE,
    IGNORE_ALL,
    LOCK,
    MANIFEST,
    OWNED,
    Owned,
    begun_folders,
    foreign_entry,
    is_name_of_ours,
    is_ours,
    names_us,
    read,
    wrong_with_list,
)
from index.store.seal import sealed, unsealed
from index.store.segment import DOCUMENTS, FILES, TEXTS, Segment

MANY = 8
"""So many segments of one size are written together as one, sizes counted in powers of this number."""

WAIT = 600.0
"""Seconds that a writer waits for another one."""

CALIBRATION = "calibration.json"
"""What may be kept beside a state: a threshold that was measured on it (``rag.evaluation.calibrate``)."""

CHECKED_AT_ONCE = 16_000_000
"""Bytes of a library, the smallest files first, that are held against their SHA-256 whenever it is opened: some ten
milliseconds. Of larger files only what is read is checked, as far as it can be; all of it by ``pincite doctor``."""

_DAMAGE = (OSError, RuntimeError, ValueError, KeyError, TypeError, AttributeError, IndexError, OverflowError, RecursionError)
"""What readers raise for files that are not as they were written."""


@dataclass(frozen=True, slots=True)
class SourceFile:
    """A file as it was when it was read: ``seen`` is what it looked like (``corpus.read.file_signature``), empty if unknown.

    ``document`` is the id of its text, or empty where it could not be read and ``problem`` says why; ``digest`` the SHA-256 of
    its bytes. ``otherwise`` is whether it was read with other headings, places or findings than are kept with its text, as the
    same words in a file with another ending can be. ``unrecognised`` is whether it has pages for character recognition, which
    was not installed.
    """

    path: str
    title: str = ""
    document: str = ""
    seen: tuple[int, ...] = ()
    digest: str = ""
    problem: Message | None = None
    otherwise: bool = False
    unrecognised: bool = False

    def may_be_recognised(self) -> bool:
        """Whether recognition, were it installed, would read more of it. Of old lists only what could not be read tells it."""
        return self.unrecognised or self.problem is not None and self.problem.code in WANTING


class SegmentInfo(NamedTuple):
    """A segment of a state: its folder's name, what it holds, and size and SHA-256 of each of its files."""

    name: str
    documents: int
    passages: int
    sentences: int
    files: dict[str, tuple[int, str]]


@dataclass(frozen=True, slots=True)
class SealRow:
    """Size and SHA-256 of a file, as a manifest has them."""

    bytes: int
    sha256: str


@dataclass(frozen=True, slots=True)
class ListRow(SealRow):
    """The list of files, as a manifest has it."""

    name: str


@dataclass(frozen=True, slots=True)
class SegmentRow:
    """A segment, as a manifest has it."""

    name: str
    documents: int
    passages: int
    sentences: int
    files: dict[str, SealRow]


@dataclass(frozen=True, slots=True)
class EncoderRow:
    """An encoder, as a manifest has it."""

    name: str
    fingerprint: str
    dim: int


@dataclass(frozen=True, slots=True)
class Manifest:
    """What stands in a manifest of a format that is read, whichever it is."""

    format: int
    cutter: int
    analyzer: int
    encoder: EncoderRow


@dataclass(frozen=True, slots=True)
class StateRow:
    """What a manifest says of its state, from format 3 on."""

    roots: tuple[str, ...]
    excluded: tuple[str, ...]
    segments: tuple[SegmentRow, ...]
    follow_links: bool = False


@dataclass(frozen=True, slots=True)
class State:
    """All that a library is at one moment. ``roots`` are the paths and patterns it is made of, ``excluded`` those left out.

    ``encoder`` is its name, the fingerprint of its weights and its dimensions; ``analyzer``, ``cutter`` and ``format`` are the
    versions that counted the words, cut the texts and laid out the folder. With ``follow_links`` links that lead out of its
    folders are followed.
    """

    encoder: tuple[str, str, int]
    roots: tuple[str, ...] = ()
    excluded: tuple[str, ...] = ()
    files: tuple[SourceFile, ...] = ()
    segments: tuple[SegmentInfo, ...] = ()
    analyzer: int = analyzer.VERSION
    cutter: int = cutter.VERSION
    format: int = FORMAT
    follow_links: bool = False

    @property
    def old(self) -> bool:
        """Whether an older version wrote it in another way than this one does."""
        return self.is_outdated or self.format != FORMAT

    @property
    def is_outdated(self) -> bool:
        """Whether an older version cut its texts or counted its words in another way, and so finds less."""
        return (self.analyzer, self.cutter) != (analyzer.VERSION, cutter.VERSION)

    @property
    def counts(self) -> dict[str, int]:
        """How many documents, passages and sentences there are."""
        return {
            "documents": sum(made.documents for made in self.segments),
            "passages": sum(made.passages for made in self.segments),
            "sentences": sum(made.sentences for made in self.segments),
        }


def state_of(encoder: Encoder) -> State:
    """An empty state for the vectors of this encoder."""
    return State((encoder.name, encoder.fingerprint, encoder.dim))


def read_state(folder: Path) -> State:
    """The state in a folder. Raises LibraryError when there is none, or another version wrote it, or it is damaged.

    In a folder of a format before 3 the data are the only segment, and of the files only their names are known.
    """
    manifest = _manifest(folder)
    for key, ours in (("format", READABLE), ("cutter", cutter.READABLE), ("analyzer", analyzer.READABLE)):
        if manifest.get(key) not in ours:
            by = str(manifest["made_by"]) if "made_by" in manifest else Message("library.unknown_program")
            read = all_of(list(map(str, ours)))
            raise LibraryError("library.other_version", where=folder, by=by, key=key, found=str(manifest.get(key)), ours=read)
    try:
        held = checked(manifest, Manifest)
        encoder = (held.encoder.name, held.encoder.fingerprint, held.encoder.dim)
        versions = held.analyzer, held.cutter, held.format
        if held.format < 3:
            made = _made(checked(manifest | {"name": manifest["data"]}, SegmentRow))
            _same_bytes(folder / made.name, made.files)
            listed_in, roots = m003_files(folder / made.name)
            return State(encoder, roots, (), checked(listed_in, tuple[SourceFile, ...]), (made,), *versions)
        listed = _list_of(manifest)
        _same_bytes(folder, listed)
        with (folder / next(iter(listed))).open(encoding="utf-8") as lines:
            rows = list(map(json.loads, lines))
        files = checked(rows if held.format > 3 else m004_files(rows), tuple[SourceFile, ...])
        said = checked(manifest, StateRow)
        segments = tuple(map(_made, said.segments))
        return State(encoder, said.roots, said.excluded, files, segments, *versions, said.follow_links)
    except _DAMAGE as error:
        raise damaged(folder, error) from error


def damaged(folder: Path, error: Exception) -> LibraryError:
    """What is said of a folder in which something is missing or altered."""
    return LibraryError("library.changed", where=folder, why=_reason(error))


def open_segments(folder: Path, state: State, *, whole: bool = False) -> tuple[Segment, ...]:
    """The segments of a state, in its order; with ``whole`` every byte of them is held against its SHA-256 first.

    Raises LibraryError for one that is damaged.
    """
    try:
        at_once = _at_once(state)
        found = []
        for made in state.segments:
            before_3 = made.name.startswith(DATA)
            _same_sizes(folder / made.name, made.files)
            _same_bytes(folder / made.name, made.files if whole or before_3 else at_once[made.name])
            if before_3:
                opened = m003_segment(folder / made.name, dim=state.encoder[2])
            else:
                opened = Segment.open(folder / made.name, dim=state.encoder[2], digest=made.files[TEXTS][1])
            if len(opened.texts.ids) != made.documents:
                raise ValueError("a segment holds other documents than the manifest says")
            found.append(opened)
        return tuple(found)
    except _DAMAGE as error:
        raise damaged(folder, error) from error


def _at_once(state: State) -> dict[str, dict[str, tuple[int, str]]]:
    """By segment the files that are checked whenever it is opened: where its texts begin, and the smallest of all others."""
    files = sorted((size, made.name, name) for made in state.segments for name, (size, _) in made.files.items())
    found: dict[str, dict[str, tuple[int, str]]] = {made.name: {} for made in state.segments}
    left = CHECKED_AT_ONCE
    for made in state.segments:
        found[made.name] |= {name: made.files[name] for name in (DOCUMENTS,) if name in made.files}
    by_name = {made.name: made for made in state.segments}
    for size, segment, name in files:
        left -= size
        if left < 0:
            break
        found[segment][name] = by_name[segment].files[name]
    return found


def changed_since(folder: Path) -> tuple[int, ...]:
    """Something that is another one when the state of a folder has been replaced; empty where there is none."""
    try:
        found = (folder / MANIFEST).stat()
    except (OSError, ValueError):
        return ()
    return found.st_mtime_ns, found.st_ino, found.st_size


def altered(folder: Path, state: State) -> Iterator[str]:
    """The files of a state whose bytes are not those that were written, and what of ours beside it is not. Reads everything."""
    listed = {} if state.format < 3 else _list_of(_manifest(folder))
    for place, files in ((folder, listed), *((folder / made.name, made.files) for made in state.segments)):
        for name, (size, digest) in files.items():
            path = place / name
            try:
                if path.stat().st_size != size or file_digest(path) != digest:
                    yield str(path)
            except OSError:
                yield str(path)
    if wrong_with_list(folder, needed=state.format > 3):
        yield str(folder / OWNED)
    try:
        read_beside(folder, CALIBRATION)
    except (OSError, ValueError, RecursionError):
        yield str(folder / CALIBRATION)
    try:
        if read(folder / IGNORE) != IGNORE_ALL:
            yield str(folder / IGNORE)
    except (OSError, ValueError):
        if state.format >= 3:
            yield str(folder / IGNORE)


def read_beside(folder: Path, name: str) -> dict[str, object] | None:
    """What was kept beside a state under this name, or None. Raises OSError, and ValueError for what is damaged.

    Before format 4 it had no seal.
    """
    if not (folder / name).exists():
        return None
    data = read(folder / name)
    fields: dict[str, object] = json.loads(data)
    if not isinstance(fields, dict):
        raise ValueError("not the fields of a file")
    if fields.keys() & {"application", "sha256"}:
        fields = unsealed(data)
        del fields["application"]
    return fields


def left_over(folder: Path, state: State) -> int:
    """Bytes of ours in the folder that belong to no state: of a writing that is going on, or was interrupted."""
    manifest = _manifest(folder)
    return Owned(folder).bytes_beside(_names_in(manifest, state))


def begun(folder: Path) -> Begun | None:
    """How far work had come that is going on, or was interrupted; None where all that was begun is committed."""
    found = [one for path in begun_folders(folder) if (one := begun_in(path))]
    return max(found, key=lambda one: one.number, default=None)


def unlisted(folder: Path, state: State) -> list[str]:
    """Names in the folder that look like ours and are on no list, as a writer before format 4 left them when it was killed."""
    known = _names_in(_manifest(folder), state)
    return Owned(folder).unlisted(known) if state.format > 3 else []


def _names_in(manifest: Mapping[str, object], state: State) -> set[str]:
    """The entries of the folder that a state consists of."""
    listed = manifest.get("list")
    return {*(made.name for made in state.segments), *([str(listed["name"])] if isinstance(listed, dict) else [])}


class Writer:
    """Replaces the state of a folder; made by :func:`writing`, which holds the lock."""

    def __init__(self, folder: Path, owned: Owned) -> None:
        self.folder = folder
        self._owned = owned
        self._begun: dict[str, set[bytes]] = {}
        self._keeping: Keeping | None = None

    def keeping(self, encoder: Encoder, state: State, files: Sequence[str]) -> Keeping:
        """An encoder for texts of these files: what it has encoded outlives this process, and it knows what was kept before.

        Where nothing is committed yet, the state is, with the first part that is kept: a part has to belong to a library.
        """
        rows = {path: row for path in begun_folders(self.folder) if (row := begun_in(path))}
        if self._keeping is None:
            known: dict[bytes, Vectors] = {}
            for path, row in rows.items():
                if row.fingerprint == encoder.fingerprint and (part := load(path, row, dim=encoder.dim)):
                    known |= part
                    self._begun[path.name] = set(part)
            self._keeping = Keeping(encoder, known)
        numbers = count(1 + max((row.number for row in rows.values()), default=0))

        def keep(keys: Sequence[bytes], vectors: Vectors, encoded: int, total: int, percent: int) -> None:
            if not os.path.lexists(self.folder / MANIFEST):
                self.commit(state)
            first = next(iter(files), "")
            row = Begun(next(numbers), encoder.fingerprint, first, len(files), encoded, total, percent, {})
            self._begun[self._put_begun(keys, vectors, row).name] = set(keys)

        self._keeping.keep = keep
        return self._keeping

    def _put_begun(self, keys: Sequence[bytes], vectors: Vectors, row: Begun) -> Path:
        beside = None
        try:
            beside = self._owned.new_folder(BEGUN)
            save_begun(beside, keys, vectors, row)
            _sync(beside)
            return beside
        except OSError as error:
            if beside:
                self._owned.drop(beside)
            raise _unwritten(self.folder, error) from error

    def forget_begun(self) -> None:
        """Remove what was kept of work that was begun: all of it is committed, or nobody wants it any more."""
        self._begun.clear()
        self._owned.drop(*begun_folders(self.folder))

    def write(self, segment: Segment) -> SegmentInfo:
        """Put a new segment beside the state; it belongs to it when a state that names it is committed."""

        def put(beside: Path) -> Segment:
            segment.save(beside)
            return segment

        return self._made(put)

    def renewed(self, state: State, encoder: Callable[[], Encoder], progress: Progress) -> State:
        """A state of an older version in segments of this one: words counted anew, and texts cut anew where that has changed.

        ``encoder()`` is asked for what then has no vector yet; ``progress(done, total)`` counts characters. Every byte is
        checked before.
        """
        segments: list[SegmentInfo] = []
        opened = open_segments(self.folder, state, whole=True)
        done, total = 0, sum(sum(segment.texts.characters) for segment in opened)
        for segment in opened:
            characters = sum(segment.texts.characters)

            def shown(part: int, whole: int, done: int = done, characters: int = characters) -> None:
                progress(done + characters * part // whole, total)

            anew = self._anew(segment, state, encoder, shown)
            segments += [self.write(anew)] if anew else []
            done += characters
            progress(done, total)
        return replace(state, segments=tuple(segments), analyzer=analyzer.VERSION, cutter=cutter.VERSION, format=FORMAT)

    def _anew(self, segment: Segment, state: State, encoder: Callable[[], Encoder], progress: Progress) -> Segment | None:
        """A segment of an older version counted anew, or cut anew where that has changed too."""
        if state.cutter == cutter.VERSION:
            return segment.recounted()
        held = set(segment.texts.ids)
        files = [file.path for file in state.files if file.document in held]
        return segment.recut(lambda: self.keeping(encoder(), state, files), progress, cutter=state.cutter)

    def merge(self, state: State, some: Sequence[SegmentInfo], kept: Callable[[str], bool]) -> SegmentInfo | None:
        """Several segments of a state as a new one, without the documents that are not kept; None when nothing is left.

        Every byte is checked before, so that damage is never written again as if it were right.
        """
        parts = open_segments(self.folder, replace(state, segments=tuple(some)), whole=True)
        quotable = (part.texts.ids[row] for part in parts for row in set(part.passages.ranges[:, 0].tolist()))
        if not any(map(kept, quotable)):
            return None
        return self._made(lambda beside: Segment.merged(parts, kept, beside))

    def keep_beside(self, name: str, fields: Mapping[str, object]) -> Path:
        """Keep these fields beside the state under a name, in the place of what we kept there before.

        Raises LibraryError when something else stands there, or it cannot be written.
        """
        path = self.folder / name
        try:
            if os.path.lexists(path) and not is_ours(path):
                raise LibraryError("library.not_ours", where=path)
            beside = self._owned.new_file(".calibration-", ".json")
            try:
                beside.write_bytes(sealed({"application": APPLICATION, **fields}))
                _sync(beside)
                beside.replace(path)
            finally:
                self._owned.drop(beside)
        except OSError as error:
            raise _unwritten(self.folder, error) from error
        return path

    def _made(self, put: Callable[[Path], Segment]) -> SegmentInfo:
        beside = None
        try:
            beside = self._owned.new_folder("segment-")
            found = put(beside)
            counts = (len(found.texts.ids), len(found.passages.ranges), len(found.sentences.ranges))
            return SegmentInfo(beside.name, *counts, _settled(beside))
        except (OSError, RuntimeError) as error:  # FAISS reports a failed write as RuntimeError
            if beside:
                self._owned.drop(beside)
            raise _unwritten(self.folder, error) from error

    def commit(self, state: State) -> None:
        """Make this the state of the folder, and delete what is ours and it does not name.

        Raises LibraryError when it cannot be written, or somebody else's manifest has come into the folder meanwhile.
        """
        listed = beside = None
        try:
            listed = self._owned.new_file("files-", ".jsonl")
            with listed.open("w", encoding="utf-8", newline="\n") as file:
                file.writelines(json.dumps(_row(one)) + "\n" for one in state.files)
            name, fingerprint, dim = state.encoder
            manifest = {
                "application": APPLICATION,
                "format": FORMAT,
                "made_by": f"pincite {version('pincite')}",
                "cutter": state.cutter,
                "analyzer": state.analyzer,
                "encoder": {"name": name, "fingerprint": fingerprint, "dim": dim},
                "roots": state.roots,
                "excluded": state.excluded,
                "follow_links": state.follow_links,
                "list": dict(zip(("name", "bytes", "sha256"), (listed.name, *_measured(listed)), strict=True)),
                "segments": [_said(made) for made in state.segments],
            }
            beside = self._owned.new_file(".manifest-", ".json")
            beside.write_bytes(sealed(manifest))
            for path in (listed, beside):
                _sync(path)
            refuse_foreign(self.folder)
            beside.replace(self.folder / MANIFEST)
            _sync(self.folder)
        except (OSError, LibraryError) as error:
            for made in filter(None, (listed, beside)):
                self._owned.drop(made)
            raise (error if isinstance(error, LibraryError) else _unwritten(self.folder, error)) from error
        asked = self._keeping.asked if self._keeping else set()
        self._begun = {name: keys for name, keys in self._begun.items() if not keys <= asked}
        with suppress(OSError):  # what stays is listed still, and the next writer removes it
            self._owned.keep_only({listed.name, *(made.name for made in state.segments), *self._begun})


@contextmanager
def writing(folder: Path, *, note: Note | None = None, wait: float = WAIT) -> Iterator[Writer]:
    """The right to write a folder, made if it is not there; another writer is waited for, and that is said.

    Raises LibraryError when the folder holds something else, cannot be written, or stays locked.
    """
    from filelock import FileLock, Timeout

    refuse_foreign(folder)
    there = folder.exists()
    owned = None
    try:
        folder.mkdir(parents=True, exist_ok=True)
        lock = FileLock(_lock_of(folder))
        try:
            lock.acquire(timeout=0)
        except Timeout:
            if note:
                note(Message("library.waiting", where=folder))
            lock.acquire(timeout=wait)
    except Timeout:
        raise LibraryError("library.locked", where=folder, seconds=f"{wait:.0f}") from None
    except OSError as error:
        raise _unwritten(folder, error) from error
    try:
        try:
            owned = Owned(folder, named=_named_by_manifest(folder))
            with suppress(FileExistsError), (folder / IGNORE).open("xb") as ignore:
                ignore.write(IGNORE_ALL)
        except OSError as error:
            raise _unwritten(folder, error) from error
        yield Writer(folder, owned)
    finally:
        lock.release()
        if owned and not there and not (folder / MANIFEST).exists():
            owned.forget_folder()


def discard(folder: Path) -> None:
    """Remove what is ours of an index that nobody wants any more, and its folder where nothing else lies in it.

    Raises LibraryError where it cannot be done.
    """
    with writing(folder, wait=0) as writer:
        try:
            for path in (folder / MANIFEST, folder / CALIBRATION):
                if os.path.lexists(path) and is_ours(path):
                    path.unlink()
        except OSError as error:
            raise _unwritten(writer.folder, error) from error
    Owned(folder).forget_folder()


def refuse_foreign(folder: Path) -> None:
    """Raise LibraryError unless an index may be written here: no such folder yet, an empty one, or an index of ours."""
    try:
        if not folder.exists():
            if folder.is_symlink():
                raise LibraryError("library.dangling", where=folder)
            return
        if not folder.is_dir():
            raise LibraryError("library.foreign", where=folder)
        other = foreign_entry(folder)
    except OSError as error:
        raise LibraryError("library.closed", where=folder, why=error.strerror or "") from error
    if other is not None:
        raise LibraryError("library.foreign_entry", where=folder, name=repr(other))


def _lock_of(folder: Path) -> Path:
    """The file that a writer locks. Raises LibraryError for one that is not ours: locking would empty it."""
    path = folder / LOCK
    if os.path.lexists(path) and (path.is_symlink() or not path.is_file() or path.stat().st_size):
        raise LibraryError("library.no_lock", where=path)
    return path


def _named_by_manifest(folder: Path) -> list[str]:
    """The entries that the manifest in a folder names, where it is one of ours; before format 4 there is no other list."""
    try:
        found = json.loads(read(folder / MANIFEST))
    except (FileNotFoundError, ValueError, RecursionError):
        return []
    if not names_us(found):
        return []
    parts = [found.get("list"), *(found["segments"] if isinstance(found.get("segments"), list) else [])]
    names = [found.get("data"), *(part.get("name") for part in parts if isinstance(part, dict))]
    return [name for name in names if isinstance(name, str)]


def _unwritten(folder: Path, error: Exception) -> LibraryError:
    return LibraryError("library.unwritable", where=folder, why=_reason(error))


def _reason(error: Exception) -> str:
    return getattr(error, "strerror", None) or (str(error).splitlines() or [type(error).__name__])[0][:160]


def _settled(folder: Path) -> dict[str, tuple[int, str]]:
    """Size and SHA-256 of every file under a folder, all of it settled on the disk."""
    found = {}
    for path in sorted(folder.rglob("*")):
        _sync(path)
        if path.is_file():
            found[path.relative_to(folder).as_posix()] = _measured(path)
    _sync(folder)
    return found


def _measured(path: Path) -> tuple[int, str]:
    return path.stat().st_size, file_digest(path)


def _sync(path: Path) -> None:
    """Ask that a file or folder be on the disk, where the system can."""
    if path.is_dir() and os.name != "posix":
        return
    handle = os.open(path, os.O_RDONLY if os.name == "posix" else os.O_RDWR)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _same_bytes(folder: Path, files: Mapping[str, tuple[int, str]]) -> None:
    """Raise LibraryError unless these files are as they were written."""
    _same_sizes(folder, files)
    for name, (_, digest) in files.items():
        if file_digest(folder / name) != digest:
            raise LibraryError("library.altered", where=folder / name)


def _same_sizes(folder: Path, files: Mapping[str, tuple[int, str]]) -> None:
    for name, (size, _) in files.items():
        if (folder / name).stat().st_size != size:
            raise LibraryError("library.other_size", where=folder / name)


def _said(made: SegmentInfo) -> dict[str, object]:
    files = {name: {"bytes": size, "sha256": digest} for name, (size, digest) in made.files.items()}
    return made._asdict() | {"files": files}


def _made(row: SegmentRow) -> SegmentInfo:
    """The segment that a manifest names. Raises ValueError for a name or a file that is not one of ours."""
    files = {path: (file.bytes, file.sha256) for path, file in row.files.items()}
    expected = {*DATA_FILES} if row.name.startswith(DATA) else {*FILES}
    if not is_name_of_ours(row.name) or files.keys() != expected:
        raise ValueError(f"{row.name[:80]!r} is no segment")
    return SegmentInfo(row.name, row.documents, row.passages, row.sentences, files)


def _list_of(manifest: Mapping[str, object]) -> dict[str, tuple[int, str]]:
    """The list of files that a manifest names, with its size and SHA-256. Raises ValueError for a name that is not ours."""
    listed = checked(manifest["list"], ListRow)
    if not is_name_of_ours(listed.name):
        raise ValueError(f"{listed.name[:80]!r} is no list of files")
    return {listed.name: (listed.bytes, listed.sha256)}


def _row(file: SourceFile) -> dict[str, object]:
    """A file as a row of the list; what is empty is left out."""
    problem = packed(file.problem) if file.problem else None
    return {name: value for name, value in (asdict(file) | {"problem": problem}).items() if value}


def _manifest(folder: Path) -> dict[str, object]:
    """The manifest in a folder, from format 4 on held against its own SHA-256. Raises LibraryError where there is none."""
    try:
        data = read(folder / MANIFEST)
        found = json.loads(data)
        if names_us(found) and (found.get("format") == FORMAT or "sha256" in found and found.get("format") in READABLE):
            found = unsealed(data)
    except (FileNotFoundError, NotADirectoryError):
        raise LibraryError("library.none", where=folder, folder=str(folder)) from None
    except OSError as error:
        raise LibraryError("path.no_rights", where=folder, why=error.strerror or "") from error
    except (ValueError, RecursionError) as error:
        raise LibraryError("library.changed", where=folder / MANIFEST, why=_reason(error)) from error
    if not names_us(found):
        raise LibraryError("library.no_manifest", where=folder / MANIFEST)
    return dict(found)
