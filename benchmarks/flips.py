"""A library with a byte turned over, a file cut off, emptied, deleted or exchanged: what is said of it and quoted from it.

    python benchmarks/flips.py [--flips 1000] [--processes 24]

A library of text, Markdown and a PDF with pages, with a calibration, is damaged in one place, asked, looked at by ``status``
and examined by ``doctor``, and mended again; so for flips by chance over every file, and for every file cut off in the middle,
emptied, deleted and exchanged for another one. Half of the times it is opened as a library far too large to check all of it
(``CHECKED_AT_ONCE`` is 0), so that what holds then is tried too. Some of it is done again by real processes,
``update`` among them. Counted are answers with a wrong quote, with a wrong place beside ✓, tracebacks (also of a process that
dies), and damage that ``doctor`` does not name. All must be 0; the exit code says so.
"""

import argparse
import io
import json
import random
import shutil
import subprocess
import sys
import traceback
from collections import Counter
from collections.abc import Iterator
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path
from tempfile import mkdtemp
from typing import Any, NamedTuple

from corpus.document import Document
from corpus.errors import PinciteError
from corpus.locator import describe, warnings
from corpus.read import read_file
from corpus.verify import verify

TOPICS = ("ferns", "moss", "oaks", "rivers", "stones", "foxes")
QUESTIONS = (
    "How much water did the moss of region 7 need?",
    "When does the harbour of Lund open?",
    "What was the budget of department 3?",
    "What does the law of whales say?",
)
BAD = ("wrong quote", "wrong place beside the mark", "traceback", "not named by doctor")
HEAD = 200
"""Bytes at the beginning of a file in which one flip in three falls, since there what a file is stands."""


class Damage(NamedTuple):
    """What is done to a file: its bytes from then on (None: it is not there)."""

    kind: str
    path: Path
    data: bytes | None


def made(root: Path) -> Path:
    """A library with a calibration, in ``root / "lib"``."""
    from reportlab.pdfgen.canvas import Canvas

    from index.encoders.export import open_encoder
    from index.library import open_library
    from index.store.sync import follow, replace_roots
    from rag.calibration import Calibration, store
    from rag.reader.model import SHIPPED, OnnxReader

    docs, lib = root / "docs", root / "lib"
    docs.mkdir()
    for topic in TOPICS:
        lines = (
            f"In the year {1900 + n} the {topic} of region {n} needed {n * 7 + 3} litres of water, said the keeper. "
            for n in range(25)
        )
        (docs / f"{topic}.txt").write_text(f"About {topic}\n\n{''.join(lines)}\n")
    (docs / "guide.md").write_text(
        "# Guide\n\n## Harbours\n\nThe harbour of Lund opens at nine in the morning.\n\n## Engines\n\nAn engine burns oil.\n"
    )
    canvas = Canvas(str(docs / "report.pdf"))
    for n in range(6):
        canvas.drawString(72, 700, f"Chapter {n}")
        canvas.drawString(72, 660, f"The budget of department {n} was {n * 1000 + 500} crowns in total.")
        canvas.showPage()
    canvas.save()
    encoder = open_encoder(note=quiet)
    follow(lib, replace_roots([docs]), encoder=lambda state: encoder, note=quiet, progress=quiet, anew=True)
    library = open_library(lib, encoder=lambda name, fingerprint: encoder)
    reader = OnnxReader(SHIPPED).fingerprint
    store(Calibration(-1.0, 0.05, 0.95, 100, 90, 1, 0.04, "a set", "0" * 64, reader), library)
    return lib


def damages(lib: Path, flips: int, rng: random.Random) -> Iterator[Damage]:
    """All that is tried, the same for the same seed."""
    files = {path: path.read_bytes() for path in sorted(lib.rglob("*")) if path.is_file() and path.stat().st_size}
    for path, data in files.items():
        yield Damage("cut off", path, data[: len(data) // 2])
        yield Damage("emptied", path, b"")
        if path.name != "calibration.json":  # which whoever likes may delete
            yield Damage("deleted", path, None)
        for other in files:
            if other != path and other.name == path.name:
                yield Damage("exchanged", path, files[other])
    paths = list(files)
    for n in range(flips):
        path = paths[n % len(paths)]
        data = bytearray(files[path])
        at = rng.randrange(min(len(data), HEAD)) if rng.random() < 1 / 3 else rng.randrange(len(data))
        data[at] ^= 1 << rng.randrange(8) if rng.random() < 2 / 3 else rng.randrange(1, 256)
        yield Damage("flipped", path, bytes(data))


class Bench:
    """What asks, looks and examines, in this process."""

    def __init__(self, lib: Path) -> None:
        import index.encoders.export
        from rag.reader.model import open_reader

        self.lib, self.encoder, self.reader = lib, index.encoders.export.open_encoder(note=quiet), open_reader(note=quiet)
        index.encoders.export.open_encoder = lambda *arguments, **more: self.encoder  # type: ignore[assignment,return-value]
        self.truth = {str(path): read_file(path, note=quiet) for path in sorted((lib.parent / "docs").iterdir())}
        self.right = self.asked()

    def asked(self) -> list[Any]:
        """All answers, each quote with its place and its mark; raises AssertionError for one that no file says."""
        from index.library import open_library
        from rag.ask import ask
        from rag.calibration import stored

        library = open_library(self.lib, encoder=lambda name, fingerprint: self.encoder)
        stored(library, reader=self.reader, note=quiet)
        answers = []
        for question in QUESTIONS:
            answer = ask(question, library, reader=self.reader)
            quotes = [*answer.citations, *(answer.refusal.nearest if answer.refusal else ())]
            for citation in quotes:
                quote, truth = citation.quote, self.truth.get(citation.document.source)
                if truth is None or truth.text[quote.start : quote.end] != quote.text:
                    raise WrongError(BAD[0])
                shown, right = (_shown(document, quote.start, quote.end) for document in (quote.document, truth))
                if shown != right and verify(quote) == "exact":
                    raise WrongError(BAD[1])
            answers.append([(citation.document.source, citation.quote.text, verify(citation.quote)) for citation in quotes])
        return answers

    def tried(self) -> str:
        """What asking comes to."""
        try:
            return "right answers" if self.asked() == self.right else "other answers, exact"
        except PinciteError as error:
            return "a clear line" if _is_line(str(error)) else BAD[2]
        except WrongError as error:
            return str(error)
        except BaseException:
            traceback.print_exc()
            return BAD[2]

    def file_signature(self) -> str:
        """What ``status`` comes to, which also reads every document."""
        from ui.cli.main import main

        out, err = (io.TextIOWrapper(io.BytesIO(), encoding="utf-8") for _ in range(2))
        try:
            with redirect_stdout(out), redirect_stderr(err):
                code = main(["status", str(self.lib)])
        except BaseException:
            traceback.print_exc()
            return BAD[2]
        err.flush()
        lines = err.buffer.getvalue().decode().splitlines()  # type: ignore[attr-defined]
        return "status: looked at" if code == 0 else "status: a clear line" if code == 1 and len(lines) == 1 else BAD[2]

    def examined(self) -> str:
        """What ``doctor`` comes to."""
        import ui.cli.doctor

        try:
            return "named by doctor" if any(check.remedy for check in ui.cli.doctor._library(self.lib)) else BAD[3]
        except PinciteError:
            return "named by doctor"
        except BaseException:
            traceback.print_exc()
            return BAD[2]


class WrongError(Exception):
    """An answer that must never be."""


def work(lib: Path, options: argparse.Namespace, first: int) -> None:
    """Try everything from a number on; a line of JSON for each."""
    from index.store import state as store

    bench, whole = Bench(lib), store.CHECKED_AT_ONCE
    for n, damage in enumerate(damages(lib, options.flips, random.Random(options.seed))):
        if n < first:
            continue
        print(json.dumps({"n": n}), flush=True)
        store.CHECKED_AT_ONCE = whole if n % 2 else 0
        with damaged(damage):
            found = [bench.tried(), bench.file_signature(), bench.examined()]
        where = str(damage.path.relative_to(lib)).partition("segment-")[2].partition("/")[2] or damage.path.name
        print(json.dumps({"n": n, "kind": damage.kind, "where": where, "found": found, "at once": bool(n % 2)}), flush=True)


class damaged:  # noqa: N801 - used as a function
    """The library with this damage, mended afterwards."""

    def __init__(self, damage: Damage) -> None:
        self.path, self.data, self.right = damage.path, damage.data, damage.path.read_bytes()

    def __enter__(self) -> None:
        self.path.unlink()
        if self.data is not None:
            self.path.write_bytes(self.data)

    def __exit__(self, *_: object) -> None:
        self.path.unlink(missing_ok=True)
        self.path.write_bytes(self.right)


def by_processes(lib: Path, options: argparse.Namespace, count: Counter[str]) -> None:
    """The same by real processes, of a copy, which ``update`` may change; afterwards it is asked again."""
    rng = random.Random(options.seed + 1)
    some = rng.sample(list(damages(lib, options.flips, random.Random(options.seed))), options.processes)
    for damage in some:
        copy = lib.parent / "copy"
        shutil.rmtree(copy, ignore_errors=True)
        shutil.copytree(lib, copy)
        path = copy / damage.path.relative_to(lib)
        path.unlink() if damage.data is None else path.write_bytes(damage.data)
        doctor = 0
        for command in (
            ["doctor", copy],
            ["ask", QUESTIONS[2], "--index", copy],
            ["status", copy],
            ["update", copy],
            ["ask", QUESTIONS[2], "--index", copy],
        ):
            script = "import sys; from ui.cli.main import main; sys.exit(main(sys.argv[1:]))"
            run = subprocess.run(
                [sys.executable, "-c", script, *map(str, command)], capture_output=True, text=True, check=False, timeout=120
            )
            fine = run.returncode in {0, 1} and "Traceback" not in run.stderr
            if run.returncode == 1 and command[0] != "doctor":
                fine &= len(run.stderr.splitlines()) == 1
            count["process: in order" if fine else BAD[2]] += 1
            if not fine:
                print(damage.kind, damage.path, command, run.returncode, run.stdout, run.stderr)
            doctor += command[0] == "doctor" and run.returncode == 1
        count["process: named by doctor" if doctor else BAD[3]] += 1


def main() -> int:
    """Damage, ask, count."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--flips", type=int, default=1000)
    parser.add_argument("--processes", type=int, default=24, help="how many of all are done again by real processes")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--work", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--first", type=int, default=0, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.work:
        work(options.work, options, options.first)
        return 0
    from tqdm import tqdm

    root = Path(mkdtemp(prefix="pincite-flips-"))
    lib = made(root)
    total = sum(1 for _ in damages(lib, options.flips, random.Random(options.seed)))
    count: Counter[str] = Counter()
    asked: dict[str, Counter[str]] = {}
    first, last = 0, -1
    with tqdm(total=total, unit="damage", disable=None) as bar:
        while first < total:
            command = [sys.executable, __file__, "--work", str(lib), "--first", str(first), "--flips", str(options.flips)]
            process = subprocess.Popen([*command, "--seed", str(options.seed)], stdout=subprocess.PIPE, text=True)
            done = False
            for line in process.stdout or ():
                row = json.loads(line)
                last, done = row["n"], "found" in row
                if not done:
                    continue
                bar.update()
                count.update(row["found"])
                asked.setdefault(row["kind"], Counter())[row["found"][0]] += 1
                if set(row["found"]) & set(BAD):
                    print(row)
            if process.wait() and last < first:
                print("the benchmark itself does not begin")
                return 1
            if not done:  # the process died of it
                count[BAD[2]] += 1
                print(f"the process died of damage {last}")
            first = last + 1
    if options.processes:
        by_processes(lib, options, count)
    shutil.rmtree(root)
    for kind, found in asked.items():
        print(f"{found.total():,} {kind}: " + ", ".join(f"{n:,} {what}" for what, n in sorted(found.items())))
    print(", ".join(f"{count[name]:,} {name}" for name in sorted({*count, *BAD})))
    return int(any(count[name] for name in BAD))


def _shown(document: Document, start: int, end: int) -> tuple[Any, ...]:
    """All that is shown of where characters stand."""
    headings, line, title = document.heading_path_at(start), document.line_at(start), document.title
    return describe(document, start, end), document.page_at(start), line, headings, title, warnings(document, start, end)


def _is_line(text: str) -> bool:
    return bool(text.strip()) and "\n" not in text


def quiet(*_: object) -> None:
    """Say nothing."""


if __name__ == "__main__":
    sys.exit(main())
