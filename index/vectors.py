"""Unit vectors in FAISS, searched exactly by inner product, which for unit rows is the cosine."""

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from index.encode import Vectors


class VectorIndex:
    """A FAISS ``IndexFlatIP`` over ``(n, dim) float32`` unit rows."""

    def __init__(self, index: Any) -> None:
        self._index = index
        self.n, self.dim = int(index.ntotal), int(index.d)

    @classmethod
    def build(cls, rows: Vectors) -> "VectorIndex":
        """An index over these rows, in their order."""
        import faiss

        index = faiss.IndexFlatIP(rows.shape[1])
        index.add(np.ascontiguousarray(rows))
        return cls(index)

    def nearest(self, query: Vectors, k: int) -> NDArray[np.int64]:
        """The rows of the ``k`` largest inner products with a ``(dim,)`` query, best first: ``(min(k, n),) int64``."""
        _, rows = self._index.search(query[None], min(k, self.n))
        return np.asarray(rows[0], dtype=np.int64)

    def scores(self, query: Vectors, rows: NDArray[np.int64]) -> NDArray[np.float32]:
        """The inner product of a ``(dim,)`` query with each of these rows: ``(len(rows),) float32``."""
        return np.asarray(self._index.reconstruct_batch(rows) @ query, dtype=np.float32)

    def rows(self) -> Vectors:
        """Every row, in their order: ``(n, dim) float32``."""
        return np.asarray(self._index.reconstruct_n(0, self.n), dtype=np.float32)

    def save(self, path: Path) -> None:
        """Write FAISS's own format."""
        import faiss

        faiss.write_index(self._index, str(path))

    @classmethod
    def load(cls, path: Path) -> "VectorIndex":
        """Read what ``save`` wrote; raises RuntimeError when it is something else."""
        import faiss

        return cls(faiss.read_index(str(path)))
