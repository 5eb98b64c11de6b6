"""Unit vectors in FAISS, searched exactly by inner product, which for unit rows is the cosine."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from index.encode import Vectors

Flat = Any
"""A FAISS ``IndexFlatIP``: ``(n, dim) float32`` unit rows, immutable once it is made."""


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
        rows = np.concatenate([rows[0] + before for (_, rows), before in zip(found, self._bounds, strict=False)])
        return np.asarray(rows[np.argsort(-scores, kind="stable")[:k]], dtype=np.int64)

    def scores(self, query: Vectors, rows: NDArray[np.int64]) -> NDArray[np.float32]:
        """The inner product of a ``(dim,)`` query with each of these rows: ``(len(rows),) float32``."""
        return np.asarray(self.rows(rows) @ query, dtype=np.float32)

    def rows(self, rows: NDArray[np.int64]) -> Vectors:
        """These rows: ``(len(rows), dim) float32``."""
        found = np.empty((len(rows), self.dim), dtype=np.float32)
        owners = np.searchsorted(self._bounds, rows, side="right") - 1
        for owner in np.unique(owners).tolist():
            here = owners == owner
            found[here] = self._parts[owner].reconstruct_batch(rows[here] - self._bounds[owner])
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
    """Write FAISS's own format. Raises RuntimeError when that fails."""
    import faiss

    faiss.write_index(index, str(path))


def load(path: Path) -> Flat:
    """What ``save`` wrote, mapped and not read; raises RuntimeError when it is something else."""
    import faiss

    return faiss.read_index(str(path), faiss.IO_FLAG_MMAP_IFC)
