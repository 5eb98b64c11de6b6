"""The SHA-256 of a file's bytes."""

from hashlib import file_digest as hashed
from pathlib import Path


def file_digest(path: Path) -> str:
    """The SHA-256 of a file's bytes, in hexadecimal. Raises OSError."""
    with path.open("rb") as file:
        return hashed(file, "sha256").hexdigest()
