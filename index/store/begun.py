"""What was encoded and is not committed yet, kept as it comes: an interrupted run goes on from there, whatever its files hold.

    begun-…/   texts.npy     uint8 (n, 32): the SHA-256 of each text that was encoded
               vectors.npy   float32 (n, dim): its vector
               begun.json    encoder, how far the work had come, and the SHA-256 of the others; sealed, and written last

Such a part belongs to no state: nothing in it is searched, and one that is not whole is as good as none. It names texts and no
document, so that a file that changed meanwhile costs what changed in it. Whoever commits removes those that he has used up, and
a run that comes to its end all of them (``index.store.state``).
"""

import os
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from hashlib import sha256
from pathlib import Path

import numpy as np

from corpus.errors import ReadError
from corpus.progress import Progress
from corpus.records import checked
from corpus.regular import read_regular, regular_digest
from index.arrays import Vectors, mapped, write
from index.encoders.encoder import Encoder
from index.store.seal import sealed, unsealed

BEGUN = "begun-"
"""How the name of the folder of a part begins."""

TEXTS, VECTORS, ROW = "texts.npy", "vectors.npy", "begun.json"
FILES = (TEXTS, VECTORS, ROW)
"""The files in it."""

EVERY = 8.0
"""Seconds of encoding after which what has come is kept: some ten are lost at most, with the slice that is at work."""

SLICE = 2.0
"""Seconds that a slice of texts should take, on whatever machine."""

FEWEST, MOST = 8, 1024
"""Texts of a slice."""

LARGEST = 1 << 20
"""Bytes of the largest ``begun.json`` that is looked at."""


@dataclass(frozen=True, slots=True)
class Begun:
    """How far work had come: of so many passages and sentences of some files, ``path`` the first of them, so many are encoded.

    ``percent`` is of their characters, as the longest texts are encoded first. ``number`` counts the parts that were kept since
    the last whole run; ``fingerprint`` is that of the encoder, and ``digests`` has the SHA-256 of the arrays.
    """

    number: int
    fingerprint: str
    path: str
    files: int
    encoded: int
    total: int
    percent: int
    digests: dict[str, str]


def key_of(text: str) -> bytes:
    """What a text is known by: its SHA-256."""
    return sha256(text.encode("utf-8", "surrogatepass")).digest()


class Keeping:
    """An encoder that gives what it has encoded out of its hands every few seconds, and knows what an earlier run had encoded.

    ``keep(keys, vectors, encoded, total, percent)`` is given what has come since the last time, and how far this call is then;
    ``known`` are vectors of the same encoder. ``asked`` are the keys of all texts that it was asked for.
    """

    def __init__(self, encoder: Encoder, known: Mapping[bytes, Vectors]) -> None:
        self.name, self.fingerprint, self.dim = encoder.name, encoder.fingerprint, encoder.dim
        self.keep: Callable[[Sequence[bytes], Vectors, int, int, int], None] = lambda *_: None
        self.asked: set[bytes] = set()
        self._encoder, self._known = encoder, known

    def encode_query(self, question: str) -> Vectors:
        """As the other one."""
        return self._encoder.encode_query(question)

    def encode_passages(self, texts: Sequence[str], *, progress: Progress) -> Vectors:
        """The vectors of the texts, in their order; ``progress(done, total)`` counts their characters."""
        keys = [key_of(text) for text in texts]
        self.asked.update(keys)
        vectors = np.empty((len(texts), self.dim), dtype=np.float32)
        for at, key in enumerate(keys):
            if key in self._known:
                vectors[at] = self._known[key]
        new = [at for at, key in enumerate(keys) if key not in self._known]
        new.sort(key=lambda at: len(texts[at]), reverse=True)  # neighbours in length share a batch
        total = sum(map(len, texts))
        done = total - sum(len(texts[at]) for at in new)
        at, size, first, kept = 0, FEWEST, 0, time.monotonic()
        while at < len(new):
            some, began = new[at : at + size], time.monotonic()
            characters = sum(len(texts[row]) for row in some)

            def shown(part: int, whole: int, done: int = done, characters: int = characters) -> None:
                progress(done + characters * part // whole, total)

            vectors[some] = self._encoder.encode_passages([texts[row] for row in some], progress=shown)
            at, done, now = at + len(some), done + characters, time.monotonic()
            quicker = SLICE / max(now - began, 1e-3)
            size = min(max(int(size * min(max(quicker, 0.5), 2.0)), FEWEST), MOST)
            if now - kept >= EVERY:
                rows = new[first:at]
                encoded, percent = len(texts) - len(new) + at, 100 * done // total
                self.keep([keys[row] for row in rows], vectors[rows], encoded, len(texts), percent)
                first, kept = at, time.monotonic()
        progress(total, total)
        return vectors


def save(folder: Path, keys: Sequence[bytes], vectors: Vectors, begun: Begun) -> None:
    """Write a part into an empty folder and settle it on the disk. Raises OSError."""
    write(folder / TEXTS, np.frombuffer(b"".join(keys), dtype=np.uint8).reshape(-1, 32))
    write(folder / VECTORS, vectors)
    digests = {name: regular_digest(folder / name) for name in (TEXTS, VECTORS)}
    with (folder / ROW).open("xb") as file:
        file.write(sealed({"application": "pincite", **asdict(replace(begun, digests=digests))}))
    for name in FILES:
        with (folder / name).open("rb+") as file:
            os.fsync(file.fileno())


def begun_in(folder: Path) -> Begun | None:
    """How far the work had come when a part was kept; None for one that does not say so, byte for byte as it was written."""
    try:
        return checked(unsealed(read_regular(folder / ROW, most=LARGEST)), Begun)
    except (OSError, ReadError, ValueError, RecursionError):
        return None


def load(folder: Path, begun: Begun, *, dim: int) -> dict[bytes, Vectors] | None:
    """The vectors of a part, by the keys of their texts; None for one of which a byte is not as it was written."""
    try:
        if any(regular_digest(folder / name) != begun.digests.get(name) for name in (TEXTS, VECTORS)):
            return None
        keys = mapped(folder / TEXTS, "|u1", columns=32)
        vectors = np.array(mapped(folder / VECTORS, "<f4", columns=dim))  # read, so that the files can go
        return {bytes(key): vector for key, vector in zip(keys, vectors, strict=True)}
    except (OSError, ReadError, ValueError):
        return None
