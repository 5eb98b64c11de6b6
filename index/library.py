"""A library: documents with their passages and sentences, searchable by words and by vectors, kept in a folder.

    manifest.json     format, encoder, cutter, analyzer, counts, size and SHA-256 of each file; written last
    data-…/           documents.jsonl   id, title, source, headings, places, findings, text: each text once
                      passages.npy      int64 (n, 3): document row, start, end
                      sentences.npy     int64 (m, 3): passage row, start, end
                      passages.faiss, sentences.faiss    unit vectors
                      passages.npz, sentences.npz        BM25

A new state is written beside the old one and the manifest is renamed into place, so that a folder always holds one whole
state. Offsets are those of ``Document.text``.
"""

import json
import shutil
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from hashlib import sha256
from importlib.metadata import version
from pathlib import Path
from tempfile import mkdtemp

import numpy as np
from numpy.typing import NDArray

import corpus.cut as cutter
import index.words as analyzer
from corpus.document import Document, Finding, Heading, Passage, Places
from corpus.errors import LibraryError
from index.encode import Encoder, Progress
from index.graph import file_digest
from index.vectors import VectorIndex
from index.words import Words

FORMAT = 2
READABLE = (1, 2)
"""Formats that are opened: before 2 a document had pages without labels, and nothing was kept of what was found in it."""

MANIFEST = "manifest.json"
_LEVELS = ("passages", "sentences")


@dataclass(frozen=True, slots=True)
class Level:
    """One unit of search, passages or sentences: ``ranges (n, 3) int64`` (owner row, start, end), vectors and words."""

    ranges: NDArray[np.int64]
    vectors: VectorIndex
    words: Words


@dataclass(frozen=True, slots=True)
class Library:
    """Documents, and the two levels they are searched at; ``sentences`` are owned by passages, passages by documents.

    ``folder`` is where it lies on disk, or None while it is only in memory.
    """

    documents: tuple[Document, ...]
    passages: Level
    sentences: Level
    encoder: Encoder
    folder: Path | None = None

    def owner(self, sentence: int) -> int:
        """The row of the document that a sentence stands in."""
        return int(self.passages.ranges[self.sentences.ranges[sentence, 0], 0])

    def passage(self, row: int) -> Passage:
        """The passage in a row."""
        owner, start, end = self.passages.ranges[row].tolist()
        return Passage(self.documents[owner], start, end)


def build(documents: Sequence[Document], *, encoder: Encoder, progress: Progress) -> Library:
    """Cut, encode and index documents, in memory. Raises LibraryError when there is nothing to quote in them.

    ``progress(done, total)`` counts the texts encoded; a sentence that is a passage of its own is encoded once.
    """
    passages: list[tuple[int, int, int]] = []
    sentences: list[tuple[int, int, int]] = []
    for row, document in enumerate(documents):
        pieces = cutter.cut(document)
        for passage, inside in zip(pieces.passages, pieces.sentences, strict=True):
            sentences.extend((len(passages), start, end) for start, end in inside)
            passages.append((row, passage.start, passage.end))
    if not sentences:
        raise LibraryError("no words in these documents; there is nothing to quote")
    texts = [documents[row].text[start:end] for row, start, end in passages]
    quotable = [documents[passages[row][0]].text[start:end] for row, start, end in sentences]
    place: dict[str, int] = {}
    for text in (*texts, *quotable):
        place.setdefault(text, len(place))
    vectors = encoder.encode_passages(list(place), progress=progress)

    def level(ranges: list[tuple[int, int, int]], names: list[str]) -> Level:
        rows = VectorIndex.build(vectors[[place[text] for text in names]])
        return Level(np.array(ranges, dtype=np.int64), rows, Words.build(names))

    return Library(tuple(documents), level(passages, texts), level(sentences, quotable), encoder)


def save(library: Library, folder: Path) -> Library:
    """Write a library, replacing the one that may be there, whole or not at all; gives it with its folder.

    Raises LibraryError when the folder holds something else, or cannot be written.
    """
    refuse_foreign(folder)
    old = set(folder.glob("data-*")) if folder.exists() else set()
    data = None
    try:
        folder.mkdir(parents=True, exist_ok=True)
        data = Path(mkdtemp(prefix="data-", dir=folder))
        _write_data(library, data)
        manifest = {
            "format": FORMAT,
            "made_by": f"pincite {version('pincite')}",
            "cutter": cutter.VERSION,
            "analyzer": analyzer.VERSION,
            "encoder": {
                "name": library.encoder.name,
                "fingerprint": library.encoder.fingerprint,
                "dim": library.encoder.dim,
            },
            "documents": len(library.documents),
            "passages": library.passages.vectors.n,
            "sentences": library.sentences.vectors.n,
            "data": data.name,
            "files": {
                path.name: {"bytes": path.stat().st_size, "sha256": file_digest(path)} for path in sorted(data.iterdir())
            },
        }
        beside = folder / f".{MANIFEST}-{data.name}"
        beside.write_text(json.dumps(manifest, indent=1) + "\n", encoding="utf-8")
        beside.replace(folder / MANIFEST)
    except (OSError, RuntimeError) as error:  # FAISS reports a failed write as RuntimeError
        if data is not None:
            shutil.rmtree(data, ignore_errors=True)
            (folder / f".{MANIFEST}-{data.name}").unlink(missing_ok=True)
        reason = getattr(error, "strerror", None) or str(error).splitlines()[0][:120]
        raise LibraryError(f"{folder}: cannot write the index ({reason}); what was there is unchanged") from error
    for entry in old:
        shutil.rmtree(entry, ignore_errors=True)
    return replace(library, folder=folder)


def refuse_foreign(folder: Path) -> None:
    """Raise LibraryError unless an index may be written here: no such folder yet, an empty one, or an index."""
    try:
        if folder.exists() and not (folder / MANIFEST).is_file() and (not folder.is_dir() or any(folder.iterdir())):
            raise LibraryError(f"{folder}: holds something that is not an index; name a new or empty folder")
    except OSError as error:
        raise LibraryError(f"{folder}: cannot be looked into ({error.strerror}); name another folder") from error


def open_library(folder: Path, *, encoder: Callable[[str, str], Encoder]) -> Library:
    """The library in a folder; ``encoder(name, fingerprint)`` is asked for the model that it was made with.

    Raises LibraryError when there is none, it is half-written, changed, or written by another version.
    """
    manifest = _manifest(folder)
    again = "index the documents again"
    for key, ours in (("format", READABLE), ("cutter", cutter.READABLE), ("analyzer", analyzer.READABLE)):
        if manifest.get(key) not in ours:
            by = manifest.get("made_by", "an unknown program")
            read = " and ".join(map(str, ours))
            raise LibraryError(f"{folder}: written by {by} ({key} {manifest.get(key)}, this one reads {read}); {again}")
    try:
        data = folder / str(manifest["data"])
        for name, file in manifest["files"].items():
            if (data / name).stat().st_size != file["bytes"]:
                raise LibraryError(f"{data / name}: half-written or changed (its size differs); {again}")
        documents = tuple(_read_documents(data / "documents.jsonl", form=manifest["format"]))
        passages, sentences = (
            Level(np.load(data / f"{level}.npy"), VectorIndex.load(data / f"{level}.faiss"), Words.load(data / f"{level}.npz"))
            for level in _LEVELS
        )
        _check(documents, passages, sentences, dim=int(manifest["encoder"]["dim"]))
        made_with = encoder(manifest["encoder"]["name"], manifest["encoder"]["fingerprint"])
        return Library(documents, passages, sentences, made_with, folder)
    except (OSError, RuntimeError, ValueError, KeyError, TypeError, AttributeError) as error:
        reason = getattr(error, "strerror", None) or str(error).splitlines()[0][:160]
        raise LibraryError(f"{folder}: half-written or changed ({reason}); {again}") from error


def _manifest(folder: Path) -> dict:  # type: ignore[type-arg]
    try:
        found = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    except (FileNotFoundError, NotADirectoryError):
        raise LibraryError(f"{folder}: no index here; make one with: pincite index PATHS -o {folder}") from None
    except OSError as error:
        raise LibraryError(f"{folder}: cannot be read ({error.strerror}); check its access rights") from error
    except ValueError as error:
        raise LibraryError(f"{folder / MANIFEST}: half-written or changed ({error}); index the documents again") from error
    if not isinstance(found, dict):
        raise LibraryError(f"{folder / MANIFEST}: not a manifest; index the documents again")
    return found


def _write_data(library: Library, data: Path) -> None:
    with (data / "documents.jsonl").open("w", encoding="utf-8", errors="surrogatepass", newline="\n") as file:
        for document in library.documents:
            headings = [[heading.start, heading.end, heading.level] for heading in document.headings]
            row = {"id": document.id, "title": document.title, "source": document.source, "headings": headings}
            places = [[p.kind, p.starts, p.labels] for p in document.places]
            findings = [[f.kind, f.said, f.ranges] for f in document.findings]
            whole = {**row, "places": places, "findings": findings, "text": document.text}
            file.write(json.dumps(whole, ensure_ascii=False) + "\n")
    for name, level in zip(_LEVELS, (library.passages, library.sentences), strict=True):
        np.save(data / f"{name}.npy", level.ranges)
        level.vectors.save(data / f"{name}.faiss")
        level.words.save(data / f"{name}.npz")


def _read_documents(path: Path, *, form: int) -> Iterator[Document]:
    with path.open(encoding="utf-8", errors="surrogatepass", newline="\n") as file:
        for line in file:
            row = json.loads(line)
            if form == 1:
                row |= {"places": [["page", row["pages"], []]] if row["pages"] else [], "findings": []}
            document = Document(
                text=row["text"],
                title=row["title"],
                source=row["source"],
                headings=tuple(Heading(*heading) for heading in row["headings"]),
                places=tuple(Places(kind, tuple(starts), tuple(labels)) for kind, starts, labels in row["places"]),
                findings=tuple(Finding(kind, said, tuple(map(_pair, ranges))) for kind, said, ranges in row["findings"]),
            )
            if document.id != row["id"]:
                raise ValueError(f"the text of {document.source} is not the one that was indexed")
            yield document


def _pair(ends: Sequence[int]) -> tuple[int, int]:
    start, end = ends
    return start, end


def _check(documents: tuple[Document, ...], passages: Level, sentences: Level, *, dim: int) -> None:
    """Raise ValueError unless every range lies inside its owner and all arrays have a row for it."""
    sizes = np.array([[0, len(document.text)] for document in documents], dtype=np.int64)
    for level, owners in ((passages, sizes), (sentences, passages.ranges[:, 1:])):
        owner, start, end = level.ranges.T
        if not (0 <= owner.min() and owner.max() < len(owners)):
            raise ValueError("a range has no owner")
        if not np.all((owners[owner, 0] <= start) & (start < end) & (end <= owners[owner, 1])):
            raise ValueError("a range leaves its owner")
        if not len(level.ranges) == level.vectors.n == level.words.n or level.vectors.dim != dim:
            raise ValueError("words, vectors and ranges are not in step")


def content_key(documents: Sequence[Document], *, fingerprint: str) -> str:
    """A name for the index of these documents with this encoder; another text, title, place or program, another name."""
    maps = [sha256(repr((d.headings, d.places, d.findings)).encode("utf-8", "surrogatepass")).hexdigest() for d in documents]
    named = [(d.id, d.title, d.source) for d in documents]
    parts = [FORMAT, cutter.VERSION, analyzer.VERSION, fingerprint, named, maps]
    return sha256(json.dumps(parts).encode("utf-8", "surrogatepass")).hexdigest()[:24]
