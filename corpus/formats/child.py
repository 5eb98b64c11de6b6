"""Readers of risky formats at work in a process of their own, bounded in time and memory.

What comes back is JSON, so that a file which takes its reader over can hand us nothing but data. The child is started for the
first file, serves all that follow, and is replaced when a file breaks it. It may not write files, and where the system can
limit memory (Linux) it gets ``MEMORY`` bytes.
"""

import json
import os
import subprocess
import sys
import threading
from base64 import b64decode, b64encode
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Any, BinaryIO, Self

from corpus.document import Finding, Heading, Places
from corpus.errors import ReadError
from corpus.formats.pdf import Box, Leaf, find_leaves
from corpus.formats.reading import Reading

MEMORY = 2 * 1024**3
"""Bytes of address space a reader may use."""

SECONDS = 60.0
"""Time a reader may take for a file; each megabyte of it adds two seconds."""

_START = "import sys; sys.path.insert(0, sys.argv[1]); from corpus.formats.child import serve; serve(int(sys.argv[2]))"
_ROOT = str(Path(__file__).parents[2])


class Child:
    """A reading process that is started when the first file comes, to be closed in the end."""

    def __init__(self, *, seconds: float = SECONDS, memory: int = MEMORY) -> None:
        self._seconds = seconds
        self._memory = memory
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """End the process."""
        if self._process is not None:
            self._process.kill()
            self._process.communicate()
            self._process = None

    def read(self, path: Path) -> tuple[str, Reading]:
        """The name of a file's kind and its reading; raises ReadError, without the file's name, when it cannot be had."""
        answer = self._ask(path, {"path": str(path)})
        return answer["kind"], _unpacked(answer)

    def find_leaves(self, path: Path, ranges: Sequence[tuple[int, int, int]], *, drawn: bool) -> list[Leaf]:
        """Pages of a PDF: see ``corpus.formats.pdf.find_leaves``; raises ReadError as ``read`` does."""
        answer = self._ask(path, {"path": str(path), "ranges": ranges, "drawn": drawn})
        return [
            Leaf(text, (width, height), [Box(*box) for box in boxes], b64decode(picture))
            for text, (width, height), boxes, picture in answer["leaves"]
        ]

    def _ask(self, path: Path, question: dict[str, Any]) -> dict[str, Any]:
        process = self._started()
        seconds = self._seconds + path.stat().st_size / 500_000
        late = threading.Event()

        def stop() -> None:
            late.set()
            process.kill()

        timer = threading.Timer(seconds, stop)
        timer.start()
        try:
            answer = _asked(process, question)
        finally:
            timer.cancel()
        if answer is not None and "error" in answer:
            raise ReadError(answer["error"])
        if answer is not None:
            return answer
        process.kill()
        code = process.wait()
        self.close()
        if late.is_set():
            raise ReadError(f"not read within {seconds:.0f} seconds; split it, or save it in a simpler format")
        memory = f"{self._memory / 1024**3:.1f} GB of memory"
        raise ReadError(f"its reader broke down (exit {code}): damaged, or it needs more than {memory}")

    def _started(self) -> "subprocess.Popen[bytes]":
        if self._process is None or self._process.poll() is not None:
            self.close()
            self._process = subprocess.Popen(
                [sys.executable, "-P", "-c", _START, _ROOT, str(self._memory)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
            )
        return self._process


def _asked(process: "subprocess.Popen[bytes]", question: dict[str, Any]) -> dict[str, Any] | None:
    """The child's answer, or None when it died of the question."""
    assert process.stdin is not None and process.stdout is not None
    try:
        process.stdin.write(json.dumps(question).encode() + b"\n")
        process.stdin.flush()
        size = process.stdout.read(8)
        data = process.stdout.read(int.from_bytes(size, "big")) if len(size) == 8 else b""
    except OSError:
        return None
    return json.loads(data) if data and len(data) == int.from_bytes(size, "big") else None


def serve(memory: int) -> None:
    """Be the child: read a question a line, as JSON, from stdin and answer on stdout, until there are no more."""
    answers = os.fdopen(os.dup(1), "wb")
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    _limit(memory)
    for line in sys.stdin.buffer:
        data = answer(json.loads(line))
        with suppress(BrokenPipeError):
            _send(answers, data)


def _send(answers: BinaryIO, data: bytes) -> None:
    answers.write(len(data).to_bytes(8, "big") + data)
    answers.flush()


def _limit(memory: int) -> None:
    """Bound this process where the system knows how; elsewhere only time is bounded, by the parent."""
    try:
        import resource
    except ImportError:
        return
    with suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))


def answer(question: dict[str, Any]) -> bytes:
    """The reading of a file, or pages of it, as JSON; or the reason why there is none."""
    path = Path(question["path"])
    try:
        data = path.read_bytes()
    except OSError as error:
        return json.dumps({"error": f"cannot be read ({error.strerror}); check its access rights and the disk"}).encode()
    return answer_of(data, path.suffix, ranges=question.get("ranges"), drawn=question.get("drawn", False))


def answer_of(data: bytes, suffix: str, *, ranges: Sequence[tuple[int, int, int]] | None = None, drawn: bool = False) -> bytes:
    """The reading of a file's bytes, or pages of it, as JSON; or the reason why there is none.

    Readers meet files that nobody foresaw: whatever they raise is said of the file, with the name of the exception.
    """
    from corpus.formats.kinds import read_data

    try:
        if ranges is not None:
            found = find_leaves(data, ranges, drawn=drawn)
            leaves = [[leaf.text, leaf.size, leaf.boxes, b64encode(leaf.picture).decode()] for leaf in found]
            return json.dumps({"leaves": leaves}, ensure_ascii=False).encode()
        kind, reading = read_data(data, suffix)
        return json.dumps({"kind": kind.name, **_packed(reading)}, ensure_ascii=False).encode()
    except ReadError as error:
        reason = str(error)
    except MemoryError:
        reason = "needs more memory than a reader gets; split it"
    except RecursionError:
        reason = "nested too deeply; it is not read"
    except Exception as error:
        words = " ".join(str(error).split())[:80]
        reason = f"damaged, its reader failed ({type(error).__name__}: {words}); save it again"
    return json.dumps({"error": reason}).encode()


def _packed(reading: Reading) -> dict[str, Any]:
    return {
        "text": reading.text,
        "title": reading.title,
        "headings": [[h.start, h.end, h.level] for h in reading.headings],
        "places": [[p.kind, p.starts, p.labels] for p in reading.places],
        "findings": [[f.kind, f.said, f.ranges] for f in reading.findings],
    }


def _unpacked(row: dict[str, Any]) -> Reading:
    return Reading(
        row["text"],
        row["title"],
        tuple(Heading(*heading) for heading in row["headings"]),
        tuple(Places(kind, tuple(starts), tuple(labels)) for kind, starts, labels in row["places"]),
        tuple(Finding(kind, said, tuple((start, end) for start, end in ranges)) for kind, said, ranges in row["findings"]),
    )
