"""EPUB: the chapters in the order they are read (EPUB 3.3), each an HTML page in a zip archive."""

import html
import posixpath
import re
from typing import Any
from urllib.parse import unquote

from corpus.errors import ReadError
from corpus.formats.archive import Archive, local
from corpus.formats.builder import ParsedFile, TextBuilder
from corpus.formats.html import parse_html, text_of, write_html
from corpus.messages import Message

_EMPTY = re.compile(r"<(title|script|style|a|span|div|p|i|b|em|td|iframe)\b([^<>]*)/>", re.IGNORECASE)


def read_epub(data: bytes) -> ParsedFile:
    """The chapters of the spine, one after another. Said: chapters that are missing; encrypted books are refused."""
    archive, pen = Archive(data), TextBuilder(paragraphs=True)
    container = archive.xml("META-INF/container.xml")
    package = next((e.get("full-path") or "" for e in container.iter() if local(e) == "rootfile"), "")
    book = archive.xml(package)
    folder = posixpath.dirname(package)
    encrypted = _encrypted(archive)
    items = {e.get("id"): e for e in book.iter() if local(e) == "item"}
    title = next((e.text or "" for e in book.iter() if local(e) == "title"), "")
    missing = 0
    for entry in (e for e in book.iter() if local(e) == "itemref"):
        item = items.get(entry.get("idref"))
        name = "" if item is None else posixpath.normpath(posixpath.join(folder, unquote(item.get("href") or "")))
        if name in encrypted:
            raise ReadError("file.encrypted_drm")
        if name not in archive.names:
            missing += 1
        elif item is not None and "html" in (item.get("media-type") or "html") and "nav" not in (item.get("properties") or ""):
            chapter, _ = text_of(archive.read(name))
            if chapter.strip():
                write_html(pen, _xhtml(chapter), book=True)
    if missing:
        pen.found("unreadable", Message("epub.chapters", n=missing))
    return pen.reading(title=html.unescape(title))


def _xhtml(text: str) -> Any:
    """XHTML's empty elements closed, as an HTML parser wants them: ``<title/>`` would swallow the chapter."""
    return parse_html(_EMPTY.sub(r"<\1\2></\1>", text))


def _encrypted(archive: Archive) -> set[str]:
    """The members that are encrypted; fonts that are only scrambled are among them and do no harm."""
    found = archive.optional_xml("META-INF/encryption.xml")
    return set() if found is None else {unquote(e.get("URI") or "") for e in found.iter() if local(e) == "CipherReference"}
