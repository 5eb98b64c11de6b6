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
from index.encoders.base import GRAPH, Graph
from index.encoders.pieces import BEGIN, END

FORMAT = 2
"""Of the folder of weights: ``reader.json`` and ``model.onnx``; 1 had a tokenizer and word vectors of its own."""

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

    def read(self, question: str, texts: Sequence[str]) -> "tuple[Marks, ...]":
        """What answers a question in each of these windows of text."""


@dataclass(frozen=True, slots=True)
class NoReader:
    """Questions are answered without a reader."""

    why: Message | None = None
    fingerprint: str = ""

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
            self.fingerprint = str(made["sha256"][GRAPH])
        except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
            reason = getattr(error, "strerror", None) or repr(error)
            raise ModelError("reader.unusable", where=folder / "reader.json", why=reason, remedy=remedy) from error
        self._graph = Graph(folder / GRAPH, self.fingerprint, remedy=remedy)

    def read(self, question: str, texts: Sequence[str]) -> tuple[Marks, ...]:
        """What answers a question in each of these windows, whatever the others are."""
        pieces = self._graph.base.pieces
        (asked,) = pieces.of([question])
        placed = [pieces.placed(text) for text in texts]
        ids, begins, shown = [], [], []
        for window, spans in placed:
            q, w = fitting(len(asked), len(window))
            ids.append(np.array([BEGIN, *asked[:q], END, END, *window[:w], END]))
            begins.append(q + 3)
            shown.append(spans[:w])
        found = []
        for (starts, ends), begin, spans in zip(self._graph.run(ids), begins, shown, strict=True):
            inside = slice(begin, begin + len(spans))
            found.append(Marks(spans, starts[0, inside] - starts[0, 0], ends[0, inside] - ends[0, 0]))
        return tuple(found)


def fitting(asked: int, window: int) -> tuple[int, int]:
    """How many pieces of a question and of a window are read: of what does not fit, the end of the longer one is cut off."""
    room = MAX_TOKENS - 4
    if asked + window <= room:
        return asked, window
    short = min(asked, window, room // 2)
    return (short, room - short) if asked <= window else (room - short, short)


def open_reader(*, note: Note) -> Reader:
    """The reader that is shipped; where it cannot be used, a line says so and answers go on without it."""
    try:
        return OnnxReader(SHIPPED)
    except ModelError as error:
        note(Message("reader.going_on", why=error.message))
        return NoReader(error.message)
