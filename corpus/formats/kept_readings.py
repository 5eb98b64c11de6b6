"""What recognition made of a file, kept in the cache: it takes seconds a page, and the same bytes give the same text.

    readings/<64 hexadecimal digits>    SHA-256 of what follows; then the answer of the reading process

The name is a hash of the file's bytes, of the ending of its name, and of all else that the reading depends on: the models, and
the readers as they are installed. What is damaged is read anew, what was used longest ago goes.
"""

import os
import re
from collections.abc import Sequence
from contextlib import suppress
from functools import cache
from hashlib import sha256
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from tempfile import mkstemp

import corpus.formats.ocr as ocr
from corpus.folders import cache_folder
from corpus.formats.picture import is_picture

KEPT, LARGEST = 200, 20_000_000
"""Readings that are kept, and bytes of the largest."""

_NAME = re.compile("[0-9a-f]{64}")
_DIGITS, _SIZE, _HEAD = 64, 8, 1024


def place_of(digest: str, suffix: str) -> Path:
    """Where the reading of a file with these bytes and this ending of its name is kept."""
    key = "\n".join((digest, suffix.lower(), _readers()))
    return cache_folder() / "readings" / sha256(key.encode()).hexdigest()


def may_be_kept(data: bytes) -> bool:
    """Whether a file with these bytes is of a kind that is recognised, on a machine where something is."""
    head = data[:_HEAD]
    return (b"%PDF" in head or is_picture(head)) and ocr.is_there()


def kept(place: Path) -> tuple[bytes, ...] | None:
    """The parts of the answer that is kept in a place, or None; it counts as used."""
    try:
        held = place.read_bytes()
        digest, rest = held[:_DIGITS], held[_DIGITS:]
        if sha256(rest).hexdigest().encode() != digest:
            return None
        os.utime(place)
    except OSError:
        return None
    parts, at = [], 0
    while at < len(rest):
        size = int.from_bytes(rest[at : at + _SIZE], "big")
        parts.append(rest[at + _SIZE : at + _SIZE + size])
        at += _SIZE + size
    return tuple(parts)


def keep(place: Path, parts: Sequence[bytes]) -> None:
    """Keep the parts of an answer in a place, written beside it and renamed; where that cannot be, it is not kept."""
    rest = b"".join(len(part).to_bytes(_SIZE, "big") + part for part in parts)
    if len(rest) > LARGEST:
        return
    with suppress(OSError):
        place.parent.mkdir(parents=True, exist_ok=True)
        number, beside = mkstemp(dir=place.parent, prefix="new-")
        try:
            with os.fdopen(number, "wb") as file:
                file.write(sha256(rest).hexdigest().encode() + rest)
            Path(beside).replace(place)
        except OSError:
            Path(beside).unlink(missing_ok=True)
            raise
        ours = [path for path in place.parent.iterdir() if _NAME.fullmatch(path.name) and not path.is_symlink()]
        for path in sorted(ours, key=lambda path: path.stat().st_mtime)[:-KEPT]:
            path.unlink(missing_ok=True)


@cache
def _readers() -> str:
    """A hash of all that a reading depends on beside the file."""
    found = sha256(repr(sorted(ocr.MODELS.items())).encode())
    for path in sorted(Path(__file__).parent.glob("*.py")):
        found.update(path.read_bytes())
    for package in ("rapidocr", "onnxruntime", "opencv-python-headless", "pypdfium2", "pillow"):
        with suppress(PackageNotFoundError):
            found.update(version(package).encode())
    return found.hexdigest()
