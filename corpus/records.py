"""JSON from outside, held against the type that describes it: what it must be stands in the type and nowhere else."""

import json
import re
from typing import TypeVar

Kind = TypeVar("Kind")

_WORDS = {
    "str": "text",
    "int": "a whole number",
    "float": "a number",
    "bool": "true or false",
    "array": "a list",
    "object": "an object",
    "null": "null",
}
"""What msgspec calls the kinds of JSON, and what people call them."""

_MISSING = re.compile("Object missing required field `([^`]*)`")
_EXPECTED = re.compile("Expected `([a-z |]*)`(?:, got .*| matching .*|)", re.DOTALL)
_LIMIT = re.compile("Expected `([a-z]*)` (.*?)(?:, got .*|)", re.DOTALL)
_STEP = re.compile(r"[^.\[\]]+|\.\.\.")


class MalformedError(ValueError):
    """JSON that is not what its type says; ``where`` is the place inside it, such as ``rows[0].text``."""

    def __init__(self, where: str, expected: str, found: str) -> None:
        self.where = where
        named = " as ".join(filter(None, (where and f'"{where}"', expected)))
        super().__init__(f"expected {named}, found {found}")


def checked(value: object, kind: type[Kind]) -> Kind:
    """A value of JSON as a record of a kind, a class of fields with types; fields that it does not name are left out.

    Raises MalformedError, on one line, for anything else.
    """
    from msgspec import ValidationError, convert

    try:
        return convert(value, kind)
    except ValidationError as error:
        raise _malformed(str(error), value) from None
    except UnicodeEncodeError:
        raise MalformedError("", "text that is whole", "half of a character (a lone surrogate)") from None


def _malformed(said: str, value: object) -> MalformedError:
    """What msgspec says of a value, in words of ours, with what stands there instead."""
    said, where = said.rsplit(" - at `$", 1) if " - at `$" in said else (said, "")
    where = where.rstrip("`").removeprefix(".")
    if missing := _MISSING.match(said):
        return MalformedError(f"{where}.{missing[1]}".removeprefix("."), "", "nothing")
    for step in _STEP.findall(where):
        if step == "...":  # of an object with any names msgspec does not say which
            return MalformedError(where, _wanted(said), "something else")
        value = value[int(step)] if isinstance(value, list) else value[step] if isinstance(value, dict) else value
    return MalformedError(where, _wanted(said), _shown(value))


def _wanted(said: str) -> str:
    if kinds := _EXPECTED.fullmatch(said):
        *some, last = (word for kind in kinds[1].split(" | ") for word in _WORDS[kind].split(" or "))
        return f"{', '.join(some)} or {last}" if some else last
    if limit := _LIMIT.fullmatch(said):
        return f"{_WORDS[limit[1]]} {limit[2]}"
    return {"Invalid": "one of a few words", "Number": "a smaller number"}.get(said.split()[0], said)


def _shown(value: object) -> str:
    return "an object" if isinstance(value, dict) else "a list" if isinstance(value, list) else json.dumps(value)[:60]
