"""``pincite doctor``: whether models, cache, disk and a library are in order, and what to do about what is not."""

import argparse
import os
import shutil
from collections import Counter
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import NamedTuple

from corpus.errors import PinciteError
from ui.cli.console import counted, one_line, put, sized, talk

SCARCE = 500_000_000
"""Bytes of free disk under which the doctor warns."""


class _Check(NamedTuple):
    """What was looked at, what was found, and what to do when it is not in order."""

    what: str
    found: str
    remedy: str = ""


def examine(options: argparse.Namespace) -> int:
    """Print a line for each check, and under it what to do; 1 when something is not in order."""
    checks: list[_Check] = []
    looks: list[tuple[str, Callable[[], Iterator[_Check]]]] = [("model", _model), ("reader", _reader), ("cache", _cache)]
    if options.library:
        looks.append(("library", partial(_library, options.library)))
    for what, look in looks:
        try:
            checks += look()
        except (PinciteError, OSError) as error:
            said, _, remedy = one_line(error).rpartition("; ")
            checks.append(_Check(what, said or remedy, remedy if said else "see above"))
    width = max(len(check.what) for check in checks)
    for check in checks:
        put(f"{'✗' if check.remedy else '✓'} {check.what:<{width}}  {check.found}")
        if check.remedy:
            put(f"  {'':<{width}}  → {check.remedy}")
    return int(any(check.remedy for check in checks))


def _model() -> Iterator[_Check]:
    from index.encoders.export import open_encoder
    from index.encoders.minilm import DEFAULT_MODEL, DEFAULT_WEIGHTS

    encoder = open_encoder(talk=talk)
    yield _Check("model", f"{DEFAULT_MODEL}, its weights are the genuine ones (SHA-256 {DEFAULT_WEIGHTS[:12]}…)")
    vector = encoder.encode_query("A question.")
    fine = abs(float(vector @ vector) - 1) < 1e-3
    yield _Check("encoding", f"works, {encoder.dim} numbers a text", "" if fine else "reinstall onnxruntime")


def _reader() -> Iterator[_Check]:
    from rag.reader.model import SHIPPED, OnnxReader

    reader = OnnxReader(SHIPPED)
    yield _Check("reader", f"the shipped one (SHA-256 {reader.fingerprint[:12]}…)")


def _cache() -> Iterator[_Check]:
    from corpus.folders import cache_folder

    folder = cache_folder()
    yield _writable("cache", folder, "set XDG_CACHE_HOME to a folder that you may write")
    size = sum(one.stat().st_size for one in (folder / "libraries").rglob("*") if one.is_file())
    yield _Check("cached", f"{sized(size)} of indexes made on the fly in {folder / 'libraries'}; may be deleted at any time")


def _writable(what: str, folder: Path, remedy: str) -> _Check:
    near = next(one for one in (folder, *folder.absolute().parents) if one.exists())
    free = shutil.disk_usage(near).free
    if not os.access(near, os.W_OK):
        return _Check(what, f"{folder}: no permission to write", remedy)
    return _Check(what, f"{folder}, {sized(free)} free", "" if free > SCARCE else "free some space on this disk")


OLD_WORDS = "an older version cut its texts or counted its words, and finds less in some; to cut and count them anew"
"""What is said of a library whose state is ``old``, before the command that helps."""


def _library(folder: Path) -> Iterator[_Check]:
    from index.encoders.export import open_encoder
    from index.library import open_if_any
    from index.store.migrations import FORMAT
    from index.store.state import altered, left_over, read_state, unlisted

    state = read_state(folder)
    older = f"; {FORMAT} when it is next changed" if state.format != FORMAT else ""
    yield _Check("format", f"{state.format}{older}", f"{OLD_WORDS}: pincite update {folder}" if state.is_outdated else "")
    damaged = list(altered(folder, state))
    for path in damaged:
        yield _Check("bytes", f"{path} is not as it was written", _remedy(Path(path).name, folder))
    if not damaged:
        yield _Check("bytes", "as they were written")
    library = None if damaged else open_if_any(folder, encoder=partial(open_encoder, talk=talk))
    if library:
        n, m = len(library.passages.ranges), len(library.sentences.ranges)
        yield _Check("in step", f"words, vectors and ranges of {counted(n, 'passage')} and {counted(m, 'sentence')}")
    problems = Counter(bool(file.problem) for file in state.files)
    yield _Check(
        "files", f"{counted(len(state.files), 'file')}, {problems[True]} of them not readable; see: pincite status {folder}"
    )
    yield _writable("disk", folder, "change the access rights of this folder")
    stray = left_over(folder, state)
    alike = unlisted(folder, state)
    left = f"; left alone, since no list of Pincite's names them: {', '.join(alike)}" if alike else ""
    found = f"{sized(stray)} of an interrupted writing; the next one deletes them" if stray else "none"
    yield _Check("leftovers", found + left)


def _remedy(name: str, folder: Path) -> str:
    """What to do about a file of a library that is not as it was written."""
    from index.store.owned import IGNORE, OWNED
    from index.store.state import CALIBRATION

    return {
        CALIBRATION: "delete it, or calibrate again: pincite eval calibrate",
        IGNORE: f"delete it, then: pincite update {folder}",
        OWNED: f"nothing of yours is lost; to have it written anew: pincite update {folder}",
    }.get(name, f"make it again: pincite index PATHS -o {folder}")
