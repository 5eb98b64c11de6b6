"""The word vectors of multilingual-e5-small, which the encoder and the reader share: a file of 4-bit blocks, read where it
lies.

`words.bin` holds a row for each of 250,037 word pieces: 384 numbers in blocks of 32, each a float16 scale and 16 bytes, low
halves first, every number of 0 to 15 less 8 (the form that GGML calls Q4_0). Nothing of it is loaded but the rows that a text
needs.
"""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

DIM = 384
BLOCK = 32
_BYTES = DIM // BLOCK * (2 + BLOCK // 2)


class Words:
    """The table in a file. Raises OSError or ValueError for a file that is none."""

    def __init__(self, path: Path) -> None:
        held = np.memmap(path, dtype=np.uint8, mode="r")
        if held.size % _BYTES:
            raise ValueError(f"{held.size} bytes are no table of word vectors")
        self._rows = held.reshape(-1, DIM // BLOCK, 2 + BLOCK // 2)

    def __len__(self) -> int:
        return len(self._rows)

    def of(self, ids: NDArray[np.int64]) -> NDArray[np.float32]:
        """The vectors of word pieces, ``(...) int64`` to ``(..., 384) float32``."""
        return unpacked(np.asarray(self._rows[ids.reshape(-1)])).reshape(*ids.shape, DIM)


def unpacked(blocks: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Blocks of 4-bit numbers, ``(..., 18) uint8`` to ``(..., 32) float32``."""
    scales = blocks[..., :2].copy().view("<f2").astype(np.float32)
    halves = np.concatenate([blocks[..., 2:] & 15, blocks[..., 2:] >> 4], axis=-1).astype(np.float32) - 8
    values: NDArray[np.float32] = halves * scales
    return values
