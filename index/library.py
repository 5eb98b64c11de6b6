"""A library: documents with their passages and sentences, searchable by words and by vectors, in memory or in a folder.

It is a view over segments (``index.store.segment``), one after the other; a row counts through all of them. What lies in the
folder is said in ``index.store.state``.
"""

import json
from collections import Counter, OrderedDict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, reduce
from hashlib import sha256
from pathlib import Path
from threading import Lock
from typing import overload
from weakref import WeakValueDictionary

import numpy as np
from numpy.typing import NDArray

import corpus.chunk as cutter
import corpus.terms as analyzer
from corpus.document import Document, Passage, Quote
from corpus.errors import LibraryError
from corpus.language import language_of
from corpus.progress import Progress
from corpus.terms import terms
from index.encoders.encoder import Encoder
from index.encoders.known import better_model, knows
from index.search.bm25 import Bm25
from index.search.searcher import Ranges, Rows, Scores, Vector
from index.search.vectors import VectorIndex
from index.store.migrations import FORMAT
from index.store.segment import Knowing, LevelData, MemoryTexts, Name, Segment
from index.store.state import SourceFile, changed_since, damaged, open_segments, read_beside, read_state, state_of, writing

LANGUAGE_SAMPLE = 500
"""Passages whose language is told to know those of a library."""

SELDOM = 0.02
"""A language that at most this share of them is in is not the documents': names, quotations, code."""

REMEMBERED = 50_000_000
"""Characters of the texts that a library keeps in memory after they were read."""

SAME = 0.999
"""The cosine that two vectors of one text have at least: their batches were padded differently."""

TRIES = 5
"""How often a library is opened anew when another process replaced it meanwhile."""


@dataclass(frozen=True, slots=True)
class Level:
    """One unit of search, passages or sentences: ``ranges (n, 3) int64`` (owner row, start, end), vectors and words.

    ``owners`` are the passages that own sentences; those of passages are the documents. It is a ``Searchable``.
    """

    ranges: NDArray[np.int64]
    vectors: VectorIndex
    words: Bm25
    owners: "Level | None" = None

    @property
    def n(self) -> int:
        """How many rows there are."""
        return len(self.ranges)

    def nearest(self, vector: Vector, k: int) -> Rows:
        """The rows of the ``k`` largest cosines with a vector, best first."""
        return self.vectors.nearest(vector, k)

    def matching(self, terms: Sequence[str], k: int) -> Rows:
        """The rows of the ``k`` largest BM25 scores over 0, in no order."""
        scores = self.words.scores(terms)
        rows = np.argpartition(-scores, k)[:k] if len(scores) > k else np.arange(len(scores))
        return rows[scores[rows] > 0]

    def cosines(self, vector: Vector, rows: Rows) -> Scores:
        """The cosine of a vector with each of these rows."""
        return self.vectors.scores(vector, rows)

    def bm25(self, terms: Sequence[str], rows: Rows) -> Scores:
        """The BM25 score of each of these rows."""
        return self.words.scores(terms)[rows]

    def of_documents(self, documents: Iterable[int]) -> Rows:
        """The rows that stand in these documents, rising."""
        return self.of_owners(self.owners.of_documents(documents) if self.owners else np.array(list(documents), dtype=np.int64))

    def of_owners(self, owners: Rows) -> Rows:
        """The rows that these own, rising."""
        return np.flatnonzero(np.isin(self.ranges[:, 0], owners))

    def rows_of(self, document: int) -> tuple[int, Ranges]:
        """The first row of a document, and the ranges of all its rows."""
        first, last = self._bounds(document, document + 1)
        return first, self.ranges[first:last, 1:]

    def _bounds(self, document: int, end: int) -> tuple[int, int]:
        """The rows of a range of documents, half open."""
        owners = self.owners._bounds(document, end) if self.owners else (document, end)
        first, last = np.searchsorted(self.ranges[:, 0], owners).tolist()
        return first, last


class Documents(Sequence[Document]):
    """The documents of some segments, each read when it is asked for; the same object for as long as anybody holds it.

    ``ids`` and ``names`` are known without reading a text. The last texts that were read stay in memory, so many characters
    of them (REMEMBERED). Reading raises LibraryError for a text that is not the one that was indexed.
    """

    def __init__(self, segments: Sequence[Segment], names: dict[str, Name]) -> None:
        self.ids = tuple(identity for one in segments for identity in one.texts.ids)
        self.names = tuple(names[identity] for identity in self.ids)
        self._places = [(one.texts, row) for one in segments for row in range(len(one.texts.ids))]
        self._alive: WeakValueDictionary[int, Document] = WeakValueDictionary()
        self._last: OrderedDict[int, Document] = OrderedDict()
        self._characters = 0
        self._reading = Lock()

    def __len__(self) -> int:
        return len(self.ids)

    @overload
    def __getitem__(self, row: int) -> Document: ...
    @overload
    def __getitem__(self, row: slice) -> tuple[Document, ...]: ...
    def __getitem__(self, row: int | slice) -> Document | tuple[Document, ...]:
        if isinstance(row, slice):
            return tuple(self[n] for n in range(*row.indices(len(self))))
        row = range(len(self))[row]
        with self._reading:
            document = self._alive.get(row)
            if document is None:
                texts, place = self._places[row]
                document = self._alive[row] = texts.read(place, self.names[row])
            if row not in self._last:
                self._characters += len(document.text)
            self._last[row] = document
            self._last.move_to_end(row)
            while self._characters > REMEMBERED and len(self._last) > 1:
                self._characters -= len(self._last.popitem(last=False)[1].text)
            return document


class Library:
    """Documents, and the two levels they are searched at; ``sentences`` are owned by passages, passages by documents.

    It is a ``Searcher`` (``index.search.searcher``), which says what most of its methods give.
    ``folder`` is where it lies on disk, or None while it is only in memory; ``made`` are the names of the segments in it.
    """

    def __init__(
        self,
        segments: Sequence[Segment],
        names: dict[str, Name],
        encoder: Encoder,
        folder: Path | None = None,
        made: Sequence[str] = (),
    ) -> None:
        self.segments, self.encoder, self.folder, self.made = tuple(segments), encoder, folder, tuple(made)
        self.documents = Documents(segments, names)
        self.passages = _level([one.passages for one in segments], [len(one.texts.ids) for one in segments])
        owners = [len(one.passages.ranges) for one in segments]
        self.sentences = _level([one.sentences for one in segments], owners, self.passages)

    @cached_property
    def rows(self) -> dict[str, int]:
        """The row of each document, by its id."""
        return {identity: row for row, identity in enumerate(self.documents.ids)}

    @cached_property
    def titles(self) -> tuple[str, ...]:
        """The titles of the documents and the names of their files."""
        return tuple(dict.fromkeys(name for one in self.documents.names for name in (one.title, Path(one.source).stem)))

    @cached_property
    def title_terms(self) -> frozenset[str]:
        """The terms of all titles and file names."""
        return frozenset(term for title in self.titles for term in terms(title))

    @cached_property
    def languages(self) -> Counter[str]:
        """How many passages each language has, among so many that are looked at, spread evenly: a tenth of a second."""
        return Counter(language_of(self.passage(row).text) for row in self._sample())

    def holds_language(self, language: str) -> bool:
        """Whether more than a SELDOM share of the passages that are looked at are in a language.

        Mostly that is told at once, without the statistics that ``languages`` may need and that take a second to load.
        """
        sample = self._sample()
        if "languages" not in self.__dict__:
            told = (language_of(self.passage(row).text, by_statistics=False) for row in sample)
            if sum(one == language for one in told) > SELDOM * len(sample):
                return True
        return self.languages[language] > SELDOM * len(sample)

    def _sample(self) -> Sequence[int]:
        n = len(self.passages.ranges)
        return range(n) if n <= LANGUAGE_SAMPLE else [at * n // LANGUAGE_SAMPLE for at in range(LANGUAGE_SAMPLE)]

    @property
    def ids(self) -> tuple[str, ...]:
        """The ids of the documents."""
        return self.documents.ids

    @property
    def model(self) -> str:
        """The name of the model whose vectors are compared."""
        return self.encoder.name

    def encode(self, question: str) -> Vector:
        """The vector of a question."""
        return self.encoder.encode_query(question)

    def knows(self, language: str) -> bool:
        """Whether the model was trained on a language, or nobody can say."""
        return knows(self.model, language)

    def better_model(self, language: str) -> str | None:
        """A model that knows a language which this one does not."""
        return better_model(self.model, language)

    def owner(self, sentence: int) -> int:
        """The row of the document that a sentence stands in."""
        return int(self.passages.ranges[self.sentences.ranges[sentence, 0], 0])

    def passage(self, row: int) -> Passage:
        """The passage in a row."""
        owner, start, end = self.passages.ranges[row].tolist()
        return Passage(self.documents[owner], start, end)

    def sentence(self, row: int) -> Quote:
        """The sentence in a row, inside its passage."""
        owner, start, end = self.sentences.ranges[row].tolist()
        return Quote(self.passage(owner), start, end)

    def passages_of(self, sentences: Rows) -> Rows:
        """The row of the passage that each of these sentences stands in."""
        owners: Rows = self.sentences.ranges[sentences, 0]
        return owners

    def sentences_of(self, passages: Rows) -> Rows:
        """The rows of all sentences that stand in these passages, rising."""
        return self.sentences.of_owners(passages)

    def same_text(self, sentence: int) -> Rows:
        """The rows of the other sentences with the same characters, rising: by length, then by vector, then by character."""
        ranges, text = self.sentences.ranges, self.sentence(sentence).text
        as_long = np.flatnonzero(ranges[:, 2] - ranges[:, 1] == len(text))
        (vector,) = self.sentences.vectors.rows(np.array([sentence]))
        alike = as_long[self.sentences.vectors.scores(vector, as_long) > SAME].tolist()
        return np.array([row for row in alike if row != sentence and self.sentence(row).text == text], dtype=np.int64)

    def passages_with(self, terms: Sequence[str], k: int) -> Rows:
        """The first ``k`` passages that have all of these terms, rising."""
        found = [self.passages.words.rows(term) for term in terms] or [np.empty(0, dtype=np.int64)]
        rows: Rows = reduce(np.intersect1d, found)
        return rows[:k]

    def surface(self, term: str) -> str | None:
        """The commonest spelling of a term in the passages."""
        return self.passages.words.surfaces.get(term)

    def frequency(self, term: str) -> int:
        """In how many passages a term occurs."""
        return self.passages.words.rows_with(term)

    def weight(self, term: str) -> float:
        """The idf of a term over the passages."""
        return self.passages.words.weight(term)

    def near_spellings(self, word: str, slips: int) -> list[tuple[str, int]]:
        """Terms whose commonest spelling is at most so many slips from a word, with their number."""
        from rapidfuzz import process
        from rapidfuzz.distance import OSA

        spelt = self.passages.words.spellings.get(word[0], {})
        found = process.extract(word, spelt, scorer=OSA.distance, score_cutoff=slips, limit=None)
        return [(term, int(slips)) for _, slips, term in found]

    def where(self, name: str) -> str:
        """Where what is kept under a name lies, as a person is told it."""
        return str(self.folder / f"{name}.json") if self.folder else "memory"

    def kept(self, name: str) -> dict[str, object] | None:
        """What was kept under a name for this very state."""
        if self.folder is None:
            return None
        try:
            held = read_beside(self.folder, f"{name}.json")
            return held if held is not None and held.pop("of") == list(self.made) else None
        except (OSError, ValueError, KeyError, RecursionError) as error:
            raise LibraryError("calibration.changed", where=self.where(name), why=str(error)) from error

    def keep(self, name: str, held: Mapping[str, object]) -> str:
        """Keep JSON under a name for this very state, which the next forgets; says where."""
        if self.folder is None:
            raise LibraryError("calibration.in_memory")
        with writing(self.folder) as writer:
            if [made.name for made in read_state(self.folder).segments] != list(self.made):
                raise LibraryError("calibration.meanwhile", where=self.folder)
            return str(writer.keep_beside(f"{name}.json", {"of": list(self.made), **held}))


def _level(parts: Sequence[LevelData], owners: Sequence[int], owned_by: Level | None = None) -> Level:
    """Parts as one, their owners counted on."""
    before = np.cumsum([0, *owners[:-1]])
    ranges = np.concatenate([part.ranges + np.array([first, 0, 0]) for part, first in zip(parts, before, strict=True)])
    return Level(ranges, VectorIndex([part.vectors for part in parts]), Bm25([part.words for part in parts]), owned_by)


def build(documents: Sequence[Document], *, encoder: Encoder, progress: Progress, known: Sequence[Segment] = ()) -> Library:
    """Cut, encode and index documents, in memory; what stands in ``known`` segments of the same encoder has its vectors.

    Raises LibraryError when there is nothing to quote in them, or a known segment is damaged.
    """
    knowing = Knowing(lambda: encoder, known) if known else encoder
    segment = Segment.build(documents, encoder=knowing, progress=progress)
    if segment is None:
        raise LibraryError("library.no_words")
    return Library([segment], _named(documents), encoder)


def save(library: Library, folder: Path) -> Library:
    """Write a library, replacing the one that may be there, whole or not at all; gives it with its folder.

    Raises LibraryError when the folder holds something else, or cannot be written.
    """
    named = zip(library.documents.ids, library.documents.names, strict=True)
    files = tuple(SourceFile(name.source, name.title, identity, digest=name.digest) for identity, name in named)
    with writing(folder) as writer:
        segments = tuple(writer.write(segment) for segment in library.segments)
        writer.commit(replace(state_of(library.encoder), files=files, segments=segments))
    return open_library(folder, encoder=lambda name, fingerprint: library.encoder)


def open_library(folder: Path, *, encoder: Callable[[str, str], Encoder]) -> Library:
    """The library in a folder; ``encoder(name, fingerprint)`` is asked for the model that it was made with.

    Raises LibraryError when there is none or nothing in it, it is half-written, changed, or written by another version.
    """
    found = open_if_any(folder, encoder=encoder)
    if found is None:
        raise LibraryError("library.no_documents", where=folder, folder=str(folder))
    return found


def open_if_any(folder: Path, *, encoder: Callable[[str, str], Encoder]) -> Library | None:
    """As ``open_library``, but None for a library without documents."""
    for left in reversed(range(TRIES)):
        before = changed_since(folder)
        try:
            state = read_state(folder)
            segments = open_segments(folder, state)
            break
        except LibraryError:
            if not left or changed_since(folder) == before:  # it is not that somebody wrote meanwhile
                raise
    if not segments:
        return None
    try:
        return Library(
            segments, names_of(state.files), encoder(*state.encoder[:2]), folder, [made.name for made in state.segments]
        )
    except KeyError as error:
        raise damaged(folder, ValueError(f"no file has the text {error}")) from error


def names_of(files: Iterable[SourceFile]) -> dict[str, Name]:
    """What each text is called, by its id; of one that several files hold, the first that has what is kept with it."""
    found: dict[str, Name] = {}
    for file in sorted(files, key=lambda file: file.otherwise):
        if file.document:
            found.setdefault(file.document, Name(file.title, file.path, "" if file.otherwise else file.digest))
    return found


def replace_texts(library: Library, documents: Sequence[Document]) -> Library:
    """The same library over documents that were read just now, each the very one that was given.

    Raises LibraryError where these are not its documents.
    """
    if [document.id for document in documents] != list(library.documents.ids):
        raise LibraryError("library.other_documents", where=library.folder)
    segments, before = [], 0
    for segment in library.segments:
        after = before + len(segment.texts.ids)
        segments.append(replace(segment, texts=MemoryTexts(documents[before:after])))
        before = after
    return Library(segments, _named(documents), library.encoder, library.folder, library.made)


def _named(documents: Sequence[Document]) -> dict[str, Name]:
    return {document.id: Name(document.title, document.source, document.digest) for document in documents}


def content_key(documents: Sequence[Document], *, fingerprint: str) -> str:
    """A name for the index of these documents with this encoder; another text, title, place or program, another name."""
    maps = [sha256(repr((d.headings, d.places, d.findings)).encode("utf-8", "surrogatepass")).hexdigest() for d in documents]
    named = [(d.id, d.title, d.source) for d in documents]
    parts = [FORMAT, cutter.VERSION, analyzer.VERSION, fingerprint, named, maps]
    return sha256(json.dumps(parts).encode("utf-8", "surrogatepass")).hexdigest()[:24]
