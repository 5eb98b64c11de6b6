"""E-mail, mbox files and web pages saved as one file, by the standard library. Headers are quotable lines above the body."""

import re
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import EmailPolicy
from email.utils import parsedate_to_datetime
from typing import Any, cast

from corpus.errors import ReadError
from corpus.formats.builder import ParsedFile, TextBuilder
from corpus.formats.charset import codec_of, decoded
from corpus.formats.html import parse_html, text_of, write_html
from corpus.formats.text import UNICODE, decode
from corpus.messages import Message

_SHOWN = ("From", "To", "Cc", "Date", "Subject")
LONGEST_HEADER = 4_000
"""Characters of a header that the standard library parses, which takes it time that grows with their square."""

_LONGEST_PARAMETERS = 1_000
"""Characters of the headers of a part that are parsed: a message of 1,000 parts asks for each of them several times."""

_FROM = re.compile(rb"(?m:^)From \S[^\r\n]*\r?\n")
_TIME = re.compile(rb" \d\d?:\d\d")
_YEAR = re.compile(rb" \d{4}")
_HEADER = re.compile(rb"[!-9;-~]{1,100}:|>From ")
"""What follows the line that begins a message, if it is not a line of a body."""

_QUOTED_FROM = re.compile(rb"^>(>*From )", re.MULTILINE)
_ENCODED = re.compile(r"=\?([\w.:()-]{1,40})(?=\?[bqBQ]\?)")
_SURROGATES = re.compile("[\udc80-\udcff]")
_ONLY_MAIL = {"utf-7": "utf-7", "unicode-1-1-utf-7": "utf-7", "hz-gb-2312": "hz", "iso-2022-kr": "iso2022-kr"}
"""Charsets that browsers no longer read, for mail that is that old."""


class _Policy(EmailPolicy):
    """The rules of today's e-mail, for headers of a bounded length."""

    def header_fetch_parse(self, name: str, value: str) -> Any:
        """A header's value, parsed as far as it is not too long."""
        longest = _LONGEST_PARAMETERS if name.lower().startswith("content-") else LONGEST_HEADER
        value = _ENCODED.sub(lambda match: f"=?{_codec(match[1]) or match[1]}", value[:longest])
        return super().header_fetch_parse(name, value)


def read_message(data: bytes) -> ParsedFile:
    """One message: its headers, then its text, plain if it has it so, else from HTML, then the messages that it forwards.

    Other attachments stay out and are named.
    """
    pen = TextBuilder()
    subject = _write(pen, data, bare=False)
    if not subject and not pen.size:
        raise ReadError("mail.empty")
    return pen.reading(title=subject)


def read_web_archive(data: bytes) -> ParsedFile:
    """The page that a browser saved with its pictures as one file (MHTML, RFC 2557), without these."""
    message = cast(EmailMessage, message_from_bytes(data, policy=_Policy()))
    pages = (part for part in message.walk() if part.get_content_type() == "text/html")
    page = next(pages, None)
    if page is None:
        raise ReadError("mail.no_page")
    pen = TextBuilder(paragraphs=True)
    text, guessed = _content(page, page=True)
    if guessed:
        pen.found("encoding", Message("encoding.unnamed", encoding=guessed))
    root = parse_html(text)
    write_html(pen, root)
    title = root.find(".//title")
    return pen.reading(title=_header(message, "Subject") if title is None else "".join(title.itertext()))


def read_mailbox(data: bytes) -> ParsedFile:
    """The messages of an mbox file, one after another (RFC 4155, ``>From`` unquoted). Said: how many are not read."""
    lines = [match for match in _FROM.finditer(data) if _begins_message(match, data)]
    if not lines:
        raise ReadError("mail.no_mailbox")
    starts = [line.end() for line in lines]
    ends = [line.start() for line in lines[1:]] + [len(data)]
    pen = TextBuilder()
    unread = 0
    for start, end in zip(starts, ends, strict=True):
        try:
            _write(pen, _QUOTED_FROM.sub(rb"\1", data[start:end]), bare=True)
        except RecursionError:
            unread += 1
    if unread:
        pen.found("unreadable", Message("mail.messages", n=unread, all=len(lines)))
    return pen.reading()


def _begins_message(line: re.Match[bytes], data: bytes) -> bool:
    """Whether a line that starts with "From " is first or behind a blank one, has a time and a year, and a header follows."""
    if line.start() and not data[max(0, line.start() - 3) : line.start()].endswith((b"\n\n", b"\n\r\n")):
        return False
    if line.start() and not _HEADER.match(data, line.end()):
        return False
    time = _TIME.search(line[0])
    return time is not None and _YEAR.search(line[0], time.end()) is not None


def _write(pen: TextBuilder, data: bytes, *, bare: bool) -> str:
    """Write one message and give its subject; only with ``bare`` may it be without headers."""
    message = cast(EmailMessage, message_from_bytes(data, policy=_Policy()))
    if not bare and not any(_header(message, name) for name in _SHOWN):
        raise ReadError("mail.no_headers")
    parts = _Parts(pen)
    subject = parts.message(message)
    if parts.names:
        pen.found("attachment", Message("mail.attachments", n=len(parts.names), names=", ".join(parts.names)[:200]))
    return subject


class _Parts:
    """Writes the parts of a message that a mail program shows, and keeps the names of the others."""

    def __init__(self, pen: TextBuilder) -> None:
        self.names: list[str] = []
        self._pen = pen
        self._place = self._written_at = ""

    def message(self, message: EmailMessage) -> str:
        """Write a message with its headers and give its subject."""
        headers = {name: _header(message, name) for name in _SHOWN}
        around, self._place, self._written_at = self._place, _named(headers), ""
        self._begin()
        self._pen.write("\n".join(f"{name}: {value}" for name, value in headers.items() if value))
        self._part(message)
        self._place = around
        return headers["Subject"]

    def _begin(self) -> None:
        """Stand apart from what was written, at the place of the message that is being read."""
        self._pen.apart()
        if self._written_at != self._place:
            self._written_at = self._place
            self._pen.place("message", self._place)

    def _part(self, part: EmailMessage) -> None:
        kind = part.get_content_type()
        inside = [inner for inner in part.get_payload() if isinstance(inner, EmailMessage)] if part.is_multipart() else []
        if kind in {"multipart/encrypted", "application/pkcs7-mime"}:
            self._pen.found("unreadable", Message("mail.encrypted"))
            self.names.extend(map(_name, inside))
        elif kind == "message/rfc822" and inside:
            self.message(inside[0])
        elif kind == "multipart/alternative":
            self._part(_shown(inside)) if inside else None
        elif kind == "multipart/related" and inside:
            self._part(inside[0])
            self.names.extend(map(_name, inside[1:]))
        elif inside:
            for inner in inside:
                self._part(inner)
        elif kind in {"text/plain", "text/html"} and not part.is_attachment():
            self._text(part, page=kind == "text/html")
        else:
            self.names.append(_name(part))

    def _text(self, part: EmailMessage, *, page: bool) -> None:
        text, guessed = _content(part, page=page)
        if not text.strip():
            return
        if guessed:
            self._pen.found("encoding", Message("encoding.unnamed", encoding=guessed))
        self._begin()
        if not page:
            self._pen.write(text.strip("\r\n"))
            return
        try:
            root = parse_html(text)
        except ReadError:
            self.names.append(_name(part))
        else:
            write_html(self._pen, root)


def _shown(parts: list[EmailMessage]) -> EmailMessage:
    """The one of the same content's forms that is read: plain text that is not blank, else the best, which is the last."""
    plain = (part for part in parts if part.get_content_type() == "text/plain" and _content(part, page=False)[0].strip())
    pages = (part for part in reversed(parts) if part.get_content_maintype() in {"text", "multipart"})
    return next(plain, None) or next(pages, parts[-1])


def _name(part: EmailMessage) -> str:
    return part.get_filename() or part.get_content_type()


def _header(message: EmailMessage, name: str) -> str:
    """A header on one line; one that cannot be parsed, is very long or holds bytes that nothing encodes, as it was sent."""
    raw = " ".join(next((str(value) for key, value in message.raw_items() if key.lower() == name.lower()), "").split())
    if _SURROGATES.search(raw):
        return _guessed(raw.encode("utf-8", "surrogateescape"))[0]
    if len(raw) > LONGEST_HEADER:
        return raw
    try:
        return " ".join(str(message.get(name, "")).split())
    except (ValueError, AttributeError, TypeError, LookupError, OverflowError, RecursionError):
        return raw


def _named(headers: dict[str, str]) -> str:
    """A message as a person names it: who, when, about what."""
    try:
        when = parsedate_to_datetime(headers["Date"]).strftime("%Y-%m-%d %H:%M")
    except (ValueError, TypeError, IndexError, OverflowError):
        when = headers["Date"]
    subject = f"“{headers['Subject']}”" if headers["Subject"] else ""
    return ", ".join(part for part in (headers["From"] or "nobody", when, subject) if part)


def _content(part: EmailMessage, *, page: bool) -> tuple[str, str | Message]:
    """A part's text in the charset that it names, and else, or where its bytes do not fit, in one that is guessed and given."""
    payload = part.get_payload(decode=True)
    data = payload if isinstance(payload, bytes) else b""
    codec = _codec(str(part.get_content_charset("")))
    if codec and not (codec == "cp1252" and data.isascii()):
        try:
            return decoded(data, "utf-8" if _names_ascii(part) else codec), ""
        except UnicodeError:
            pass
    return text_of(data) if page else _guessed(data)


def _names_ascii(part: EmailMessage) -> bool:
    return part.get_content_charset() in {"us-ascii", "ascii"}


def _codec(label: str) -> str:
    return codec_of(label) or _ONLY_MAIL.get(label.lower(), "")


def _guessed(data: bytes) -> tuple[str, str | Message]:
    """Bytes in the likeliest encoding, and which, if it is not Unicode."""
    try:
        text, encoding = decode(data)
    except ReadError:
        return data.decode("utf-8", "replace"), ""
    return text, "" if encoding in UNICODE else encoding
