"""Which reader reads a file: by its first bytes where these tell, else by the ending of its name."""

import io
import zipfile
import zlib
from collections.abc import Callable
from dataclasses import dataclass, replace

import corpus.formats.ocr as ocr
from corpus.errors import ReadError
from corpus.formats.builder import ParsedFile, inspect
from corpus.formats.data import read_json, read_json_lines
from corpus.formats.epub import read_epub
from corpus.formats.html import read_html
from corpus.formats.mail import read_mailbox, read_message, read_web_archive
from corpus.formats.opendocument import read_odt
from corpus.formats.pdf import read_pdf
from corpus.formats.picture import is_picture, read_picture
from corpus.formats.rtf import read_rtf
from corpus.formats.sheet import read_csv, read_sheets
from corpus.formats.slides import read_pptx
from corpus.formats.text import read_markdown, read_plain
from corpus.formats.word import read_docx
from corpus.messages import Message


@dataclass(frozen=True, slots=True)
class Format:
    """A format: its name for people, the endings of its files, and its reader."""

    name: str
    suffixes: tuple[str, ...]
    read: Callable[[bytes], ParsedFile]


TEXT = Format("text", (".txt", ".text"), read_plain)
MARKDOWN = Format("Markdown", (".md", ".markdown"), read_markdown)
PDF = Format("PDF", (".pdf",), read_pdf)
HTML = Format("HTML", (".html", ".htm", ".xhtml"), read_html)
DOCX = Format("DOCX", (".docx", ".docm"), read_docx)
PPTX = Format("PPTX", (".pptx", ".pptm"), read_pptx)
SHEETS = Format("a workbook", (".xlsx", ".xlsm", ".xls", ".xlsb", ".ods"), read_sheets)
CSV = Format("CSV", (".csv", ".tsv"), read_csv)
EPUB = Format("EPUB", (".epub",), read_epub)
MESSAGE = Format("an e-mail", (".eml",), read_message)
MAILBOX = Format("a mailbox", (".mbox",), read_mailbox)
WEB_ARCHIVE = Format("a web archive", (".mht", ".mhtml"), read_web_archive)
RTF = Format("RTF", (".rtf",), read_rtf)
ODT = Format("ODT", (".odt",), read_odt)
JSON = Format("JSON", (".json",), read_json)
JSON_LINES = Format("JSON lines", (".jsonl", ".ndjson"), read_json_lines)
PICTURE = Format("a picture", (".png", ".jpg", ".jpeg", ".tif", ".tiff"), read_picture)

KINDS = (
    TEXT,
    MARKDOWN,
    PDF,
    HTML,
    DOCX,
    PPTX,
    SHEETS,
    CSV,
    EPUB,
    MESSAGE,
    MAILBOX,
    WEB_ARCHIVE,
    RTF,
    ODT,
    JSON,
    JSON_LINES,
    PICTURE,
)
BY_SUFFIX = {suffix: kind for kind in KINDS for suffix in kind.suffixes}

_TOLD_BY_BYTES = frozenset({PDF, DOCX, PPTX, SHEETS, EPUB, RTF, ODT, PICTURE})
_MEMBERS = (
    ("word/document.xml", DOCX),
    ("ppt/presentation.xml", PPTX),
    ("xl/workbook.xml", SHEETS),
    ("xl/workbook.bin", SHEETS),
    ("META-INF/container.xml", EPUB),
)
_MIMETYPES = {b"application/epub+zip": EPUB, b"application/vnd.oasis.opendocument.text": ODT}
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_BEFORE_OLE = (b"\x09\x00\x04\x00", b"\x09\x02\x06\x00", b"\x09\x04\x06\x00", b"\x09\x08\x08\x00", b"\x09\x08\x10\x00")
"""What records of Excel 2 to 5 begin with that lie in no compound file (MS-XLS, BOF)."""

_OUTLOOK = "__properties_version1.0".encode("utf-16-le")
"""The name of a stream that every Outlook message has (MS-OXMSG)."""

_OTHER = (
    (b"GIF87a", "picture"),
    (b"GIF89a", "picture"),
    (b"\x7fELF", "program"),
    (b"\x1f\x8b", "gzip"),
    (b"7z\xbc\xaf", "7z"),
    (b"Rar!\x1a", "rar"),
    (b"SQLite format 3", "database"),
)


def suffixes() -> frozenset[str]:
    """The endings of the files in a folder that can be read: those of pictures where recognition is installed."""
    return frozenset(suffix for suffix, kind in BY_SUFFIX.items() if kind is not PICTURE or ocr.is_there())


def kind_of(data: bytes, suffix: str) -> Format:
    """The kind of a file with this ending and content, which wins where it tells.

    Raises ReadError for content that is no format known here, or no format that its ending can mean.
    """
    named = BY_SUFFIX.get(suffix.lower(), TEXT)
    found = _told(data, named)
    if found is not None:
        return found
    other = next((kind for mark, kind in _OTHER if data.startswith(mark)), "")
    if other:
        raise ReadError("format.other", format=named.name, other=Message(f"content.{other}"))
    if named in _TOLD_BY_BYTES:
        raise ReadError("format.wrong", format=named.name)
    return named


def _told(data: bytes, named: Format) -> Format | None:
    """The kind that the first bytes tell, or None."""
    head = data[:1024]
    if is_picture(data):
        return PICTURE
    if b"%PDF-" in head and (named is PDF or head.startswith(b"%PDF-")):
        return PDF
    if head.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return _told_by_members(data, named)
    if head.startswith(_OLE):
        if "EncryptedPackage".encode("utf-16-le") in data:
            raise ReadError("file.encrypted")
        if named is SHEETS:
            return SHEETS
        raise ReadError("mail.outlook" if _OUTLOOK in data else "office.old")
    if named is SHEETS and head.startswith(_BEFORE_OLE):
        raise ReadError("office.old")
    if head.lstrip().startswith(b"{\\rtf"):
        return RTF
    page = head.lstrip(b"\xef\xbb\xbf \t\r\n").lower().startswith((b"<!doctype html", b"<html"))
    return HTML if page and named in _TOLD_BY_BYTES else None


def _told_by_members(data: bytes, named: Format) -> Format | None:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            names = set(archive.namelist())
            if "mimetype" in names and archive.getinfo("mimetype").file_size < 200:
                kind = archive.read("mimetype").strip()
                if kind.startswith(b"application/vnd.oasis.opendocument.spreadsheet"):
                    return SHEETS
                if kind in _MIMETYPES:
                    return _MIMETYPES[kind]
    except (zipfile.BadZipFile, zlib.error, OSError, RuntimeError, EOFError, ValueError):
        return named if named in _TOLD_BY_BYTES else None
    return next((kind for member, kind in _MEMBERS if member in names), named if named in _TOLD_BY_BYTES else None)


def read_data(data: bytes, suffix: str) -> tuple[Format, ParsedFile]:
    """A file's kind and what it says; raises ReadError, without a name, for one that holds nothing to quote."""
    if not data:
        raise ReadError("file.empty")
    kind = kind_of(data, suffix)
    reading = kind.read(data)
    if not reading.text or reading.text.isspace():
        raise ReadError("file.blank")
    known = {finding.kind for finding in reading.findings} - {"hidden"}
    more = (finding for finding in inspect(reading.text) if finding.kind not in known)
    return kind, replace(reading, findings=(*reading.findings, *more))
