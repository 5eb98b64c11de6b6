"""JSON from outside, held against the type that describes it: what it must be stands in the type and nowhere else."""

import json
import re
from itertools import chain
from typing import TypeVar

from corpus.messages import Message, any_of, unpacked

Kind = TypeVar("Kind")

_KINDS = ("str", "int", "float", "bool", "array", "object", "null")
"""What msgspec calls the kinds of JSON."""

_MISSING = re.compile("Object missing required field `([^`]*)`")
_EXPECTED = re.compile("Expected `([a-z |]*)`(?:, got .*| matching .*|)", re.DOTALL)
_LIMIT = re.compile("Expected `([a-z]*)` (.*?)(?:, got .*|)", re.DOTALL)
_STEP = re.compile(r"[^.\[\]]+|\.\.\.")


class MalformedError(ValueError):
    """JSON that is not what its type says; ``where`` is the place inside it, such as ``rows[0].text``."""

    def __init__(self, where: str, expected: Message | None, found: Message | str) -> None:
        self.where = where
        place = Message("record.place", place=where)
        named = Message("record.as", place=place, kind=expected) if where and expected else expected or place
        self.message = Message("record.expected", what=named, found=found)
        super().__init__(self.message)


def checked(value: object, kind: type[Kind]) -> Kind:
    """A value of JSON as a record of a kind, a class of fields with types; fields that it does not name are left out.

    Raises MalformedError, on one line, for anything else.
    """
    from msgspec import ValidationError, convert

    try:
        return convert(value, kind, dec_hook=_read)
    except ValidationError as error:
        raise _malformed(str(error), value) from None
    except UnicodeEncodeError:
        raise MalformedError("", Message("record.whole_text"), Message("record.half")) from None


def _read(kind: type, value: object) -> object:
    """A value of a kind that msgspec asks about: a message, or anything at all."""
    return unpacked(value) if kind is Message else value


def _malformed(said: str, value: object) -> MalformedError:
    """What msgspec says of a value, in words of ours, with what stands there instead."""
    said, where = said.rsplit(" - at `$", 1) if " - at `$" in said else (said, "")
    where = where.rstrip("`").removeprefix(".")
    if missing := _MISSING.match(said):
        return MalformedError(f"{where}.{missing[1]}".removeprefix("."), None, Message("record.nothing"))
    for step in _STEP.findall(where):
        if step == "...":  # of an object with any names msgspec does not say which
            return MalformedError(where, _wanted(said), Message("record.something_else"))
        value = value[int(step)] if isinstance(value, list) else value[step] if isinstance(value, dict) else value
    return MalformedError(where, _wanted(said), _shown(value))


def _wanted(said: str) -> Message:
    if kinds := _EXPECTED.fullmatch(said):
        each = [("true", "false") if kind == "bool" else (kind,) for kind in kinds[1].split(" | ")]
        return any_of([Message(f"record.{kind}") for kind in chain.from_iterable(each)])
    if limit := _LIMIT.fullmatch(said):
        return Message("record.limit", kind=Message(f"record.{limit[1]}"), limit=limit[2])
    code = {"Invalid": "record.few_words", "Number": "record.smaller"}.get(said.split()[0])
    return Message(code) if code else Message("text", text=said)


def _shown(value: object) -> Message | str:
    if isinstance(value, dict | list):
        return Message("record.object" if isinstance(value, dict) else "record.array")
    return json.dumps(value)[:60]
