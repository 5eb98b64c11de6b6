"""Plain text and Markdown: the file's own characters, in whatever encoding they lie."""

import re
from collections.abc import Iterator
from itertools import pairwise

from corpus.document import Finding, Heading
from corpus.errors import ReadError
from corpus.formats.reading import Reading, settle

_BOMS = (
    (b"\xef\xbb\xbf", "utf-8"),
    (b"\xff\xfe\0\0", "utf-32"),
    (b"\0\0\xfe\xff", "utf-32"),
    (b"\xff\xfe", "utf-16"),
    (b"\xfe\xff", "utf-16"),
)
UNICODE = frozenset({"utf-8", "utf-16", "utf-32"})
_NOT_ASCII = re.compile(r"[^\x00-\x7f]+")
_ATX = re.compile(r"^ {0,3}(#{1,6})[ \t]+(\S.*?)(?:[ \t]+#+)?[ \t]*$")
_SETEXT = re.compile(r"^ {0,3}(=+|-+)[ \t]*$")
_FENCE = re.compile(r"^ {0,3}(`{3,}|~{3,})")


def read_plain(data: bytes) -> Reading:
    """A file's text; headings are short lines that stand alone. Said: an encoding that had to be guessed."""
    return _read(data, markdown=False)


def read_markdown(data: bytes) -> Reading:
    """A file's text; headings are Markdown's, and the first of the highest level is the title."""
    return _read(data, markdown=True)


def _read(data: bytes, *, markdown: bool) -> Reading:
    text, encoding = decode(data)
    found = () if encoding in UNICODE else (Finding("encoding", f"not UTF-8; read as {encoding}"),)
    return of_text(settle(text), markdown=markdown, findings=found)


def of_text(text: str, *, markdown: bool, findings: tuple[Finding, ...] = ()) -> Reading:
    """The reading of a settled text."""
    headings = tuple(_markdown_headings(text) if markdown else _plain_headings(text))
    top = next((h for h in headings if markdown and h.level == 1), None)
    title = " ".join(text[top.start : top.end].split()) if top else ""
    return Reading(text, title, headings, findings=findings)


def decode(data: bytes) -> tuple[str, str]:
    """Text and encoding of a file's bytes; raises ReadError for binary data.

    A byte-order mark decides; then UTF-8 if every byte fits, or all but a few; then charset-normalizer's best guess.
    """
    for mark, encoding in _BOMS:
        if data.startswith(mark):
            try:
                return data.decode("utf-8-sig" if encoding == "utf-8" else encoding), encoding
            except UnicodeDecodeError as error:
                raise ReadError(f"starts as {encoding} but byte {error.start} is not; save it again") from None
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        guess = None if b"\0" in data else _mostly_unicode(data) or _guess(data)
        if guess is None:
            raise ReadError(f"not text (byte {error.start} fits no known encoding); save it as UTF-8 text") from None
        return guess
    if _looks_binary(text):
        raise ReadError("not text (control characters all through); Pincite reads text and documents")
    return text, "utf-8"


def _mostly_unicode(data: bytes) -> tuple[str, str] | None:
    """UTF-8 in which a few bytes of another encoding stand, as when files were joined; these become U+FFFD."""
    text = data.decode("utf-8", errors="replace")
    foreign = text.count("\ufffd")
    whole = sum(map(len, _NOT_ASCII.findall(text))) - foreign
    return (text, f"UTF-8 with {foreign} foreign bytes, shown as \ufffd") if whole >= 20 * foreign else None


def _guess(data: bytes) -> tuple[str, str] | None:
    from charset_normalizer import from_bytes

    best = from_bytes(data).best()
    return None if best is None or _looks_binary(str(best)) else (str(best), best.encoding.replace("_", "-"))


def _looks_binary(text: str) -> bool:
    """Whether more than one character in ten of the beginning is a control character no text file needs."""
    head = text[:8192]
    controls = sum(1 for c in head if ord(c) < 32 and c not in "\t\n\r\f\v\x1b" or 0x7F <= ord(c) < 0xA0)
    return controls * 10 > len(head)


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
