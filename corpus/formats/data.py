"""JSON and JSON lines: the fields of a record on one line, each under its name, with its path as its place."""

import json
from collections.abc import Iterator
from typing import Any

from corpus.errors import ReadError
from corpus.formats.builder import ParsedFile, TextBuilder
from corpus.formats.text import UNICODE, decode
from corpus.messages import Message

LONGEST_FIELD = 200
"""Characters of a value that shares a line; a longer one, or one of several lines, is a paragraph of its own."""

LONGEST_LINE = 600
"""Characters after which a record goes on on the next line."""


def read_json(data: bytes) -> ParsedFile:
    """The records of one JSON text: ``name: value | name: value``, numbers as written, strings as they mean."""
    pen, text = _begun(data)
    _write(pen, _parsed(text))
    return pen.reading()


def read_json_lines(data: bytes) -> ParsedFile:
    """The values of each line, one JSON text a line; blank lines are passed over, others that are no JSON are counted."""
    pen, text = _begun(data)
    wrong: list[int] = []
    right = 0
    for n, line in enumerate(text.split("\n"), 1):
        if line.strip():
            try:
                value = _parsed(line)
            except ReadError:
                wrong.append(n)
                continue
            right += 1
            pen.apart()
            pen.place("line", str(n))
            _write(pen, value)
    if wrong and not right:
        raise ReadError("json.first_line", line=str(wrong[0]))
    if wrong:
        pen.found("unreadable", Message("json.lines", n=len(wrong), all=right + len(wrong), line=str(wrong[0])))
    return pen.reading()


def _begun(data: bytes) -> tuple[TextBuilder, str]:
    pen = TextBuilder()
    text, encoding = decode(data)
    if encoding not in UNICODE:
        pen.found("encoding", Message("encoding.guessed", encoding=encoding))
    return pen, text.lstrip("\ufeff")


class _Record(tuple[tuple[str, Any], ...]):
    """The fields of an object in their order, of which two may have one name."""


def _parsed(text: str) -> Any:
    """A JSON text's value: objects as records, numbers as they are written."""
    try:
        return json.loads(text, object_pairs_hook=_Record, parse_int=str, parse_float=str, parse_constant=str)
    except RecursionError:
        raise ReadError("file.nested") from None
    except ValueError as error:
        raise ReadError("json.wrong", why=str(error)[:80]) from None


def _write(pen: TextBuilder, value: Any) -> None:
    pen.apart()
    line = 0
    for path, name, words, key, begins in _fields(value, "", "", ""):
        long = len(words) > LONGEST_FIELD or "\n" in words or "\r" in words
        if begins or long or line < 0 or pen.size - line > LONGEST_LINE:
            pen.apart(lines=2 if begins or long or line < 0 else 1)
            line = -1 if long else pen.size
            if begins and key and not long:
                pen.write(f"{key}: ")
        else:
            pen.write(" | ")
        if path:
            pen.place("field", path)
        pen.write(f"{name}: {words}" if name else words)


def _fields(value: Any, path: str, name: str, key: str) -> Iterator[tuple[str, str, str, str, bool]]:
    """The values that hold no others: path, as in ``items[3].title``, name, words, and whether a record begins, and its key.

    A record's own fields come first, lists of plain values among them, then the records that it holds.
    """
    if isinstance(value, _Record):
        begins = True
        for field, inner in value:
            if not _holds_records(inner):
                for inside, called, words in _scalars(inner, f"{path}.{field}" if path else field, field):
                    yield inside, called, words, key, begins
                    begins = False
        for field, inner in value:
            if _holds_records(inner):
                yield from _fields(inner, f"{path}.{field}" if path else field, field, field)
    elif isinstance(value, list):
        for n, inner in enumerate(value):
            yield from _fields(inner, f"{path}[{n}]", name, "")
    else:
        for inside, called, words in _scalars(value, path, name):
            yield inside, called, words, "", True


def _holds_records(value: Any) -> bool:
    """Whether a value is a record, or a list that holds records or lists."""
    return isinstance(value, _Record) or isinstance(value, list) and any(isinstance(inner, list | _Record) for inner in value)


def _scalars(value: Any, path: str, name: str) -> Iterator[tuple[str, str, str]]:
    """The plain values of a value or a list of them, each with its path and its name."""
    for at, inner in (
        ((f"{path}[{n}]", inner) for n, inner in enumerate(value)) if isinstance(value, list) else ((path, value),)
    ):
        if inner is not None and inner != "":
            yield at, name, inner if isinstance(inner, str) else json.dumps(inner)
