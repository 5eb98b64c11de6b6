"""A segment: some documents with everything that search needs of them, made once and never changed.

    texts.jsonl        id, headings, places, findings, text: a document a line
    documents.json     id, characters, first byte and SHA-256 of each line
    passages/          ranges.npy     int64 (n, 3): document row, start, end
                       vectors.faiss  unit vectors
                       terms.txt, surfaces.txt, starts.npy, rows.npy, counts.npy, lengths.npy: see ``index.search.bm25``
    sentences/         the same; ranges.npy: passage row, start, end

Offsets are those of ``Document.text``. Arrays and vectors are mapped when a segment is opened, and texts are read one by one
when they are asked for, each held against its SHA-256, so that opening costs little however much there is.
"""

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from hashlib import sha256
from mmap import ACCESS_READ, mmap
from pathlib import Path
from typing import NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

import corpus.chunk as cutter
from corpus.context import searched
from corpus.digest import file_digest
from corpus.document import Document, Finding, Heading, Places
from corpus.errors import LibraryError
from corpus.messages import packed, unpacked
from corpus.progress import Progress
from index.arrays import Vectors, mapped, write
from index.encoders.encoder import Encoder
from index.search.bm25 import FILES as WORD_FILES
from index.search.bm25 import Postings
from index.search.vectors import Flat, flat, load, rows_of, save

LEVELS = ("passages", "sentences")
TEXTS, DOCUMENTS = "texts.jsonl", "documents.json"
_RANGES, _VECTORS = "ranges.npy", "vectors.faiss"
_LEVEL_FILES = (_RANGES, _VECTORS, *WORD_FILES)

FILES = (TEXTS, DOCUMENTS, *(f"{level}/{name}" for level in LEVELS for name in _LEVEL_FILES))
"""The files of a segment, in its folder."""


IN_CONTEXT = 5
"""The version of the cutter from which passages are searched under the names they stand under (``corpus.context``)."""


class Name(NamedTuple):
    """What a text is called, and where it was read: not part of what it says, so not kept beside it.

    ``digest`` is the SHA-256 of the file's bytes, or empty where it is not known.
    """

    title: str
    source: str
    digest: str = ""


class LevelData(NamedTuple):
    """One unit of search, passages or sentences, of one segment: ``ranges (n, 3) int64`` (owner row, start, end)."""

    ranges: NDArray[np.int64]
    vectors: Flat
    words: Postings


class Texts(Protocol):
    """The documents of a segment: their ids, and for each row its characters, its line, and the document under a name."""

    ids: tuple[str, ...]
    characters: tuple[int, ...]

    def line(self, row: int) -> bytes:
        """The document as ``texts.jsonl`` has it. Raises ValueError where it is not as it was written."""
        ...

    def read(self, row: int, name: Name) -> Document:
        """The document. Raises LibraryError when its text is not the one that was indexed."""
        ...


class MemoryTexts:
    """Documents in memory."""

    def __init__(self, documents: Sequence[Document]) -> None:
        self._documents = tuple(documents)
        self.ids = tuple(document.id for document in documents)
        self.characters = tuple(len(document.text) for document in documents)

    def line(self, row: int) -> bytes:
        """The document as ``texts.jsonl`` has it."""
        return line_of(self._documents[row])

    def read(self, row: int, name: Name) -> Document:
        """The document; the very one that was given where the name is its own."""
        document = self._documents[row]
        if (document.title, document.source, document.digest) == name:
            return document
        return replace(document, title=name.title, source=name.source, digest=name.digest)


class MappedTexts:
    """Documents in a file, which stays mapped though another process may delete it; each is read when it is asked for.

    ``digest`` is the SHA-256 of the whole file, for before format 4 there was none of each line. Raises OSError, ValueError,
    KeyError, TypeError or IndexError for a folder that is damaged.
    """

    def __init__(self, folder: Path, digest: str) -> None:
        rows = json.loads((folder / DOCUMENTS).read_text(encoding="utf-8"))
        self.ids = tuple(str(row[0]) for row in rows)
        self.characters = tuple(int(row[1]) for row in rows)
        self._path, self._digest = folder / TEXTS, digest
        with self._path.open("rb") as file:
            self._map = mmap(file.fileno(), 0, access=ACCESS_READ)
        self._bounds = (*(int(row[2]) for row in rows), len(self._map))
        self._digests = tuple(str(row[3]) for row in rows if len(row) > _BEFORE_4)
        if len(self._digests) not in {0, len(rows)}:
            raise ValueError("some texts have no SHA-256")
        self._is_whole = False

    def line(self, row: int) -> bytes:
        """The document as it stands in the file. Raises ValueError where it is not as it was written."""
        line = self._map[self._bounds[row] : self._bounds[row + 1]]
        if self._digests:
            is_whole = sha256(line).hexdigest() == self._digests[row]
        else:
            is_whole = self._is_whole = self._is_whole or sha256(self._map).hexdigest() == self._digest
        if not is_whole:
            raise ValueError(f"text {row + 1} is not the one that was indexed")
        return line

    def read(self, row: int, name: Name) -> Document:
        """The document. Raises LibraryError when its text, or what is kept beside it, is not the one that was indexed."""
        try:
            return parsed(self.line(row), identity=self.ids[row], name=name)
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            reason = str(error).splitlines()[0][:160]
            raise LibraryError("library.changed", where=self._path, why=reason) from error


_BEFORE_4 = 3
"""So many things were kept of each line before format 4."""


def line_of(document: Document) -> bytes:
    """A document as ``texts.jsonl`` has it: all that it says, where what stands, and what was found in it."""
    kept = {
        "id": document.id,
        "headings": [[heading.start, heading.end, heading.level] for heading in document.headings],
        "places": [[p.kind, p.starts, p.labels] for p in document.places],
        "findings": [[f.kind, packed(f.message), f.ranges] for f in document.findings],
        "text": document.text,
    }
    return json.dumps(kept, ensure_ascii=False).encode("utf-8", "surrogatepass") + b"\n"


@dataclass(frozen=True, slots=True)
class Segment:
    """Documents and the two levels they are searched at; sentences are owned by passages, passages by documents."""

    texts: Texts
    passages: LevelData
    sentences: LevelData

    @classmethod
    def build(cls, documents: Sequence[Document], *, encoder: Encoder, progress: Progress) -> "Segment | None":
        """Cut, encode and index documents, in memory; None when there is nothing to quote in them.

        ``progress(done, total)`` counts as the encoder does; a sentence that is a passage of its own is encoded once.
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
        texts = [searched(documents[row], start, end) for row, start, end in passages]
        quotable = [documents[passages[row][0]].text[start:end] for row, start, end in sentences]
        place: dict[str, int] = {}
        for text in (*texts, *quotable):
            place.setdefault(text, len(place))
        vectors = encoder.encode_passages(list(place), progress=progress)

        def part(ranges: list[tuple[int, int, int]], names: list[str]) -> LevelData:
            rows = flat(iter([vectors[[place[text] for text in names]]]), encoder.dim)
            return LevelData(np.array(ranges, dtype=np.int64), rows, Postings.build(names))

        return cls(MemoryTexts(documents), part(passages, texts), part(sentences, quotable))

    @classmethod
    def open(cls, folder: Path, *, dim: int, digest: str) -> "Segment":
        """The segment in a folder; ``digest`` is that of its texts.

        Raises OSError, RuntimeError, ValueError, KeyError, TypeError or IndexError for one that is damaged.
        """
        texts = MappedTexts(folder, digest)
        passages, sentences = (
            LevelData(mapped(at / _RANGES, "<i8", columns=3), load(at / _VECTORS, dim=dim), Postings.load(at))
            for at in (folder / level for level in LEVELS)
        )
        check(texts.characters, passages, sentences, dim=dim)
        return cls(texts, passages, sentences)

    def documents(self) -> tuple[Document, ...]:
        """All documents, without their names. Raises LibraryError for one that is damaged."""
        return tuple(self.texts.read(row, Name("", "")) for row in range(len(self.texts.ids)))

    def recounted(self) -> "Segment":
        """The same with its words counted anew, by the analyzer as it is now."""
        documents, owners = self.documents(), self.passages.ranges[:, 0]
        passages = Postings.build([searched(documents[row], *range_) for row, *range_ in self.passages.ranges.tolist()])
        sentences = Postings.build([documents[owners[row]].text[s:e] for row, s, e in self.sentences.ranges.tolist()])
        return replace(
            self, passages=self.passages._replace(words=passages), sentences=self.sentences._replace(words=sentences)
        )

    def recut(self, encoder: Callable[[], Encoder], progress: Progress, *, cutter: int) -> "Segment | None":
        """The same documents cut and counted anew, as it is done now; ``encoder()`` is asked for what has no vector yet.

        ``cutter`` is the version of the cutter that made it.
        """
        knowing = Knowing(encoder, [self], in_context=cutter >= IN_CONTEXT)
        return Segment.build(self.documents(), encoder=knowing, progress=progress)

    @classmethod
    def merged(cls, segments: Sequence["Segment"], kept: Callable[[str], bool], folder: Path) -> "Segment":
        """Several segments written as one into an empty folder, without the documents that are not ``kept``.

        Raises OSError or RuntimeError when that fails, and ValueError when none is kept, or a text is not as it was written.
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
            _write_part(LevelData(np.concatenate(ranges), vectors, words), folder / level)
        return cls.open(folder, dim=dim, digest=file_digest(folder / TEXTS))

    def save(self, folder: Path) -> None:
        """Write the segment into an empty folder. Raises OSError or RuntimeError when that fails."""
        _write_texts(iter([(self.texts, np.arange(len(self.texts.ids)))]), folder)
        for level, part in zip(LEVELS, (self.passages, self.sentences), strict=True):
            _write_part(part, folder / level)


class Knowing:
    """An encoder that knows the vectors of all texts in some segments and asks another one, if it must, for those of others;
    ``in_context`` says whether the passages have theirs with their context.

    Raises LibraryError where a text is not as it was written.
    """

    name, fingerprint = "", ""

    def __init__(self, encoder: Callable[[], Encoder], segments: Sequence[Segment], *, in_context: bool = True) -> None:
        self._encoder, self.dim = encoder, int(segments[0].sentences.vectors.d)
        self._vectors: dict[str, Vectors] = {}
        for one in segments:
            documents, owners = one.documents(), one.passages.ranges[:, 0]
            for part, rows, text_of in (
                (one.passages, owners, searched if in_context else _alone),
                (one.sentences, owners[one.sentences.ranges[:, 0]], _alone),
            ):
                ranges = zip(rows.tolist(), part.ranges[:, 1:].tolist(), strict=True)
                texts = (text_of(documents[row], start, end) for row, (start, end) in ranges)
                vectors = (row for rows in rows_of(part.vectors, np.ones(len(part.ranges), dtype=np.bool_)) for row in rows)
                self._vectors |= dict(zip(texts, vectors, strict=True))

    def encode_query(self, question: str) -> Vectors:
        """As the other one."""
        return self._encoder().encode_query(question)

    def encode_passages(self, texts: Sequence[str], *, progress: Progress) -> Vectors:
        """The vectors of the texts, in their order."""
        new = [text for text in texts if text not in self._vectors]
        found = dict(zip(new, self._encoder().encode_passages(new, progress=progress), strict=True)) if new else {}
        return np.array([found[text] if text in found else self._vectors[text] for text in texts], dtype=np.float32)


def _alone(document: Document, start: int, end: int) -> str:
    return document.text[start:end]


def _write_texts(some: Iterator[tuple[Texts, NDArray[np.int64]]], folder: Path) -> None:
    """Write the lines of some rows, and where each begins."""
    places, at = [], 0
    with (folder / TEXTS).open("xb") as file:
        for texts, rows in some:
            for row in rows.tolist():
                line = texts.line(row)
                places.append([texts.ids[row], texts.characters[row], at, sha256(line).hexdigest()])
                at += file.write(line)
    with (folder / DOCUMENTS).open("x", encoding="utf-8") as file:
        json.dump(places, file)


def _write_part(part: LevelData, folder: Path) -> None:
    folder.mkdir()
    write(folder / _RANGES, part.ranges)
    save(part.vectors, folder / _VECTORS)
    part.words.save(folder)


def parsed(line: bytes, *, identity: str | None, name: Name | None) -> Document:
    """The document in a line. Raises ValueError, KeyError, TypeError or AttributeError for another than the one with this id.

    Formats before 3 kept title and source in the line, format 1 the starts of pages alone.
    """
    row = json.loads(line.decode("utf-8", "surrogatepass"))
    if "pages" in row:
        row |= {"places": [["page", row["pages"], []]] if row["pages"] else [], "findings": []}
    name = name or Name(str(row["title"]), str(row["source"]))
    document = Document(
        text=row["text"],
        title=name.title,
        source=name.source,
        headings=tuple(Heading(*heading) for heading in row["headings"]),
        places=tuple(Places(kind, tuple(starts), tuple(labels)) for kind, starts, labels in row["places"]),
        findings=tuple(Finding(kind, unpacked(said), tuple(map(_pair, ranges))) for kind, said, ranges in row["findings"]),
        digest=name.digest,
    )
    if document.id != (identity or row["id"]):
        raise ValueError(f"the text of {document.source} is not the one that was indexed")
    return document


def _pair(ends: Sequence[int]) -> tuple[int, int]:
    start, end = ends
    return start, end


def check(characters: Sequence[int], passages: LevelData, sentences: LevelData, *, dim: int) -> None:
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
