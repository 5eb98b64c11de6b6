"""The command line: ``pincite ask``, ``pincite chat``, and the commands of ``ui.libraries`` and ``ui.evaluate``.

stdout is the answer, stderr the talk. Exit 0: answered or refused; 1: an error, in one line; 2: wrong usage; 3: refused
and ``--fail-on-refusal`` was given; 130: interrupted.
"""

import argparse
import json
import os
import sys
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from corpus.errors import LibraryError, PinciteError, QuestionError
from index.library import Library
from ui.evaluate import add_commands
from ui.libraries import LINKS_HELP, add_library_commands, advise
from ui.talk import one_line, progress_bar, talk

if TYPE_CHECKING:
    from rag.reader.model import NoReader, OnnxReader
    from ui.shelf import Shelf

EXAMPLE = "what did Heilongjiang plan?"


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code."""
    options = _parser().parse_args(arguments)
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(encoding="utf-8", errors="replace")  # type: ignore[union-attr]
    try:
        code = int(options.run(options))
        sys.stdout.flush()
        return code
    except PinciteError as error:
        talk(f"pincite: {one_line(error)}")
        return 1
    except BrokenPipeError:  # the reader of our output has left; say nothing, also at exit
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except KeyboardInterrupt:
        talk("pincite: interrupted; nothing was changed")
        return 130
    except OSError as error:
        talk(f"pincite: {one_line(error)}")
        return 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="pincite",
        description="Answers from your own documents: exact quotes, each with its place, or an honest refusal.",
    )
    parser.add_argument("--version", action="version", version=f"pincite {version('pincite')}")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    ask = commands.add_parser(
        "ask",
        help="ask a question and see the quotes that answer it",
        description="Ask a question. Without PATHS the shipped material is searched; with PATHS those files and folders, "
        "indexed on the fly and kept in the cache by their content.",
    )
    ask.add_argument("words", nargs="*", metavar="QUESTION [PATHS ...]", help=f'for example: "{EXAMPLE}" notes/ report.md')
    ask.add_argument("--index", type=Path, metavar="DIR", help="search an index made with: pincite index")
    ask.add_argument("--from", type=Path, dest="batch", metavar="FILE.jsonl", help='questions, one {"_id", "text"} a line')
    ask.add_argument("--json", action="store_true", help="print the answer as JSON (always so with --from)")
    ask.add_argument("--top", type=_positive, metavar="N", help="show at most N quotes, or nearest sentences (3)")
    _add_reader(ask)
    ask.add_argument("--follow-links", action="store_true", help=LINKS_HELP)
    ask.add_argument("--explain", action="store_true", help="show why each quote was ranked where it is")
    ask.add_argument("--fail-on-refusal", action="store_true", help="exit with 3 when the documents do not answer")
    ask.set_defaults(run=_ask, parser=ask)

    add_library_commands(commands)

    chat = commands.add_parser("chat", help="open the chat window", description="Serve the chat window on this machine.")
    chat.add_argument("paths", nargs="*", type=Path, metavar="PATHS", help="files and folders (the shipped material)")
    chat.add_argument("--index", type=Path, metavar="DIR", help="search an index made with: pincite index")
    chat.add_argument("--library", type=Path, metavar="DIR", help="search the files in this folder; the window may add some")
    chat.add_argument("--follow-links", action="store_true", help=LINKS_HELP)
    chat.add_argument("--judged", type=Path, metavar="FILE.jsonl", help="where judged answers go (in the user's data folder)")
    _add_reader(chat)
    chat.add_argument("--host", default="127.0.0.1", metavar="ADDRESS", help="another needs a password in PINCITE_PASSWORD")
    chat.add_argument("--port", type=int, default=7860, metavar="N", help="7860, or the next free one; 0: any")
    chat.set_defaults(run=_chat)

    add_commands(commands)
    return parser


def _add_reader(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--reader", choices=["on", "off"], default="on", help="off: by similarity alone, nothing is marked")


def _positive(text: str) -> int:
    if not text.isascii() or not text.isdigit() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number from 1 up")
    return int(text)


def _ask(options: argparse.Namespace) -> int:
    from rag.ask import ask
    from rag.evaluation.calibrate import stored
    from rag.question import check
    from rag.weights import ANSWERED_THRESHOLD
    from ui.record import record
    from ui.terminal import render

    if not options.batch and not options.words:
        options.parser.error("a QUESTION is needed, or --from FILE.jsonl")
    paths = [Path(word) for word in (options.words if options.batch else options.words[1:])]
    if options.index and paths:
        options.parser.error("--index and PATHS exclude each other")
    rows = _questions(options.batch) if options.batch else [{"text": options.words[0]}]
    check(rows[0]["text"])
    library, reader = _opened(paths, options)
    calibration = stored(library, reader=reader, note=talk)
    threshold = calibration.threshold if calibration else ANSWERED_THRESHOLD
    refused = False
    for row in rows:
        answer = ask(row["text"], library, reader=reader, top=options.top, threshold=threshold)
        refused |= answer.refusal is not None
        if options.batch or options.json:
            found = record(answer, explain=options.explain)
            print(json.dumps({"_id": row["_id"], **found} if options.batch else found, ensure_ascii=False), flush=True)
            continue
        for spelt, read in answer.read_as:
            talk(f'Read "{spelt}" as "{read}".')
        colour = sys.stdout.isatty() and "NO_COLOR" not in os.environ
        sys.stdout.write(render(answer, terminal=sys.stdout.isatty(), colour=colour, explain=options.explain))
    return 3 if refused and options.fail_on_refusal else 0


def _chat(options: argparse.Namespace) -> int:
    from platformdirs import user_data_path

    from rag.reader.model import NoReader, OnnxReader
    from ui.chat import serve
    from ui.shelf import Shelf

    if bool(options.index) + bool(options.paths) + bool(options.library) > 1:
        raise LibraryError("--index, --library and PATHS exclude each other; give one of them")

    def load() -> tuple[Shelf, OnnxReader | NoReader | None]:
        with _reader(options) as reader:
            shelf = (
                _shelf(options.library, follow_links=options.follow_links)
                if options.library
                else _fixed(_library(options.paths, options.index, follow_links=options.follow_links), options.index)
            )
            return shelf, reader.result()

    kept = options.judged or user_data_path("pincite", appauthor=False) / "questions.jsonl"
    password = os.environ.pop("PINCITE_PASSWORD", None)
    serve(load, port=options.port, kept=kept, talk=talk, host=options.host, password=password)
    return 0


def _fixed(library: Library, index: Path | None) -> "Shelf":
    from ui.shelf import Shelf

    return Shelf(library, encoder=library.encoder, index=index, talk=talk)


def _shelf(folder: Path, *, follow_links: bool) -> "Shelf":
    """A shelf of the documents in a folder, made if it is not there."""
    from index.export import open_encoder
    from ui.shelf import Shelf, open_folder

    if folder.exists() and not folder.is_dir():
        raise LibraryError(f"{folder}: not a folder; name one for --library")
    folder.mkdir(parents=True, exist_ok=True)
    encoder = open_encoder(talk=talk)
    with progress_bar("Indexing", unit="B") as progress:
        library = open_folder(folder, encoder=encoder, talk=talk, progress=progress, follow_links=follow_links)
    return Shelf(library, encoder=encoder, folder=folder, talk=talk)


def _opened(paths: Sequence[Path], options: argparse.Namespace) -> tuple[Library, "OnnxReader | NoReader | None"]:
    """The library and the reader that were asked for, loaded side by side."""
    with _reader(options) as reader:
        return _library(paths, options.index, follow_links=options.follow_links), reader.result()


@contextmanager
def _reader(options: argparse.Namespace) -> Iterator["Future[OnnxReader | NoReader | None]"]:
    """The reader that was asked for, loading beside what is done meanwhile."""
    from rag.reader.model import open_reader

    with ThreadPoolExecutor(1) as pool:
        yield pool.submit(lambda: open_reader(talk=talk) if options.reader == "on" else None)


def _library(paths: Sequence[Path], index: Path | None, *, follow_links: bool) -> Library:
    """The library that was asked for: an index on disk, these files, or the shipped material."""
    from corpus.read import read_paths, shipped
    from index.cache import entry, library_of
    from index.export import open_encoder
    from index.library import open_library

    if index:
        return open_library(index, encoder=partial(open_encoder, talk=talk))
    documents = read_paths(paths, note=talk, follow_links=follow_links) if paths else shipped()
    encoder = open_encoder(talk=talk)
    known = not paths or entry(documents, encoder=encoder).is_dir()
    with progress_bar("Indexing") as progress:
        library = library_of(documents, encoder=encoder, talk=talk, progress=progress)
    if not known:
        advise(library, [*map(str, paths), "-o", "LIBRARY"])
    return library


def _questions(path: Path) -> list[dict[str, Any]]:
    """The rows of a question file; raises QuestionError with file and line for one that is none or cannot be asked."""
    from rag.evaluation.questions import json_lines
    from rag.question import check

    try:
        text = path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise QuestionError(f"{path}: cannot be read ({error.strerror}); name a file of questions") from error
    except UnicodeDecodeError as error:
        raise QuestionError(f"{path}: not UTF-8 (byte {error.start}); save it as UTF-8") from error
    rows = []
    for where, row in json_lines(text, str(path)):
        if not isinstance(row.get("text"), str) or not isinstance(row.get("_id"), str | int):
            raise QuestionError(f'{where}: expected {{"_id": …, "text": "…"}}, found {json.dumps(row)[:60]}')
        try:
            check(row["text"])
        except QuestionError as error:
            raise QuestionError(f"{where}: {error}") from None
        rows.append(row)
    if not rows:
        raise QuestionError(f"{path}: holds no questions; one JSON object a line is expected")
    return rows
