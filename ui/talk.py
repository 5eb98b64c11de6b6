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


@contextmanager
def progress_bar(label: str, *, unit: str = "text") -> Iterator[Progress]:
    """A progress bar on a terminal, with rate and time left, for work that takes longer than a second; elsewhere nothing."""
    if not sys.stderr.isatty():
        yield lambda done, total: None
        return
    from tqdm import tqdm

    bar = tqdm(desc=label, unit=f" {unit}s", delay=1.0, leave=False, file=sys.stderr, dynamic_ncols=True)

    def show(done: int, total: int) -> None:
        bar.total = total
        bar.update(done - bar.n)

    try:
        yield show
    finally:
        bar.close()
