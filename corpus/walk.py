"""Which files there are under the paths, folders and patterns that a user named.

Left alone are names that begin with a dot, endings that no reader knows, links to folders, and what ``.gitignore`` and
``.pinciteignore`` name, in a folder and in those above it up to the root of its Git repository (gitignore(5)). A file that
is named itself is always taken.
"""

import glob
import os
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from corpus.errors import ReadError
from corpus.formats.kinds import BY_SUFFIX

IGNORES = (".gitignore", ".pinciteignore")

Note = Callable[[str], None]


class Found(NamedTuple):
    """A file, and whether it was named itself."""

    path: Path
    named: bool


class _Rules(NamedTuple):
    base: str
    spec: Any


def found_under(
    roots: Iterable[str], *, note: Note, deny: Note | None = None, excluded: Collection[str] = ()
) -> Iterator[Found]:
    """The files under some paths and patterns, each path once, in a stable order, without those that are ``excluded``.

    Folders that cannot be looked into are said through ``note``, and given to ``deny``.

    A pattern is a path that does not exist and has ``*``, ``?`` or ``[`` in it; ``**`` goes through folders. Raises ReadError
    for a path that does not exist, and for a pattern that nothing matches.
    """
    seen: set[Path] = set()
    for root in roots:
        for path in _expanded(root):
            files = _walked(path, note, deny, excluded) if path.is_dir() else [path]
            for file in files:
                if file not in seen and not _is_excluded(file, excluded):
                    seen.add(file)
                    yield Found(file, file == path)


def _expanded(root: str) -> Iterator[Path]:
    path = Path(root)
    if path.exists() or path.is_symlink() or not glob.has_magic(root):
        yield path
        return
    found = sorted(glob.glob(root, recursive=True))  # noqa: PTH207 - Path.glob takes no absolute pattern
    if not found:
        raise ReadError(f"{root}: nothing matches this pattern; check the spelling")
    for name in found:
        if Path(name).is_dir() or Path(name).suffix.lower() in BY_SUFFIX:
            yield Path(name)


def _is_excluded(path: Path, excluded: Collection[str]) -> bool:
    return bool(excluded) and any(str(one) in excluded for one in (path.absolute(), *path.absolute().parents))


def _walked(folder: Path, note: Note, deny: Note | None, excluded: Collection[str]) -> Iterator[Path]:
    """The files of a folder that a reader knows, subfolders in the order of their names."""

    def denied(error: OSError) -> None:
        note(f"{error.filename}: skipped, {error.strerror}")
        if deny:
            deny(str(Path(error.filename).absolute()))

    other = 0
    rules = {folder.parent: _above(folder, note)}
    for name_of_folder, folders, names in os.walk(folder, onerror=denied):
        here = Path(name_of_folder)
        own = rules[here] = (*rules[here.parent], *_rules(here, names, note))
        folders[:] = sorted(name for name in folders if not name.startswith(".") and not _ignored(own, here, name + "/"))
        folders[:] = [name for name in folders if not _is_excluded(here / name, excluded)]
        for path in (here / name for name in sorted(names) if not name.startswith(".") and not _ignored(own, here, name)):
            if path.suffix.lower() in BY_SUFFIX:
                yield path
            else:
                other += 1
    if other:
        note(f"{folder}: {other} file{'s' * (other != 1)} of other kinds left alone")


def _above(folder: Path, note: Note) -> tuple[_Rules, ...]:
    """The rules of the folders above one, up to the root of its Git repository; none when it is in no repository."""
    found: list[_Rules] = []
    for parent in (folder.absolute(), *folder.absolute().parents):
        if parent != folder.absolute():
            found = [*_rules(parent, IGNORES, note), *found]
        if (parent / ".git").exists():
            return tuple(found)
    return ()


def _rules(folder: Path, names: Collection[str], note: Note) -> Iterator[_Rules]:
    """What the files of rules in a folder say; the second may take back what the first says."""
    if not any(name in names for name in IGNORES):
        return
    from pathspec import GitIgnoreSpec

    lines: list[str] = []
    for path in (folder / name for name in IGNORES):
        if path.is_file():
            try:
                lines += path.read_text(encoding="utf-8-sig", errors="replace").splitlines()
            except OSError as error:
                note(f"{path}: cannot be read ({error.strerror}); its rules are not followed")
    try:
        yield _Rules(str(folder.absolute()), GitIgnoreSpec.from_lines(lines))
    except ValueError as error:
        note(f"{folder}: the rules of what to ignore cannot be read ({error}); they are not followed")


def _ignored(rules: Sequence[_Rules], folder: Path, name: str) -> bool:
    """Whether the nearest rules that speak of a name (with ``/`` for a folder) leave it out."""
    path = f"{folder.absolute()}/{name}" if rules else ""
    for base, spec in reversed(rules):
        verdict = spec.check_file(path[len(base) :].lstrip("/\\")).include
        if verdict is not None:
            return bool(verdict)
    return False
