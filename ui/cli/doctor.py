"""``pincite doctor``: whether models, cache, disk and a library are in order, and what to do about what is not."""

import argparse
import os
import shutil
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import NamedTuple
from unicodedata import east_asian_width

from corpus.errors import PinciteError
from corpus.messages import Message, listed
from ui.cli.console import note, put, sized, worded

SCARCE = 500_000_000
"""Bytes of free disk under which the doctor warns."""


class _Check(NamedTuple):
    """What was looked at, what was found, whether it is in order, and what to do when it is not, unless that was said."""

    what: str
    found: Message
    is_fine: bool = True
    remedy: Message | None = None


def examine(options: argparse.Namespace) -> int:
    """Print a line for each check, and under it what to do; 1 when something is not in order."""
    checks: list[_Check] = []
    looks: list[tuple[str, Callable[[], Iterator[_Check]]]] = [("model", _model), ("reader", _reader)]
    looks += [("ocr", _ocr), ("cache", _cache)]
    if options.library:
        looks.append(("library", partial(_library, options.library)))
    for what, look in looks:
        try:
            checks += look()
        except (PinciteError, OSError) as error:
            found = error.message if isinstance(error, PinciteError) else Message("text", text=str(error))
            checks.append(_Check(what, found, is_fine=False))
    named = [worded(Message(f"doctor.{check.what}")) for check in checks]
    width = max(map(_columns, named))
    for check, name in zip(checks, named, strict=True):
        put(f"{'✓' if check.is_fine else '✗'} {name}{' ' * (width - _columns(name))}  {worded(check.found)}")
        if check.remedy and not check.is_fine:
            put(f"  {' ' * width}  → {worded(check.remedy)}")
    return int(not all(check.is_fine for check in checks))


def _columns(text: str) -> int:
    """The columns of a terminal that a text takes: Chinese characters take two (Unicode, UAX 11)."""
    return sum(2 if east_asian_width(character) in "WF" else 1 for character in text)


def _model() -> Iterator[_Check]:
    from index.encoders.e5 import DEFAULT_MODEL
    from index.encoders.export import open_encoder

    encoder = open_encoder(note=note)
    yield _Check("model", Message("doctor.genuine", model=DEFAULT_MODEL, digest=encoder.fingerprint[:12]))
    vector = encoder.encode_query("A question.")
    fine = abs(float(vector @ vector) - 1) < 1e-3
    yield _Check("encoding", Message("doctor.encodes", n=encoder.dim), fine, Message("doctor.reinstall_runtime"))


def _reader() -> Iterator[_Check]:
    from rag.reader.model import SHIPPED, OnnxReader

    reader = OnnxReader(SHIPPED)
    yield _Check("reader", Message("doctor.shipped", digest=reader.fingerprint[:12]))


def _ocr() -> Iterator[_Check]:
    from importlib.metadata import version

    from corpus.formats.ocr import EXTRA, PACKAGE, is_there, known_models

    if not is_there():
        yield _Check("ocr", Message("doctor.no_ocr", command=EXTRA))
        return
    known_models()
    yield _Check("ocr", Message("doctor.with_ocr", version=version(PACKAGE)))


def _cache() -> Iterator[_Check]:
    from corpus.folders import cache_folder

    folder = cache_folder()
    yield _writable("cache", folder, Message("doctor.set_cache"))
    size = sum(one.stat().st_size for one in (folder / "libraries").rglob("*") if one.is_file())
    yield _Check("cached", Message("doctor.in_cache", size=sized(size), folder=str(folder / "libraries")))


def _writable(what: str, folder: Path, remedy: Message) -> _Check:
    near = next(one for one in (folder, *folder.absolute().parents) if one.exists())
    free = shutil.disk_usage(near).free
    if not os.access(near, os.W_OK):
        return _Check(what, Message("doctor.no_permission", where=folder), is_fine=False, remedy=remedy)
    found = Message("doctor.free", folder=str(folder), size=sized(free))
    return _Check(what, found, free > SCARCE, Message("doctor.free_some"))


def _library(folder: Path) -> Iterator[_Check]:
    from index.encoders.export import open_encoder
    from index.library import open_if_any
    from index.store.migrations import FORMAT
    from index.store.state import altered, left_over, read_state, unlisted

    state = read_state(folder)
    number, ours = str(state.format), str(FORMAT)
    found = Message("text", text=number) if number == ours else Message("doctor.older_format", format=number, ours=ours)
    yield _Check("format", found, not state.is_outdated, Message("library.outdated", folder=str(folder)))
    damaged = list(altered(folder, state))
    for path in damaged:
        yield _Check("bytes", Message("doctor.altered", path=str(path)), is_fine=False, remedy=_remedy(Path(path).name, folder))
    if not damaged:
        yield _Check("bytes", Message("doctor.as_written"))
    library = None if damaged else open_if_any(folder, encoder=partial(open_encoder, note=note))
    if library:
        passages = Message("count.passages", n=len(library.passages.ranges))
        sentences = Message("count.sentences", n=len(library.sentences.ranges))
        yield _Check("in_step", Message("doctor.step", passages=passages, sentences=sentences))
    problems = sum(bool(file.problem) for file in state.files)
    files = Message("count.files", n=len(state.files))
    yield _Check("files", Message("doctor.readable", files=files, n=problems, folder=str(folder)))
    yield _writable("disk", folder, Message("doctor.change_rights"))
    stray = left_over(folder, state)
    alike = unlisted(folder, state)
    left = Message("doctor.left_over", size=sized(stray)) if stray else Message("doctor.none")
    yield _Check("leftovers", Message("doctor.alike", left=left, names=listed(alike)) if alike else left)


def _remedy(name: str, folder: Path) -> Message:
    """What to do about a file of a library that is not as it was written."""
    from index.store.owned import IGNORE, OWNED
    from index.store.state import CALIBRATION

    codes = {CALIBRATION: "calibration", IGNORE: "ignore", OWNED: "owned"}
    return Message(f"doctor.mend_{codes.get(name, 'index')}", folder=str(folder))
