"""Texts as word pieces of XLM-R's vocabulary, by sentencepiece."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

BEGIN, END = 0, 2
"""Ids of the marks around a text."""


class Pieces:
    """The vocabulary in a file. Raises OSError or RuntimeError for a file that is none."""

    def __init__(self, path: Path) -> None:
        import sentencepiece

        self._model: Any = sentencepiece.SentencePieceProcessor(model_proto=path.read_bytes())

    def of(self, texts: Sequence[str]) -> list[list[int]]:
        """The ids of each text's pieces."""
        found: list[list[int]] = self._model.encode([_whole(text) for text in texts])
        return found

    def placed(self, text: str) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """The ids ``(n,) int64`` of a text's pieces, and the characters ``(n, 2) int64`` they stand for, without the space
        before.
        """
        whole = _whole(text)
        found = self._model.encode(whole, return_type="proto").pieces
        ids = np.array([piece.id for piece in found], dtype=np.int64)
        spans = np.array([(piece.begin, piece.end) for piece in found], dtype=np.int64).reshape(-1, 2)
        return ids, _without_spaces(text, _characters(whole)[spans])


def _whole(text: str) -> str:
    """A text that has a UTF-8: a lone surrogate has none."""
    return text if text.isascii() else text.encode(errors="replace").decode()


def _characters(text: str) -> NDArray[np.int64]:
    """For each byte of a text in UTF-8, and its end, the character that it is of."""
    if text.isascii():
        return np.arange(len(text) + 1)
    held = np.frombuffer(text.encode(), dtype=np.uint8)
    return np.append(np.cumsum((held & 0xC0) != 0x80) - 1, len(text))


def _without_spaces(text: str, spans: NDArray[np.int64]) -> NDArray[np.int64]:
    for row in spans:
        while row[0] < row[1] and text[row[0]].isspace():
            row[0] += 1
    return spans
