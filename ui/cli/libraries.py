"""The commands about libraries: ``pincite index``, ``add``, ``remove``, ``update``, ``watch``, ``status``, ``doctor``."""

import argparse
import os
import time
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from corpus.errors import PinciteError, ReadError
from ui.cli.console import counted, one_line, progress_bar, put, put_json, sized, talk
from ui.cli.doctor import OLD_WORDS, examine

if TYPE_CHECKING:
    from corpus.document import Finding
    from index.encoders.encoder import Encoder
    from index.library import Library
    from index.store.state import State
    from index.store.sync import Change, Changes

MODELS = "a sentence-transformers model (all-MiniLM-L6-v2, English), or use-multilingual-v3 for 16 languages"
PATHS_HELP = "files, folders, and patterns such as 'reports/**/*.pdf'"
LINKS_HELP = "read what links lead to, out of the folders too (they are named and left alone)"
INTERRUPTED = "interrupted; what was finished is kept, and the same command goes on from there"


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
    from index.encoders.export import open_encoder
    from index.encoders.minilm import DEFAULT_MODEL
    from index.library import open_library
    from index.store.state import refuse_foreign
    from index.store.sync import replace_roots

    refuse_foreign(options.output)
    _refuse_nothing(options.paths, follow_links=options.follow_links)

    def encoder(state: "State | None") -> "Encoder":
        if state and options.model in (None, state.encoder[0]):
            return _encoder_of(state)
        return open_encoder(options.model or DEFAULT_MODEL, talk=talk)

    code = _follow(
        options.output, replace_roots(options.paths, follow_links=options.follow_links), encoder=encoder, anew=True, empty=False
    )
    if not code:
        library = open_library(options.output, encoder=partial(open_encoder, talk=talk))
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
        talk(f"{options.library}: watching {', '.join(map(str, places))}; Ctrl-C ends it")
        try:
            for _ in watch(places, but=lambda path: path.is_relative_to(own)):
                try:
                    _follow(options.library, lambda state: state, quiet=True)
                except PinciteError as error:
                    talk(f"pincite: {one_line(error)}")
            return 0
        except OSError as error:
            talk(f"{options.library}: cannot go on watching ({error.strerror or error}); it is tried again")
            time.sleep(1)


def advise(library: "Library", arguments: Sequence[str]) -> None:
    """Say which languages of a new index its model does not know, and the command that makes one of them."""
    import shlex

    from index.languages import advice

    if line := advice(library, arguments=shlex.join(arguments)):
        talk(line)


def _refuse_nothing(paths: Sequence[Path], *, follow_links: bool) -> None:
    """Raise ReadError for a path that does not exist, cannot be read, or has nothing readable under it."""
    from corpus.formats.registry import BY_SUFFIX
    from corpus.read import file_signature
    from corpus.walk import found_under

    for path in paths:
        found = list(found_under([str(path)], note=lambda _: None, follow_links=follow_links))
        if not found:
            raise ReadError(f"{path}: nothing readable in this folder; Pincite reads {', '.join(sorted(BY_SUFFIX))}")
        for one in found:
            if one.named:
                file_signature(one.path)


def _encoder_of(state: "State") -> "Encoder":
    from index.encoders.export import open_encoder

    return open_encoder(state.encoder[0], state.encoder[1], talk=talk)


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
        with progress_bar("Indexing", unit="B") as progress:
            changes = follow(
                library,
                change,
                encoder=encoder or (lambda state: _encoder_of(state)),  # type: ignore[arg-type]
                talk=talk,
                progress=progress,
                anew=anew,
                empty=empty,
            )
    except KeyboardInterrupt:
        talk(f"pincite: {INTERRUPTED}")
        return 130
    if not quiet or _said(changes):
        talk(f"{library}: {_summary(library, changes)} in {time.perf_counter() - began:.1f} s")
    return 0


def _summary(library: Path, changes: "Changes") -> str:
    from index.store.state import read_state

    state = read_state(library)
    return f"{_said(changes) or 'nothing has changed'}; {_held(state)}"


def _held(state: "State") -> str:
    return ", ".join(counted(n, name[:-1]) for name, n in state.counts.items())


def _said(changes: "Changes") -> str:
    parts = ((changes.added, "added"), (changes.changed, "changed"), (changes.moved, "moved"), (changes.removed, "removed"))
    said = [f"{counted(n, 'file')} {what}" for n, what in parts if n]
    return ", ".join(said + ([f"{counted(changes.unread, 'file')} not readable"] if changes.unread else []))


class _Line(NamedTuple):
    """A file of a library, and what must be known of it: kinds for machines, phrases for people."""

    path: str
    document: str
    title: str
    said: tuple[tuple[str, str], ...]


def _status(options: argparse.Namespace) -> int:
    from index.store.segment import Name
    from index.store.state import open_segments, read_state
    from index.store.sync import pending

    state = read_state(options.library)
    found: dict[str, tuple[Finding, ...]] = {}
    for segment in open_segments(options.library, state):
        for row, identity in enumerate(segment.texts.ids):
            found[identity] = segment.texts.read(row, Name("", "")).findings
    lines = tuple(_lines(state, found))
    waiting = pending(state, talk)
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
            "files": [
                {"path": one.path, "document": one.document or None, "title": one.title}
                | {"findings": [{"kind": kind, "said": said} for kind, said in one.said]}
                for one in lines
            ],
        }
        put_json(whole)
        return 0
    put(f"{options.library}: {_held(state)} from {counted(len(lines), 'file')} · {state.encoder[0]} · {sized(size)}")
    for label, paths in (("follows", state.roots), ("leaves out", state.excluded)):
        if paths:
            put(f"{label}: {', '.join(map(_near, paths))}")
    noted = [one for one in lines if one.said]
    for one in noted:
        put(f"  {_near(one.path)}: {'; '.join(said for _, said in one.said)}")
    if not noted and lines:
        put("Every file can be quoted from beginning to end.")
    if state.is_outdated:
        put(f"{OLD_WORDS[0].upper()}{OLD_WORDS[1:]}: pincite update {options.library}")
    if any(waiting):
        changes = ", ".join(f"{counted(n, 'file')} {what}" for what, n in waiting._asdict().items() if n)
        put(f"Since then {changes}; to bring it up to date: pincite update {options.library}")
    return 0


def _lines(state: "State", found: "dict[str, tuple[Finding, ...]]") -> Iterator[_Line]:
    first: dict[str, str] = {}
    for file in state.files:
        said = [("problem", file.problem)] if file.problem else [(one.kind, one.said) for one in found.get(file.document, ())]
        if file.document and file.document not in found:
            said.append(("empty", "no words in it; there is nothing to quote"))
        if file.document and first.setdefault(file.document, file.path) != file.path:
            said = [("duplicate", f"the same text as {_near(first[file.document])}")]
        yield _Line(file.path, file.document, file.title, tuple(said))


def _near(path: str) -> str:
    """A path as it is written from here, where it lies here."""
    here = str(Path.cwd()) + os.sep
    return path.removeprefix(here)
