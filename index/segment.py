"""A segment: some documents with everything that search needs of them, made once and never changed.

    texts.jsonl        id, headings, places, findings, text: a document a line
    documents.json     id, characters, first byte of each line
    passages/          ranges.npy     int64 (n, 3): document row, start, end
                       vectors.faiss  unit vectors
                       terms.txt, surfaces.txt, starts.npy, rows.npy, counts.npy, lengths.npy: see ``index.words``
    sentences/         the same; ranges.npy: passage row, start, end

Offsets are those of ``Document.text``. Arrays and vectors are mapped when a segment is opened, and texts are read one by one
when they are asked for, so that opening costs little however much there is.
"""

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from mmap import ACCESS_READ, mmap
from pathlib import Path
from typing import NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

import corpus.cut as cutter
from corpus.document import Document, Finding, Heading, Places
from corpus.errors import LibraryError
from index.encode import Encoder, Progress, Vectors
from index.vectors import Flat, flat, load, rows_of, save
from index.words import Postings

LEVELS = ("passages", "sentences")
_TEXTS, _DOCUMENTS = "texts.jsonl", "documents.json"


class Name(NamedTuple):
    """What a text is called, and where it was read: not part of what it says, so not kept beside it."""

    title: str
    source: str


class Part(NamedTuple):
    """One unit of search, passages or sentences, of one segment: ``ranges (n, 3) int64`` (owner row, start, end)."""

    ranges: NDArray[np.int64]
    vectors: Flat
    words: Postings


class Texts(Protocol):
    """The documents of a segment: their ids, and for each row its characters, its line, and the document under a name."""

    ids: tuple[str, ...]
    characters: tuple[int, ...]

    def line(self, row: int) -> bytes:
        """The document as ``texts.jsonl`` has it."""
        ...

    def read(self, row: int, name: Name) -> Document:
        """The document. Raises LibraryError when its text is not the one that was indexed."""
        ...


class Held:
    """Documents in memory."""

    def __init__(self, documents: Sequence[Document]) -> None:
        self._documents = tuple(documents)
        self.ids = tuple(document.id for document in documents)
        self.characters = tuple(len(document.text) for document in documents)

    def line(self, row: int) -> bytes:
        """The document as ``texts.jsonl`` has it."""
        document = self._documents[row]
        kept = {
            "id": document.id,
            "headings": [[heading.start, heading.end, heading.level] for heading in document.headings],
            "places": [[p.kind, p.starts, p.labels] for p in document.places],
            "findings": [[f.kind, f.said, f.ranges] for f in document.findings],
            "text": document.text,
        }
        return json.dumps(kept, ensure_ascii=False).encode("utf-8", "surrogatepass") + b"\n"

    def read(self, row: int, name: Name) -> Document:
        """The document; the very one that was given where the name is its own."""
        document = self._documents[row]
        if (document.title, document.source) == name:
            return document
        return replace(document, title=name.title, source=name.source)


class Mapped:
    """Documents in a file, which stays mapped though another process may delete it; each is read when it is asked for.

    Raises OSError, ValueError, KeyError or TypeError for a file that cannot be one.
    """

    def __init__(self, folder: Path) -> None:
        rows = json.loads((folder / _DOCUMENTS).read_text(encoding="utf-8"))
        self.ids = tuple(str(row[0]) for row in rows)
        self.characters = tuple(int(row[1]) for row in rows)
        self._path = folder / _TEXTS
        with self._path.open("rb") as file:
            self._map = mmap(file.fileno(), 0, access=ACCESS_READ)
        self._bounds = (*(int(row[2]) for row in rows), len(self._map))

    def line(self, row: int) -> bytes:
        """The document as it stands in the file."""
        return self._map[self._bounds[row] : self._bounds[row + 1]]

    def read(self, row: int, name: Name) -> Document:
        """The document. Raises LibraryError when its text is not the one that was indexed."""
        try:
            return parsed(self.line(row), identity=self.ids[row], name=name)
        except (ValueError, KeyError, TypeError) as error:
            reason = str(error).splitlines()[0][:160]
            raise LibraryError(f"{self._path}: half-written or changed ({reason}); index the documents again") from error


@dataclass(frozen=True, slots=True)
class Segment:
    """Documents and the two levels they are searched at; sentences are owned by passages, passages by documents."""

    texts: Texts
    passages: Part
    sentences: Part

    @classmethod
    def build(cls, documents: Sequence[Document], *, encoder: Encoder, progress: Progress) -> "Segment | None":
        """Cut, encode and index documents, in memory; None when there is nothing to quote in them.

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
            return None
        texts = [documents[row].text[start:end] for row, start, end in passages]
        quotable = [documents[passages[row][0]].text[start:end] for row, start, end in sentences]
        place: dict[str, int] = {}
        for text in (*texts, *quotable):
            place.setdefault(text, len(place))
        vectors = encoder.encode_passages(list(place), progress=progress)

        def part(ranges: list[tuple[int, int, int]], names: list[str]) -> Part:
            rows = flat(iter([vectors[[place[text] for text in names]]]), encoder.dim)
            return Part(np.array(ranges, dtype=np.int64), rows, Postings.build(names))

        return cls(Held(documents), part(passages, texts), part(sentences, quotable))

    @classmethod
    def open(cls, folder: Path, *, dim: int) -> "Segment":
        """The segment in a folder. Raises OSError, RuntimeError, ValueError or KeyError for one that is damaged."""
        texts = Mapped(folder)
        passages, sentences = (
            Part(np.load(at / "ranges.npy"), load(at / "vectors.faiss"), Postings.load(at))
            for at in (folder / level for level in LEVELS)
        )
        check(texts.characters, passages, sentences, dim=dim)
        return cls(texts, passages, sentences)

    @classmethod
    def open_before_3(cls, folder: Path, *, dim: int) -> "Segment":
        """The data of a library of format 1 or 2, read whole, its words counted anew. Raises as ``open`` does."""
        held = Held(tuple(documents_before_3(folder)))
        empty = Postings.build([])
        parts = (Part(np.load(folder / f"{level}.npy"), load(folder / f"{level}.faiss"), empty) for level in LEVELS)
        made = cls(held, *parts).recounted()
        check(held.characters, made.passages, made.sentences, dim=dim)
        return made

    def recounted(self) -> "Segment":
        """The same with its words counted anew, by the analyzer as it is now."""
        texts = [self.texts.read(row, Name("", "")).text for row in range(len(self.texts.ids))]
        owners = self.passages.ranges[:, 0]
        passages = Postings.build([texts[row][start:end] for row, start, end in self.passages.ranges.tolist()])
        sentences = Postings.build([texts[owners[row]][start:end] for row, start, end in self.sentences.ranges.tolist()])
        return replace(
            self, passages=self.passages._replace(words=passages), sentences=self.sentences._replace(words=sentences)
        )

    def recut(self, encoder: Callable[[], Encoder]) -> "Segment | None":
        """The same documents cut and counted anew, as it is done now; ``encoder()`` is asked for what has no vector yet."""
        held = _Held(encoder, int(self.sentences.vectors.d))
        documents = [self.texts.read(row, Name("", "")) for row in range(len(self.texts.ids))]
        owners = self.passages.ranges[:, 0]
        for part, rows in ((self.passages, owners), (self.sentences, owners[self.sentences.ranges[:, 0]])):
            texts = (documents[row].text[s:e] for row, (_, s, e) in zip(rows.tolist(), part.ranges.tolist(), strict=True))
            vectors = (row for rows in rows_of(part.vectors, np.ones(len(part.ranges), dtype=np.bool_)) for row in rows)
            held.vectors |= dict(zip(texts, vectors, strict=True))
        return Segment.build(documents, encoder=held, progress=lambda done, total: None)

    @classmethod
    def merged(cls, segments: Sequence["Segment"], kept: Callable[[str], bool], folder: Path) -> "Segment":
        """Several segments written as one into an empty folder, without the documents that are not ``kept``.

        Raises OSError or RuntimeError when that fails, and ValueError when none is kept.
        """
        documents = [np.array([kept(identity) for identity in one.texts.ids], dtype=np.bool_) for one in segments]
        passages = [keep[one.passages.ranges[:, 0]] for one, keep in zip(segments, documents, strict=True)]
        sentences = [keep[one.sentences.ranges[:, 0]] for one, keep in zip(segments, passages, strict=True)]
        _write_texts(((one.texts, np.flatnonzero(keep)) for one, keep in zip(segments, documents, strict=True)), folder)
        for level, owners, rows in ((LEVELS[0], documents, passages), (LEVELS[1], passages, sentences)):
            old = [getattr(one, level) for one in segments]
            dim = int(old[0].vectors.d)
            vectors = flat((batch for part, keep in zip(old, rows, strict=True) for batch in rows_of(part.vectors, keep)), dim)
            ranges, before = [], 0
            for part, owner, keep in zip(old, owners, rows, strict=True):
                some = part.ranges[keep]
                some[:, 0] = (np.cumsum(owner) - 1)[some[:, 0]] + before
                ranges.append(some)
                before += int(owner.sum())
            words = Postings.merged([part.words for part in old], rows)
            _write_part(Part(np.concatenate(ranges), vectors, words), folder / level)
        return cls.open(folder, dim=int(segments[0].passages.vectors.d))

    def save(self, folder: Path) -> None:
        """Write the segment into an empty folder. Raises OSError or RuntimeError when that fails."""
        _write_texts(iter([(self.texts, np.arange(len(self.texts.ids)))]), folder)
        for level, part in zip(LEVELS, (self.passages, self.sentences), strict=True):
            _write_part(part, folder / level)


class _Held:
    """An encoder that knows the vectors of some texts and asks another one, if it must, for those of the rest."""

    name, fingerprint = "", ""

    def __init__(self, encoder: Callable[[], Encoder], dim: int) -> None:
        self._encoder, self.dim = encoder, dim
        self.vectors: dict[str, Vectors] = {}

    def encode_query(self, question: str) -> Vectors:
        """As the other one."""
        return self._encoder().encode_query(question)

    def encode_passages(self, texts: Sequence[str], *, progress: Progress) -> Vectors:
        """The vectors of the texts, in their order."""
        new = [text for text in texts if text not in self.vectors]
        found = dict(zip(new, self._encoder().encode_passages(new, progress=progress), strict=True)) if new else {}
        return np.array([found[text] if text in found else self.vectors[text] for text in texts], dtype=np.float32)


def _write_texts(some: Iterator[tuple[Texts, NDArray[np.int64]]], folder: Path) -> None:
    """Write the lines of some rows, and where each begins."""
    places, at = [], 0
    with (folder / _TEXTS).open("wb") as file:
        for texts, rows in some:
            for row in rows.tolist():
                places.append([texts.ids[row], texts.characters[row], at])
                at += file.write(texts.line(row))
    (folder / _DOCUMENTS).write_text(json.dumps(places), encoding="utf-8")


def _write_part(part: Part, folder: Path) -> None:
    folder.mkdir()
    np.save(folder / "ranges.npy", part.ranges)
    save(part.vectors, folder / "vectors.faiss")
    part.words.save(folder)


def parsed(line: bytes, *, identity: str | None, name: Name | None) -> Document:
    """The document in a line. Raises ValueError, KeyError or TypeError for another than the one with this id.

    Formats before 3 kept title and source in the line, format 1 the starts of pages alone.
    """
    row = json.loads(line.decode("utf-8", "surrogatepass"))
    if "pages" in row:
        row |= {"places": [["page", row["pages"], []]] if row["pages"] else [], "findings": []}
    title, source = name or (row["title"], row["source"])
    document = Document(
        text=row["text"],
        title=title,
        source=source,
        headings=tuple(Heading(*heading) for heading in row["headings"]),
        places=tuple(Places(kind, tuple(starts), tuple(labels)) for kind, starts, labels in row["places"]),
        findings=tuple(Finding(kind, said, tuple(map(_pair, ranges))) for kind, said, ranges in row["findings"]),
    )
    if document.id != (identity or row["id"]):
        raise ValueError(f"the text of {document.source} is not the one that was indexed")
    return document


def documents_before_3(folder: Path) -> Iterator[Document]:
    """The documents of a library of format 1 or 2. Raises as ``parsed`` does."""
    with (folder / "documents.jsonl").open("rb") as lines:
        for line in lines:
            yield parsed(line, identity=None, name=None)


def _pair(ends: Sequence[int]) -> tuple[int, int]:
    start, end = ends
    return start, end


def check(characters: Sequence[int], passages: Part, sentences: Part, *, dim: int) -> None:
    """Raise ValueError unless every range has an owner, lies inside it, and all arrays have a row for it."""
    bounds = np.array([[0, count] for count in characters], dtype=np.int64).reshape(-1, 2)
    for part, owners in ((passages, bounds), (sentences, passages.ranges[:, 1:])):
        owner, start, end = part.ranges.T
        if not len(owner) or not (0 <= owner.min() and owner.max() < len(owners)):
            raise ValueError("a range has no owner")
        if not np.all((owners[owner, 0] <= start) & (start < end) & (end <= owners[owner, 1])):
            raise ValueError("a range leaves its owner")
        if not len(part.ranges) == int(part.vectors.ntotal) == len(part.words.lengths) or int(part.vectors.d) != dim:
            raise ValueError("words, vectors and ranges are not in step")
