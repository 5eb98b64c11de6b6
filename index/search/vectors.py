"""Unit vectors in FAISS, searched exactly by inner product, which for unit rows is the cosine."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from struct import Struct
from typing import Any

import numpy as np
from numpy.typing import NDArray

from corpus.errors import LibraryError
from index.arrays import Vectors

Flat = Any
"""A FAISS ``IndexFlatIP``: ``(n, dim) float32`` unit rows, immutable once it is made."""


_UNIT = 1e-2
"""How far the square of a vector's length may be from 1."""


class VectorIndex:
    """The rows of some flat FAISS indexes, one after the other."""

    def __init__(self, parts: Sequence[Flat]) -> None:
        self._parts = tuple(parts)
        self._bounds = np.cumsum([0, *(int(part.ntotal) for part in parts)])
        self.n, self.dim = int(self._bounds[-1]), int(parts[0].d)

    def nearest(self, query: Vectors, k: int) -> NDArray[np.int64]:
        """The rows of the ``k`` largest inner products with a ``(dim,)`` query, best first: ``(min(k, n),) int64``."""
        found = [part.search(query[None], min(k, int(part.ntotal))) for part in self._parts]
        scores = np.concatenate([scores[0] for scores, _ in found])
        if any((rows < 0).any() for _, rows in found):  # some vectors are not numbers
            raise LibraryError("library.vector_altered")
        rows = np.concatenate([rows[0] + before for (_, rows), before in zip(found, self._bounds, strict=False)])
        return np.asarray(rows[np.argsort(-scores, kind="stable")[:k]], dtype=np.int64)

    def scores(self, query: Vectors, rows: NDArray[np.int64]) -> NDArray[np.float32]:
        """The inner product of a ``(dim,)`` query with each of these rows: ``(len(rows),) float32``."""
        return np.asarray(self.rows(rows) @ query, dtype=np.float32)

    def rows(self, rows: NDArray[np.int64]) -> Vectors:
        """These rows: ``(len(rows), dim) float32``. Raises LibraryError for one that is no unit vector, as all were written."""
        found = np.empty((len(rows), self.dim), dtype=np.float32)
        owners = np.searchsorted(self._bounds, rows, side="right") - 1
        for owner in np.unique(owners).tolist():
            here = owners == owner
            found[here] = self._parts[owner].reconstruct_batch(rows[here] - self._bounds[owner])
        if not np.allclose(np.einsum("ij,ij->i", found, found), 1, atol=_UNIT):
            raise LibraryError("library.vector_altered")
        return found


def flat(batches: Iterator[Vectors], dim: int) -> Flat:
    """A flat index over the rows of all batches, in their order."""
    import faiss

    made = faiss.IndexFlatIP(dim)
    for rows in batches:
        made.add(np.ascontiguousarray(rows))
    return made


def rows_of(index: Flat, kept: NDArray[np.bool_], *, most: int = 1 << 14) -> Iterator[Vectors]:
    """The rows of a flat index that ``kept (n,)`` names, in batches."""
    rows = np.flatnonzero(kept)
    for at in range(0, len(rows), most):
        yield np.asarray(index.reconstruct_batch(rows[at : at + most]), dtype=np.float32)


def save(index: Flat, path: Path) -> None:
    """Write FAISS's own format into a new file. Raises RuntimeError when that fails, and OSError."""
    import faiss

    with path.open("xb") as file:
        faiss.write_index(index, faiss.PyCallbackIOWriter(file.write))  # type: ignore[attr-defined]


def load(path: Path, *, dim: int) -> Flat:
    """What ``save`` wrote, mapped and not read. Raises RuntimeError or ValueError when it is something else.

    The head is compared with what it must be before FAISS sees it.
    """
    import faiss

    n, rest = divmod(path.stat().st_size - _HEAD.size, 4 * dim)
    with path.open("rb") as file:
        if rest or n < 0 or file.read(_HEAD.size) != _HEAD.pack(b"IxFI", dim, n, 1 << 20, 1 << 20, True, 0, n * dim):
            raise ValueError(f"{path.name} does not begin as it was written")
    return faiss.read_index(str(path), faiss.IO_FLAG_MMAP_IFC)


_HEAD = Struct("<4siqqq?iq")
"""Of FAISS's flat index: its name, dimensions, rows, two fields that are not used, trained, inner product, numbers."""
