"""The folder of a library: one state at a time, replaced whole.

    manifest.json     format, encoder, cutter, analyzer, roots, and every file of this state with its size and SHA-256;
                      written last
    files-….jsonl     the files that were read, one a line: path, what it looked like, and the id of its text
    segment-…/        documents with their passages, sentences, words and vectors: see ``index.segment``
    .lock             held by the one who writes
    .pinciteignore    says that nothing here is a document, should the folder lie among those that are indexed

Whoever writes puts new segments and a new list of files beside the old ones, settles them on the disk and renames the manifest
into place; what the new state does not name is deleted after that. So a folder holds one whole state whenever a process ends,
and whoever reads has one whole state, since what is mapped outlives its name.
"""

import json
import os
import shutil
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from importlib.metadata import version
from pathlib import Path
from tempfile import mkdtemp
from typing import Any, NamedTuple

import corpus.cut as cutter
import index.words as analyzer
from corpus.errors import LibraryError
from index.encode import Encoder
from index.export import Talk
from index.graph import file_digest
from index.segment import Segment, documents_before_3

FORMAT = 3
READABLE = (1, 2, 3)
"""Formats that are opened. Before 3 a library was one segment without a list of files; before 2 a document had pages
without labels, and nothing was kept of what was found in it."""

MANIFEST = "manifest.json"
LOCK = ".lock"
IGNORE = ".pinciteignore"
AGAIN = "index the documents again"

_BEFORE_3 = "data-"
"""How the name of the folder begins that holds the data of a library of format 1 or 2."""

MANY = 8
"""So many segments of one size are written together as one, sizes counted in powers of this number."""

WAIT = 600.0
"""Seconds that a writer waits for another one."""


@dataclass(frozen=True, slots=True)
class File:
    """A file as it was when it was read: ``seen`` is what it looked like (see ``corpus.read.looked_at``), empty if unknown.

    ``document`` is the id of its text, or empty where it could not be read and ``problem`` says why; ``digest`` the SHA-256 of
    its bytes.
    """

    path: str
    title: str = ""
    document: str = ""
    seen: tuple[int, ...] = ()
    digest: str = ""
    problem: str = ""


class Made(NamedTuple):
    """A segment of a state: its folder's name, what it holds, and size and SHA-256 of each of its files."""

    name: str
    documents: int
    passages: int
    sentences: int
    files: dict[str, tuple[int, str]]


@dataclass(frozen=True, slots=True)
class State:
    """All that a library is at one moment. ``roots`` are the paths and patterns it is made of, ``excluded`` those left out.

    ``encoder`` is its name, the fingerprint of its weights and its dimensions, ``analyzer`` the version that counted the words,
    ``cutter`` the one that cut the passages. With ``follow_links`` links that lead out of its folders are followed.
    """

    encoder: tuple[str, str, int]
    roots: tuple[str, ...] = ()
    excluded: tuple[str, ...] = ()
    files: tuple[File, ...] = ()
    segments: tuple[Made, ...] = ()
    analyzer: int = analyzer.VERSION
    cutter: int = cutter.VERSION
    follow_links: bool = False

    @property
    def old(self) -> bool:
        """Whether an older version wrote it in another way than this one does."""
        now = (analyzer.VERSION, cutter.VERSION)
        return (self.analyzer, self.cutter) != now or any(made.name.startswith(_BEFORE_3) for made in self.segments)

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
            by = manifest.get("made_by", "an unknown program")
            read = " and ".join(map(str, ours))
            raise LibraryError(f"{folder}: written by {by} ({key} {manifest.get(key)}, this one reads {read}); {AGAIN}")
    try:
        named = manifest["encoder"]
        encoder = (str(named["name"]), str(named["fingerprint"]), int(named["dim"]))
        if manifest["format"] < 3:
            made = _made(manifest | {"name": manifest["data"]})
            _same_sizes(folder / made.name, made.files)
            named_in = documents_before_3(folder / made.name)
            files = tuple(File(document.source, document.title, document.id) for document in named_in)
            roots = tuple(file.path for file in files if Path(file.path).is_absolute())
            versions = (int(manifest["analyzer"]), int(manifest["cutter"]))
            return State(encoder, roots, (), files, (made,), *versions)
        listed = str(manifest["list"]["name"])
        _same_sizes(folder, {listed: (manifest["list"]["bytes"], "")})
        with (folder / listed).open(encoding="utf-8") as lines:
            files = tuple(File(**json.loads(line, object_hook=_tuples)) for line in lines)
        segments = tuple(map(_made, manifest["segments"]))
        roots, excluded = tuple(manifest["roots"]), tuple(manifest["excluded"])
        versions = int(manifest["analyzer"]), int(manifest["cutter"])
        return State(encoder, roots, excluded, files, segments, *versions, bool(manifest.get("follow_links", False)))
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise damaged(folder, error) from error


def damaged(folder: Path, error: Exception) -> LibraryError:
    """What is said of a folder in which something is missing or altered."""
    return LibraryError(f"{folder}: half-written or changed ({_reason(error)}); {AGAIN}")


def open_segments(folder: Path, state: State) -> tuple[Segment, ...]:
    """The segments of a state, in its order. Raises LibraryError for one that is damaged."""
    try:
        found = []
        for made in state.segments:
            _same_sizes(folder / made.name, made.files)
            way = Segment.open_before_3 if made.name.startswith(_BEFORE_3) else Segment.open
            opened = way(folder / made.name, dim=state.encoder[2])
            if len(opened.texts.ids) != made.documents:
                raise ValueError("a segment holds other documents than the manifest says")
            found.append(opened)
        return tuple(found)
    except (OSError, RuntimeError, ValueError, KeyError, TypeError, AttributeError, IndexError) as error:
        raise damaged(folder, error) from error


def changed_since(folder: Path) -> tuple[int, ...]:
    """Something that is another one when the state of a folder has been replaced; empty where there is none."""
    try:
        found = (folder / MANIFEST).stat()
    except OSError:
        return ()
    return found.st_mtime_ns, found.st_ino, found.st_size


def altered(folder: Path, state: State) -> Iterator[str]:
    """The files of a state whose bytes are not those that were written. Reads everything."""
    for made in state.segments:
        for name, (size, digest) in made.files.items():
            path = folder / made.name / name
            try:
                if path.stat().st_size != size or file_digest(path) != digest:
                    yield str(path)
            except OSError:
                yield str(path)


def left_over(folder: Path, state: State) -> int:
    """Bytes in the folder that belong to no state: of a writing that is going on, or was interrupted."""
    named = {str(_manifest(folder).get("list", {}).get("name")), *(made.name for made in state.segments)}
    entries = _unnamed(folder, named)
    return sum(path.stat().st_size for entry in entries for path in (entry, *entry.rglob("*")) if path.is_file())


def _unnamed(folder: Path, named: Collection[str]) -> list[Path]:
    keep = {MANIFEST, LOCK, IGNORE, *named}
    return [entry for entry in folder.iterdir() if entry.name not in keep and entry.name.startswith(_OURS)]


class Writer:
    """Replaces the state of a folder; made by :func:`writing`, which holds the lock."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def write(self, segment: Segment) -> Made:
        """Put a new segment beside the state; it belongs to it when a state that names it is committed."""

        def put(beside: Path) -> Segment:
            segment.save(beside)
            return segment

        return self._made(put)

    def renewed(self, state: State, encoder: Callable[[], Encoder]) -> State:
        """A state of an older version in segments of this one, its words counted anew and, where that has changed, its texts
        cut anew; ``encoder()`` is asked for what then has no vector yet."""
        cut = state.cutter != cutter.VERSION
        opened = open_segments(self.folder, state)
        anew = (segment.recut(encoder) if cut else segment.recounted() for segment in opened)
        segments = tuple(self.write(segment) for segment in anew if segment)
        return replace(state, segments=segments, analyzer=analyzer.VERSION, cutter=cutter.VERSION)

    def merge(self, state: State, some: Sequence[Made], kept: Callable[[str], bool]) -> Made | None:
        """Several segments of a state as a new one, without the documents that are not kept; None when none is left."""
        parts = open_segments(self.folder, replace(state, segments=tuple(some)))
        if not any(kept(identity) for part in parts for identity in part.texts.ids):
            return None
        return self._made(lambda beside: Segment.merged(parts, kept, beside))

    def _made(self, put: Callable[[Path], Segment]) -> Made:
        beside = None
        try:
            beside = Path(mkdtemp(prefix="segment-", dir=self.folder))
            found = put(beside)
            counts = (len(found.texts.ids), len(found.passages.ranges), len(found.sentences.ranges))
            return Made(beside.name, *counts, _settled(beside))
        except (OSError, RuntimeError) as error:  # FAISS reports a failed write as RuntimeError
            if beside:
                shutil.rmtree(beside, ignore_errors=True)
            raise _unwritten(self.folder, error) from error

    def commit(self, state: State) -> None:
        """Make this the state of the folder, and delete what it does not name."""
        listed, beside = self.folder / f"files-{os.urandom(4).hex()}.jsonl", self.folder / f".{MANIFEST}"
        try:
            with listed.open("w", encoding="utf-8", newline="\n") as file:
                file.writelines(json.dumps({k: v for k, v in asdict(one).items() if v}) + "\n" for one in state.files)
            name, fingerprint, dim = state.encoder
            manifest = {
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
            beside.write_text(json.dumps(manifest, indent=1) + "\n", encoding="utf-8")
            for path in (listed, beside):
                _sync(path)
            beside.replace(self.folder / MANIFEST)
            _sync(self.folder)
        except OSError as error:
            for path in (listed, beside):
                path.unlink(missing_ok=True)
            raise _unwritten(self.folder, error) from error
        self._clear(state, listed.name)

    def _clear(self, state: State, listed: str) -> None:
        for entry in _unnamed(self.folder, {listed, *(made.name for made in state.segments)}):
            shutil.rmtree(entry, ignore_errors=True) if entry.is_dir() else entry.unlink(missing_ok=True)


@contextmanager
def writing(folder: Path, *, talk: Talk | None = None, wait: float = WAIT) -> Iterator[Writer]:
    """The right to write a folder, made if it is not there; another writer is waited for, and that is said.

    Raises LibraryError when the folder holds something else, cannot be written, or stays locked.
    """
    from filelock import FileLock, Timeout

    refuse_foreign(folder)
    there = folder.exists()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if not (folder / IGNORE).exists():
            (folder / IGNORE).write_text("*\n", encoding="utf-8")
        lock = FileLock(folder / LOCK)
        try:
            lock.acquire(timeout=0)
        except Timeout:
            if talk:
                talk(f"{folder}: another process is writing this index; waiting for it")
            lock.acquire(timeout=wait)
    except Timeout:
        raise LibraryError(f"{folder}: another process has been writing this index for {wait:.0f} s; try later") from None
    except OSError as error:
        raise _unwritten(folder, error) from error
    try:
        yield Writer(folder)
    finally:
        lock.release()
        if not there and not (folder / MANIFEST).exists():
            shutil.rmtree(folder, ignore_errors=True)


def refuse_foreign(folder: Path) -> None:
    """Raise LibraryError unless an index may be written here: no such folder yet, an empty one, or an index."""
    try:
        ours = (folder / MANIFEST).is_file() or not folder.exists()
        if not ours and not (folder.is_dir() and all(entry.name.startswith(_OURS) for entry in folder.iterdir())):
            raise LibraryError(f"{folder}: holds something that is not an index; name a new or empty folder")
    except OSError as error:
        raise LibraryError(f"{folder}: cannot be looked into ({error.strerror}); name another folder") from error


_OURS = (LOCK, IGNORE, f".{MANIFEST}", "segment-", "files-", _BEFORE_3)
"""How the names begin of what a writer puts into a folder, and may leave there when it is killed."""


def _unwritten(folder: Path, error: Exception) -> LibraryError:
    return LibraryError(f"{folder}: cannot write the index ({_reason(error)}); what was there is unchanged")


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


def _same_sizes(folder: Path, files: Mapping[str, tuple[int, str]]) -> None:
    for name, (size, _) in files.items():
        if (folder / name).stat().st_size != size:
            raise LibraryError(f"{folder / name}: half-written or changed (its size differs); {AGAIN}")


def _said(made: Made) -> dict[str, Any]:
    files = {name: {"bytes": size, "sha256": digest} for name, (size, digest) in made.files.items()}
    return made._asdict() | {"files": files}


def _made(row: dict[str, Any]) -> Made:
    files = {str(name): (int(file["bytes"]), str(file["sha256"])) for name, file in row["files"].items()}
    return Made(str(row["name"]), int(row["documents"]), int(row["passages"]), int(row["sentences"]), files)


def _tuples(row: dict[str, Any]) -> dict[str, Any]:
    return row | {"seen": tuple(row["seen"])} if "seen" in row else row


def _manifest(folder: Path) -> dict[str, Any]:
    try:
        found = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    except (FileNotFoundError, NotADirectoryError):
        raise LibraryError(f"{folder}: no index here; make one with: pincite index PATHS -o {folder}") from None
    except OSError as error:
        raise LibraryError(f"{folder}: cannot be read ({error.strerror}); check its access rights") from error
    except ValueError as error:
        raise LibraryError(f"{folder / MANIFEST}: half-written or changed ({error}); {AGAIN}") from error
    if not isinstance(found, dict):
        raise LibraryError(f"{folder / MANIFEST}: not a manifest; {AGAIN}")
    return found
