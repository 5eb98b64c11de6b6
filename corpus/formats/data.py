"""JSON and JSON lines: every value on a line under its name, with its path as its place."""

import json
from collections.abc import Iterator
from typing import Any

from corpus.errors import ReadError
from corpus.formats.builder import ParsedFile, TextBuilder
from corpus.formats.text import UNICODE, decode
from corpus.messages import Message


def read_json(data: bytes) -> ParsedFile:
    """The values of one JSON text, in their order: ``name: value``, strings as they mean and not as they are escaped."""
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


def _parsed(text: str) -> Any:
    try:
        return json.loads(text)
    except RecursionError:
        raise ReadError("file.nested") from None
    except ValueError as error:
        raise ReadError("json.wrong", why=str(error)[:80]) from None


def _write(pen: TextBuilder, value: Any) -> None:
    for path, name, words in _scalars(value, "", ""):
        pen.apart()
        if path:
            pen.place("field", path)
        pen.write(f"{name}: {words}" if name else words)


def _scalars(value: Any, path: str, name: str) -> Iterator[tuple[str, str, str]]:
    """The values that hold no others, each with its path, as in ``items[3].title``, and the last part of it."""
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from _scalars(inner, f"{path}.{key}" if path else key, key)
    elif isinstance(value, list):
        for n, inner in enumerate(value):
            yield from _scalars(inner, f"{path}[{n}]", name)
    elif value is not None and value != "":
        yield path, name, value if isinstance(value, str) else json.dumps(value)
