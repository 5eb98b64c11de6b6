"""The reference of the JSON that Pincite writes and reads, and its schemas, from the types.

python docs/json_reference.py        # writes docs/reference/json.md and docs/reference/*.schema.json
"""

import ast
import inspect
import json
import re
import textwrap
from pathlib import Path
from typing import Any

import msgspec

from rag.calibration import Calibration
from rag.evaluation.questions import AnswerRow, QueryRow, QuestionRow, TextRow
from rag.evaluation.stored import Run
from ui.forms.answer_json import AnswerRecord

TO = Path(__file__).parent / "reference"

HEAD = """# The JSON

Made from the types by `python docs/json_reference.py`, as are the schemas beside it (JSON Schema, draft 2020-12). Fields are
stable; what is read may hold others, which are left out. A field in brackets need not be there.

`start` and `end` count Unicode code points, half open, as Python indexes the settled text (UTF-8, no byte-order mark,
`\\n` line ends). The `id` of a document is the SHA-256 of that text: for a file already in that form, what `sha256sum` prints.
"""

KINDS = {
    "answer": AnswerRecord,
    "run": Run,
    "question": QuestionRow,
    "query": QueryRow,
    "span": AnswerRow,
    "text": TextRow,
    "calibration": Calibration,
}
"""What is described, by the names of the schemas."""

EITHER = {"Measure": [["value", "low", "high", "n"], ["absent"]]}
"""Records of which some fields or the others must be there."""

Schema = dict[str, Any]


def schema(name: str) -> Schema:
    """The JSON Schema of a kind."""
    (reference,), defined = msgspec.json.schema_components([KINDS[name]], ref_template="#/$defs/{name}")
    for kind in _kinds(KINDS[name]):
        found = defined[kind.__name__]
        found["description"] = " ".join((kind.__doc__ or "").replace("``", "`").split())
        for field, meaning in meanings(kind).items():
            found["properties"][field]["description"] = meaning
        if kind.__name__ in EITHER:
            found["oneOf"] = [{"required": fields} for fields in EITHER[kind.__name__]]
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **reference, "$defs": dict(sorted(defined.items()))}


def reference() -> str:
    """All kinds, each with the records that it is made of."""
    text, seen = HEAD, set()
    for name in KINDS:
        every = schema(name)
        for kind in _kinds(KINDS[name]):
            if kind not in seen:
                beside = f" ([schema]({name}.schema.json))" if kind is KINDS[name] else ""
                level = "##" if beside else "###"
                text += f"\n{level} {_called(kind.__name__)}\n\n{_table(every['$defs'][kind.__name__], beside)}"
            seen.add(kind)
    return text


def meanings(kind: type) -> dict[str, str]:
    """What each field of a record means, which stands below it in the source, by its name in JSON."""
    found: dict[str, str] = {}
    for one in reversed(kind.__mro__):
        if one.__module__.partition(".")[0] in ("rag", "ui"):
            (tree,) = ast.parse(textwrap.dedent(inspect.getsource(one))).body
            for field, said in zip(tree.body, tree.body[1:], strict=False):  # type: ignore[attr-defined]
                if isinstance(field, ast.AnnAssign) and isinstance(said, ast.Expr):
                    found[field.target.id] = said.value.value  # type: ignore[union-attr, attr-defined]
    called = {field.name: field.encode_name for field in msgspec.inspect.type_info(kind).fields}  # type: ignore[attr-defined]
    return {called[name]: found[name] for name in called}


def _kinds(kind: Any) -> list[type]:
    """A record and all that it is made of, each once."""
    found: list[type] = []

    def look(info: Any) -> None:
        if isinstance(info, msgspec.inspect.StructType | msgspec.inspect.DataclassType):
            if info.cls in found:
                return
            found.append(info.cls)
            inside = [field.type for field in info.fields]
        else:
            held = (getattr(info, name, ()) for name in ("types", "item_types", "item_type", "value_type"))
            inside = [one for some in held for one in (some if isinstance(some, tuple) else [some])]
        for one in inside:
            look(one)

    look(msgspec.inspect.type_info(kind))
    return found


def _table(found: Schema, beside: str) -> str:
    rows = ""
    for name, field in found["properties"].items():
        shown = f"`{name}`" if name in found.get("required", []) else f"(`{name}`)"
        rows += f"| {shown} | {_words(field)} | {field['description']} |\n"
    return f"{found['description']}{beside}\n\n| field | is | |\n|---|---|---|\n{rows}"


def _words(field: Schema) -> str:
    """What a field is, as people say it."""
    if "$ref" in field:
        return _called(field["$ref"].rpartition("/")[2]).lower()
    if "anyOf" in field:
        return " or ".join(map(_words, field["anyOf"]))
    if "enum" in field:
        return " or ".join(f"`{value}`" for value in field["enum"])
    if field["type"] == "array":
        return "three numbers" if "prefixItems" in field else f"list: {_words(field['items'])}"
    if field["type"] == "object":
        return f"by name: {_words(field['additionalProperties'])}"
    plain = {"string": "text", "integer": "whole number", "boolean": "true or false"}
    return plain.get(field["type"], field["type"])


def _called(name: str) -> str:
    words = re.sub("(?<=[a-z])(?=[A-Z])", " ", name.removesuffix("Record")).lower()
    return words.capitalize()


if __name__ == "__main__":
    (TO / "json.md").write_text(reference(), encoding="utf-8")
    for name in KINDS:
        text = json.dumps(schema(name), ensure_ascii=False, indent=1) + "\n"
        (TO / f"{name}.schema.json").write_text(text, encoding="utf-8")
