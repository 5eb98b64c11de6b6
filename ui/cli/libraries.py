"""The commands about libraries: ``pincite index``, ``add``, ``remove``, ``update``, ``watch``, ``status``, ``doctor``."""

import argparse
import os
import time
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from corpus.errors import PinciteError, ReadError
from corpus.messages import Message, listed
from ui.cli.console import note, progress_bar, put, put_json, sized, worded
from ui.cli.doctor import examine

if TYPE_CHECKING:
    from corpus.document import Finding
    from index.encoders.encoder import Encoder
    from index.library import Library
    from index.store.begun import Begun
    from index.store.state import State
    from index.store.sync import Change, Changes, Pending

MODELS = "a sentence-transformers model; multilingual-e5-small unless named"
PATHS_HELP = "files, folders, and patterns such as 'reports/**/*.pdf'"
LINKS_HELP = "read what links lead to, out of the folders too (they are named and left alone)"


def add_library_commands(commands: Any) -> None:
    """Put the commands beside the others."""
    index = commands.add_parser(
        "index",
        help="make a library of files and folders",
        description="Make a library of files and folders for good, or bring one that is there to what they are now. Files "
        "that .gitignore or .pinciteignore name are left out. Interrupted, the same command goes on where it stopped.",
    )
    index.add_argument("paths", nargs="+", type=Path, metavar="PATHS", help=PATHS_HELP)
    index.add_argument("-o", "--output", type=Path, required=True, metavar="LIBRARY", help="the folder of the library")
    index.add_argument("--model", metavar="NAME_OR_PATH", help=MODELS)
    index.add_argument("--follow-links", action="store_true", help=LINKS_HELP)
    index.set_defaults(run=_index)

    for name, what, run in (
        ("add", "put more files and folders into a library", _add),
        ("remove", "take files and folders out of a library; the files themselves stay", _remove),
    ):
        command = commands.add_parser(name, help=what, description=f"{what[0].upper()}{what[1:]}.")
        command.add_argument("library", type=Path, metavar="LIBRARY")
        command.add_argument("paths", nargs="+", type=Path, metavar="PATHS", help=PATHS_HELP)
        command.set_defaults(run=run)
        if name == "add":
            command.add_argument("--follow-links", action="store_true", help=LINKS_HELP)

    update = commands.add_parser(
        "update",
        help="bring a library to what its files are now",
        description="Read what is new or changed, forget what is gone.",
    )
    update.add_argument("library", type=Path, metavar="LIBRARY")
    update.set_defaults(run=_update)

    watch = commands.add_parser(
        "watch", help="keep a library at what its files are", description="Update a library whenever its files change."
    )
    watch.add_argument("library", type=Path, metavar="LIBRARY")
    watch.set_defaults(run=_watch)

    status = commands.add_parser(
        "status", help="what is in a library, and what cannot be quoted", description="Say what is in a library, file by file."
    )
    status.add_argument("library", type=Path, metavar="LIBRARY")
    status.add_argument("--json", action="store_true", help="print all of it as JSON")
    status.set_defaults(run=_status)

    doctor = commands.add_parser(
        "doctor", help="check that everything is in order", description="Check models, cache, disk and a library."
    )
    doctor.add_argument("library", type=Path, nargs="?", metavar="LIBRARY")
    doctor.set_defaults(run=examine)


def _index(options: argparse.Namespace) -> int:
    from index.encoders.e5 import DEFAULT_MODEL
    from index.encoders.export import open_encoder
    from index.library import open_library
    from index.store.state import refuse_foreign
    from index.store.sync import replace_roots

    refuse_foreign(options.output)
    _refuse_nothing(options.paths, follow_links=options.follow_links)

    def encoder(state: "State | None") -> "Encoder":
        if state and options.model in (None, state.encoder[0]):
            return _encoder_of(state)
        return open_encoder(options.model or DEFAULT_MODEL, note=note)

    code = _follow(
        options.output, replace_roots(options.paths, follow_links=options.follow_links), encoder=encoder, anew=True, empty=False
    )
    if not code:
        library = open_library(options.output, encoder=partial(open_encoder, note=note))
        advise(library, [*map(str, options.paths), "-o", str(options.output)])
    return code


def _add(options: argparse.Namespace) -> int:
    from index.store.sync import add_roots

    _refuse_nothing(options.paths, follow_links=options.follow_links)
    return _follow(options.library, add_roots(options.paths, follow_links=options.follow_links))


def _remove(options: argparse.Namespace) -> int:
    from index.store.sync import remove_roots

    return _follow(options.library, remove_roots(options.paths))


def _update(options: argparse.Namespace) -> int:
    return _follow(options.library, lambda state: state)


def _watch(options: argparse.Namespace) -> int:
    from index.store.state import read_state
    from index.store.sync import anchors, watch

    _update(options)
    own = options.library.absolute()
    while True:
        while not (places := anchors(read_state(own))):
            time.sleep(1)
        note(Message("watch.watching", where=options.library, places=listed(list(map(str, places)))))
        try:
            for _ in watch(places, but=lambda path: path.is_relative_to(own)):
                try:
                    _follow(options.library, lambda state: state, quiet=True)
                except PinciteError as error:
                    note(Message("cli.error", what=error.message))
            return 0
        except OSError as error:
            note(Message("watch.failed", where=options.library, why=error.strerror or str(error)))
            time.sleep(1)


def advise(library: "Library", arguments: Sequence[str]) -> None:
    """Say which languages of a new index its model does not know, and the command that makes one of them."""
    import shlex

    from index.languages import advice

    if found := advice(library, arguments=shlex.join(arguments)):
        note(found)


def _refuse_nothing(paths: Sequence[Path], *, follow_links: bool) -> None:
    """Raise ReadError for a path that does not exist, cannot be read, or has nothing readable under it."""
    from corpus.formats.registry import suffixes
    from corpus.read import file_signature
    from corpus.walk import found_under

    for path in paths:
        found = list(found_under([str(path)], note=lambda _: None, follow_links=follow_links))
        if not found:
            raise ReadError("folder.nothing", where=path, formats=", ".join(sorted(suffixes())))
        for one in found:
            if one.named:
                file_signature(one.path)


def _encoder_of(state: "State") -> "Encoder":
    from index.encoders.export import open_encoder

    return open_encoder(state.encoder[0], state.encoder[1], note=note)


def _follow(
    library: Path,
    change: "Change",
    *,
    encoder: "Callable[[State | None], Encoder] | None" = None,
    anew: bool = False,
    empty: bool = True,
    quiet: bool = False,
) -> int:
    from index.store.sync import follow

    began = time.perf_counter()
    try:
        with progress_bar(Message("progress.indexing", where=library), unit="B") as progress:
            changes = follow(
                library,
                change,
                encoder=encoder or (lambda state: _encoder_of(state)),  # type: ignore[arg-type]
                note=note,
                progress=progress,
                anew=anew,
                empty=empty,
            )
    except KeyboardInterrupt:
        note(Message("cli.error", what=Message("sync.interrupted")))
        return 130
    if not quiet or _said(changes):
        note(Message("sync.done", where=library, what=_summary(library, changes), seconds=f"{time.perf_counter() - began:.1f}"))
    return 0


def _summary(library: Path, changes: "Changes") -> Message:
    from index.store.state import read_state

    return Message("sync.summary", changes=_said(changes) or Message("sync.no_change"), held=_held(read_state(library)))


def _held(state: "State") -> Message:
    return listed([Message(f"count.{name}", n=n) for name, n in state.counts.items()])


def _said(changes: "Changes") -> Message | None:
    """What has changed; None where nothing has."""
    counts = {name: getattr(changes, name) for name in ("added", "changed", "moved", "removed", "unread")}
    said = [Message(f"sync.{name}", files=Message("count.files", n=n)) for name, n in counts.items() if n]
    return listed(said) if said else None


class _Line(NamedTuple):
    """A file of a library, and what must be known of it: a kind for machines, a message for people."""

    path: str
    document: str
    title: str
    messages: tuple[tuple[str, Message], ...]


def _status(options: argparse.Namespace) -> int:
    from index.store.segment import Name
    from index.store.state import begun, open_segments, read_state
    from index.store.sync import pending

    state = read_state(options.library)
    found: dict[str, tuple[Finding, ...]] = {}
    for segment in open_segments(options.library, state):
        for row, identity in enumerate(segment.texts.ids):
            found[identity] = segment.texts.read(row, Name("", "")).findings
    lines = tuple(_lines(state, found))
    waiting = pending(state, note)
    work = begun(options.library)
    size = sum(one.stat().st_size for one in options.library.rglob("*") if one.is_file())
    if options.json:
        whole = {
            "library": str(options.library),
            "model": {"name": state.encoder[0], "fingerprint": state.encoder[1]},
            "roots": state.roots,
            "excluded": state.excluded,
            **state.counts,
            "bytes": size,
            "pending": waiting._asdict(),
            "begun": work and {name: getattr(work, name) for name in ("path", "files", "encoded", "total", "percent")},
            "files": [
                {"path": one.path, "document": one.document or None, "title": one.title}
                | {"findings": [{"kind": kind, "said": str(said)} for kind, said in one.messages]}
                for one in lines
            ],
        }
        put_json(whole)
        return 0
    files = Message("count.files", n=len(lines))
    model = state.encoder[0]
    put(Message("status.held", where=options.library, held=_held(state), files=files, model=model, size=sized(size)))
    for code, paths in (("status.follows", state.roots), ("status.leaves_out", state.excluded)):
        if paths:
            put(Message(code, paths=listed(list(map(_near, paths)))))
    noted = [one for one in lines if one.messages]
    for one in noted:
        put("  " + worded(Message("list.semicolon", where=_near(one.path), items=tuple(said for _, said in one.messages))))
    if not noted and lines:
        put(Message("status.all_quotable"))
    for said in _to_do(options.library, state, work, waiting):
        put(said)
    return 0


def _to_do(library: Path, state: "State", work: "Begun | None", waiting: "Pending") -> Iterator[Message]:
    """What an update would do."""
    folder = str(library)
    if state.is_outdated:
        yield Message("status.outdated", folder=folder)
    if work:
        files = Message("text", text=_near(work.path)) if work.files == 1 else Message("count.files", n=work.files)
        share = str(work.percent)
        yield Message("status.begun", files=files, encoded=work.encoded, total=work.total, percent=share, folder=folder)
    if any(waiting):
        changes = [Message(f"pending.{what}", files=Message("count.files", n=n)) for what, n in waiting._asdict().items() if n]
        yield Message("status.pending", changes=listed(changes), folder=folder)


def _lines(state: "State", found: "dict[str, tuple[Finding, ...]]") -> Iterator[_Line]:
    first: dict[str, str] = {}
    for file in state.files:
        said = [(one.kind, one.message) for one in found.get(file.document, ())]
        if file.problem:
            said = [("problem", file.problem)]
        if file.document and file.document not in found:
            said.append(("empty", Message("status.no_words")))
        if file.document and first.setdefault(file.document, file.path) != file.path:
            said = [("duplicate", Message("status.duplicate", first=_near(first[file.document])))]
        yield _Line(file.path, file.document, file.title, tuple(said))


def _near(path: str) -> str:
    """A path as it is written from here, where it lies here."""
    here = str(Path.cwd()) + os.sep
    return path.removeprefix(here)
