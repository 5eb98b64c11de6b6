"""Texts as words: the analyzer, and BM25 over whatever rows it is given.

BM25 in Lucene's form (Robertson and Zaragoza 2009; Kamphuis et al. 2020). What is kept are plain arrays of counts by
term, so that a query is a sum of a few columns (the way of bm25s, Lù 2024), and parts that were made at different times
are weighed as if they had been made as one.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from corpus.errors import LibraryError
from index.arrays import mapped, write

VERSION = 5
"""Raised whenever the analyzer gives other terms, so that an index knows it is old."""

READABLE = (1, 2, 3, 4, 5)
"""Versions whose indexes still answer: 1 took a word with a soft hyphen, as PDFs have them at line ends, for two; 2 kept the
endings of Russian and Arabic, 3 traditional Chinese characters (in Japanese and Korean too), 4 took "3,5" for "35", so that
such documents are found by their words only when they are indexed again, or the index is changed."""

LONGEST = 200
"""Characters of a word that its term is made of: folding away a row of accents takes time that grows with its square."""

K1, B = 1.2, 0.75
"""Lucene's defaults; on the question sets here other values stay within half a point."""

_SPACELESS = "\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\uac00-\ud7af\U00020000-\U0003ffff"
_MARKS = "\u0300-\u036f\u0591-\u05c7\u0610-\u061a\u064b-\u065f\u0670\u06d6-\u06ed\u0900-\u0963\u0966-\u0dff\u0e31-\u0e4e"
_LETTER = f"(?:[^\\W_{_SPACELESS}]|[{_MARKS}])"
_TOKEN = re.compile(rf"[{_SPACELESS}]+|\d+(?:[.,]\d+)+|{_LETTER}+(?:['’\xad]{_LETTER}+)*")
_IS_SPACELESS = re.compile(f"[{_SPACELESS}]")
_ACCENTS = re.compile("[\u0300-\u0305\u0307-\u036f]|(?<![Ии])\u0306")
"""What is folded away; й is a letter of its own and not an и with an accent."""

_GROUPED = re.compile(r"\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d{1,2}(?:,\d{2})+,\d{3}(?:\.\d+)?")
"""Commas that set thousands apart, and in India lakhs: they are left out."""

_DECIMAL = re.compile(r"(?P<whole>\d+|\d{1,3}(?:\.\d{3})+),(?P<part>\d+)")
"""A comma before decimals; the points in front of it set thousands apart."""

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
    neighbours, traditional Chinese characters as their simplified ones. A number is itself however it is written: "1,000" is
    "1000", "3,5" is "3.5"; numbers with nothing but a comma between them ("1,2,3") are several.
    """
    for match in _TOKEN.finditer(text):
        start, end = match.span()
        if _IS_SPACELESS.match(match[0]):
            run = match[0].translate(_simplified())
            for at in range(len(run)):
                for pair in range(1, min(2, len(run) - at) + 1):
                    yield Token(run[at : at + pair], start + at, start + at + pair)
            continue
        if "," in match[0]:
            yield from _numbers(match[0], start)
            continue
        if ending := _POSSESSIVE.search(match[0]):
            end = start + ending.start()
        term = _folded(text[start : min(end, start + LONGEST)])
        if not term[:1].isdigit():
            term = _stem(term.replace("’", "'").replace("\xad", ""))
        if term:
            yield Token(term, start, end)


def _folded(word: str) -> str:
    return unicodedata.normalize("NFC", _ACCENTS.sub("", unicodedata.normalize("NFKD", word).casefold()))


def _numbers(written: str, start: int) -> Iterator[Token]:
    """The number that figures with commas between them stand for, or where they stand for none together, each of them."""
    plain, end = _folded(written[:LONGEST]), start + len(written)
    if _GROUPED.fullmatch(plain):
        yield Token(plain.replace(",", ""), start, end)
    elif decimal := _DECIMAL.fullmatch(plain):
        yield Token(decimal["whole"].replace(".", "") + "." + decimal["part"], start, end)
    else:
        for piece in written.split(","):
            yield Token(_folded(piece[:LONGEST]), start, start + len(piece))
            start += len(piece) + 1


def terms(text: str) -> list[str]:
    """The terms of a text, in order, repeats included."""
    return [token.term for token in tokens(text)]


@lru_cache(maxsize=1)
def _simplified() -> dict[int, str]:
    """The simplified form of every traditional Chinese character, one for one, as OpenCC has it; 40 ms to load.

    R@10 of 2,000 simplified questions over their paragraphs in Taiwan's characters and words (`benchmarks/chinese.py
    --traditional`): .889 (.875–.903) without, .984 (.978–.989) with it; over the paragraphs as they are .984 both ways.
    """
    from opencc import OpenCC

    characters = [chr(n) for block in ((0x3400, 0xA000), (0xF900, 0xFB00), (0x20000, 0x32000)) for n in range(*block)]
    convert = OpenCC("t2s").convert
    simpler = convert(convert("\n".join(characters))).split("\n")  # twice: some have two steps to go
    return {ord(one): other for one, other in zip(characters, simpler, strict=True) if one != other}


@lru_cache(maxsize=1 << 16)
def _stem(word: str) -> str:
    language = next((language for language, letters in _IS_STEMMED.items() if letters.fullmatch(word)), None)
    return str(_stemmer(language).stemWord(word)) if language else word


@lru_cache(maxsize=len(_STEMMED))
def _stemmer(language: str) -> Any:
    import Stemmer

    return Stemmer.Stemmer(language, 0)


@dataclass(frozen=True, slots=True)
class Postings:
    """Which terms stand in ``n`` rows of text, and how often: one immutable part of what :class:`Words` weighs.

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


class Words:
    """BM25 over the rows of some postings, one part after the other.

    ``surfaces`` maps every term to its commonest spelling in the texts (in the largest part that has it); ``n`` is the
    number of rows.
    """

    def __init__(self, parts: Sequence[Postings]) -> None:
        self._parts = tuple(parts)
        self._columns = [dict(zip(part.terms, range(len(part.terms)), strict=True)) for part in parts]
        self.n = sum(len(part.lengths) for part in parts)
        mean = sum(float(part.lengths.sum()) for part in parts) / max(1, self.n) or 1.0
        self._norms = [(K1 * (1 - B + B * part.lengths / mean)).astype(np.float32) for part in parts]
        self.surfaces: dict[str, str] = {}
        for part in sorted(parts, key=lambda part: len(part.lengths)):
            self.surfaces |= dict(zip(part.terms, part.surfaces, strict=True))

    @classmethod
    def build(cls, texts: Sequence[str]) -> "Words":
        """BM25 over texts; row ``i`` is ``texts[i]``."""
        return cls([Postings.build(texts)])

    def scores(self, query: Sequence[str]) -> NDArray[np.float32]:
        """The BM25 score of every row for these terms: ``(n,) float32``, 0 where no term occurs."""
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
                        raise LibraryError(
                            "the index is changed: a word stands in a row that is not there; see: pincite doctor"
                        )
                    here[rows] += weight * tf / (tf + norm[rows])
            before += len(norm)
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
