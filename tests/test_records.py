"""What is written or sent, held against its types: it comes back as it was, and its schema says the same as reading does."""

import dataclasses
import inspect
import json
import runpy
from copy import deepcopy
from pathlib import Path
from random import Random

import jsonschema
import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import inspect as types
from msgspec import to_builtins

from corpus.records import MalformedError, checked
from rag.ask import ask
from rag.calibration import Calibration
from rag.evaluation.add import case_of
from rag.evaluation.questions import SpanRow, load
from rag.evaluation.run import evaluate
from rag.session import Session
from ui.forms.answer_json import ToBeJudged, record
from ui.window import messages

ROOT = Path(__file__).parents[1]
REFERENCE = runpy.run_path(str(ROOT / "docs" / "json_reference.py"))
KINDS = REFERENCE["KINDS"]
MESSAGES = [
    one
    for _, one in inspect.getmembers(messages, dataclasses.is_dataclass)
    if one.__module__ == messages.__name__ and one.__doc__
]
EVERY = [*KINDS.values(), ToBeJudged, *MESSAGES]
TEXT = st.text(max_size=8)
NUMBERS = st.floats(-1e6, 1e6) | st.integers(-1000, 1000)
BOUNDED = {types.StrType: TEXT, types.IntType: st.integers(-(10**15), 10**15), types.FloatType: NUMBERS}


def values_of(info):
    """JSON of a type, whatever its record holds; fields that need not be there are there or not."""
    if isinstance(info, types.StructType | types.DataclassType):
        needed = {field.encode_name: values_of(field.type) for field in info.fields if field.required}
        others = {field.encode_name: values_of(field.type) for field in info.fields if not field.required}
        return st.fixed_dictionaries(needed, optional=others)
    if isinstance(info, types.UnionType):
        return st.one_of(*map(values_of, info.types))
    if isinstance(info, types.VarTupleType):
        return st.lists(values_of(info.item_type), max_size=2)
    if isinstance(info, types.TupleType):
        return st.tuples(*map(values_of, info.item_types)).map(list)
    if isinstance(info, types.DictType):
        return st.dictionaries(TEXT, values_of(info.value_type), max_size=2)
    if isinstance(info, types.LiteralType):
        return st.sampled_from(info.values)
    if isinstance(info, types.Metadata):
        return values_of(info.type)
    if isinstance(info, types.StrType) and (info.pattern or info.min_length):
        return TEXT.map(lambda text: f"a{text}")
    plain = {types.BoolType: st.booleans(), types.NoneType: st.none(), types.CustomType: st.none() | TEXT, **BOUNDED}
    return plain[type(info)]


def again(made):
    """A record as it comes back from a file."""
    return checked(json.loads(json.dumps(to_builtins(made))), type(made))


@pytest.mark.parametrize("kind", EVERY, ids=lambda kind: kind.__name__)
@settings(max_examples=25)
@given(st.data())
def test_record_comes_back_as_it_was(kind, data):
    value = data.draw(values_of(types.type_info(kind)))
    try:
        made = checked(value, kind)
    except MalformedError as error:  # of a measure some fields or the others must be there
        assert "measures" in error.where
    else:
        assert again(made) == made
        assert holds(json.loads(json.dumps(to_builtins(made))), value)


def holds(written, value):
    """Whether all that was given is there again; a part that is left out is the first."""
    if isinstance(value, dict):
        return all(holds(written.get(name, 0), inner) for name, inner in value.items())
    if isinstance(value, list):
        return len(written) == len(value) and all(map(holds, written, value))
    return written == value


@pytest.fixture(scope="module")
def samples(library, material):
    """Real JSON of each kind that is described."""
    answers = [
        ask(question, library) for question in ("what did Heilongjiang plan?", "Who plays chess and what did Beijing plan?")
    ]
    made = evaluate(load(None).only(limit=12), Session(library), progress=lambda done, total: None)
    span = SpanRow(doc=material.id, start=0, end=8, text="Recently")
    lines = (ROOT / "corpus" / "material" / "questions.jsonl").read_text(encoding="utf-8").splitlines()
    found = {
        "answer": [*map(record, answers), record(answers[0], explain=True), record(answers[1], explain=True)],
        "run": [made],
        "question": [case_of("What?", [span], "right"), case_of("What?", [span], "wrong"), *map(json.loads, lines[::9])],
        "query": [{"_id": "a", "text": "What?", "answerable": False, "about_doc": "ferns"}],
        "span": [{"query": "a", "doc": "ferns", "start": 0, "end": 5, "text": "Ferns", "part": 1}],
        "text": [{"_id": "ferns", "title": "Ferns", "text": "Ferns have no seeds."}],
        "calibration": [
            Calibration(1.0, 0.05, 0.95, 100, 90, 1, 0.04, "s", "f"),
            Calibration(1.0, 0.1, 0.9, 9, 9, 0, 0.1, "s", "f", "r"),
        ],
    }
    return {name: [json.loads(json.dumps(to_builtins(one))) for one in some] for name, some in found.items()}


@pytest.mark.parametrize("name", KINDS)
def test_schema_takes_what_is_written_and_of_mutants_what_reading_takes(samples, name):
    valid = jsonschema.Draft202012Validator(REFERENCE["schema"](name)).is_valid
    random, refused = Random(0), 0
    for sample in samples[name]:
        assert valid(sample) and checked(sample, KINDS[name])
    for _ in range(300):
        mutant = deepcopy(random.choice(samples[name]))
        inside, step = random.choice(list(places(mutant)))
        if (value := random.choice([None, 5, -1.5, "x", " ", [], {}, [1], {"a": 1}, True, 10**30, "gone"])) == "gone":
            inside.pop(step)
        else:
            inside[step] = value
        try:
            checked(mutant, KINDS[name])
        except MalformedError as error:
            assert "\n" not in str(error) and str(error).startswith("expected ")
            assert not valid(mutant), (step, value)
            refused += 1
        else:
            assert valid(mutant), (step, value)
    assert refused > 30


def places(value):
    """Every place inside JSON: what holds it, and its name or number there."""
    for step, inner in (
        value.items() if isinstance(value, dict) else list(enumerate(value))[:3] if isinstance(value, list) else ()
    ):
        yield value, step
        yield from places(inner)


def test_pages_and_schemas_are_what_the_types_say():
    folder = ROOT / "docs" / "reference"
    made = {f"{name}.schema.json": json.dumps(REFERENCE["schema"](name), ensure_ascii=False, indent=1) + "\n" for name in KINDS}
    made["json.md"] = REFERENCE["reference"]()
    assert {path.name for path in folder.glob("*.schema.json")} == made.keys() - {"json.md"}
    for name, text in made.items():
        assert (folder / name).read_text(encoding="utf-8") == text, "make it anew: python docs/json_reference.py"


@pytest.mark.parametrize("kind", EVERY, ids=lambda kind: kind.__name__)
def test_every_field_says_what_it_means(kind):
    assert all(meaning.strip() for meaning in REFERENCE["meanings"](kind).values())
    assert len(REFERENCE["meanings"](kind)) == len(types.type_info(kind).fields)


def test_runs_of_older_versions_lack_fields(samples):
    """What the first version did not write, and what a kept index has no figure of."""
    made = samples["run"][0]
    for name in ("threshold", "model", "reader", "by", "fusion"):
        del made["settings"][name]
    made |= {"made": {}, "index": {}}
    made["rows"] = [
        {name: value for name, value in row.items() if name not in {"kind", "least", "relevant", "ranking", "milliseconds"}}
        | {"gold": [{name: value for name, value in gold.items() if name != "part"} for gold in row["gold"]]}
        for row in made["rows"]
    ]
    found = checked(made, KINDS["run"])
    assert found.rows[0].least is msgspec.UNSET and {gold.part for row in found.rows for gold in row.gold} == {0}


@pytest.mark.parametrize(
    ("value", "says"),
    [
        (5, "expected an object, found 5"),
        ({"start": "\ud800\n"}, "expected text that is whole, found half of a character (a lone surrogate)"),
        ({"quote": ["\ud800"]}, 'expected "quote" as text or null, found a list'),
        ({"document": {}}, 'expected "document.id", found nothing'),
        ({"document": 7}, 'expected "document" as text, an object or null, found 7'),
        ({"start": 1e300}, 'expected "start" as a whole number or null, found 1e+300'),
    ],
)
def test_what_is_odd_is_said_in_one_line(value, says):
    with pytest.raises(MalformedError) as caught:
        checked(value, messages.RangeSent)
    assert str(caught.value).isprintable() and str(caught.value) == says
