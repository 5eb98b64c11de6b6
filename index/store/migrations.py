"""What libraries of older formats lack, and how they are read as if they had it; reading writes nothing of theirs anew.

    m002  a document has labels of its pages and what was found in it; before it had numbers alone: read as it is
    m003  texts are kept once, in segments, with a list of files; before it all lay in one folder, words in other form
    m004  a text has a SHA-256 of its own, and a file whose ending changes is read again; before, neither was so
    m005  what was found in a document is a code with arguments; before it was an English sentence: said as it is

Each keeps a small folder in ``tests/golden``, opened for ever. The next change of such a library writes it in the format of
now.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path

from corpus.document import Document
from index.arrays import mapped
from index.search.bm25 import Postings
from index.search.vectors import load
from index.store.segment import LEVELS, LevelData, MemoryTexts, Segment, check, parsed

FORMAT = 5
READABLE = (1, 2, 3, 4, 5)
"""Formats that are opened."""

DATA = "data-"
"""How the name of the folder begins that holds all data of a library of format 1 or 2."""

DATA_FILES = ("documents.jsonl", *(f"{level}.{ending}" for level in LEVELS for ending in ("faiss", "npy", "npz")))
"""The files in it."""


def m003_segment(folder: Path, *, dim: int) -> Segment:
    """The data of a library of format 1 or 2 as a segment, read whole, its words counted anew. Raises as ``Segment.open``."""
    held = MemoryTexts(tuple(_documents(folder)))
    empty = Postings.build([])
    parts = (
        LevelData(mapped(folder / f"{level}.npy", "<i8", columns=3), load(folder / f"{level}.faiss", dim=dim), empty)
        for level in LEVELS
    )
    made = Segment(held, *parts).recounted()
    check(held.characters, made.passages, made.sentences, dim=dim)
    return made


def m003_files(folder: Path) -> tuple[list[dict[str, object]], tuple[str, ...]]:
    """The files of such data, as a list of files has them, and the paths that they were made of. Raises as ``Segment.open``."""
    files: list[dict[str, object]] = [
        {"path": one.source, "title": one.title, "document": one.id} for one in _documents(folder)
    ]
    return files, tuple(str(file["path"]) for file in files if Path(str(file["path"])).is_absolute())


def m004_files(files: Sequence[dict[str, object]]) -> list[dict[str, object]]:
    """A list of files of format 3: what a file whose ending had changed was read as is not known, so each is read again."""
    return [file | {"digest": ""} for file in files]


def _documents(folder: Path) -> Iterator[Document]:
    with (folder / DATA_FILES[0]).open("rb") as lines:
        for line in lines:
            yield parsed(line, identity=None, name=None)
