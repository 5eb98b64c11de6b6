"""The wall between asking and what is searched: all that a question may know of an index.

The library on disk fulfils it (``index.library``), and so may any engine; ``tests/test_searcher.py`` holds every searcher
against a reference that looks at every row.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from corpus.document import Document, Passage, Quote

Rows = NDArray[np.int64]
"""``(n,) int64``: rows of a level or of the documents."""

Ranges = NDArray[np.int64]
"""``(n, 2) int64``: half-open ranges of characters of one document, rising."""

Scores = NDArray[np.float32]
"""``(n,) float32``, one for each row that was asked about."""

Vector = NDArray[np.float32]
"""``(dim,) float32`` of length 1."""


class Searchable(Protocol):
    """One unit of search, the passages or the sentences, by rows from 0 in the order of the documents and of their text."""

    @property
    def n(self) -> int:
        """How many rows there are."""

    def nearest(self, vector: Vector, k: int) -> Rows:
        """The rows of the ``k`` largest cosines with a vector, best first."""

    def matching(self, terms: Sequence[str], k: int) -> Rows:
        """The rows of the ``k`` largest BM25 scores over 0 for these terms, in no order."""

    def cosines(self, vector: Vector, rows: Rows) -> Scores:
        """The cosine of a vector with each of these rows."""

    def bm25(self, terms: Sequence[str], rows: Rows) -> Scores:
        """The BM25 score of each of these rows for these terms, by the statistics of all rows."""

    def of_documents(self, documents: Iterable[int]) -> Rows:
        """The rows that stand in these documents, rising."""

    def rows_of(self, document: int) -> tuple[int, Ranges]:
        """The first row of a document, and the ranges of all its rows, which follow one another."""


class Searcher(Protocol):
    """Documents, searchable by their passages and sentences.

    A question asks it for rows, scores, and the words of the documents, and for the characters of what it quotes. It may be
    asked by many threads. Raises LibraryError where what it holds is damaged.
    """

    @property
    def passages(self) -> Searchable:
        """What is read as a whole; each stands in one document."""

    @property
    def sentences(self) -> Searchable:
        """What is quoted; each stands in one passage."""

    @property
    def model(self) -> str:
        """The name of the model whose vectors are compared."""

    def encode(self, question: str) -> Vector:
        """The vector of a question."""

    def knows(self, language: str) -> bool:
        """Whether the model was trained on a language (ISO 639-1), or nobody can say."""

    def better_model(self, language: str) -> str | None:
        """The name of a model that knows a language which this one does not; None where there is none."""

    def passage(self, row: int) -> Passage:
        """The passage in a row."""

    def sentence(self, row: int) -> Quote:
        """The sentence in a row, inside its passage."""

    def passages_of(self, sentences: Rows) -> Rows:
        """The row of the passage that each of these sentences stands in."""

    def sentences_of(self, passages: Rows) -> Rows:
        """The rows of all sentences that stand in these passages, rising."""

    def owner(self, sentence: int) -> int:
        """The row of the document that a sentence stands in."""

    def same_text(self, sentence: int) -> Rows:
        """The rows of the other sentences with the same characters, rising."""

    def passages_with(self, terms: Sequence[str], k: int) -> Rows:
        """The first ``k`` passages that have all of these terms, rising."""

    def surface(self, term: str) -> str | None:
        """The commonest spelling of a term in the passages; None for one that occurs in none."""

    def frequency(self, term: str) -> int:
        """In how many passages a term occurs."""

    def weight(self, term: str) -> float:
        """The idf of a term over the passages; of one that occurs nowhere, that of a term with no passage."""

    def near_spellings(self, word: str, slips: int) -> Sequence[tuple[str, int]]:
        """Terms whose commonest spelling is at most so many slips from a word, with their number.

        Small letters are compared, of spellings with the same first letter. A slip is a letter more, less, other, or two
        neighbours swapped (optimal string alignment).
        """

    @property
    def documents(self) -> Sequence[Document]:
        """The documents, each read when it is asked for."""

    @property
    def ids(self) -> Sequence[str]:
        """Their ids, known without reading a text."""

    @property
    def titles(self) -> Sequence[str]:
        """Their titles and the names of their files, each once, known without reading a text."""

    @property
    def title_terms(self) -> frozenset[str]:
        """The terms of all of these."""

    @property
    def languages(self) -> Mapping[str, int]:
        """How many of the passages that were looked at are in each language."""

    def holds_language(self, language: str) -> bool:
        """Whether more than next to none of these are in a language."""

    def where(self, name: str) -> str:
        """Where what is kept under a name lies, as a person is told it."""

    def kept(self, name: str) -> dict[str, object] | None:
        """What was kept under a name for this very state of the documents; None where there is nothing.

        Raises LibraryError for what is damaged.
        """

    def keep(self, name: str, held: Mapping[str, object]) -> str:
        """Keep JSON under a name for this very state, which the next forgets; says where.

        Raises LibraryError where it cannot be kept.
        """
