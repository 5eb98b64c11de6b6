"""What is said to people, as data: a code and its arguments, worded by the catalogue of a language.

Whoever has something to say names a code; a face words it in the language of whoever reads. The catalogues are
``corpus/locale/<language>.json``, on the lowest floor, since every floor raises errors and an error must read as English
wherever it is printed. An entry of a catalogue is

- a sentence, in which ``{name}`` is filled with the argument of that name,
- ``{"one": …, "other": …}``, of which the argument ``n`` chooses (the plurals of CLDR that English has), or
- ``{"between": …, "last": …}``, what stands between the ``items`` of a list, and before its last one where that differs.

A number is shown with its thousands apart, since it counts something; what names something (a line, a port) is a text.
"""

import json
import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from importlib.resources import files
from typing import Any, Union

Argument = Union[str, int, "Message", tuple[Union[str, "Message"], ...]]
Entry = str | Mapping[str, str]

ENGLISH = "en"

_HOLE = re.compile(r"\{(\w+)\}")
_DEEPEST = 8
"""Messages within one another that are read back from a record."""


class Message:
    """Something to say: a code of the catalogues, its arguments in the order of their names, and what it is said of.

    ``where`` is the path, the place or the name that stands before the sentence, or empty. As a text it is English. Messages
    that say the same are equal; nobody changes one.
    """

    __slots__ = ("arguments", "code", "where")

    def __init__(self, code: str, /, *, where: object = "", **arguments: Argument) -> None:
        self.code = code
        self.arguments = tuple(sorted(arguments.items()))
        self.where = str(where)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Message) and packed(self) == packed(other)

    def __hash__(self) -> int:
        return hash((self.code, self.arguments, self.where))

    def __repr__(self) -> str:
        return f"Message({packed(self)!r})"

    def __deepcopy__(self, memo: object) -> "Message":
        return self

    def __str__(self) -> str:
        return self.text(ENGLISH)

    def at(self, where: object) -> "Message":
        """The same, said of something: before the place that it names already."""
        named = _worded("where", {"where": str(where), "what": self.where}, ENGLISH) if self.where else str(where)
        return Message(self.code, where=named, **dict(self.arguments))

    def alone(self) -> "Message":
        """The same without what it is said of."""
        return Message(self.code, **dict(self.arguments))

    def text(self, language: str) -> str:
        """It in the words of a language; in English where there is no catalogue of that language."""
        said = _worded(self.code, dict(self.arguments), language)
        return _worded("where", {"where": self.where, "what": said}, language) if self.where else said


def any_of(items: Sequence[str | Message]) -> Message:
    """Things of which one is meant: "a, b or c"."""
    return Message("list.or", items=tuple(items))


def all_of(items: Sequence[str | Message]) -> Message:
    """Things that are meant together: "a, b and c"."""
    return Message("list.and", items=tuple(items))


def listed(items: Sequence[str | Message]) -> Message:
    """Things one after another: "a, b, c"."""
    return Message("list.comma", items=tuple(items))


def sentences(items: Sequence[Message]) -> Message:
    """Sentences one after another."""
    return Message("list.sentences", items=tuple(items))


@lru_cache(maxsize=1)
def languages() -> tuple[str, ...]:
    """The languages that there is a catalogue of, as ISO 639-1, English first."""
    found = {name.removesuffix(".json") for file in _folder().iterdir() if (name := file.name).endswith(".json")}
    return (ENGLISH, *sorted(found - {ENGLISH}))


@lru_cache(maxsize=8)
def catalogue(language: str) -> dict[str, Entry]:
    """How a language words each code; English for one that there is no catalogue of."""
    known = language if language in languages() else ENGLISH
    found: dict[str, Entry] = json.loads((_folder() / f"{known}.json").read_text(encoding="utf-8"))
    return found


def packed(message: Message) -> dict[str, Any]:
    """A message as a record of JSON."""
    arguments = {name: _packed_argument(value) for name, value in message.arguments}
    return (
        {"code": message.code}
        | ({"where": message.where} if message.where else {})
        | ({"with": arguments} if arguments else {})
    )


def unpacked(record: object) -> Message:
    """The message of a record that ``packed`` made; a text stands for itself. Raises ValueError for any other value."""
    return Message("text", text=record) if isinstance(record, str) else _unpacked(record, 0)


def _packed_argument(value: Argument) -> Any:
    if isinstance(value, Message):
        return packed(value)
    return [_packed_argument(item) for item in value] if isinstance(value, tuple) else value


def _unpacked(record: object, depth: int) -> Message:
    if not isinstance(record, dict) or depth > _DEEPEST:
        raise ValueError("not a message")
    code, where, given = record.get("code"), record.get("where", ""), record.get("with", {})
    if not (isinstance(code, str) and isinstance(where, str) and isinstance(given, dict)) or {"self", "where"} & given.keys():
        raise ValueError("not a message")
    return Message(code, where=where, **{name: _unpacked_argument(value, depth + 1) for name, value in given.items()})


def _unpacked_argument(value: object, depth: int) -> Argument:
    if isinstance(value, list):
        return tuple(item if isinstance(item, str) else _unpacked(item, depth) for item in value)
    if isinstance(value, str | int) and not isinstance(value, bool):
        return value
    return _unpacked(value, depth)


def _folder() -> Any:
    return files("corpus") / "locale"


def _worded(code: str, arguments: Mapping[str, Argument], language: str) -> str:
    entry = catalogue(language).get(code, catalogue(ENGLISH).get(code, code))
    if isinstance(entry, str):
        return _HOLE.sub(lambda hole: _shown(arguments.get(hole[1], hole[0]), language), entry)
    if "between" in entry:
        return _joined(entry, [_shown(item, language) for item in _items(arguments)])
    chosen = entry["one"] if "one" in entry and arguments.get("n") == 1 else entry["other"]
    return _HOLE.sub(lambda hole: _shown(arguments.get(hole[1], hole[0]), language), chosen)


def _items(arguments: Mapping[str, Argument]) -> tuple[str | Message, ...]:
    items = arguments.get("items", ())
    return items if isinstance(items, tuple) else ()


def _joined(entry: Mapping[str, str], items: Sequence[str]) -> str:
    if len(items) < 2 or "last" not in entry:
        return entry["between"].join(items)
    return entry["last"].join((entry["between"].join(items[:-1]), items[-1]))


def _shown(value: Argument, language: str) -> str:
    if isinstance(value, Message):
        return value.text(language)
    if isinstance(value, tuple):
        return listed(value).text(language)
    return f"{value:,}" if isinstance(value, int) else value
