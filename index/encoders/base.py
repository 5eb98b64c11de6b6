"""What the encoder and the reader have in common: multilingual-e5-small's word pieces and word vectors, and graphs over them.

A graph takes the word vectors of one text, ``words (1, t, 384) float32``, and is run by onnxruntime. Each text is run by
itself: what a graph of small integers says of one depends on the others of its batch, whose largest values set the steps for
all. The cores work on a text each.
"""

import os
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Lock
from typing import Any

import numpy as np
from numpy.typing import NDArray

from corpus.digest import file_digest
from corpus.errors import ModelError
from corpus.messages import Message
from corpus.silence import onnxruntime
from index.encoders.pieces import Pieces
from index.encoders.words import Words

FOLDER = Path(__file__).parent / "multilingual-e5-small"
WORDS, PIECES, GRAPH = "words.bin", "pieces.model", "model.onnx"

DIGESTS = {
    WORDS: "3bdb42d56fa5ba2b3d0630d4187eacdbe8ac6a4c83c762b209ded1377dbc50e2",
    PIECES: "9341063c31669752d65af231cd21d9ae370a3da6abbd1cda13cb60d9468ad43d",
}
"""SHA-256 of what lies in the folder, made by ``training/base.py``."""

Ids = NDArray[np.int64]


class Base:
    """The word pieces and word vectors in the folder; ``damaged`` names a file that is not what it was."""

    def __init__(self) -> None:
        self.pieces, self.words = Pieces(FOLDER / PIECES), Words(FOLDER / WORDS)


_base: list[Base] = []
_loading = Lock()


def base() -> Base:
    """The base, loaded and compared with its hashes once in a process. Raises ModelError where it is missing or damaged."""
    with _loading:
        if not _base:
            _base.append(
                _checked({FOLDER / name: digest for name, digest in DIGESTS.items()}, Base, Message("remedy.reinstall"))
            )
        return _base[0]


class Graph:
    """A graph in a file with this SHA-256, over the base's word vectors.

    Raises ModelError where it, or the base, is missing or damaged; ``remedy`` then says what to do about it.
    """

    def __init__(self, path: Path, digest: str, *, remedy: Message) -> None:
        def load() -> Any:
            runtime = onnxruntime()
            options = runtime.SessionOptions()
            options.log_severity_level = 4
            options.intra_op_num_threads = 1
            return runtime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])

        self._session = _checked({path: digest}, load, remedy)
        self.base = base()

    def run(self, texts: Sequence[Ids]) -> Iterator[list[NDArray[np.float32]]]:
        """The graph's outputs for each text, ``(t,) int64`` ids of its pieces and marks, in their order."""
        if len(texts) < 2:
            yield from map(self._run, texts)
            return
        pool = ThreadPoolExecutor(min(_cores(), len(texts)))
        try:
            yield from pool.map(self._run, texts)
        finally:
            pool.shutdown(cancel_futures=True)

    def _run(self, ids: Ids) -> list[NDArray[np.float32]]:
        found: list[NDArray[np.float32]] = self._session.run(None, {"words": self.base.words.of(ids[None])})
        return found


def _checked(files: Mapping[Path, str], load: Any, remedy: Message) -> Any:
    """What ``load()`` makes of files while their hashes are compared. Raises ModelError."""
    try:
        onnxruntime()
        import sentencepiece  # noqa: F401
    except (ImportError, OSError) as error:
        raise ModelError("model.no_runtime", why=str(error)) from error
    if missing := [path for path in files if not path.is_file()]:
        raise ModelError("model.missing", where=missing[0], remedy=remedy)
    with ThreadPoolExecutor(1) as pool:  # hashing and loading overlap
        digests = {path: pool.submit(file_digest, path) for path in files}
        try:
            return load()
        except Exception as error:  # onnxruntime raises exceptions of many kinds, some of them bare
            reason = getattr(error, "strerror", None) or (str(error).splitlines() or [type(error).__name__])[0]
            raise ModelError("model.unusable", where=next(iter(files)).parent, why=reason, remedy=remedy) from error
        finally:  # a damaged file is named as such, whatever its library thinks of it
            for path, digest in digests.items():
                if digest.result() != files[path]:
                    raise ModelError("model.damaged", where=path, remedy=remedy)


def _cores() -> int:
    """The processors that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
