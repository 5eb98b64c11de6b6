"""Why a library is segments with a manifest and not a database: both, on 100,000 passages.

    python benchmarks/store.py [--passages 100000]

The same documents, words and vectors are kept in our segments, and in one SQLite file: texts, ranges, vectors as blobs, words
in FTS5 over the terms of our analyzer. Vectors are drawn by chance, since only the keeping is measured. For each: size, the
time to open it and answer one query by words and one by vectors (both through FAISS, filled from the blobs for SQLite), the
same again when it is open, to add one document, and to remove one.
"""

import argparse
import random
import shutil
import sqlite3
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from tempfile import mkdtemp

import numpy as np

from corpus.document import Document
from corpus.read import from_text
from corpus.terms import terms
from index.library import Library, build, open_library, save
from index.search.vectors import flat
from index.store.state import SourceFile, read_state, writing

DIM = 384


class Chance:
    """Vectors by chance, the same for the same text."""

    name, fingerprint, dim = "chance", "0" * 64, DIM

    def encode_query(self, question: str) -> np.ndarray:
        """A unit vector."""
        return self.encode_passages([question], progress=lambda done, total: None)[0]

    def encode_passages(self, texts: Sequence[str], *, progress: object) -> np.ndarray:
        """Unit rows."""
        rng = np.random.default_rng(len(texts))
        rows = rng.standard_normal((len(texts), DIM), dtype=np.float32)
        return rows / np.linalg.norm(rows, axis=1, keepdims=True)


def made(number: int, passages: int, rng: random.Random, words: list[str]) -> Document:
    """A document of some passages of one sentence each, too long to be packed together."""
    text = "\n\n".join(" ".join(rng.choices(words, k=110)).capitalize() + "." for _ in range(passages))
    return from_text(text, name=str(number), source=f"/docs/{number}.txt", markdown=False)


def seconds(began: float) -> float:
    """Since then."""
    return time.perf_counter() - began


def into_sqlite(library: Library, path: Path) -> None:
    """The same in one SQLite file."""
    base = sqlite3.connect(path)
    base.executescript(
        "PRAGMA journal_mode=WAL; CREATE TABLE documents (row INTEGER PRIMARY KEY, id TEXT, text TEXT);"
        "CREATE TABLE sentences (row INTEGER PRIMARY KEY, document INTEGER, start INTEGER, end INTEGER, vector BLOB);"
        "CREATE INDEX owners ON sentences (document);"
        "CREATE VIRTUAL TABLE words USING fts5(terms, content='', tokenize='unicode61');"
    )
    for row, document in enumerate(library.documents):
        put(base, row, document, library, list(range(*bounds(library, row))))
    base.commit()
    base.close()


def bounds(library: Library, document: int) -> tuple[int, int]:
    """The rows of a document's sentences; here they follow one another."""
    owners = library.passages.ranges[library.sentences.ranges[:, 0], 0]
    return int(np.searchsorted(owners, document)), int(np.searchsorted(owners, document, side="right"))


def put(base: sqlite3.Connection, row: int, document: Document, library: Library, sentences: list[int]) -> None:
    """One document with its sentences."""
    base.execute("INSERT INTO documents VALUES (?, ?, ?)", (row, document.id, document.text))
    vectors = library.segments[0].sentences.vectors
    for n in sentences:
        _, start, end = library.sentences.ranges[n].tolist()
        cursor = base.execute(
            "INSERT INTO sentences (document, start, end, vector) VALUES (?, ?, ?, ?)",
            (row, start, end, vectors.reconstruct(n).tobytes()),
        )
        base.execute("INSERT INTO words (rowid, terms) VALUES (?, ?)", (cursor.lastrowid, coded(document.text[start:end])))


def coded(text: str) -> str:
    """The terms of a text as FTS5 cannot cut them again."""
    return " ".join(term.encode().hex() for term in terms(text))


def by_sqlite(path: Path, query: list[str], vector: np.ndarray) -> tuple[sqlite3.Connection, object]:
    """Open, answer by words and by vectors."""
    base = sqlite3.connect(path)
    rows = base.execute("SELECT vector FROM sentences ORDER BY row").fetchall()
    index = flat(iter([np.frombuffer(b"".join(row[0] for row in rows), dtype=np.float32).reshape(-1, DIM)]), DIM)
    ask_sqlite(base, index, query, vector)
    return base, index


def ask_sqlite(base: sqlite3.Connection, index: object, query: list[str], vector: np.ndarray) -> None:
    """Two queries."""
    match = " OR ".join(term.encode().hex() for term in query)
    base.execute("SELECT rowid, bm25(words) FROM words WHERE words MATCH ? ORDER BY 2 LIMIT 100", (match,)).fetchall()
    index.search(vector[None], 60)  # type: ignore[attr-defined]


def ask_ours(library: Library, query: list[str], vector: np.ndarray) -> None:
    """The same two."""
    np.argpartition(-library.sentences.words.scores(query), 100)
    library.sentences.vectors.nearest(vector, 60)


def main() -> None:
    """Make both, measure both."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--passages", type=int, default=100_000)
    options = parser.parse_args()
    rng, encoder = random.Random(1), Chance()
    words = ["".join(rng.choices("abcdefghijklmnopqrstuvwxyz", k=rng.randrange(3, 10))) for _ in range(60_000)]
    each, root = 100, Path(mkdtemp(prefix="pincite-store-"))
    documents = [made(n, each, rng, words) for n in range(options.passages // each)]
    library = build(documents, encoder=encoder, progress=lambda done, total: None)
    print(
        f"{len(documents):,} documents, {len(library.passages.ranges):,} passages, {len(library.sentences.ranges):,} sentences"
    )
    query, vector = terms(" ".join(rng.choices(words, k=6))), encoder.encode_query("?")
    more = made(10**6, each, rng, words)
    one = build([more], encoder=encoder, progress=lambda done, total: None)

    began = time.perf_counter()
    save(library, root / "lib")
    print(f"segments  written in {seconds(began):.1f} s", end="")
    print(f", {sum(p.stat().st_size for p in (root / 'lib').rglob('*') if p.is_file()) / 1e6:.0f} MB")
    began = time.perf_counter()
    into_sqlite(library, root / "lib.db")
    print(f"SQLite    written in {seconds(began):.1f} s, {(root / 'lib.db').stat().st_size / 1e6:.0f} MB")
    del library

    began = time.perf_counter()
    ours = open_library(root / "lib", encoder=lambda name, fingerprint: encoder)
    opened = seconds(began)
    ask_ours(ours, query, vector)
    first = seconds(began)
    began = time.perf_counter()
    ask_ours(ours, query, vector)
    again = seconds(began)
    began = time.perf_counter()
    with writing(root / "lib") as writer:
        state = read_state(root / "lib")
        file = SourceFile(more.source, more.title, more.id)
        segment = writer.write(one.segments[0])
        writer.commit(replace(state, files=(*state.files, file), segments=(*state.segments, segment)))
    added = seconds(began)
    began = time.perf_counter()
    with writing(root / "lib") as writer:
        state, gone = read_state(root / "lib"), documents[7].id
        left = writer.merge(state, [state.segments[0]], lambda identity: identity != gone)
        files = tuple(file for file in state.files if file.document != gone)
        writer.commit(replace(state, files=files, segments=(left, *state.segments[1:])))
    removed = seconds(began)
    print(f"segments  opened {opened:.2f} s, first answers {first:.2f} s, then {again * 1000:.0f} ms", end="; ")
    print(f"add {added:.2f} s, remove {removed:.2f} s")

    began = time.perf_counter()
    base, index = by_sqlite(root / "lib.db", query, vector)
    first = seconds(began)
    began = time.perf_counter()
    ask_sqlite(base, index, query, vector)
    again = seconds(began)
    began = time.perf_counter()
    put(base, 10**6, more, one, list(range(len(one.sentences.ranges))))
    base.commit()
    added = seconds(began)
    began = time.perf_counter()
    for row, start, end in base.execute("SELECT row, start, end FROM sentences WHERE document = 7").fetchall():
        words_of = coded(documents[7].text[start:end])
        base.execute("INSERT INTO words (words, rowid, terms) VALUES ('delete', ?, ?)", (row, words_of))
    base.execute("DELETE FROM sentences WHERE document = 7")
    base.execute("DELETE FROM documents WHERE row = 7")
    base.commit()
    removed = seconds(began)
    print(f"SQLite    first answers {first:.2f} s, then {again * 1000:.0f} ms; add {added:.2f} s, remove {removed:.2f} s")
    base.close()
    shutil.rmtree(root)


if __name__ == "__main__":
    main()
