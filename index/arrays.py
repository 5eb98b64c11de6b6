"""Arrays on the disk in NumPy's format, mapped without believing their header."""

from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray

Vectors = NDArray[np.float32]
"""``(n, dim) float32`` unit rows, or one, ``(dim,)``."""


def mapped(path: Path, dtype: DTypeLike, *, columns: int = 0) -> NDArray[Any]:
    """The array that ``numpy.save`` wrote, mapped and not read: ``(n,)``, or ``(n, columns)``, of this type.

    What it must be is known, so that the header is compared and never parsed. Raises OSError, or ValueError for another one.
    """
    with path.open("rb") as file:
        head = file.read(10)
        size = 10 + int.from_bytes(head[8:10], "little")
        head += file.read(size - 10)
        left = path.stat().st_size - size
    item = np.dtype(dtype).itemsize * (columns or 1)
    shape = (left // item, columns) if columns else (left // item,)
    if left < 0 or left % item or head != _header(np.dtype(dtype), shape):
        raise ValueError(f"{path.name} is not the array that was written")
    return np.memmap(path, dtype=dtype, mode="r", offset=size, shape=shape) if left else np.empty(shape, dtype=dtype)


def _header(dtype: np.dtype[Any], shape: tuple[int, ...]) -> bytes:
    file = BytesIO()
    np.lib.format.write_array_header_1_0(
        file, {"descr": np.lib.format.dtype_to_descr(dtype), "fortran_order": False, "shape": shape}
    )
    return file.getvalue()


def write(path: Path, array: NDArray[Any]) -> None:
    """Write what ``mapped`` reads, into a new file. Raises OSError, FileExistsError where there is one already."""
    with path.open("xb") as file:
        np.lib.format.write_array(file, np.ascontiguousarray(array), version=(1, 0), allow_pickle=False)
