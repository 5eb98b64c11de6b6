"""BM25 over whatever rows it is given.

BM25 in Lucene's form (Robertson and Zaragoza 2009; Kamphuis et al. 2020). What is kept are plain arrays of counts by
term, so that a query is a sum of a few columns (the way of bm25s, Lù 2024), and parts that were made at different times
are weighed as if they had been made as one.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from corpus.errors import LibraryError
from corpus.terms import all_tokens
from index.arrays import mapped, write

K1, B = 1.2, 0.75
"""Lucene's defaults; on the question sets here other values stay within half a point."""


@dataclass(frozen=True, slots=True)
class Postings:
    """Which terms stand in ``n`` rows of text, and how often: one immutable part of what :class:`Bm25` weighs.

    ``terms`` are the columns, ``surfaces`` the commonest spelling of each in the texts. Columns are kept in compressed
    form: ``starts (v + 1,) int64`` into ``rows int32``, rising in each column, and ``counts uint16``. ``lengths (n,) int32``
    counts the terms of every row.
    """

    terms: list[str]
    surfaces: list[str]
    starts: NDArray[np.int64]
    rows: NDArray[np.int32]
    counts: NDArray[np.uint16]
    lengths: NDArray[np.int32]

    @classmethod
    def build(cls, texts: Sequence[str]) -> "Postings":
        """Analyze texts; row ``i`` is ``texts[i]``."""
        vocabulary: dict[str, int] = {}
        spellings: list[Counter[str]] = []
        columns: list[int] = []
        rows: list[int] = []
        counts: list[int] = []
        lengths = np.zeros(len(texts), dtype=np.int32)
        for row, text in enumerate(texts):
            found: Counter[int] = Counter()
            for term, start, end in all_tokens(text):
                column = vocabulary.setdefault(term, len(vocabulary))
                if column == len(spellings):
                    spellings.append(Counter())
                spellings[column][text[start:end]] += 1
                found[column] += 1
            lengths[row] = found.total()
            columns.extend(found)
            rows.extend([row] * len(found))
            counts.extend(found.values())
        surfaces = [min(c, key=lambda word, c=c: (-c[word], word)) for c in spellings]  # type: ignore[misc]
        most = np.minimum(np.array(counts, dtype=np.int64), np.iinfo(np.uint16).max).astype(np.uint16)
        return cls._sorted(
            list(vocabulary), surfaces, np.array(columns, dtype=np.int32), np.array(rows, dtype=np.int32), most, lengths
        )

    @classmethod
    def _sorted(
        cls,
        terms: list[str],
        surfaces: list[str],
        columns: NDArray[np.int32],
        rows: NDArray[np.int32],
        counts: NDArray[np.uint16],
        lengths: NDArray[np.int32],
    ) -> "Postings":
        """Postings in any order of their columns, put in order; rows must rise."""
        order = np.argsort(columns, kind="stable")
        starts = np.concatenate(([0], np.cumsum(np.bincount(columns, minlength=len(terms))))).astype(np.int64)
        return cls(terms, surfaces, starts, rows[order], counts[order], lengths)

    @classmethod
    def merged(cls, parts: Sequence["Postings"], kept: Sequence[NDArray[np.bool_]]) -> "Postings":
        """One part of several, with those of their rows that ``kept[i] (n,)`` says; terms that have none left are gone."""
        spelt: dict[str, str] = {}
        for part in sorted(parts, key=lambda part: len(part.lengths)):
            spelt |= dict(zip(part.terms, part.surfaces, strict=True))
        vocabulary = {term: column for column, term in enumerate(spelt)}
        columns, rows, counts, lengths, before = [], [], [], [], 0
        for part, keep in zip(parts, kept, strict=True):
            numbers = np.where(keep, np.cumsum(keep) - 1 + before, -1).astype(np.int32)
            names = np.array([vocabulary[term] for term in part.terms], dtype=np.int32)
            of_rows = numbers[part.rows]
            here = of_rows >= 0
            columns.append(np.repeat(names, np.diff(part.starts))[here])
            rows.append(of_rows[here])
            counts.append(np.asarray(part.counts)[here])
            lengths.append(np.asarray(part.lengths)[keep])
            before += int(keep.sum())
        column_of = np.concatenate(columns)
        used = np.bincount(column_of, minlength=len(spelt)) > 0
        column_of = (np.cumsum(used) - 1).astype(np.int32)[column_of]
        some = [term for term, use in zip(spelt, used.tolist(), strict=True) if use]
        surfaces = [spelt[term] for term in some]
        row_of, count_of, length_of = np.concatenate(rows), np.concatenate(counts), np.concatenate(lengths)
        return cls._sorted(some, surfaces, column_of, row_of, count_of, length_of)

    def save(self, folder: Path) -> None:
        """Write plain arrays, and terms and spellings as lines of UTF-8."""
        for name, lines in (("terms", self.terms), ("surfaces", self.surfaces)):
            with (folder / f"{name}.txt").open("x", encoding="utf-8", newline="\n") as file:
                file.write("\n".join(lines))
        for name in _ARRAYS:
            write(folder / f"{name}.npy", getattr(self, name))

    @classmethod
    def load(cls, folder: Path) -> "Postings":
        """What ``save`` wrote, its arrays mapped and not read; raises OSError or ValueError when it is something else."""
        names, spelt = (
            (folder / f"{name}.txt").read_bytes().decode().split("\n") if (folder / f"{name}.txt").stat().st_size else []
            for name in ("terms", "surfaces")
        )
        starts, rows, counts, lengths = (mapped(folder / f"{name}.npy", kind) for name, kind in _ARRAYS.items())
        if not len(names) == len(spelt) == len(starts) - 1 or not len(rows) == len(counts) == starts[-1]:
            raise ValueError("the arrays of its words do not fit together")
        if starts[0] != 0 or np.any(np.diff(starts) < 0) or np.any(lengths < 0):
            raise ValueError("the arrays of its words leave their bounds")
        return cls(names, spelt, starts, rows, counts, lengths)


_ARRAYS = {"starts": "<i8", "rows": "<i4", "counts": "<u2", "lengths": "<i4"}

FILES = ("terms.txt", "surfaces.txt", *(f"{name}.npy" for name in _ARRAYS))
"""The files that postings are kept in."""


class Bm25:
    """BM25 over the rows of some postings, one part after the other.

    ``surfaces`` maps every term to its commonest spelling in the texts (in the largest part that has it); ``n`` is the
    number of rows.
    """

    def __init__(self, parts: Sequence[Postings]) -> None:
        self._parts = tuple(parts)
        self._columns = [dict(zip(part.terms, range(len(part.terms)), strict=True)) for part in parts]
        self._last: tuple[tuple[str, ...], NDArray[np.float32]] = (), np.zeros(0, dtype=np.float32)
        self.n = sum(len(part.lengths) for part in parts)
        mean = sum(float(part.lengths.sum()) for part in parts) / max(1, self.n) or 1.0
        self._norms = [(K1 * (1 - B + B * part.lengths / mean)).astype(np.float32) for part in parts]
        self.surfaces: dict[str, str] = {}
        for part in sorted(parts, key=lambda part: len(part.lengths)):
            self.surfaces |= dict(zip(part.terms, part.surfaces, strict=True))

    @classmethod
    def build(cls, texts: Sequence[str]) -> "Bm25":
        """BM25 over texts; row ``i`` is ``texts[i]``."""
        return cls([Postings.build(texts)])

    def scores(self, query: Sequence[str]) -> NDArray[np.float32]:
        """The BM25 score of every row for these terms: ``(n,) float32``, 0 where no term occurs; not to be changed.

        Those of the last query are kept, since a question needs them twice: to find rows, and to score others.
        """
        asked, last = tuple(query), self._last
        if asked == last[0] and len(last[1]) == self.n:
            return last[1]
        found = np.zeros(self.n, dtype=np.float32)
        weights = {term: np.float32(times * self.weight(term)) for term, times in Counter(query).items()}
        before = 0
        for part, columns, norm in zip(self._parts, self._columns, self._norms, strict=True):
            here = found[before : before + len(norm)]
            for term, weight in weights.items():
                if (column := columns.get(term)) is not None:
                    at = slice(part.starts[column], part.starts[column + 1])
                    rows, tf = part.rows[at], part.counts[at].astype(np.float32)
                    if len(rows) and not 0 <= int(rows.min()) <= int(rows.max()) < len(norm):
                        raise LibraryError("library.word_astray")
                    here[rows] += weight * tf / (tf + norm[rows])
            before += len(norm)
        found.flags.writeable = False
        self._last = asked, found
        return found

    def weight(self, term: str) -> float:
        """The idf of a term; of one that occurs nowhere, that of a term with no row."""
        rows = self.rows_with(term)
        return float(np.log1p((self.n - rows + 0.5) / (rows + 0.5)))

    def rows_with(self, term: str) -> int:
        """In how many rows a term occurs."""
        found = ((part, columns.get(term)) for part, columns in zip(self._parts, self._columns, strict=True))
        return sum(int(part.starts[column + 1] - part.starts[column]) for part, column in found if column is not None)

    def rows(self, term: str) -> NDArray[np.int64]:
        """The rows in which a term occurs, rising."""
        found, before = [np.empty(0, dtype=np.int64)], 0
        for part, columns in zip(self._parts, self._columns, strict=True):
            if (column := columns.get(term)) is not None:
                found.append(part.rows[part.starts[column] : part.starts[column + 1]].astype(np.int64) + before)
            before += len(part.lengths)
        return np.concatenate(found)

    @cached_property
    def spellings(self) -> dict[str, dict[str, str]]:
        """The commonest spelling of every term, in small letters, by the first of them: for misspelt words."""
        found: dict[str, dict[str, str]] = {}
        for term, surface in self.surfaces.items():
            spelt = surface.lower()
            found.setdefault(spelt[0], {})[term] = spelt
        return found
