"""Which files there are under the paths, folders and patterns that a user named.

Left alone are names that begin with a dot, endings that no reader knows, what ``.gitignore`` and ``.pinciteignore`` name, in a
folder and in those above it up to the root of its Git repository (gitignore(5)), and links: those that stay inside lead to what
is found anyway, those that lead out are named, and followed only where that was asked for. A file that is named itself is
always taken.
"""

import glob
import os
import time
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from corpus.errors import ReadError
from corpus.formats.registry import suffixes
from corpus.ignore import Rule, parsed
from corpus.messages import Message, all_of, listed
from corpus.progress import Note
from corpus.regular import read_regular

IGNORES = (".gitignore", ".pinciteignore")

LARGEST_RULES = 100_000
"""Bytes of the rules that hold for one folder, its own and those from above: so a look at a name is bounded too."""

RULES_SECONDS, RULES_SECONDS_A_PATH = 20.0, 0.005
"""Seconds of computing that the rules of a walk may take, and what each path adds to them."""

_NAMED = 3
"""Links that lead out, and files of other kinds, which a line names; the others are counted."""

_ENDINGS, _LONGEST_ENDING = 6, 12
"""Endings of the files of other kinds that a line names, and their characters."""


class Found(NamedTuple):
    """A file, and whether it was named itself."""

    path: Path
    named: bool


class _Rules(NamedTuple):
    """The rules of a folder, which stands so many parts below the root of the file system, and their size with those above."""

    depth: int
    rules: tuple[Rule, ...]
    size: int


def found_under(
    roots: Iterable[str],
    *,
    note: Note,
    deny: Callable[[str], None] | None = None,
    excluded: Collection[str] = (),
    follow_links: bool = False,
) -> Iterator[Found]:
    """The files under some paths and patterns, each path once, in a stable order, without those that are ``excluded``.

    Folders that cannot be looked into are said through ``note``, and given to ``deny``. Links that lead out of a folder are
    said too, in one line, unless ``follow_links``.

    A pattern is a path that does not exist and has ``*``, ``?`` or ``[`` in it; ``**`` goes through folders. Raises ReadError
    for a path that does not exist, and for a pattern that nothing matches.
    """
    seen: set[Path] = set()
    for root in roots:
        for path in _expanded(root, note, follow_links):
            files = _Walk(path, note, deny, excluded, follow_links).files() if path.is_dir() else [path]
            for file in files:
                if file not in seen and not _is_excluded(file, excluded):
                    seen.add(file)
                    yield Found(file, file == path)


def _expanded(root: str, note: Note, follow_links: bool) -> Iterator[Path]:
    path = Path(root)
    try:
        is_there = path.exists() or path.is_symlink()
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise ReadError("path.none", where=root[:80], why=reason) from error
    if is_there or not glob.has_magic(root):
        yield path
        return
    anchor, pattern = _parts(path)
    dotted = any(part.startswith(".") for part in pattern.parts)
    whole = pattern / "*" if pattern.name == "**" else pattern
    try:
        found = sorted(anchor.glob(str(whole))) if anchor.is_dir() else []
    except RecursionError:
        raise ReadError("pattern.nested", where=root) from None
    found = [one for one in found if dotted or not any(part.startswith(".") for part in one.relative_to(anchor).parts)]
    if not found:
        raise ReadError("pattern.nothing", where=root)
    inside = Path(os.path.realpath(anchor))
    out = [] if follow_links else [one for one in found if not Path(os.path.realpath(one)).is_relative_to(inside)]
    _say_links(anchor, out, note)
    known = suffixes()
    for one in found:
        if one not in out and (one.is_dir() or one.suffix.lower() in known):
            yield one


def _parts(path: Path) -> tuple[Path, Path]:
    """The folder that a pattern begins in, and the pattern below it."""
    plain = next(n for n, part in enumerate(path.parts) if glob.has_magic(part))
    return Path(*path.parts[:plain]), Path(*path.parts[plain:])


def _is_excluded(path: Path, excluded: Collection[str]) -> bool:
    return bool(excluded) and any(str(one) in excluded for one in (path.absolute(), *path.absolute().parents))


def _say_links(folder: Path, links: Sequence[Path], note: Note) -> None:
    if links:
        n = len(links)
        names = ", ".join(str(one.relative_to(folder)) for one in links[:_NAMED])
        note(Message("walk.links", where=folder, n=n, names=names + ", …" * (n > _NAMED)))


class _Walk:
    """Goes through a folder and the folders in it, without recursion: a tree may be 2,000 folders deep."""

    def __init__(
        self, folder: Path, note: Note, deny: Callable[[str], None] | None, excluded: Collection[str], follow_links: bool
    ) -> None:
        self._folder, self._note, self._deny, self._excluded = folder, note, deny, excluded
        self._follow = follow_links
        self._real = os.path.realpath(folder)
        self._followed = {self._real}
        self._links: list[Path] = []
        self._other: Counter[str] = Counter()
        self._others: list[str] = []
        self._known = suffixes()
        self._ignored = _Patience(folder).ignored

    def files(self) -> Iterator[Path]:
        """The files that a reader knows, subfolders in the order of their names."""
        above = self._above()
        if above is None:
            self._note(Message("walk.left_out", where=self._folder))
            return
        waiting = [(self._folder, Path(self._real).parts, above)]
        while waiting:
            here, parts, rules = waiting.pop()
            try:
                with os.scandir(here) as entries:
                    names = sorted(entries, key=lambda entry: entry.name)
            except OSError as error:
                self._denied(here, error)
                continue
            rules = self._with_own(here, parts, rules, {entry.name for entry in names})
            names = [entry for entry in names if not entry.name.startswith(".")]
            kept = [(entry, _is_folder(entry)) for entry in names]
            kept = [(entry, folder) for entry, folder in kept if not self._ignored(rules, (*parts, entry.name), folder=folder)]
            for entry, folder in kept:
                if not folder and (path := self._file(here, entry)) is not None:
                    yield path
            for entry, folder in reversed(kept):
                if folder and self._enters(here, entry):
                    waiting.append((here / entry.name, (*parts, entry.name), rules))
        _say_links(self._folder, self._links, self._note)
        self._say_others()

    def _say_others(self) -> None:
        """Name the endings of the files that no reader knows, the commonest first, and the first files."""
        n = self._other.total()
        if n:
            kinds = [Message("walk.kind", n=n, ending=ending) for ending, n in self._other.most_common(_ENDINGS)]
            more = ["…"] * (len(self._other) > _ENDINGS)
            names = ", ".join(self._others) + ", …" * (n > len(self._others))
            self._note(Message("walk.other_kinds", where=self._folder, n=n, kinds=listed([*kinds, *more]), names=names))

    def _file(self, here: Path, entry: "os.DirEntry[str]") -> Path | None:
        path = here / entry.name
        if path.suffix.lower() not in self._known:
            self._other[path.suffix.lower()[:_LONGEST_ENDING] or "–"] += 1
            if len(self._others) < _NAMED:
                self._others.append(str(path.relative_to(self._folder)))
            return None
        if entry.is_symlink() and not self._follow and self._leads_out(path):
            self._links.append(path)
            return None
        return path

    def _enters(self, here: Path, entry: "os.DirEntry[str]") -> bool:
        """Whether a folder is looked into. A link to one inside leads to what is found anyway; no link is followed twice."""
        path = here / entry.name
        if _is_excluded(path, self._excluded):
            return False
        if not entry.is_symlink():
            return True
        if not self._leads_out(path):
            return False
        if not self._follow:
            self._links.append(path)
            return False
        real = os.path.realpath(path)
        new = real not in self._followed
        self._followed.add(real)
        return new

    def _leads_out(self, path: Path) -> bool:
        return not Path(os.path.realpath(path)).is_relative_to(self._real)

    def _denied(self, folder: Path, error: OSError) -> None:
        self._note(Message("walk.skipped", where=folder, why=error.strerror or ""))
        if self._deny:
            self._deny(str(folder.absolute()))

    def _above(self) -> tuple[_Rules, ...] | None:
        """The rules of the folders above, up to the root of its Git repository; none when it is in no repository.

        None where they leave the folder itself out.
        """
        real = Path(self._real)
        root = next((one for one in (real, *real.parents) if (one / ".git").exists()), real)
        rules: tuple[_Rules, ...] = ()
        for one in reversed([real, *real.parents][: len(real.parts) - len(root.parts) + 1]):
            if one != root and self._ignored(rules, one.parts, folder=True):
                return None
            if one != real:
                rules = self._with_own(one, one.parts, rules, IGNORES)
        return rules

    def _with_own(
        self, folder: Path, parts: tuple[str, ...], rules: tuple[_Rules, ...], names: Collection[str]
    ) -> tuple[_Rules, ...]:
        """Rules, and those that the files of rules in a folder hold; the second may take back what the first says."""
        for name in IGNORES:
            if name in names:
                size = rules[-1].size if rules else 0
                path = folder / name
                try:
                    data = read_regular(path, most=LARGEST_RULES - size)
                except FileNotFoundError:
                    continue
                except OSError as error:
                    self._note(Message("rules.unreadable", where=path, why=error.strerror or ""))
                except ReadError:
                    self._note(Message("rules.large", where=path, n=LARGEST_RULES))
                else:
                    rules = (*rules, _Rules(len(parts), parsed(data.decode(errors="replace")), size + len(data)))
        return rules


def _is_folder(entry: "os.DirEntry[str]") -> bool:
    try:
        return entry.is_dir()
    except OSError:
        return False


class _Patience:
    """The computing time that the rules of a walk may take: ``RULES_SECONDS``, and a little more for each path."""

    def __init__(self, folder: Path) -> None:
        self._folder, self._left = folder, RULES_SECONDS

    def ignored(self, rules: Sequence[_Rules], parts: Sequence[str], *, folder: bool) -> bool:
        """As ``_ignored``. Raises ReadError when it has taken too long."""
        if not rules:
            return False
        began = time.thread_time()
        found = _ignored(rules, parts, folder=folder)
        self._left += RULES_SECONDS_A_PATH - (time.thread_time() - began)
        if self._left < 0:
            raise ReadError("rules.slow", where=self._folder, files=all_of(sorted(IGNORES)))
        return found


def _ignored(rules: Sequence[_Rules], parts: Sequence[str], *, folder: bool) -> bool:
    """Whether the nearest rule that speaks of a path leaves it out."""
    for own in reversed(rules):
        below = parts[own.depth :]
        for rule in reversed(own.rules):
            if rule.matches(below, folder=folder):
                return rule.leaves_out
    return False
