"""Files opened without trust: regular ones alone, never waited for, never read past the size they say."""

import hashlib
import os
import stat
from io import FileIO
from pathlib import Path

from corpus.errors import ReadError


def open_regular(path: Path) -> tuple[FileIO, int]:
    """A regular file, open for reading, and its size in bytes.

    Opening does not wait for the other end of a pipe or for a device, and what was opened is looked at again: a name can
    change its file between a look and the opening. Raises ReadError for anything else, OSError where it cannot be opened.
    """
    flags = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_BINARY", 0)
    file = FileIO(os.open(path, flags), "rb")
    found = os.fstat(file.fileno())
    if not stat.S_ISREG(found.st_mode):
        file.close()
        raise ReadError("path.irregular")
    return file, found.st_size


def regular_digest(path: Path) -> str:
    """The SHA-256 of a regular file, in hexadecimal; empty, and nothing read, for one that says it is empty.

    Raises ReadError for what is no regular file, OSError where it cannot be read.
    """
    file, size = open_regular(path)
    with file:
        return hashlib.file_digest(file, "sha256").hexdigest() if size else ""


def read_regular(path: Path, *, most: int) -> bytes:
    """All bytes of a regular file, ``most`` at most.

    A file that says it is empty is not read at all: those of ``/proc`` say so, and some never end. Raises ReadError for a
    file that is larger than ``most`` or gives more than its size, OSError where it cannot be read.
    """
    file, size = open_regular(path)
    with file:
        if size > most:
            raise ReadError("file.large", size=f"{size / 1e9:.1f}", most=f"{most / 1e9:.1f}")
        blocks: list[bytes] = []
        left = size + 1 if size else 0
        while left and (block := file.read(left)):
            blocks.append(block)
            left -= len(block)
    if size and not left:
        raise ReadError("file.grows")
    return blocks[0] if len(blocks) == 1 else b"".join(blocks)
