"""Files and folders become documents: the door to all formats.

Encoding, byte-order mark and line ends are settled by the readers in ``corpus.formats``, once. After this module nobody
changes a text: every offset above counts characters of what they returned.
"""

import os
import re
import stat
from collections.abc import Iterable
from contextlib import nullcontext
from hashlib import sha256
from importlib.resources import files
from pathlib import Path

from corpus.document import Document
from corpus.errors import ReadError
from corpus.formats.builder import QUIET, ParsedFile, settle
from corpus.formats.registry import BY_SUFFIX, TEXT, read_data, suffixes
from corpus.formats.sandbox import LARGEST, Sandbox
from corpus.formats.text import of_text
from corpus.messages import Message
from corpus.progress import Note
from corpus.walk import found_under


def shipped() -> tuple[Document, ...]:
    """The material that comes with Pincite, our own and read here; the question set lies beside it."""
    folder = Path(str(files("corpus") / "material"))
    return tuple(_shipped(path) for path in sorted(folder.glob("*.txt")))


def _shipped(path: Path) -> Document:
    data = path.read_bytes()
    _, reading = read_data(data, path.suffix)
    return _document(reading, name=path.stem, source=str(path.absolute()), digest=sha256(data).hexdigest())


def read_paths(paths: Iterable[Path], *, note: Note, follow_links: bool = False) -> tuple[Document, ...]:
    """The documents under these files, folders and patterns, in a stable order, each text once (see ``corpus.walk``).

    A file that was named must be readable, or ReadError is raised; inside a folder a file that cannot be read gets one
    line through ``note`` and the rest goes on. Raises ReadError too when nothing readable is found at all.
    """
    documents: dict[str, Document] = {}
    with Sandbox() as child:
        for path in paths:
            any_found = False
            for found in found_under([str(path)], note=note, follow_links=follow_links):
                try:
                    document = read_file(found.path, note=note, child=child)
                except ReadError as error:
                    if found.named:
                        raise
                    note(Message("note.skipped", what=error.message))
                    continue
                any_found = True
                first = documents.setdefault(document.id, document)
                if first.source != document.source:
                    note(Message("note.same_text", where=document.source, first=first.source))
            if not any_found:
                raise ReadError("folder.nothing", where=path, formats=", ".join(sorted(suffixes())))
    return tuple(documents.values())


def read_file(path: Path, *, note: Note, child: Sandbox | None = None) -> Document:
    """The document in one file of a known format, told by its content, else by the ending of its name, else plain text.

    It is read in ``child``, or in a process of its own: nothing foreign is opened here. What cannot be quoted and what must
    be known is said through ``note`` and kept in the document. Raises ReadError when there is no such file, no permission,
    nothing to quote, or the file is damaged, encrypted, too large, or changes while it is read.
    """
    before = file_signature(path)
    try:
        with nullcontext(child) if child else Sandbox() as reader:
            kind, reading, digest = reader.read(path)
    except ReadError as error:
        raise error.at(path) from None
    except OSError as error:
        raise ReadError("file.unreadable", where=path, why=error.strerror or "") from error
    if file_signature(path) != before:
        raise ReadError("file.changed", where=path)
    named = BY_SUFFIX.get(path.suffix.lower(), TEXT)
    said = [] if kind == named.name else [Message("note.read_as", named=named.name, format=kind)]
    for finding in reading.findings:
        if finding.kind not in QUIET:
            of_quotes = finding.kind in {"hidden", "struck"}
            said.append(Message("note.hidden", what=finding.message) if of_quotes else finding.message)
    if said:
        note(Message("list.semicolon", where=path, items=tuple(said)))
    return _document(reading, name=path.stem, source=str(path.absolute()), digest=digest)


def from_text(text: str, *, name: str, source: str, markdown: bool) -> Document:
    """A document from decoded text: settled, with its headings found and a title from the first one or the name.

    Raises ReadError for a blank text.
    """
    text = settle(text)
    if not text.strip():
        raise ReadError("file.blank", where=source)
    return _document(of_text(text, markdown=markdown), name=name, source=source)


def _document(reading: ParsedFile, *, name: str, source: str, digest: str = "") -> Document:
    title = settle(" ".join(reading.title.split())) if reading.title else title_of(name)
    return Document(reading.text, title, source, reading.headings, reading.places, reading.findings, digest)


def title_of(name: str) -> str:
    """The title that a document has for want of another one: the name of its file, without the ending."""
    words = re.sub(r"[-_]+", " ", name).strip() or name
    return settle(" ".join((words[:1].upper() + words[1:]).split()))


def file_signature(path: Path) -> tuple[int, ...]:
    """What changes when a file does: its times, its size, its inode.

    Raises ReadError for what is no readable file, without opening it.
    """
    try:
        found = path.stat()
    except FileNotFoundError:
        raise ReadError("path.missing", where=path) from None
    except OSError as error:
        raise ReadError("path.unreadable", where=path, why=error.strerror or "") from error
    except ValueError:
        raise ReadError("path.impossible", where=repr(str(path))) from None
    if not stat.S_ISREG(found.st_mode):
        raise ReadError("path.irregular", where=path)
    if found.st_size > LARGEST:
        raise ReadError("file.large", where=path, size=f"{found.st_size / 1e9:.1f}", most=f"{LARGEST / 1e9:.1f}")
    if not os.access(path, os.R_OK, effective_ids=os.access in os.supports_effective_ids):
        raise ReadError("path.denied", where=path)
    return found.st_mtime_ns, found.st_ctime_ns, found.st_size, found.st_ino
