"""Readers of foreign files at work in a process of their own, bounded in computing time and memory.

What comes back is a text, numbers and JSON, so that a file which takes its reader over can hand us nothing but data, and not
more of it than ``LARGEST_TEXT`` and ``MOST_MARKS`` allow. The child is started for the first file, serves all that follow, and
is replaced when a file breaks it. It may not write files, and where the system can limit memory (Linux) it gets ``MEMORY``
bytes.
"""

import json
import math
import os
import signal
import subprocess
import sys
import threading
import time
from array import array
from base64 import b64decode, b64encode
from collections.abc import Callable, Sequence
from contextlib import suppress
from hashlib import sha256
from itertools import accumulate, chain, pairwise
from pathlib import Path
from types import TracebackType
from typing import Any, BinaryIO, NamedTuple, Self

import corpus.formats.ocr as ocr
from corpus.document import Finding, Heading, Places
from corpus.errors import ReadError
from corpus.formats.boxes import Box, MarkedPage
from corpus.formats.builder import LARGEST_TEXT, ParsedFile
from corpus.formats.kept_readings import keep, kept, may_be_kept, place_of
from corpus.formats.pdf import marked_pages
from corpus.formats.picture import is_picture, pictured_pages
from corpus.messages import Message, packed, unpacked
from corpus.recognised import KIND as RECOGNISED
from corpus.regular import read_regular, regular_digest

LARGEST = 500_000_000
"""Bytes of the largest file that is read."""

MEMORY = 2 * 1024**3
"""Bytes of address space a reader may use."""

SECONDS = 60.0
"""Seconds that a reader may compute for a file; each megabyte of it adds two, and each page that is recognised has its own."""

PATIENCE = 20
"""Times that a reader may be at work longer than it may compute: on a busy machine it waits, a broken disk never answers."""

MOST_MARKS = 5_000_000
"""Headings, places and ranges of findings that a reading may have together."""

_LARGEST_WORDS = 256 * 1024**2
"""Bytes of the JSON of an answer: names of places, findings, pictures of pages."""

_START = "import sys; sys.path.insert(0, sys.argv[1]); from corpus.formats.sandbox import serve; serve(int(sys.argv[2]))"
_ROOT = str(Path(__file__).parents[2])


_RECOGNISING = b"\xff" * 24
"""What the child says instead of an answer when it begins to recognise a page."""


class _Answer(NamedTuple):
    """What the child says of a question: JSON, numbers of four bytes each, UTF-8."""

    words: bytes
    numbers: bytes = b""
    text: bytes = b""


class Sandbox:
    """A reading process that is started when the first file comes, to be closed in the end."""

    def __init__(self, *, seconds: float = SECONDS, memory: int = MEMORY) -> None:
        self._seconds = seconds
        self._memory = memory
        self._process: subprocess.Popen[bytes] | None = None
        self._watched = threading.Event()
        self._deadline = math.inf

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """End the process."""
        self._watched.set()
        if self._process is not None:
            self._process.kill()
            self._process.communicate()
            self._process = None

    def read(self, path: Path) -> tuple[str, ParsedFile, str]:
        """The name of a file's kind, its reading, and the SHA-256 of the bytes that were read.

        What was recognised once is not recognised again (``corpus.formats.kept_readings``). Raises ReadError, without the
        file's name, when it cannot be had.
        """
        words, numbers, text = self._ask(path, {"path": str(path)})
        if any(kind == RECOGNISED for kind, *_ in words["places"]):
            _keep(path, words, numbers, text)
        return words["kind"], _unpacked(words, numbers, text), words["digest"]

    def marked_pages(self, path: Path, ranges: Sequence[tuple[int, int, int]], *, drawn: bool) -> list[MarkedPage]:
        """Pages of a PDF or a picture: see ``corpus.formats.pdf.marked_pages``; raises ReadError as ``read`` does."""
        answer, _, _ = self._ask(path, {"path": str(path), "ranges": ranges, "drawn": drawn})
        return [
            MarkedPage(text, (width, height), [Box(*box) for box in boxes], b64decode(picture))
            for text, (width, height), boxes, picture in answer["pages"]
        ]

    def _ask(self, path: Path, question: dict[str, Any]) -> tuple[dict[str, Any], bytes, bytes]:
        process = self._started()
        seconds = self._seconds + path.stat().st_size / 500_000
        patience = seconds * (PATIENCE if _can_limit() else 1)
        self._deadline = time.monotonic() + patience
        answer = _asked(process, {**question, "seconds": seconds}, self._wait_for_page)
        late, self._deadline = time.monotonic() > self._deadline, math.inf
        words = json.loads(answer.words) if answer else {}
        if "error" in words:
            raise ReadError(unpacked(words["error"]))
        if answer:
            return words, answer.numbers, answer.text
        process.kill()
        code = process.wait()
        self.close()
        if late:
            raise ReadError("file.late", seconds=round(patience))
        if _can_limit() and code == -signal.SIGXCPU:
            raise ReadError("file.late_computing", seconds=round(seconds))
        raise ReadError("file.broke_down", exit=str(code), memory=f"{self._memory / 1024**3:.1f}")

    def _wait_for_page(self) -> None:
        """Wait longer, since a page is recognised."""
        self._deadline = max(self._deadline, time.monotonic() + ocr.SECONDS * (PATIENCE if _can_limit() else 1))

    def _started(self) -> "subprocess.Popen[bytes]":
        if self._process is None or self._process.poll() is not None:
            self.close()
            self._process = subprocess.Popen(
                [sys.executable, "-P", "-c", _START, _ROOT, str(self._memory)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                env={**os.environ, "OPENBLAS_NUM_THREADS": "1"},  # each of its threads takes memory
            )
            self._watched = threading.Event()
            threading.Thread(target=self._watch, args=(self._process, self._watched), daemon=True).start()
        return self._process

    def _watch(self, process: "subprocess.Popen[bytes]", ended: threading.Event) -> None:
        """Kill a process that is past the deadline of its question, looked at each second: a timer a question costs more."""
        while not ended.wait(1.0):
            if time.monotonic() > self._deadline:
                process.kill()
                return


def _keep(path: Path, words: dict[str, Any], numbers: bytes, text: bytes) -> None:
    """Keep what was recognised, under the digest of the file as it is: what the child says of it is not taken on trust."""
    place = place_of(words["digest"], path.suffix)
    with suppress(OSError, ReadError):
        if kept(place) is None and regular_digest(path) == words["digest"]:
            keep(place, (json.dumps(words, ensure_ascii=False).encode(), numbers, text))


def _can_limit() -> bool:
    """Whether this system can limit a process's computing time."""
    return hasattr(signal, "SIGXCPU")


def _asked(process: "subprocess.Popen[bytes]", question: dict[str, Any], recognising: Callable[[], None]) -> _Answer | None:
    """The child's answer, or None when it died of the question or says more than it may; ``recognising`` hears of each page."""
    assert process.stdin is not None and process.stdout is not None
    most = (_LARGEST_WORDS, 8 * MOST_MARKS, 4 * LARGEST_TEXT)
    try:
        process.stdin.write(json.dumps(question).encode() + b"\n")
        process.stdin.flush()
        head = process.stdout.read(24)
        for _ in range(ocr.MOST_PAGES):
            if head != _RECOGNISING:
                break
            recognising()
            head = process.stdout.read(24)
        sizes = [int.from_bytes(head[at : at + 8], "big") for at in (0, 8, 16)]
        if len(head) < 24 or any(size > largest for size, largest in zip(sizes, most, strict=True)):
            return None
        parts = [process.stdout.read(size) for size in sizes]
    except OSError:
        return None
    return _Answer(*parts) if [len(part) for part in parts] == sizes else None


def serve(memory: int) -> None:
    """Be the child: read a question a line, as JSON, from stdin and answer on stdout, until there are no more."""
    answers = os.fdopen(os.dup(1), "wb")
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    _limit(memory)

    def recognise() -> None:
        _limit_time(ocr.SECONDS)
        answers.write(_RECOGNISING)
        answers.flush()

    ocr.BEFORE_PAGE.set(recognise)
    for line in sys.stdin.buffer:
        question = json.loads(line)
        _limit_time(question["seconds"])
        said = answer(question)
        with suppress(BrokenPipeError):
            _send(answers, said)


def _send(answers: BinaryIO, said: _Answer) -> None:
    answers.write(b"".join(len(part).to_bytes(8, "big") for part in said))
    for part in said:
        answers.write(part)
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


def _limit_time(seconds: float) -> None:
    """Let this process compute for so many more seconds, rounded up; then the system ends it (SIGXCPU)."""
    if _can_limit():
        import resource

        used = resource.getrusage(resource.RUSAGE_SELF)
        most = resource.getrlimit(resource.RLIMIT_CPU)[1]
        soft = math.ceil(used.ru_utime + used.ru_stime + max(seconds, 0.0)) or 1
        resource.setrlimit(resource.RLIMIT_CPU, (soft if most == resource.RLIM_INFINITY else min(soft, most), most))


def answer(question: dict[str, Any]) -> _Answer:
    """The reading of a file, or pages of it; or the reason why there is none."""
    path = Path(question["path"])
    try:
        data = read_regular(path, most=LARGEST)
    except ReadError as error:
        return _refused(error.message)
    except MemoryError:
        return _refused(Message("file.memory"))
    except OSError as error:
        return _refused(Message("file.unreadable", why=error.strerror or ""))
    if "ranges" not in question and may_be_kept(data) and (held := kept(place_of(sha256(data).hexdigest(), path.suffix))):
        return _Answer(*held)
    return answer_of(data, path.suffix, ranges=question.get("ranges"), drawn=question.get("drawn", False))


def answer_of(
    data: bytes, suffix: str, *, ranges: Sequence[tuple[int, int, int]] | None = None, drawn: bool = False
) -> _Answer:
    """The reading of a file's bytes, or pages of it; or the reason why there is none.

    Readers meet files that nobody foresaw: whatever they raise is said of the file, with the name of the exception.
    """
    from corpus.formats.registry import read_data

    try:
        if ranges is not None:
            if is_picture(data):
                found = pictured_pages(data, [number for number, _, _ in ranges])
            else:
                found = marked_pages(data, ranges, drawn=drawn)
            pages = [[page.text, page.size, page.boxes, b64encode(page.picture).decode()] for page in found]
            return _Answer(json.dumps({"pages": pages}, ensure_ascii=False).encode())
        kind, reading = read_data(data, suffix)
        digest = sha256(data).hexdigest()
        del data
        return _packed(kind.name, reading, digest)
    except ReadError as error:
        reason = error.message
    except MemoryError:
        reason = Message("file.memory")
    except RecursionError:
        reason = Message("file.nested")
    except Exception as error:
        reason = _failed(error)
    except BaseException as error:
        if type(error).__name__ != "PanicException":  # what a reader in Rust raises, which is no Exception
            raise
        reason = _failed(error)
    return _refused(reason)


def _failed(error: BaseException) -> Message:
    words = " ".join(str(error).split())[:80]
    return Message("file.reader_failed", error=type(error).__name__, why=words)


def _refused(reason: Message) -> _Answer:
    return _Answer(json.dumps({"error": packed(reason)}).encode())


def _packed(kind: str, reading: ParsedFile, digest: str) -> _Answer:
    """A reading in its smallest form: all offsets one after another, everything else as JSON.

    Raises ReadError for one that has more marks than ``MOST_MARKS``, or longer names of them than an answer may have.
    """
    numbers = array("I")
    counts = [len(reading.headings), *(len(p.starts) for p in reading.places), *(len(f.ranges) for f in reading.findings)]
    if sum(counts) > MOST_MARKS:
        raise ReadError("file.many_marks", n=sum(counts), most=MOST_MARKS)
    for heading in reading.headings:
        numbers.extend((heading.start, heading.end))
    for places in reading.places:
        numbers.extend(places.starts)
    for finding in reading.findings:
        numbers.extend(chain.from_iterable(finding.ranges))
    words = json.dumps(
        {
            "kind": kind,
            "digest": digest,
            "title": reading.title,
            "levels": [heading.level for heading in reading.headings],
            "places": [[places.kind, len(places.starts), places.labels] for places in reading.places],
            "findings": [[finding.kind, packed(finding.message), len(finding.ranges)] for finding in reading.findings],
        },
        ensure_ascii=False,
    ).encode()
    if len(words) > _LARGEST_WORDS:
        raise ReadError("file.long_names")
    return _Answer(words, numbers.tobytes(), reading.text.encode())


def _unpacked(words: dict[str, Any], numbers: bytes, text: bytes) -> ParsedFile:
    offsets = array("I", numbers)
    sizes = [2 * len(words["levels"]), *(n for _, n, _ in words["places"]), *(2 * n for _, _, n in words["findings"])]
    parts = [offsets[start:end] for start, end in pairwise(accumulate(sizes, initial=0))]
    heads, places = parts[0], parts[1 : 1 + len(words["places"])]
    found = parts[1 + len(words["places"]) :]
    return ParsedFile(
        text.decode(),
        words["title"],
        tuple(Heading(start, end, level) for start, end, level in zip(heads[::2], heads[1::2], words["levels"], strict=True)),
        tuple(
            Places(kind, tuple(starts), tuple(labels))
            for (kind, _, labels), starts in zip(words["places"], places, strict=True)
        ),
        tuple(
            Finding(kind, unpacked(said), tuple(zip(ranges[::2], ranges[1::2], strict=True)))
            for (kind, said, _), ranges in zip(words["findings"], found, strict=True)
        ),
    )
