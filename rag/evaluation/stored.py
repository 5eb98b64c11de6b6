"""Run files: what a run holds, and one read back from disk and checked by that.

``docs/reference/run.schema.json`` is made from these types. Fields with a default are those that older runs lack.
"""

import json
from pathlib import Path
from typing import Annotated, NamedTuple

from msgspec import UNSET, Meta, Struct, UnsetType, field, to_builtins

from corpus.errors import EvaluationError
from corpus.records import MalformedError, checked
from rag.bands import Band

FORMAT = 1

LARGEST = 10**15
"""The largest number in a run: whatever is larger was not measured."""

Number = Annotated[float, Meta(ge=-LARGEST, le=LARGEST)]
Count = Annotated[int, Meta(ge=-LARGEST, le=LARGEST)]
Point = tuple[Number, Number, Number]


class Figures(NamedTuple):
    """A measure over ``n`` questions, with its 95 % bootstrap interval from ``low`` to ``high``."""

    value: float
    low: float
    high: float
    n: int


class Measure(Struct, frozen=True, kw_only=True):
    """The figures of a measure, or why there are none."""

    value: Number | UnsetType = UNSET
    """over all questions that have it"""
    low: Number | UnsetType = UNSET
    """where its 95 % bootstrap interval begins"""
    high: Number | UnsetType = UNSET
    """where its 95 % bootstrap interval ends"""
    n: Count | UnsetType = UNSET
    """how many questions have it"""
    absent: str | UnsetType = UNSET
    """why there is none; then nothing else is there"""

    def __post_init__(self) -> None:
        if self.figures is None and self.absent is UNSET:
            raise ValueError("value, low, high and n, or absent")

    @property
    def figures(self) -> Figures | None:
        """What was measured; None where it is absent."""
        value, low, high, n = self.value, self.low, self.high, self.n
        if value is UNSET or low is UNSET or high is UNSET or n is UNSET or self.absent is not UNSET:
            return None
        return Figures(value, low, high, n)


class Machine(Struct, frozen=True, kw_only=True):
    """What a run was made on."""

    python: str = "unknown"
    """version of Python"""
    machine: str = "unknown machine"
    """kind of its processor"""
    cores: Count | None = None
    """how many it has, if that is known"""


class SetHeading(Struct, frozen=True, kw_only=True):
    """What a run says of its set."""

    name: str
    """of the set's folder or file"""
    fingerprint: str
    """hash of every document, question and judgement: only runs with the same one compare"""
    documents: Count
    """how many"""
    questions: Count
    """how many"""


class Settings(Struct, frozen=True, kw_only=True):
    """How the questions were asked: options as they took effect, and those that are not the defaults."""

    top: Count | UnsetType | None = UNSET
    """quotes shown at most"""
    threshold: Number | UnsetType = UNSET
    """log-odds from which quotes are shown as an answer"""
    strict: bool | UnsetType = UNSET
    """whether nothing else is shown"""
    next_quote: Number | UnsetType | None = UNSET
    """share of the first quote's score that a further one needs"""
    fusion: dict[str, Number] | UnsetType = UNSET
    """weight of each ranking"""
    by: str | UnsetType = UNSET
    """how rankings are joined: `score` or `rank`"""
    spellcheck: bool | UnsetType = UNSET
    """whether misspelt words are read as the documents' own"""
    multi_part: bool | UnsetType = UNSET
    """whether a question of several parts is asked in parts"""
    depth: Count | UnsetType = UNSET
    """sentences that are ranked"""
    token_budget: Count | UnsetType = UNSET
    """word pieces that the reader reads"""
    rerank_weights: dict[str, Number] | UnsetType = UNSET
    """weight of each share of the reader's score"""
    model: str = "unknown model"
    """name of the encoder"""
    reader: str | None = None
    """fingerprint of the reader, null without one"""
    per_document: bool
    """whether each question was asked of the document it is about alone"""


class Quantiles(Struct, frozen=True, kw_only=True):
    """Milliseconds of a stage over all questions."""

    p50: Number
    """the median"""
    p95: Number
    """the 95th percentile"""


class IndexHeading(Struct, frozen=True, kw_only=True):
    """The index that was asked."""

    passages: Count = 0
    """how many"""
    sentences: Count = 0
    """how many"""
    seconds: Number | UnsetType | None = UNSET
    """that making it took; null where it was kept from before"""
    bytes: Count | UnsetType = UNSET
    """on disk"""


class Curves(Struct, frozen=True, kw_only=True):
    """Curves over all questions, as points of three numbers."""

    risk: tuple[Point, ...]
    """coverage, error among the answered, and the threshold there"""
    quotes: tuple[Point, ...]
    """recall, precision and intersection over union of the first 1, 2, … sentences"""
    reliability: tuple[Point, ...] = ()
    """mean probability, share that is right, and questions of equally large bins, rising"""


class ShownQuote(Struct, frozen=True, kw_only=True):
    """A quote that was shown, or would be."""

    doc: str
    """name of its document in the set"""
    start: Count
    """first character"""
    end: Count
    """behind the last character"""
    text: str
    """its characters"""
    exact: bool
    """whether the document says them there"""


class GoldRange(Struct, frozen=True, kw_only=True):
    """A range that answers."""

    doc: str
    """name of its document in the set"""
    start: Count
    """first character"""
    end: Count
    """behind the last character"""
    part: Count = 0
    """the part of the question that it answers, from 0"""
    text: str
    """its characters"""


class Row(Struct, frozen=True, kw_only=True):
    """One question, and what came of it."""

    id: str = field(name="_id")
    """id in the set"""
    text: str
    """the question"""
    kind: str | None = None
    """its kind in the set"""
    group: str | None
    """of an unanswerable question: near, far or another kind"""
    answerable: bool | None
    """whether the documents answer; null where nobody knows"""
    answered: bool
    """whether quotes were shown"""
    confidence: Number
    """log-odds that the documents answer, of the part that is surest"""
    least: Number | UnsetType = UNSET
    """the same of the part that is least sure"""
    parts: tuple[Number, ...] | UnsetType = UNSET
    """the same of each part"""
    verdict: Band | UnsetType = UNSET
    """that of the answer"""
    probability: Number | UnsetType = UNSET
    """of the answer"""
    reason: str | None
    """of a refusal"""
    quotes: tuple[ShownQuote, ...]
    """what was shown"""
    forced: tuple[ShownQuote, ...]
    """what would be shown were nothing refused"""
    gold: tuple[GoldRange, ...]
    """ranges that answer"""
    relevant: dict[str, Count] = {}
    """documents that answer, with their grades"""
    ranking: tuple[str, ...] = ()
    """documents, best first, at most a hundred"""
    measures: dict[str, Number]
    """each measure that applies to the question"""
    milliseconds: dict[str, Number] = {}
    """of each stage, and in total"""


class Run(Struct, frozen=True, kw_only=True):
    """Every question of a set, asked and measured: what `pincite eval run -o` writes."""

    format: Count
    """1"""
    pincite: str
    """the version that wrote it"""
    made: Machine
    """the machine it was made on"""
    set: SetHeading
    """what was asked"""
    settings: Settings
    """how it was asked"""
    measures: dict[str, Measure]
    """each measure by its name"""
    milliseconds: dict[str, Quantiles]
    """by stage, and in total"""
    index: IndexHeading
    """the index that was asked"""
    curves: Curves
    """what a report draws"""
    rows: tuple[Row, ...]
    """one for each question, in the set's order"""


WRITER = "`pincite eval run -o`"


def written(run: Run) -> str:
    """A run as the text of its file."""
    return json.dumps(to_builtins(run), ensure_ascii=False, indent=1) + "\n"


def read_run(path: Path) -> Run:
    """The run in a file. Raises EvaluationError, in one line with the file, for anything that is not one.

    A field that is missing is a mismatch, and so is another format number.
    """
    found = _parsed(path)
    if not isinstance(found, dict) or "format" not in found:
        raise EvaluationError("run.no_run", where=path, writer=WRITER)
    if found["format"] != FORMAT:
        raise EvaluationError("run.other_format", where=path, ours=str(FORMAT), found=f"{found['format']!r:.40}")
    try:
        run = checked(found, Run)
    except MalformedError as error:
        raise EvaluationError("run.malformed", where=path, what=error.message) from None
    seen: set[str] = set()
    for number, row in enumerate(run.rows, start=1):
        if row.id in seen:
            raise EvaluationError("run.id_twice", where=path, row=str(number), id=f"{row.id!r:.60}")
        seen.add(row.id)
    return run


def _parsed(path: Path) -> object:
    try:
        return json.loads(path.read_text(encoding="utf-8-sig"), parse_constant=_refused)
    except FileNotFoundError:
        raise EvaluationError("run.missing", where=path, writer=WRITER) from None
    except OSError as error:
        raise EvaluationError("path.no_rights", where=path, why=error.strerror or "") from error
    except UnicodeDecodeError as error:
        raise EvaluationError("run.not_utf8", where=path, byte=str(error.start), writer=WRITER) from None
    except (ValueError, RecursionError) as error:
        raise EvaluationError("run.no_json", where=path, why=str(error), writer=WRITER) from None


def _refused(name: str) -> None:
    raise ValueError(f"{name} is no number")
