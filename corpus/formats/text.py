"""Plain text and Markdown: the file's own characters, in whatever encoding they lie."""

import re
from bisect import bisect_right
from collections.abc import Iterator
from itertools import pairwise

from corpus.document import Finding, Heading, Places
from corpus.errors import ReadError
from corpus.formats.builder import STRUCK, ParsedFile, refuse_too_long, settle
from corpus.formats.charset import decoded, likeliest, wide
from corpus.messages import Message

_BOMS = (
    (b"\xef\xbb\xbf", "utf-8"),
    (b"\xff\xfe\0\0", "utf-32"),
    (b"\0\0\xfe\xff", "utf-32"),
    (b"\xff\xfe", "utf-16"),
    (b"\xfe\xff", "utf-16"),
)
_ESCAPES = (b"\x1b$B", b"\x1b$@")
UNICODE = frozenset({"utf-8", "utf-16", "utf-32"})
_ATX = re.compile(r" {0,3}(#{1,6})(?=[ \t]|$)")
_TABLE = re.compile(r"(?m)^[ \t>]{0,9}\|?[ \t]{0,9}:?-+:?[ \t]{0,9}\|")
_HEAD = 2
"""Lines of a Markdown table above its rows."""

_STRUCK = re.compile(r"(?<![~\\`])(~~(?=[^\s~])(?:[^~\n`]|\n(?=[^\n]))*~~(?!~)|<(?:del|s|strike)>[^<]*</(?:del|s|strike)>)")
_FENCED = re.compile(r"^ {0,3}(?:`{3}|~{3})", re.MULTILINE)
_LINE_END = re.compile("\n")
_LINE = re.compile(r"[^\n]+")


def read_plain(data: bytes) -> ParsedFile:
    """A file's text; headings are short lines that stand alone. Said: an encoding that had to be guessed."""
    return _read(data, markdown=False)


def read_markdown(data: bytes) -> ParsedFile:
    """A file's text; headings are Markdown's, and the first of the highest level is the title."""
    return _read(data, markdown=True)


def _read(data: bytes, *, markdown: bool) -> ParsedFile:
    text, encoding = decode(data)
    refuse_too_long(len(text))
    found = () if encoding in UNICODE else (Finding("encoding", Message("encoding.guessed", encoding=encoding)),)
    return of_text(settle(text), markdown=markdown, findings=found)


def of_text(text: str, *, markdown: bool, findings: tuple[Finding, ...] = ()) -> ParsedFile:
    """The reading of a settled text."""
    headings = tuple(_markdown_headings(text) if markdown else _plain_headings(text))
    top = next((h for h in headings if markdown and h.level == 1), None)
    title = " ".join(text[top.start : top.end].split()) if top else ""
    if markdown and (struck := tuple(_struck(text))):
        findings = (*findings, Finding("struck", Message(STRUCK), struck))
    return ParsedFile(text, title, headings, _markdown_columns(text) if markdown else (), findings)


def decode(data: bytes) -> tuple[str, str | Message]:
    """Text and encoding of a file's bytes; raises ReadError for binary data.

    A byte-order mark decides; then the escapes of ISO-2022-JP; then UTF-8 if every byte fits, or all but a few; then UTF-16
    where there are zeros; then the likeliest of the older encodings.
    """
    for mark, encoding in _BOMS:
        if data.startswith(mark):
            try:
                return data.decode("utf-8-sig" if encoding == "utf-8" else encoding), encoding
            except UnicodeDecodeError as error:
                raise ReadError("encoding.broken", encoding=encoding, byte=str(error.start)) from None
    if shifted := _shifted(data):
        return shifted
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        guess = (None if b"\0" in data else _mostly_unicode(data)) or _guess(data)
        if guess is None:
            raise ReadError("encoding.unknown", byte=str(error.start)) from None
        return guess
    if not _looks_binary(text):
        return text, "utf-8"
    if guess := wide(data):
        return guess
    raise ReadError("file.binary")


def _shifted(data: bytes) -> tuple[str, str] | None:
    """Bytes of ISO-2022-JP, which is ASCII that escapes turn into Japanese."""
    if not any(escape in data for escape in _ESCAPES):
        return None
    try:
        return decoded(data, "iso2022-jp"), "iso2022-jp"
    except UnicodeError:
        return None


def _mostly_unicode(data: bytes) -> tuple[str, Message] | None:
    """UTF-8 in which a few bytes of another encoding stand, as when files were joined; these become U+FFFD."""
    text = data.decode("utf-8", errors="replace")
    foreign = text.count("\ufffd")
    whole = len(text) - len(text.encode("ascii", "ignore")) - foreign
    return (text, Message("encoding.foreign", n=foreign)) if whole >= 20 * foreign else None


def _guess(data: bytes) -> tuple[str, str | Message] | None:
    """The likeliest reading, if it is text."""
    guess = wide(data) if b"\0" in data else likeliest(data)
    return None if guess is None or _looks_binary(guess[0]) else guess


def _looks_binary(text: str) -> bool:
    """Whether more than one character in ten of the beginning is a control character no text file needs."""
    head = text[:8192]
    controls = sum(1 for c in head if ord(c) < 32 and c not in "\t\n\r\f\v\x1b" or 0x7F <= ord(c) < 0xA0)
    return controls * 10 > len(head)


def _markdown_headings(text: str) -> Iterator[Heading]:
    """CommonMark's ATX headings, and setext headings of one line, by markdown-it; ranges hold the words without marks.

    A paragraph of several lines above a row of ``-`` is a heading to CommonMark too. Here it stays text, that nothing a person
    states becomes the name of a place. So do lines of lists, quotations, tables and the metadata in front.
    """
    from markdown_it import MarkdownIt

    begins = _front_matter(text)
    blocks = MarkdownIt("commonmark")
    blocks.core.ruler.enableOnly(["normalize", "block"])
    found = [token for token in blocks.parse(text[begins:]) if token.type == "heading_open" and not token.level and token.map]
    starts = [begins, *(begins + match.end() for match in _LINE_END.finditer(text[begins:]))] if found else []
    for token in found:
        first, last = token.map or (0, 0)
        start, level = starts[first], int(token.tag[1:])
        line = text[start : text.find("\n", start) if first + 1 < len(starts) else len(text)]
        if atx := _ATX.match(line):
            begin, end = _words(line, atx.end())
        else:
            begin, end = len(line) - len(line.lstrip()), len(line.rstrip())
        if begin < end and not (last - first > 2 or line.startswith("|", begin)):
            yield Heading(start + begin, start + end, level)


def _markdown_columns(text: str) -> tuple[Places, ...]:
    """The names of the columns of each table, as places of its rows (GitHub Flavored Markdown, by markdown-it)."""
    from markdown_it import MarkdownIt

    if not _TABLE.search(text):
        return ()
    begins = _front_matter(text)
    blocks = MarkdownIt("commonmark").enable("table")
    blocks.core.ruler.enableOnly(["normalize", "block"])
    starts = [begins, *(begins + match.end() for match in _LINE_END.finditer(text[begins:])), len(text)]
    found: dict[int, str] = {}
    for token in blocks.parse(text[begins:]):
        if token.type == "table_open" and token.map and token.map[1] - token.map[0] > _HEAD:
            first, last = token.map
            found[starts[first + _HEAD]] = " ".join(text[starts[first] : starts[first + 1]].split())
            found[min(starts[min(last, len(starts) - 1)], len(text))] = ""
    return (Places("columns", tuple(found), tuple(found.values())),) if found else ()


def _struck(text: str) -> Iterator[tuple[int, int]]:
    """What Markdown strikes out, with its marks (GFM, 6.5); not inside fences of code."""
    fences = [match.start() for match in _FENCED.finditer(text)]
    for match in _STRUCK.finditer(text):
        if bisect_right(fences, match.start()) % 2 == 0:
            yield match.span()


def _front_matter(text: str) -> int:
    """Where a Markdown text begins behind the metadata in front of it, between two lines of ``---``."""
    if not text.startswith("---\n"):
        return 0
    end = text.find("\n---\n", 3)
    return end + 5 if end > 0 else 0


def _words(line: str, start: int) -> tuple[int, int]:
    """The range of an ATX heading's words behind its marks: without white space around them and the marks that close it."""
    words = line[start:].rstrip(" \t")
    bare = words.rstrip("#")
    if not bare or bare[-1] in " \t":
        words = bare.rstrip(" \t")
    first = start + len(words) - len(words.lstrip(" \t"))
    return first, start + len(words)


def _plain_headings(text: str) -> Iterator[Heading]:
    """Short lines of plain text that stand alone above a much longer one.

    A guess, made only where it is safe: at most 100 characters, no colon, comma or semicolon, the line after it (blank
    ones aside) at least three times as long, and not the first line of a list of such lines.
    """
    lines = ((match.start(), match[0]) for match in _LINE.finditer(text) if not match[0].isspace())
    for (start, line), (_, following) in pairwise(lines):
        words = line.strip()
        if len(words) <= 100 and len(following.strip()) >= 3 * len(words) and not re.search(r"[:;,：；，、\t|]", words):
            lead = len(line) - len(line.lstrip())
            yield Heading(start + lead, start + lead + len(words))
