"""The reader's weights, run by onnxruntime and tokenizers alone."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from corpus.errors import ModelError
from corpus.messages import Message
from corpus.progress import Note
from index.encoders.onnx_model import OnnxModel, files_in
from rag.settings import READER_KNOWS

FORMAT = 1
"""Of the folder of weights: ``reader.json``, ``model.onnx``, ``tokenizer.json``."""

MAX_TOKENS = 224
"""Question and window together; of what does not fit, the end of the longer one is cut off."""

SHIPPED = Path(__file__).parent / "weights"
"""The folder of the shipped weights."""


@dataclass(frozen=True, slots=True)
class Marks:
    """What the reader says of one window of text, for each of the ``n`` word pieces it saw of it.

    ``places (n, 2) int64`` are characters of the window, half open; ``starts`` and ``ends``, ``(n,) float32``, are how well
    an answer starts and ends there, in log-odds against there being none.
    """

    places: NDArray[np.int64]
    starts: NDArray[np.float32]
    ends: NDArray[np.float32]


class Reader(Protocol):
    """What asking needs of a reader; ``OnnxReader`` is one, ``NoReader`` stands where there is none."""

    @property
    def fingerprint(self) -> str:
        """What its answers depend on, as a hash; empty where there is no reader."""

    @property
    def why(self) -> Message | None:
        """Why there is none, where that was not the user's wish; None for one that reads."""

    def knows(self, language: str) -> bool:
        """Whether it reads questions in a language (ISO 639-1, or empty for one that cannot be told)."""

    def read(self, question: str, texts: Sequence[str]) -> "tuple[Marks, ...]":
        """What answers a question in each of these windows of text."""


@dataclass(frozen=True, slots=True)
class NoReader:
    """Questions are answered without a reader."""

    why: Message | None = None
    fingerprint: str = ""

    def knows(self, language: str) -> bool:
        """It reads nothing."""
        return False

    def read(self, question: str, texts: Sequence[str]) -> "tuple[Marks, ...]":
        """Nothing, for each window."""
        nothing = np.zeros(0, dtype=np.float32)
        return tuple(Marks(np.zeros((0, 2), dtype=np.int64), nothing, nothing) for _ in texts)


class OnnxReader:
    """The reader in a folder; ``fingerprint`` is the SHA-256 of its graph.

    Raises ModelError when a file is missing, damaged, or of another format, and where onnxruntime cannot be used.
    """

    why: Message | None = None

    def __init__(self, folder: Path) -> None:
        remedy = Message("remedy.reinstall")
        try:
            made = json.loads((folder / "reader.json").read_text(encoding="utf-8"))
            if made["format"] != FORMAT:
                raise ModelError("reader.format", where=folder, found=str(made["format"]), ours=str(FORMAT), remedy=remedy)
            digests = {str(name): str(digest) for name, digest in made["sha256"].items()}
            self.fingerprint = digests["model.onnx"]
        except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
            reason = getattr(error, "strerror", None) or repr(error)
            raise ModelError("reader.unusable", where=folder / "reader.json", why=reason, remedy=remedy) from error
        self._graph = OnnxModel(files_in(folder), digests=digests, remedy=remedy, alone=True)
        self._graph.tokenizer.enable_truncation(MAX_TOKENS, strategy="longest_first")

    def knows(self, language: str) -> bool:
        """Whether it has learnt to answer questions in a language (READER_KNOWS)."""
        return language in READER_KNOWS

    def read(self, question: str, texts: Sequence[str]) -> tuple[Marks, ...]:
        """What answers a question in each of these windows, whatever the others are."""
        encodings = self._graph.tokenizer.encode_batch([(question, text) for text in texts])
        found: list[Marks | None] = [None] * len(texts)
        for places, (starts, ends, _) in self._graph.run(encodings):
            for row, place in enumerate(places):
                inside = np.flatnonzero(np.array([which == 1 for which in encodings[place].sequence_ids]))
                found[place] = Marks(
                    np.array(encodings[place].offsets, dtype=np.int64).reshape(-1, 2)[inside],
                    starts[row, inside] - starts[row, 0],
                    ends[row, inside] - ends[row, 0],
                )
        return tuple(marks for marks in found if marks is not None)


def open_reader(*, note: Note) -> Reader:
    """The reader that is shipped; where it cannot be used, a line says so and answers go on without it."""
    try:
        return OnnxReader(SHIPPED)
    except ModelError as error:
        note(Message("reader.going_on", why=error.message))
        return NoReader(error.message)
