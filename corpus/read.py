"""Files and folders become documents. Encoding, byte-order mark and line ends are settled here, once.

After this module nobody changes a text: every offset above counts characters of what ``settle`` returned.
"""

import os
import re
import stat
from collections.abc import Callable, Iterable, Iterator
from importlib.resources import files
from itertools import pairwise
from pathlib import Path

from corpus.document import Document, Heading
from corpus.errors import ReadError

MARKDOWN = frozenset({".md", ".markdown"})
SUFFIXES = MARKDOWN | {".txt", ".text"}
_BOMS = (
    (b"\xef\xbb\xbf", "utf-8"),
    (b"\xff\xfe\0\0", "utf-32"),
    (b"\0\0\xfe\xff", "utf-32"),
    (b"\xff\xfe", "utf-16"),
    (b"\xfe\xff", "utf-16"),
)
_SURROGATES = re.compile("[\ud800-\udfff]")
_ATX = re.compile(r"^ {0,3}(#{1,6})[ \t]+(\S.*?)(?:[ \t]+#+)?[ \t]*$")
_SETEXT = re.compile(r"^ {0,3}(=+|-+)[ \t]*$")
_FENCE = re.compile(r"^ {0,3}(`{3,}|~{3,})")

Note = Callable[[str], None]


def shipped() -> tuple[Document, ...]:
    """The material that comes with Pincite."""
    folder = files("corpus") / "material"
    return read_paths([Path(str(folder))], note=_quiet)


def read_paths(paths: Iterable[Path], *, note: Note) -> tuple[Document, ...]:
    """The documents under these files and folders, in a stable order, each text once.

    A file that was named must be readable, or ReadError is raised; inside a folder a file that cannot be read gets one
    line through ``note`` and the rest goes on. Raises ReadError too when nothing readable is found at all.
    """
    documents: dict[str, Document] = {}
    for path in paths:
        found = tuple(_read_folder(path, note=note)) if path.is_dir() else (read_file(path, note=note),)
        if not found:
            raise ReadError(f"{path}: nothing readable in this folder; Pincite reads {', '.join(sorted(SUFFIXES))}")
        for document in found:
            first = documents.setdefault(document.id, document)
            if first.source != document.source:
                note(f"{document.source}: the same text as {first.source}; searched once")
    return tuple(documents.values())


def read_file(path: Path, *, note: Note) -> Document:
    """The document in one file: UTF-8, UTF-16/32 with a mark, or the encoding that its bytes suggest.

    A guessed encoding is said through ``note``. Raises ReadError when there is no such file, no permission, no text
    (empty, blank, binary) or no encoding that fits.
    """
    try:
        if not stat.S_ISREG(path.stat().st_mode):
            raise ReadError(f"{path}: not a regular file; name a text file or a folder")
        data = path.read_bytes()
    except FileNotFoundError:
        raise ReadError(f"{path}: no such file or folder; check the spelling") from None
    except PermissionError:
        raise ReadError(f"{path}: no permission to read; check its access rights") from None
    except OSError as error:
        raise ReadError(f"{path}: cannot be read ({error.strerror}); check the name and the disk") from error
    except ValueError:
        raise ReadError(f"{str(path)!r}: not a possible file name; check the spelling") from None
    if not data:
        raise ReadError(f"{path}: the file is empty; there is nothing to quote")
    text, encoding = decode(data, name=str(path))
    if encoding not in {"utf-8", "utf-16", "utf-32"}:
        note(f"{path}: not UTF-8; read as {encoding}")
    return from_text(text, name=path.stem, source=str(path.absolute()), markdown=path.suffix.lower() in MARKDOWN)


def from_text(text: str, *, name: str, source: str, markdown: bool) -> Document:
    """A document from decoded text: settled, with its headings found and a title from the first one or the name.

    Raises ReadError for a blank text.
    """
    text = settle(text)
    if not text.strip():
        raise ReadError(f"{source}: the file holds only white space; there is nothing to quote")
    headings = tuple(_markdown_headings(text) if markdown else _plain_headings(text))
    top = next((h for h in headings if markdown and h.level == 1), None)
    words = re.sub(r"[-_]+", " ", name).strip() or name
    title = text[top.start : top.end] if top else words[:1].upper() + words[1:]
    return Document(text=text, title=settle(" ".join(title.split())), source=source, headings=headings)


def decode(data: bytes, *, name: str) -> tuple[str, str]:
    """Text and encoding of a file's bytes; raises ReadError for binary data.

    A byte-order mark decides; then UTF-8 if every byte fits; then charset-normalizer's best guess.
    """
    for mark, encoding in _BOMS:
        if data.startswith(mark):
            try:
                return data.decode("utf-8-sig" if encoding == "utf-8" else encoding), encoding
            except UnicodeDecodeError as error:
                raise ReadError(f"{name}: starts as {encoding} but byte {error.start} is not; save it again") from None
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        guess = None if b"\0" in data else _guess(data)
        if guess is None:
            raise ReadError(
                f"{name}: not text (byte {error.start} fits no encoding that is known here); save it as UTF-8 text"
            ) from None
        return guess
    if _looks_binary(text):
        raise ReadError(f"{name}: not text (control characters all through); Pincite reads {', '.join(sorted(SUFFIXES))}")
    return text, "utf-8"


def settle(text: str) -> str:
    """The text that offsets count in: no byte-order mark in front, ``\\n`` line ends, no lone surrogates.

    Everything else stays: Unicode form, spaces, control characters. Settling twice changes nothing.
    """
    text = text.replace("\r\n", "\n").replace("\r", "\n").lstrip("\ufeff")
    return _SURROGATES.sub("\ufffd", text)


def _guess(data: bytes) -> tuple[str, str] | None:
    from charset_normalizer import from_bytes

    best = from_bytes(data).best()
    return None if best is None or _looks_binary(str(best)) else (str(best), best.encoding.replace("_", "-"))


def _looks_binary(text: str) -> bool:
    """Whether more than one character in ten of the beginning is a control character no text file needs."""
    head = text[:8192]
    controls = sum(1 for c in head if ord(c) < 32 and c not in "\t\n\r\f\v\x1b" or 0x7F <= ord(c) < 0xA0)
    return controls * 10 > len(head)


def _read_folder(folder: Path, *, note: Note) -> Iterator[Document]:
    def deny(error: OSError) -> None:
        note(f"{error.filename}: skipped, {error.strerror}")

    other = 0
    for here, folders, names in os.walk(folder, onerror=deny):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(name for name in names if not name.startswith(".")):
            path = Path(here, name)
            if path.suffix.lower() not in SUFFIXES:
                other += 1
                continue
            try:
                yield read_file(path, note=note)
            except ReadError as error:
                note(f"{error} (skipped)")
    if other:
        note(f"{folder}: {other} file{'s' * (other != 1)} of other kinds left alone")


def _quiet(_: str) -> None:
    """Say nothing: the shipped folder also holds the question set."""


def _lines(text: str) -> Iterator[tuple[int, str]]:
    start = 0
    for line in text.split("\n"):
        yield start, line
        start += len(line) + 1


def _markdown_headings(text: str) -> Iterator[Heading]:
    """CommonMark ATX and one-line setext headings outside fenced code; the range holds the words without marks."""
    fence = ""
    before: tuple[int, str] | None = None
    for start, line in _lines(text):
        if opened := _FENCE.match(line):
            if not fence:
                fence = opened[1]
            elif opened[1].startswith(fence):
                fence = ""
            before = None
        elif not fence and (atx := _ATX.match(line)):
            yield Heading(start + atx.start(2), start + atx.end(2), len(atx[1]))
            before = None
        elif not fence and before and (under := _SETEXT.match(line)):
            at, words = before
            lead = len(words) - len(words.lstrip())
            yield Heading(at + lead, at + len(words.rstrip()), 1 if under[1][0] == "=" else 2)
            before = None
        else:
            paragraph_goes_on = before is not None
            plain = not fence and line.strip() and not re.match(r"\s*([-*+>|]|\d+[.)])\s", line)
            before = (start, line) if plain and not paragraph_goes_on else None


def _plain_headings(text: str) -> Iterator[Heading]:
    """Short lines of plain text that stand alone above a much longer one.

    A guess, made only where it is safe: at most 100 characters, no colon, comma or semicolon, the line after it (blank
    ones aside) at least three times as long, and not the first line of a list of such lines.
    """
    lines = [(start, line) for start, line in _lines(text) if line.strip()]
    for (start, line), (_, following) in pairwise(lines):
        words = line.strip()
        if len(words) <= 100 and len(following.strip()) >= 3 * len(words) and not re.search(r"[:;,：；，、\t|]", words):
            lead = len(line) - len(line.lstrip())
            yield Heading(start + lead, start + lead + len(words))
