"""What is said beside the answer, on stderr: lines and progress bars."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager

from index.encode import Progress


def talk(line: str) -> None:
    """Say a line."""
    print(line, file=sys.stderr, flush=True)


def one_line(error: Exception) -> str:
    """The message of an error on one line, without characters that cannot be printed."""
    return " ".join(str(error).encode(errors="surrogateescape").decode(errors="replace").split())


def counted(n: int, thing: str) -> str:
    """A number with its thing, in the right number: ``1 passage``, ``2,000 passages``."""
    return f"{n:,} {thing}{'s' * (n != 1)}"


def sized(size: int) -> str:
    """Bytes as people say them: ``34.1 MB``."""
    scale, unit = next((s, u) for s, u in ((1e9, "GB"), (1e6, "MB"), (1e3, "kB"), (1, "bytes")) if size >= s or s == 1)
    return f"{size / scale:,.{0 if scale < 1e6 else 1}f} {unit}"


@contextmanager
def progress_bar(label: str, *, unit: str = "text") -> Iterator[Progress]:
    """A progress bar on a terminal, with rate and time left, for work that takes longer than a second; elsewhere nothing.

    ``unit`` is a thing in the singular, or ``B`` for bytes.
    """
    if not sys.stderr.isatty():
        yield lambda done, total: None
        return
    from tqdm import tqdm

    scale = unit == "B"
    named = unit if scale else f" {unit}s"
    bar = tqdm(desc=label, unit=named, unit_scale=scale, delay=1.0, leave=False, file=sys.stderr, dynamic_ncols=True)

    def show(done: int, total: int) -> None:
        bar.total = total
        bar.update(done - bar.n)

    try:
        yield show
    finally:
        bar.close()
