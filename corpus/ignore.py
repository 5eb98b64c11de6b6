"""The rules of ``.gitignore`` and ``.pinciteignore``, matched in linear time: a rule is foreign text like any other.

As Git matches them (gitignore(5), ``wildmatch.c``). The patterns that ``pathspec`` makes of rules backtrack: a rule of 25
stars and a name of 120 letters took it more than a minute. Here a star never takes back what it has given up.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

_ANY_FOLDERS = "**"
_NOTHING = re.compile(r"(?!)")
_CLASSES = {
    "alnum": "0-9A-Za-z",
    "alpha": "A-Za-z",
    "blank": " \t",
    "digit": "0-9",
    "lower": "a-z",
    "punct": r"!-/:-@\[-`{-~",
    "space": r"\s",
    "upper": "A-Z",
    "xdigit": "0-9A-Fa-f",
}


class Rule(NamedTuple):
    """One line of a file of rules, for paths below its folder.

    ``parts`` match the folders and the name of a path, None any number of folders. ``leaves_out`` is False for a rule that
    takes back (``!``), and one with ``folders`` speaks of folders alone.
    """

    parts: tuple[re.Pattern[str] | None, ...]
    leaves_out: bool
    folders: bool

    def matches(self, path: Sequence[str], *, folder: bool) -> bool:
        """Whether the rule speaks of a path, given by its parts."""
        if self.folders and not folder:
            return False
        if len(self.parts) == 2 and self.parts[0] is None and self.parts[1] is not None:
            return self.parts[1].match(path[-1]) is not None
        return _fits(self.parts, path)


def parsed(text: str) -> tuple[Rule, ...]:
    """The rules of a file, in their order; lines that are none are passed over, as Git does."""
    return tuple(_rules(text.removeprefix("\ufeff").split("\n")))


def _rules(lines: Iterable[str]) -> Iterator[Rule]:
    for line in lines:
        pattern = _without_spaces(line.removesuffix("\r"))
        if not pattern or pattern.startswith("#"):
            continue
        leaves_out = not pattern.startswith("!")
        pattern = pattern if leaves_out else pattern[1:]
        folders = pattern.endswith("/")
        pattern = pattern[:-1] if folders else pattern
        globs = pattern.removeprefix("/").split("/")
        if "/" not in pattern:
            globs.insert(0, _ANY_FOLDERS)
        last = len(globs) - 1
        parts = [None if glob == _ANY_FOLDERS and (n < last or n == 0) else _part(glob) for n, glob in enumerate(globs)]
        yield Rule(tuple(parts), leaves_out, folders)


def _without_spaces(line: str) -> str:
    """A line without the spaces at its end, but for one that a backslash keeps."""
    bare = line.rstrip(" ")
    backslashes = len(bare) - len(bare.rstrip("\\"))
    return bare + " " if backslashes % 2 and len(bare) < len(line) else bare


def _fits(parts: Sequence[re.Pattern[str] | None], path: Sequence[str]) -> bool:
    """Whether parts match a path, in at most ``len(parts) * len(path)`` steps: the last run of any folders is tried longer."""
    last = parts[-1]
    if sum(part is not None for part in parts) > len(path) or last is not None and not last.match(path[-1]):
        return False
    at = n = 0
    again: tuple[int, int] | None = None
    while n < len(path):
        part = parts[at] if at < len(parts) else _NOTHING
        if part is None:
            at += 1
            again = (at, n)
        elif part.match(path[n]):
            at, n = at + 1, n + 1
        elif again:
            at, n = again[0], again[1] + 1
            again = (at, n)
        else:
            return False
    return at == len(parts)


def _part(glob: str) -> re.Pattern[str]:
    """The pattern of one part of a path: each piece behind a star is found where it first stands, and never sought again."""
    pieces = [""]
    at = 0
    while at < len(glob):
        character = glob[at]
        at += 1
        if character == "*":
            pieces.append("")
        elif character == "?":
            pieces[-1] += "."
        elif character == "[":
            found = _bracket(glob, at)
            if found is None:
                return _NOTHING
            piece, at = found
            pieces[-1] += piece
        elif character == "\\":
            if at == len(glob):
                return _NOTHING
            pieces[-1] += re.escape(glob[at])
            at += 1
        else:
            pieces[-1] += re.escape(character)
    first, *middle = pieces
    last = ".*" + middle.pop() if middle else ""
    return re.compile(rf"(?s:{first}{''.join(f'(?>.*?{piece})' for piece in middle if piece)}{last})\Z")


def _bracket(glob: str, at: int) -> tuple[str, int] | None:
    """A set of characters that begins behind ``[``, as a pattern, and where it ends; None for one that does not end."""
    inverted = glob[at : at + 1] in {"!", "^"} and glob[at : at + 1] != ""
    at += inverted
    begin, inside = at, ""
    while at < len(glob) and (glob[at] != "]" or at == begin):
        if glob.startswith("[:", at) and (end := glob.find(":]", at, at + 12)) > 0:
            name = glob[at + 2 : end]
            if name not in _CLASSES:
                return None
            inside += _CLASSES[name]
            at = end + 2
            continue
        first, at = _literal(glob, at)
        last = first
        if glob.startswith("-", at) and glob[at + 1 : at + 2] not in {"", "]"}:
            last, at = _literal(glob, at + 1)
        if first <= last:
            inside += f"{re.escape(first)}-{re.escape(last)}"
    if at >= len(glob):
        return None
    return (f"[{'^' * inverted}{inside}]" if inside else ("." if inverted else "(?!)")), at + 1


def _literal(glob: str, at: int) -> tuple[str, int]:
    """A character of a set and where the next one stands; a backslash makes the one behind it plain."""
    if glob[at] == "\\" and at + 1 < len(glob):
        at += 1
    return glob[at], at + 1
