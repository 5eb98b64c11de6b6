"""E-mail: single messages and mbox files, by the standard library. Headers are quotable lines above the body."""

import re
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import EmailPolicy
from email.utils import parsedate_to_datetime
from typing import Any, cast

from corpus.errors import ReadError
from corpus.formats.builder import ParsedFile, TextBuilder
from corpus.formats.html import parse_html, write_html
from corpus.messages import Message

_SHOWN = ("From", "To", "Cc", "Date", "Subject")
LONGEST_HEADER = 4_000
"""Characters of a header that the standard library parses, which takes it time that grows with their square."""

_LONGEST_PARAMETERS = 1_000
"""Characters of the headers of a part that are parsed: a message of 1,000 parts asks for each of them several times."""

_FROM = re.compile(rb"(?m:^)From \S[^\r\n]*\r?\n")
_TIME = re.compile(rb" \d\d?:\d\d")
_YEAR = re.compile(rb" \d{4}")
_QUOTED_FROM = re.compile(rb"^>(>*From )", re.MULTILINE)


class _Policy(EmailPolicy):
    """The rules of today's e-mail, for headers of a bounded length."""

    def header_fetch_parse(self, name: str, value: str) -> Any:
        """A header's value, parsed as far as it is not too long."""
        longest = _LONGEST_PARAMETERS if name.lower().startswith("content-") else LONGEST_HEADER
        return super().header_fetch_parse(name, value[:longest])


def read_message(data: bytes) -> ParsedFile:
    """One message: its headers, then its body, plain if it has one, else from HTML. Attachments stay out and are named."""
    pen = TextBuilder()
    subject = _write(pen, data)
    if not subject and not pen.size:
        raise ReadError("mail.empty")
    return pen.reading(title=subject)


def read_mailbox(data: bytes) -> ParsedFile:
    """The messages of an mbox file, one after another (RFC 4155, with ``>From`` unquoted)."""
    lines = [match for match in _FROM.finditer(data) if _begins_message(match, data)]
    if not lines:
        raise ReadError("mail.no_mailbox")
    starts = [line.end() for line in lines]
    ends = [line.start() for line in lines[1:]] + [len(data)]
    pen = TextBuilder()
    for start, end in zip(starts, ends, strict=True):
        _write(pen, _QUOTED_FROM.sub(rb"\1", data[start:end]))
    return pen.reading()


def _begins_message(line: re.Match[bytes], data: bytes) -> bool:
    """Whether a line that starts with "From " stands behind a blank one, or first, and names a time and then a year."""
    if line.start() and not data[max(0, line.start() - 3) : line.start()].endswith((b"\n\n", b"\n\r\n")):
        return False
    time = _TIME.search(line[0])
    return time is not None and _YEAR.search(line[0], time.end()) is not None


def _write(pen: TextBuilder, data: bytes) -> str:
    """Write one message and give its subject."""
    message = cast(EmailMessage, message_from_bytes(data, policy=_Policy()))
    headers = {name: _header(message, name) for name in _SHOWN}
    if not any(headers.values()):
        raise ReadError("mail.no_headers")
    pen.apart()
    pen.place("message", _named(headers, message))
    pen.write("\n".join(f"{name}: {value}" for name, value in headers.items() if value))
    pen.apart()
    body = message.get_body(preferencelist=("plain", "html"))
    if body is not None:
        text = _content(cast(EmailMessage, body))
        if body.get_content_subtype() == "html" and text.strip():
            write_html(pen, parse_html(text))
        else:
            pen.write(text.strip("\r\n"))
    elif message.get_content_type() in {"multipart/encrypted", "application/pkcs7-mime"}:
        pen.found("unreadable", Message("mail.encrypted"))
    attached = message.iter_attachments() if message.is_multipart() else ()
    names = [part.get_filename() or part.get_content_type() for part in attached]
    if names:
        pen.found("attachment", Message("mail.attachments", n=len(names), names=", ".join(names)[:200]))
    return headers["Subject"]


def _header(message: EmailMessage, name: str) -> str:
    """A header on one line; one that cannot be parsed, or is very long, as it was sent."""
    raw = " ".join(next((str(value) for key, value in message.raw_items() if key.lower() == name.lower()), "").split())
    if len(raw) > LONGEST_HEADER:
        return raw
    try:
        return " ".join(str(message.get(name, "")).split())
    except (ValueError, AttributeError, TypeError, LookupError, OverflowError, RecursionError):
        return raw


def _named(headers: dict[str, str], message: EmailMessage) -> str:
    """A message as a person names it: who, when, about what."""
    try:
        when = parsedate_to_datetime(headers["Date"]).strftime("%Y-%m-%d %H:%M")
    except (ValueError, TypeError, IndexError, OverflowError):
        when = headers["Date"]
    subject = f"“{headers['Subject']}”" if headers["Subject"] else ""
    return ", ".join(part for part in (headers["From"] or "nobody", when, subject) if part)


def _content(part: EmailMessage) -> str:
    """A part's text in its charset; in Latin-1 where that one is unknown or does not fit."""
    try:
        return str(part.get_content())
    except (LookupError, UnicodeError, ValueError, KeyError):
        payload = part.get_payload(decode=True)
        return payload.decode("latin-1") if isinstance(payload, bytes) else str(part.get_payload())
