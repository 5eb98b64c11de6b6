"""Texts become vectors: an exported sentence-transformers model, run by onnxruntime and tokenizers alone."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

import numpy as np

from corpus.errors import ModelError
from corpus.messages import Message
from corpus.progress import Progress
from index.arrays import Vectors
from index.encoders.onnx_model import Files, OnnxModel, Weights, files_in

FORMAT = 1
"""Of an exported encoder's folder: ``encoder.json``, ``model.onnx``, ``tokenizer.json``."""


class Encoder(Protocol):
    """What an index needs of a model.

    ``name`` is what the user calls it, ``fingerprint`` the SHA-256 of its weights, ``dim`` the length of its vectors.
    """

    name: str
    fingerprint: str
    dim: int

    def encode_query(self, question: str) -> Vectors:
        """A question as a ``(dim,)`` float32 unit vector."""
        ...

    def encode_passages(self, texts: Sequence[str], *, progress: Progress) -> Vectors:
        """Texts as ``(n, dim)`` float32 unit rows, in their order; ``progress(done, total)`` is called as they come."""
        ...


class OnnxEncoder:
    """An exported model in a folder; equal to sentence-transformers on the same weights to about 1e-6 in cosine.

    ``encoder.json`` in the folder says what it is. Its graph and tokenizer lie there too, unless other ``files`` are named.
    ``weights`` are given where they are not inside the graph. Raises ModelError when a file is missing, of another format, or
    changed.
    """

    def __init__(
        self, folder: Path, files: Files | None = None, *, weights: Weights | None = None, remedy: Message | None = None
    ) -> None:
        remedy = remedy or Message("remedy.delete", path=str(folder))
        try:
            made = json.loads((folder / "encoder.json").read_text(encoding="utf-8"))
            self.name, self.fingerprint, self.dim = str(made["name"]), str(made["fingerprint"]), int(made["dim"])
            self._prompts = {"query": str(made["prompts"]["query"]), "document": str(made["prompts"]["document"])}
            if made["format"] != FORMAT:
                raise ModelError("encoder.format", where=folder, found=str(made["format"]), ours=str(FORMAT), remedy=remedy)
            digests, longest = dict(made["sha256"]), int(made["max_tokens"])
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise ModelError("encoder.unusable", where=folder, why=str(error), remedy=remedy) from error
        self._graph = OnnxModel(files or files_in(folder), digests=digests, remedy=remedy, shared=True, weights=weights)
        self._graph.tokenizer.enable_truncation(longest)

    def encode_query(self, question: str) -> Vectors:
        """A question as a ``(dim,)`` float32 unit vector."""
        _, (rows,) = next(self._graph.run([self._graph.tokenizer.encode(self._prompts["query"] + question)]))
        return np.asarray(rows[0], dtype=np.float32)

    def encode_passages(self, texts: Sequence[str], *, progress: Progress) -> Vectors:
        """Texts as ``(n, dim)`` float32 unit rows, in their order; ``progress(done, total)`` is called as they come."""
        rows = np.empty((len(texts), self.dim), dtype=np.float32)
        by_length = sorted(range(len(texts)), key=lambda at: len(texts[at]))
        done = 0
        for at in range(0, len(texts), 1024):  # tokenised in slices, so that memory stays bounded
            order = by_length[at : at + 1024]
            encodings = self._graph.tokenizer.encode_batch([self._prompts["document"] + texts[i] for i in order])
            for places, (vectors,) in self._graph.run(encodings):
                rows[[order[place] for place in places]] = vectors
                done += len(places)
                progress(done, len(texts))
        return rows
