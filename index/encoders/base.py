"""What the encoder and the reader have in common: multilingual-e5-small's word pieces and word vectors, and graphs over them.

A graph takes the word vectors of one text, ``words (1, t, 384) float32``, and is run by onnxruntime. Each text is run by
itself: what a graph of small integers says of one depends on the others of its batch, whose largest values set the steps for
all. The cores work on a text each.
"""

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from threading import Lock

import numpy as np
from numpy.typing import NDArray

from corpus.messages import Message
from index.encoders.onnx_model import GRAPH as GRAPH
from index.encoders.onnx_model import checked, cores, session
from index.encoders.pieces import Pieces
from index.encoders.words import Words

FOLDER = Path(__file__).parent / "multilingual-e5-small"
WORDS, PIECES = "words.bin", "pieces.model"

DIGESTS = {
    WORDS: "3bdb42d56fa5ba2b3d0630d4187eacdbe8ac6a4c83c762b209ded1377dbc50e2",
    PIECES: "9341063c31669752d65af231cd21d9ae370a3da6abbd1cda13cb60d9468ad43d",
}
"""SHA-256 of what lies in the folder, made by ``training/base.py``."""

Ids = NDArray[np.int64]


class Base:
    """The word pieces and word vectors in the folder."""

    def __init__(self) -> None:
        self.pieces, self.words = Pieces(FOLDER / PIECES), Words(FOLDER / WORDS)


_base: list[Base] = []
_loading = Lock()


def base() -> Base:
    """The base, loaded and compared with its hashes once in a process. Raises ModelError where it is missing or damaged."""
    with _loading:
        if not _base:
            files = {FOLDER / name: digest for name, digest in DIGESTS.items()}
            _base.append(checked(files, Base, library="sentencepiece", remedy=Message("remedy.reinstall")))
        return _base[0]


class Graph:
    """A graph in a file with this SHA-256, over the base's word vectors.

    Raises ModelError where it, or the base, is missing or damaged; ``remedy`` then says what to do about it.
    """

    def __init__(self, path: Path, digest: str, *, remedy: Message) -> None:
        load = partial(session, path, threads=1)
        with ThreadPoolExecutor(1) as beside:
            loading = beside.submit(base)
            self._session = checked({path: digest}, load, library="sentencepiece", remedy=remedy)
            self.base = loading.result()

    def run(self, texts: Sequence[Ids]) -> Iterator[list[NDArray[np.float32]]]:
        """The graph's outputs for each text, ``(t,) int64`` ids of its pieces and marks, in their order."""
        if len(texts) < 2:
            yield from map(self._run, texts)
            return
        pool = ThreadPoolExecutor(min(cores(), len(texts)))
        try:
            yield from pool.map(self._run, texts)
        finally:
            pool.shutdown(cancel_futures=True)

    def _run(self, ids: Ids) -> list[NDArray[np.float32]]:
        found: list[NDArray[np.float32]] = self._session.run(None, {"words": self.base.words.of(ids[None])})
        return found
