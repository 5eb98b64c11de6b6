"""The command line: ``pincite ask``, ``pincite chat``, and the commands of ``ui.cli.libraries`` and ``ui.cli.evaluate``."""

import argparse
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, TypedDict

from corpus.errors import LibraryError, QuestionError
from corpus.messages import Message
from ui.cli.console import Parser, note, positive, progress_bar, put_exactly, put_json, spoken, worded

if TYPE_CHECKING:
    from index.encoders.encoder import Encoder
    from index.library import Library
    from rag.reader.model import Reader
    from ui.window.collection import DocumentCollection

EXAMPLE = "what did Heilongjiang plan?"
MODEL_HELP = "with PATHS: a sentence-transformers model; multilingual-e5-small unless named"


def parser() -> argparse.ArgumentParser:
    """The parser of the whole command line; each command puts the function that runs it into ``run``."""
    from importlib.metadata import version

    from ui.cli.evaluate import add_commands
    from ui.cli.examples import with_examples
    from ui.cli.libraries import LINKS_HELP, add_library_commands

    whole = Parser(
        prog="pincite",
        description="Answers from your own documents: exact quotes, each with its place, or an honest refusal.",
    )
    whole.add_argument("--version", action="version", version=f"pincite {version('pincite')}")
    commands = whole.add_subparsers(required=True, metavar="COMMAND")

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
    ask.add_argument("--top", type=positive, metavar="N", help="show at most N quotes, or nearest sentences (3)")
    _add_strict(ask)
    _add_reader(ask)
    ask.add_argument("--model", metavar="NAME_OR_PATH", help=MODEL_HELP)
    ask.add_argument("--follow-links", action="store_true", help=LINKS_HELP)
    ask.add_argument("--explain", action="store_true", help="show why each quote was ranked where it is")
    ask.add_argument("--fail-on-refusal", action="store_true", help="exit with 3 when no quote is shown")
    ask.set_defaults(run=_ask, parser=ask)

    add_library_commands(commands)

    chat = commands.add_parser("chat", help="open the chat window", description="Serve the chat window on this machine.")
    chat.add_argument("paths", nargs="*", type=Path, metavar="PATHS", help="files and folders (the shipped material)")
    chat.add_argument("--index", type=Path, metavar="DIR", help="search an index made with: pincite index")
    chat.add_argument("--library", type=Path, metavar="DIR", help="search the files in this folder; the window may add some")
    chat.add_argument("--follow-links", action="store_true", help=LINKS_HELP)
    chat.add_argument("--judged", type=Path, metavar="FILE.jsonl", help="where judged answers go (in the user's data folder)")
    _add_strict(chat)
    _add_reader(chat)
    chat.add_argument("--host", default="127.0.0.1", metavar="ADDRESS", help="another needs a password in PINCITE_PASSWORD")
    chat.add_argument("--port", type=int, default=7860, metavar="N", help="7860, or the next free one; 0: any")
    chat.add_argument("--model", metavar="NAME_OR_PATH", help=f"{MODEL_HELP}; with --library, the one it was made with")
    chat.set_defaults(run=_chat, parser=chat)

    add_commands(commands)

    completion = commands.add_parser(
        "completion",
        help="print what completes these commands in your shell",
        description="Print a script that completes commands and options on Tab; let your shell read it when it starts.",
    )
    completion.add_argument("shell", choices=["bash", "zsh", "tcsh"], metavar="SHELL", help="bash, zsh or tcsh")
    completion.set_defaults(run=_completion)
    return with_examples(whole)


def _add_strict(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--strict", action="store_true", help="show only what surely answers, and refuse what only may answer")


def _add_reader(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--reader", choices=["on", "off"], default="on", help="off: by similarity alone, nothing is marked")


def _ask(options: argparse.Namespace) -> int:
    from rag.options import Options
    from rag.question import check
    from rag.session import open_session
    from ui.cli.render import render

    if not options.batch and not options.words:
        options.parser.error(worded(Message("ask.no_question")))
    paths = [Path(word) for word in (options.words if options.batch else options.words[1:])]
    if options.index and paths:
        options.parser.error(worded(Message("ask.index_or_paths")))
    _refuse_model_of_index(options)
    if not options.batch:
        _refuse_unquoted(options.words)
    rows = _questions(options.batch) if options.batch else [Asked(_id="", text=options.words[0])]
    check(rows[0]["text"])
    library, reader = _opened(paths, options)
    session = open_session(library, reader=reader, options=Options(top=options.top, strict=options.strict), note=note)
    refused = False
    for row in rows:
        answer = session.ask(row["text"])
        refused |= answer.refusal is not None
        if options.batch or options.json:
            from msgspec import to_builtins

            from ui.forms.answer_json import record

            found = to_builtins(record(answer, explain=options.explain))
            put_json({"_id": row["_id"], **found} if options.batch else found)
            continue
        for spelt, read in answer.read_as:
            note(Message("answer.mended", spelt=spelt, read=read))
        colour = sys.stdout.isatty() and "NO_COLOR" not in os.environ
        shown = render(answer, terminal=sys.stdout.isatty(), colour=colour, explain=options.explain, language=spoken())
        put_exactly(shown)
    return 3 if refused and options.fail_on_refusal else 0


def _completion(options: argparse.Namespace) -> int:
    import shtab

    from ui.cli.examples import all_of

    whole = parser()
    for one in all_of(whole):
        for action in one._actions:
            if action.type is Path or action.dest == "words":
                action.complete = shtab.FILE  # type: ignore[attr-defined]
    put_exactly(shtab.complete(whole, options.shell) + "\n")
    return 0


def _chat(options: argparse.Namespace) -> int:
    from corpus.folders import data_folder
    from rag.options import Options
    from ui.window.serve import serve

    if bool(options.index) + bool(options.paths) + bool(options.library) > 1:
        raise LibraryError("chat.one_of_them")
    _refuse_model_of_index(options)
    _refuse_what_is_not_there(options)

    def load() -> "tuple[DocumentCollection, Reader]":
        with _reader(options) as reader:
            if options.library:
                return _collection(options.library, options.model, follow_links=options.follow_links), reader()
            return _fixed(_library(options.paths, options), options.index), reader()

    kept = options.judged or data_folder() / "questions.jsonl"
    password = os.environ.pop("PINCITE_PASSWORD", None)
    asked = Options(strict=options.strict)
    serve(load, port=options.port, kept=kept, options=asked, note=note, host=options.host, password=password)
    return 0


def _refuse_unquoted(words: Sequence[str]) -> None:
    """Raise QuestionError for a question whose words were given one by one, with the command as it was meant."""
    import shlex

    lost = [n for n, word in enumerate(words) if n and word.isprintable() and _is_no_path(word)]
    if lost and not any(map(str.isspace, words[0])):
        asked, paths = " ".join(words[: lost[-1] + 1]), words[lost[-1] + 1 :]
        meant = shlex.join(["pincite", "ask", asked, *paths])
        raise QuestionError("ask.unquoted", where=words[lost[0]], command=meant)


def _is_no_path(word: str) -> bool:
    """Whether a word names nothing that is there, and does not look like a path that was misspelt."""
    return not (os.sep in word or Path(word).suffix or set(word) & set("*?[") and word[-1:] != "?" or Path(word).exists())


def _refuse_model_of_index(options: argparse.Namespace) -> None:
    if options.index and options.model:
        options.parser.error(worded(Message("ask.model_of_index")))


def _refuse_what_is_not_there(options: argparse.Namespace) -> None:
    """Raise PinciteError for a path, an index or a folder that cannot be had, before anything is said of a window."""
    from corpus.read import file_signature
    from corpus.walk import found_under
    from index.store.state import read_state

    for path in options.paths:
        for found in found_under([str(path)], note=lambda _: None):
            if found.named:
                file_signature(found.path)
            break
    if options.index:
        read_state(options.index)
    if options.library and options.library.exists() and not options.library.is_dir():
        raise LibraryError("chat.no_folder", where=options.library)


def _fixed(library: "Library", index: Path | None) -> "DocumentCollection":
    from ui.window.collection import DocumentCollection

    return DocumentCollection(library, encoder=library.encoder, index=index, note=note)


def _collection(folder: Path, model: str | None, *, follow_links: bool) -> "DocumentCollection":
    """The documents in a folder, made if it is not there, with this model, or else the one that it was made with."""
    from ui.window.collection import INDEX, DocumentCollection, open_folder

    folder.mkdir(parents=True, exist_ok=True)
    encoder = _encoder(model or _model_of(folder / INDEX))
    with progress_bar(Message("progress.indexing"), unit="B") as progress:
        library = open_folder(folder, encoder=encoder, note=note, progress=progress, follow_links=follow_links)
    return DocumentCollection(library, encoder=encoder, folder=folder, note=note)


def _model_of(index: Path) -> str | None:
    """The name of the model that a library was made with; None where there is none, or none that can be read."""
    from index.store.state import read_state

    with suppress(LibraryError):
        return read_state(index).encoder[0]
    return None


def _encoder(model: str | None) -> "Encoder":
    from index.encoders.e5 import DEFAULT_MODEL
    from index.encoders.export import open_encoder

    return open_encoder(model or DEFAULT_MODEL, note=note)


def _opened(paths: Sequence[Path], options: argparse.Namespace) -> "tuple[Library, Reader]":
    """The library and the reader that were asked for, loaded side by side."""
    with _reader(options) as reader:
        return _library(paths, options), reader()


@contextmanager
def _reader(options: argparse.Namespace) -> "Iterator[Callable[[], Reader]]":
    """The reader that was asked for, loading beside what is done meanwhile; what it has to say is said when it is called for.

    Who is interrupted does not wait for it: an interrupt in the middle of an import can leave the lock of imports taken, and
    the other thread waits for that lock.
    """
    from concurrent.futures import ThreadPoolExecutor

    from rag.reader.model import NoReader, open_reader

    notes: list[Message] = []
    pool = ThreadPoolExecutor(1)
    loading = pool.submit(lambda: open_reader(note=notes.append) if options.reader == "on" else NoReader())

    def loaded() -> "Reader":
        reader = loading.result()
        for each in notes:
            note(each)
        return reader

    try:
        yield loaded
    finally:
        pool.shutdown(wait=False)


def _library(paths: Sequence[Path], options: argparse.Namespace) -> "Library":
    """The library that was asked for: an index on disk, these files, or the shipped material."""
    from corpus.read import read_paths, shipped
    from index.cache import entry, library_of
    from index.encoders.export import open_encoder
    from index.library import open_library
    from ui.cli.libraries import advise

    if options.index:
        return open_library(options.index, encoder=partial(open_encoder, note=note))
    documents = read_paths(paths, note=note, follow_links=options.follow_links) if paths else shipped()
    encoder = _encoder(options.model)
    known = not paths or entry(documents, encoder=encoder).is_dir()
    with progress_bar(Message("progress.indexing")) as progress:
        library = library_of(documents, encoder=encoder, note=note, progress=progress)
    if not known:
        advise(library, [*map(str, paths), "-o", "LIBRARY"])
    return library


class Asked(TypedDict):
    """A question of a file that is to be asked, with what it is called there."""

    _id: str | int
    text: str


def _questions(path: Path) -> list[Asked]:
    """The rows of a question file; raises PinciteError with file and line for one that is none or cannot be asked."""
    from rag.evaluation.questions import json_lines
    from rag.question import check

    try:
        text = path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise QuestionError("ask.unreadable", where=path, why=error.strerror or "") from error
    except UnicodeDecodeError as error:
        raise QuestionError("encoding.not_utf8", where=path, byte=str(error.start)) from error
    rows = []
    for where, row in json_lines(text, str(path), Asked):
        try:
            check(row["text"])
        except QuestionError as error:
            raise error.at(where) from None
        rows.append(row)
    if not rows:
        raise QuestionError("ask.no_questions", where=path)
    return rows
