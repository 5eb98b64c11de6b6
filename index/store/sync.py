"""A library follows its files: what is new is read, what changed is read again, what is gone goes.

A file is the same as long as its path, times, size and inode are; then it costs a look, unless it has pages for character
recognition, which has been installed since. One that has only moved, or whose
bytes another file has, takes over that file's text. Everything else is read, encoded and committed in batches, each together
with what it replaces. What is encoded of a batch is kept every few seconds (``index.store.begun``), however long its documents
are, so that an interruption loses some ten seconds and the next run goes on from there.
"""

import glob
import math
import os
import re
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from threading import Event
from typing import NamedTuple

from corpus.document import Document
from corpus.errors import LibraryError, ReadError
from corpus.formats.ocr import is_there
from corpus.formats.registry import BY_SUFFIX, suffixes
from corpus.formats.sandbox import Sandbox
from corpus.messages import Message
from corpus.progress import Note, Progress
from corpus.read import file_signature, read_file, title_of
from corpus.recognised import WANTING
from corpus.regular import regular_digest
from corpus.walk import found_under
from index.encoders.encoder import Encoder
from index.store.segment import Name, Segment
from index.store.state import (
    MANY,
    SegmentInfo,
    SourceFile,
    State,
    Writer,
    changed_since,
    open_segments,
    read_state,
    state_of,
    writing,
)

BATCH = 1_000_000
"""Characters of text that are encoded and committed together, but for a document that is longer: it is committed alone."""


@dataclass(slots=True)
class Changes:
    """How many files were added, changed, moved, removed, left as they were, and how many could not be read."""

    added: int = 0
    changed: int = 0
    moved: int = 0
    removed: int = 0
    unchanged: int = 0
    unread: int = 0


Change = Callable[[State], State]
"""What is to become of a state's roots before its files are looked at."""


def replace_roots(paths: Iterable[Path], *, follow_links: bool | None = None) -> Change:
    """These paths and patterns, and nothing else; ``follow_links`` None leaves that as it is."""

    def change(state: State) -> State:
        links = state.follow_links if follow_links is None else follow_links
        return replace(state, roots=_named(paths), excluded=(), follow_links=links)

    return change


def add_roots(paths: Iterable[Path], *, follow_links: bool = False) -> Change:
    """These paths and patterns beside those that are there; what of them was taken away comes back.

    With ``follow_links`` links are followed from now on, in all of them.
    """

    def change(state: State) -> State:
        new = _named(paths)
        left = tuple(one for one in state.excluded if not any(_below(one, path) for path in new))
        links = state.follow_links or follow_links
        return replace(state, roots=tuple(dict.fromkeys((*state.roots, *new))), excluded=left, follow_links=links)

    return change


def remove_roots(paths: Iterable[Path]) -> Change:
    """Without these paths: they are no roots any more, and left out where they lie under one. Raises ReadError for others."""

    def change(state: State) -> State:
        roots, excluded = list(state.roots), list(state.excluded)
        for path in _named(paths):
            is_root = path in roots
            roots = [root for root in roots if not _below(root, path)]
            under = [file.path for file in state.files if _below(file.path, path)]
            if not is_root and not under:
                raise ReadError("sync.not_in", where=path)
            if any(_below(path, root) or glob.has_magic(root) for root in roots):
                excluded.append(path)
        return replace(state, roots=tuple(roots), excluded=tuple(dict.fromkeys(excluded)))

    return change


def follow(
    folder: Path,
    change: Change,
    *,
    encoder: Callable[[State | None], Encoder],
    note: Note,
    progress: Progress,
    anew: bool = False,
    empty: bool = True,
) -> Changes:
    """Bring the library in a folder to what its files are now; ``change`` says under which roots they lie.

    ``encoder(state)`` is asked for when something has to be encoded, or with None for a new library. With ``anew`` there may be
    none yet, and one that is damaged in any byte, or was made with another model, is replaced when all is done. Raises
    LibraryError when there is no library or it cannot be written, and ReadError where not ``empty`` and nothing could be read.
    """
    if not anew:
        read_state(folder)  # where there is none, nothing is made
    with writing(folder, note=note) as writer:
        known = None
        try:
            known = read_state(folder)
            if anew:
                open_segments(folder, known, whole=True)
        except LibraryError:
            known = None
            if not anew:
                raise
        opened = [encoder(known)] if anew else []
        before = known
        if before is None or (opened and before.encoder != state_of(opened[0]).encoder):
            before = state_of(opened[0])

        def the_encoder() -> Encoder:
            if not opened:
                opened.append(encoder(before))
            return opened[0]

        wanted = change(before)
        run = _Run(
            writer,
            before,
            writer.renewed(wanted, the_encoder, progress) if wanted.old else wanted,
            encoder=the_encoder,
            note=note,
            progress=progress,
            at_once=before is not known and changed_since(folder) != (),
        )
        return _bring(run, empty=empty)


def _bring(run: "_Run", *, empty: bool) -> Changes:
    """Bring a library to what the files under the roots of its state are now.

    A file that cannot be read costs a line and is remembered as such; a folder that is not there, or cannot be looked into,
    keeps what was read in it.
    """
    found, stay = _look(run.state, run.note)
    old = run.files.copy()
    gone = {path: old[path] for path in _gone(old, found, stay)}
    todo = {path: seen for path, seen in found.items() if not seen or path not in old or _has_more(old[path], seen)}
    moved = {_renamed(file.path, file.seen): file for file in gone.values() if file.seen and file.document}
    for path in [path for path in todo if path not in old and _renamed(path, todo[path]) in moved]:
        seen = todo.pop(path)
        run.same_text(path, seen, moved[_renamed(path, seen)])
        run.changes.moved += 1
    run.changes.unchanged = len(found) - len(todo) - run.changes.moved
    run.changes.removed = max(0, len(gone) - run.changes.moved)
    run.total = sum(seen[_SIZE] for seen in todo.values() if seen)
    with Sandbox() as child:
        for path, seen in todo.items():
            run.take(path, seen, child)
            if run.waits >= BATCH:
                run.commit()
        order = [*found, *(path for path in old if path not in found and path not in gone)]
        run.files = {path: run.files[path] for path in order}
        run.read_otherwise(child)
    run.commit(last=True, empty=empty)
    return run.changes


def _has_more(file: SourceFile, seen: tuple[int, ...]) -> bool:
    """Whether a file that looks like this has to be read again: it is another one, or can be recognised by now."""
    return file.seen != seen or is_there() and file.may_be_recognised()


class Pending(NamedTuple):
    """How many files a library does not know yet, has otherwise, or does not find any more."""

    new: int
    changed: int
    gone: int


def pending(state: State, note: Note) -> Pending:
    """What an update would find; nothing is read."""
    found, stay = _look(state, note)
    known = {file.path: file for file in state.files}
    gone = _gone(known, found, stay)
    changed = [path for path, seen in found.items() if path in known and _has_more(known[path], seen)]
    return Pending(sum(path not in known for path in found), len(changed), len(gone))


def anchors(state: State) -> tuple[Path, ...]:
    """The files and folders to watch for changes of a library, as far as they are there."""
    places = (Path(root) if Path(root).exists() else _anchor(root, state) for root in state.roots)
    return tuple(dict.fromkeys(place for place in places if place.exists()))


def watch(places: Iterable[Path], *, but: Callable[[Path], bool], stop: Event | None = None) -> Iterator[None]:
    """Once the watching has begun, and then whenever something changes under these places, ``but`` for some paths.

    Ends when ``stop`` is set, or with Ctrl-C. What another file or folder has taken the place of is watched there. Raises
    OSError where nothing is any more.
    """
    from watchfiles import watch

    places = tuple(places)
    again = True
    while again:
        again, begun, stood = False, False, [_standing(place) for place in places]
        changes = watch(
            *places,
            watch_filter=lambda _, path: not but(Path(path)),
            stop_event=stop,
            rust_timeout=1000,
            yield_on_timeout=True,
            raise_interrupt=False,
        )
        for change in changes:
            if [_standing(place) for place in places] != stood:
                again = True  # what is watched lies elsewhere now, or nowhere
                break
            if change or not begun:
                begun = True
                yield


def _standing(place: Path) -> tuple[int, int]:
    """Which file or folder stands at a place now. Raises OSError where none does."""
    found = place.stat()
    return found.st_dev, found.st_ino


class _Run:
    """The state as it is committed, the files as they will be, and the documents that wait to be encoded.

    ``encoder`` is asked for when something has to be encoded; ``progress(done, total)`` counts bytes of files. Changes are
    committed as they come, or with ``at_once`` when all is done.
    """

    def __init__(
        self,
        writer: Writer,
        before: State,
        state: State,
        *,
        encoder: Callable[[], Encoder],
        note: Note,
        progress: Progress,
        at_once: bool,
    ) -> None:
        self.writer, self.encoder, self.note, self.progress = writer, encoder, note, progress
        self.committed, self.state, self.at_once = before, state, at_once
        self.changes, self.total = Changes(), 0
        self.files = {file.path: file for file in state.files}
        self.waits = 0
        self._waiting: dict[str, Document] = {}
        self._held = {file.document for file in state.files}
        self._anew: set[str] = set()
        self._first = {file.document: file.path for file in reversed(state.files)}
        self._by_bytes = {
            _bytes(file.path, file.digest): file
            for file in state.files
            if file.digest and file.document and not (is_there() and file.may_be_recognised())
        }
        self._read = self._encoded = 0

    def take(self, path: str, seen: tuple[int, ...], child: Sandbox) -> None:
        """Read a file, unless its bytes are known."""
        new = path not in self.files or not self.files[path].seen
        try:
            digest = _digest(path) if seen else ""
            same = self._by_bytes.get(_bytes(path, digest))
            if same and same.document in self._held:
                self.same_text(path, seen, same)
            else:
                document = read_file(Path(path), note=self.note, child=child)
                if file_signature(Path(path)) != seen:
                    raise ReadError("sync.while_read", where=path)
                unrecognised = any(finding.message.code in WANTING for finding in document.findings)
                self._new_text(SourceFile(path, document.title, document.id, seen, digest, unrecognised=unrecognised), document)
        except ReadError as error:
            self.note(Message("note.skipped", what=error.message))
            self.files[path] = SourceFile(path, seen=seen, problem=error.message.alone())
            self.changes.unread += 1
        else:
            self.changes.added += new
            self.changes.changed += not new
        self._read += seen[_SIZE] if seen else 0
        self._show(0.0)

    def same_text(self, path: str, seen: tuple[int, ...], other: SourceFile) -> None:
        """A file takes over the text of another one, and its title unless that was only the other's name."""
        title = title_of(Path(path).stem) if other.title == title_of(Path(other.path).stem) else other.title
        self.files[path] = replace(other, path=path, title=title, seen=seen)

    def read_otherwise(self, child: Sandbox) -> None:
        """Keep other headings, places and findings with a text where no file is left that has those which are kept.

        The same words in ``notes.txt`` and ``notes.md`` are one text with other headings: kept are those of the first of them.
        """
        by_text: dict[str, list[SourceFile]] = defaultdict(list)
        for file in self.files.values():
            by_text[file.document].append(file)
        for identity, files in by_text.items():
            if not identity or not all(file.otherwise for file in files):
                continue
            for file in files:
                try:
                    document = read_file(Path(file.path), note=self.note, child=child)
                except ReadError:  # said the next time, when it has changed
                    continue
                if (document.id, document.digest) == (identity, file.digest):
                    self.files[file.path] = replace(file, otherwise=False)
                    self._waiting[identity] = document
                    self._anew.add(identity)
                    break

    def _is_kept(self, document: Document) -> bool:
        """Whether what is kept with this text is what stands in this document."""
        kept = self._waiting.get(document.id)
        for segment in () if kept else open_segments(self.writer.folder, self.state):
            if document.id in segment.texts.ids:
                kept = segment.texts.read(segment.texts.ids.index(document.id), Name("", ""))
        return kept is None or (kept.headings, kept.places, kept.findings) == (
            document.headings,
            document.places,
            document.findings,
        )

    def _new_text(self, file: SourceFile, document: Document) -> None:
        if self._waiting and document.id not in self._held and self.waits + len(document.text) > BATCH:
            self.commit()
        if document.id in self._held and not self._is_kept(document):
            file = replace(file, otherwise=True)
        self.files[file.path] = self._by_bytes[_bytes(file.path, file.digest)] = file
        if document.id not in self._held:
            self._held.add(document.id)
            self._first[document.id] = file.path
            self._waiting[document.id] = document
            self.waits += len(document.text)
        elif self._first[document.id] != file.path:
            self.note(Message("note.same_text", where=file.path, first=self._first[document.id]))

    def commit(self, *, last: bool = False, empty: bool = True) -> None:
        """Encode what waits, and make the files as they are now the state, without the texts that no file has any more."""
        state = replace(self.state, files=tuple(self.files.values()))
        held = {file.document for file in state.files}
        state = self._without(state, ({file.document for file in self.state.files} - held) | self._anew)
        if self._waiting:
            shown = self._show
            documents = tuple(self._waiting.values())
            encoder = self.writer.keeping(self.encoder(), self.state, [document.source for document in documents])
            built = Segment.build(documents, encoder=encoder, progress=lambda done, total: shown(done / total))
            state = replace(state, segments=(*state.segments, self.writer.write(built)) if built else state.segments)
        self._held = held
        if last:
            state = self._merged(state)
            if not empty and not state.segments:
                raise ReadError("sync.nothing")
        if state != self.committed and (last or not self.at_once):
            self.writer.commit(state)
            self.committed = state
        if last:
            self.writer.forget_begun()
        self.state, self._waiting, self.waits, self._encoded = state, {}, 0, self._read
        self._anew.clear()

    def _show(self, part: float) -> None:
        """Of the bytes that were read since the last batch a quarter is done, and of the rest this part."""
        self.progress(int(self._encoded + (self._read - self._encoded) * (0.25 + 0.75 * part)), self.total)

    def _without(self, state: State, lost: set[str]) -> State:
        """The state with the segments that hold lost texts written again without them."""
        if not lost:
            return state
        left = []
        for made in state.segments:
            (segment,) = open_segments(self.writer.folder, replace(state, segments=(made,)))
            if lost.isdisjoint(segment.texts.ids):
                left.append(made)
            elif again := self.writer.merge(state, [made], lambda identity: identity not in lost):
                left.append(again)
        return replace(state, segments=tuple(left))

    def _merged(self, state: State) -> State:
        """The state with many segments of a size written as one, so that there are never very many."""
        while True:
            sizes: dict[int, list[SegmentInfo]] = defaultdict(list)
            for made in state.segments:
                sizes[int(math.log(made.sentences, MANY))].append(made)
            many = next((some for some in sizes.values() if len(some) >= MANY), None)
            if many is None:
                return state
            one = self.writer.merge(state, many, lambda _: True)
            segments = [one if made is many[0] else made for made in state.segments if made is many[0] or made not in many]
            state = replace(state, segments=tuple(made for made in segments if made))


def _look(state: State, note: Note) -> tuple[dict[str, tuple[int, ...]], list[str]]:
    """The files under the roots as they look now, and the folders that cannot be looked into, whose files stay as they are.

    A file that is there but cannot be read looks like ``()``.
    """
    found: dict[str, tuple[int, ...]] = {}
    stay: list[str] = []
    for root in state.roots:
        anchor = _anchor(root, state)
        if not anchor.exists():
            note(Message("sync.gone", where=root))
            stay.append(str(anchor))
            continue
        try:
            found_there = found_under(
                [root], note=note, deny=stay.append, excluded=state.excluded, follow_links=state.follow_links
            )
            for one in found_there:
                path = str(one.path.absolute())
                try:
                    found.setdefault(path, file_signature(one.path))
                except ReadError:
                    if one.path.exists() or one.path.is_symlink():
                        found.setdefault(path, ())
        except ReadError as error:  # a pattern that nothing matches any more
            note(error.message)
    return found, stay


def _named(paths: Iterable[Path]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(str(path.absolute()) for path in paths))


def _gone(known: Iterable[str], found: Collection[str], stay: Iterable[str]) -> list[str]:
    """The files that are not there any more: neither found nor where nobody could look. What never was a file stays too.

    So does a picture that is there, where recognition is not installed any more.
    """
    unread = BY_SUFFIX.keys() - suffixes()
    away = [path for path in known if path not in found and Path(path).is_absolute()]
    away = [path for path in away if Path(path).suffix.lower() not in unread or not Path(path).exists()]
    return [path for path in away if not any(_below(path, one) for one in stay)]


def _anchor(root: str, state: State) -> Path:
    """The folder that must be there before files that are missing are taken for deleted."""
    if glob.has_magic(root) and not Path(root).exists():
        return Path(root[: re.search(r"[*?[]", root).start()] + "x").parent  # type: ignore[union-attr]
    return Path(root) if any(_below(file.path, root) for file in state.files if file.path != root) else Path(root).parent


def _below(path: str, folder: str) -> bool:
    return path == folder or path.startswith(folder.rstrip(os.sep) + os.sep)


_SIZE = 2


def _renamed(path: str, seen: tuple[int, ...]) -> tuple[str, tuple[int, ...]]:
    """What a new name does not change of a file: its looks but for the time of its last change, and how it is read."""
    return Path(path).suffix.lower(), seen[:1] + seen[2:]


def _bytes(path: str, digest: str) -> tuple[str, str]:
    """What decides how a file is read: its bytes and the ending of its name."""
    return digest, Path(path).suffix.lower()


def _digest(path: str) -> str:
    try:
        return regular_digest(Path(path))
    except ReadError as error:
        raise error.at(path) from None
    except OSError as error:
        raise ReadError("file.unreadable", where=path, why=error.strerror or "") from error
