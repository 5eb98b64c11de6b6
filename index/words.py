"""Texts as words: the analyzer, and BM25 over whatever rows it is given.

BM25 in Lucene's form (Robertson and Zaragoza 2009; Kamphuis et al. 2020), every weight computed once while indexing and
kept in plain arrays, so that a query is a sum of columns (the way of bm25s, Lù 2024).
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterator, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

VERSION = 3
"""Raised whenever the analyzer gives other terms, so that an index knows it is old."""

READABLE = (1, 2, 3)
"""Versions whose indexes still answer: 1 took a word with a soft hyphen, as PDFs have them at line ends, for two; 2 kept the
endings of Russian and Arabic, so that such documents are found by their words only when they are indexed again."""

K1, B = 1.2, 0.75
"""Lucene's defaults; on the question sets here other values stay within half a point."""

_SPACELESS = "\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\uac00-\ud7af\U00020000-\U0003ffff"
_MARKS = "\u0300-\u036f\u0591-\u05c7\u0610-\u061a\u064b-\u065f\u0670\u06d6-\u06ed\u0900-\u0963\u0966-\u0dff\u0e31-\u0e4e"
_LETTER = f"(?:[^\\W_{_SPACELESS}]|[{_MARKS}])"
_TOKEN = re.compile(rf"[{_SPACELESS}]+|\d+(?:[.,]\d+)+|{_LETTER}+(?:['’\xad]{_LETTER}+)*")
_IS_SPACELESS = re.compile(f"[{_SPACELESS}]")
_ACCENTS = re.compile("[\u0300-\u0305\u0307-\u036f]|(?<![Ии])\u0306")
"""What is folded away; й is a letter of its own and not an и with an accent."""

_POSSESSIVE = re.compile("(?<=.)['’][sS]$")
_STEMMED = {"english": "[a-z]+", "russian": "[\u0430-\u044f]+", "arabic": f"(?:[\u0620-\u064a]|[{_MARKS}])+"}
"""Snowball's stemmers and the words they are for. The letters decide and not the language, since that of a question is often
uncertain, so that a word has one stem wherever it stands.

BM25 over paragraphs, nDCG@10 with endings kept / off: Arabic (ARCD, 1,395 questions, 460 paragraphs) .690 / .810, and R@10
.840 / .941; Russian (55 short descriptions and their manual pages) .808 / .856. With the English stemmer / the language's:
German and French (170 manual pages each) .850 / .860 and .877 / .864, Spanish (SQuAD-es, 1,500 questions) .805 / .815, the
last alone more than chance: not worth guessing the language of every question.
"""
_IS_STEMMED = {language: re.compile(letters) for language, letters in _STEMMED.items()}


class Token(NamedTuple):
    """A term, and the range of the text that it stands for."""

    term: str
    start: int
    end: int


def tokens(text: str) -> Iterator[Token]:
    """The terms of a text, in order of their place.

    A term is the search's own copy: compatibility forms, case and Latin accents folded, possessive and endings (English,
    Russian, Arabic) off, soft hyphens out. Runs of Chinese, Japanese and Korean give every character and every pair of
    neighbours.
    """
    for match in _TOKEN.finditer(text):
        start, end = match.span()
        if _IS_SPACELESS.match(match[0]):
            for at in range(start, end):
                yield Token(text[at], at, at + 1)
                if at + 1 < end:
                    yield Token(text[at : at + 2], at, at + 2)
            continue
        if ending := _POSSESSIVE.search(match[0]):
            end = start + ending.start()
        term = unicodedata.normalize("NFC", _ACCENTS.sub("", unicodedata.normalize("NFKD", text[start:end]).casefold()))
        if term[:1].isdigit():
            term = term.replace(",", "")
        else:
            term = term.replace("’", "'").replace("\xad", "")
            term = _stem(term)
        if term:
            yield Token(term, start, end)


def terms(text: str) -> list[str]:
    """The terms of a text, in order, repeats included."""
    return [token.term for token in tokens(text)]


@lru_cache(maxsize=1 << 16)
def _stem(word: str) -> str:
    language = next((language for language, letters in _IS_STEMMED.items() if letters.fullmatch(word)), None)
    return str(_stemmer(language).stemWord(word)) if language else word


@lru_cache(maxsize=len(_STEMMED))
def _stemmer(language: str) -> Any:
    import Stemmer

    return Stemmer.Stemmer(language, 0)


class Words:
    """BM25 over ``n`` rows of text.

    ``vocabulary`` maps a term to its column, ``surfaces`` gives the commonest spelling of it in the texts, ``idf`` is
    ``(v,) float32``. Columns are kept in compressed form: ``starts (v + 1,) int64`` into ``rows int32`` and
    ``weights float32``.
    """

    def __init__(
        self,
        vocabulary: dict[str, int],
        surfaces: list[str],
        starts: NDArray[np.int64],
        rows: NDArray[np.int32],
        weights: NDArray[np.float32],
        n: int,
    ) -> None:
        self.vocabulary, self.surfaces, self.n = vocabulary, surfaces, n
        self._starts, self._rows, self._weights = starts, rows, weights
        self.idf = _idf(np.diff(starts), n)

    @classmethod
    def build(cls, texts: Sequence[str]) -> "Words":
        """Analyze and weigh texts; row ``i`` is ``texts[i]``."""
        vocabulary: dict[str, int] = {}
        spellings: list[Counter[str]] = []
        columns: list[int] = []
        rows: list[int] = []
        counts: list[int] = []
        lengths = np.zeros(len(texts), dtype=np.float32)
        for row, text in enumerate(texts):
            found: Counter[int] = Counter()
            for term, start, end in tokens(text):
                column = vocabulary.setdefault(term, len(vocabulary))
                if column == len(spellings):
                    spellings.append(Counter())
                spellings[column][text[start:end]] += 1
                found[column] += 1
            lengths[row] = found.total()
            columns.extend(found)
            rows.extend([row] * len(found))
            counts.extend(found.values())
        column_of, row_of = np.array(columns, dtype=np.int64), np.array(rows, dtype=np.int32)
        order = np.argsort(column_of, kind="stable")
        column_of, row_of = column_of[order], row_of[order]
        tf = np.array(counts, dtype=np.float32)[order]
        starts = np.searchsorted(column_of, np.arange(len(vocabulary) + 1))
        mean = float(lengths.mean()) or 1.0
        weights = _idf(np.diff(starts), len(texts))[column_of] * tf / (tf + K1 * (1 - B + B * lengths[row_of] / mean))
        surfaces = [min(c, key=lambda word, c=c: (-c[word], word)) for c in spellings]  # type: ignore[misc]
        return cls(vocabulary, surfaces, starts.astype(np.int64), row_of, weights.astype(np.float32), len(texts))

    def scores(self, query: Sequence[str]) -> NDArray[np.float32]:
        """The BM25 score of every row for these terms: ``(n,) float32``, 0 where no term occurs."""
        found = np.zeros(self.n, dtype=np.float32)
        for term in query:
            column = self.vocabulary.get(term)
            if column is not None:
                at = slice(self._starts[column], self._starts[column + 1])
                found[self._rows[at]] += self._weights[at]
        return found

    def weight(self, term: str) -> float:
        """The idf of a term; of one that occurs nowhere, that of a term with no row."""
        column = self.vocabulary.get(term)
        return float(self.idf[column]) if column is not None else float(np.log1p((self.n + 0.5) / 0.5))

    def rows_with(self, term: str) -> int:
        """In how many rows a term occurs."""
        column = self.vocabulary.get(term)
        return int(self._starts[column + 1] - self._starts[column]) if column is not None else 0

    def save(self, path: Path) -> None:
        """Write one ``.npz`` of plain arrays; terms and spellings are UTF-8 lines."""
        names = "\n".join(self.vocabulary).encode()
        spelt = "\n".join(self.surfaces).encode()
        np.savez(
            path,
            terms=np.frombuffer(names, dtype=np.uint8),
            surfaces=np.frombuffer(spelt, dtype=np.uint8),
            starts=self._starts,
            rows=self._rows,
            weights=self._weights,
            n=np.int64(self.n),
        )

    @classmethod
    def load(cls, path: Path) -> "Words":
        """Read what ``save`` wrote; raises OSError, ValueError or KeyError when it is something else."""
        with np.load(path, allow_pickle=False) as file:
            names = bytes(file["terms"]).decode().split("\n")
            spelt = bytes(file["surfaces"]).decode().split("\n")
            starts, rows, weights, n = file["starts"], file["rows"], file["weights"], int(file["n"])
        if not len(names) == len(spelt) == len(starts) - 1 or len(rows) != len(weights) or starts[-1] != len(rows):
            raise ValueError(f"{path.name}: its arrays do not fit together")
        return cls({name: column for column, name in enumerate(names)}, spelt, starts, rows, weights, n)


def _idf(rows_with_term: NDArray[np.int64], n: int) -> NDArray[np.float32]:
    return np.log1p((n - rows_with_term + 0.5) / (rows_with_term + 0.5)).astype(np.float32)
