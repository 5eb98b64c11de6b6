"""Question sets: documents, questions, and what answers them, read from disk and checked row by row.

Two layouts. BEIR's folder (Thakur et al. 2021): ``corpus.jsonl``, ``queries.jsonl``, ``qrels.tsv`` or ``qrels/*.tsv`` or TREC
qrels; with two additions, ``spans.jsonl`` (exact answer ranges) and ``"answerable": false`` on queries. Or one questions file
beside documents: a query a line with its own ``"spans"``. What each row holds is in the types below.
"""

import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from hashlib import sha256
from importlib.resources import files
from pathlib import Path
from typing import Annotated, TypeVar

import msgspec
from msgspec import UNSET, Meta, Struct, UnsetType

from corpus.document import Document
from corpus.errors import EvaluationError, PinciteError, QuestionError
from corpus.formats.builder import moved
from corpus.read import from_text, shipped
from corpus.records import Kind, MalformedError, checked
from rag.question import check

_GRADE = re.compile(r"-?[0-9]{1,6}")

Found = TypeVar("Found")

Text = Annotated[str, Meta(pattern=r"\S")]


class TextRow(Struct, frozen=True, kw_only=True):
    """A document of a set: a line of `corpus.jsonl`."""

    id: Text = msgspec.field(name="_id")
    """its name in the set"""
    text: Text
    """all of it"""
    title: str | None = None
    """its title; else its name"""


class SpanRow(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A range of a document."""

    doc: str
    """the document: its name in the set; of a questions file its id, its path, or its file's name"""
    start: int
    """first character, in Unicode code points from 0"""
    end: int
    """behind the last character"""
    text: Annotated[str, Meta(min_length=1)]
    """its characters"""
    part: int = 0
    """the part of the question that it answers"""


class AnswerRow(SpanRow, frozen=True, kw_only=True):
    """A range that answers: a line of `spans.jsonl`."""

    query: str
    """id of the question"""


class AskedRow(Struct, frozen=True, kw_only=True):
    """A question."""

    id: Text = msgspec.field(name="_id")
    """differs from that of every other question"""
    text: Text
    """the question"""
    answerable: bool | None = None
    """whether the documents answer it; null where nobody knows, or where its ranges say so"""
    kind: Text | UnsetType | None = UNSET
    """what group of questions it belongs to"""
    split: Text | UnsetType | None = UNSET
    """tune or report, or another name"""


class QueryRow(AskedRow, frozen=True, kw_only=True):
    """A question of a folder: a line of `queries.jsonl`."""

    about_doc: str | UnsetType | None = UNSET
    """the document that it was written about"""


class QuestionRow(AskedRow, frozen=True, kw_only=True):
    """A question with what answers it: a line of a questions file, as judging an answer adds one."""

    spans: tuple[SpanRow, ...] = ()
    """ranges that answer"""
    wrong: tuple[SpanRow, ...] = ()
    """ranges that were shown once and do not answer"""


@dataclass(frozen=True, slots=True)
class Gold:
    """A range of a document that answers a question; ``document`` is the row of the set's documents.

    Ranges of the same ``part`` are alternatives or add up, each part of a question wants one of its own.
    """

    document: int
    start: int
    end: int
    part: int = 0


@dataclass(frozen=True, slots=True)
class Case:
    """A question, whether the documents answer it, and what does: exact ranges, relevance grades of documents, or both.

    ``answerable`` is None where nobody knows: of such a question only ``wrong`` ranges are held, quotes that were shown once
    and did not answer. ``kind`` groups questions ("near", "far", …), ``split`` separates tuning from reporting, ``about`` is
    the row of the document it was written about.
    """

    id: str
    text: str
    answerable: bool | None
    kind: str | None = None
    split: str | None = None
    about: int | None = None
    gold: tuple[Gold, ...] = ()
    wrong: tuple[Gold, ...] = ()
    relevant: Mapping[int, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class QuestionSet:
    """Documents with their names in the set, and the questions asked of them."""

    name: str
    documents: tuple[Document, ...]
    names: tuple[str, ...]
    cases: tuple[Case, ...]

    @property
    def fingerprint(self) -> str:
        """A hash of every document, question and judgement: two runs compare only where it is the same."""
        cases = [
            [c.id, c.text, c.answerable, [[g.document, g.start, g.end, g.part] for g in c.gold], sorted(c.relevant.items())]
            for c in self.cases
        ]
        for row, case in zip(cases, self.cases, strict=True):
            row += [[[g.document, g.start, g.end, g.part] for g in case.wrong]] if case.wrong else []
        parts = [[[name, d.id] for name, d in zip(self.names, self.documents, strict=True)], cases]
        return sha256(json.dumps(parts).encode()).hexdigest()[:16]

    def only(self, *, split: str | None = None, limit: int | None = None, titles: int | None = None) -> "QuestionSet":
        """The same documents with fewer questions: of one split, of one half of the titles, at most ``limit`` of them.

        ``titles`` 0 or 1 takes the questions about every second title, a title being a document's name before ``#``; a
        ``limit`` takes questions evenly from the first to the last. Raises EvaluationError when none is left.
        """
        cases = [case for case in self.cases if split is None or case.split == split]
        if titles is not None:
            halves = {title: n % 2 for n, title in enumerate(sorted({self._title(case) for case in cases}))}
            cases = [case for case in cases if halves[self._title(case)] == titles]
        if limit and len(cases) > limit:
            cases = [cases[n * len(cases) // limit] for n in range(limit)]
        if not cases:
            raise EvaluationError("set.none_left", where=self.name)
        return replace(self, cases=tuple(cases))

    def with_far(self, other: "QuestionSet", *, limit: int) -> "QuestionSet":
        """The same set with questions of another one added, which these documents do not answer: far ones."""
        borrowed = other.only(limit=limit).cases
        before = "far-"
        while any(f"{before}{case.id}" in {own.id for own in self.cases} for case in borrowed):
            before = f"far-{before}"
        far = [Case(f"{before}{case.id}", case.text, answerable=False, kind="far") for case in borrowed]
        return replace(self, cases=(*self.cases, *far))

    def _title(self, case: Case) -> str:
        row = case.about if case.about is not None else next(iter([g.document for g in case.gold] or list(case.relevant)), 0)
        return self.names[row].split("#")[0]


def load(path: Path | None, *, documents: Sequence[Document] | None = None) -> QuestionSet:
    """The set in a folder or file; without a path, the shipped one. A file's questions are about ``documents``.

    Raises EvaluationError with file and line for a row that is malformed, names what is not there, repeats an id, or
    whose span is not what the document says: nothing is computed silently on the rest.
    """
    if path is None:
        text = (files("corpus") / "material" / "questions.jsonl").read_text(encoding="utf-8")
        return _from_file("material", text, where="questions.jsonl", documents=shipped())
    try:
        if path.is_dir():
            return _from_folder(path)
        if not path.exists():
            raise EvaluationError("set.missing", where=path)
        if documents is None:
            raise EvaluationError("set.needs_documents", where=path)
        return _from_file(path.stem, path.read_text(encoding="utf-8-sig"), where=str(path), documents=documents)
    except FileNotFoundError as error:
        raise EvaluationError("set.file_missing", where=error.filename) from None
    except UnicodeDecodeError as error:
        raise EvaluationError("encoding.not_utf8", where=path, byte=str(error.start)) from None
    except OSError as error:
        raise EvaluationError("path.no_rights", where=path, why=error.strerror or "") from error


def _from_folder(folder: Path) -> QuestionSet:
    documents: list[Document] = []
    written: list[str] = []
    rows: dict[str, int] = {}
    for where, row in _rows(folder / "corpus.jsonl", TextRow):
        _new(row.id, rows, where)
        try:
            document = from_text(row.text, name=row.id, source=row.id, markdown=False)
        except PinciteError as error:
            raise EvaluationError(error.message.at(where)) from None
        rows[row.id] = len(documents)
        written.append(row.text)
        documents.append(replace(document, title=row.title) if row.title and row.title.strip() else document)
    asked: dict[str, tuple[QueryRow, int | None]] = {}
    for where, query in _rows(folder / "queries.jsonl", QueryRow):
        _new(query.id, asked, where)
        asked[query.id] = query, _known(query.about_doc, rows, where) if isinstance(query.about_doc, str) else None
    if not asked:
        raise EvaluationError("set.no_questions", where=folder / "queries.jsonl")
    relevant: dict[str, dict[int, int]] = {name: {} for name in asked}
    gold: dict[str, list[Gold]] = {name: [] for name in asked}
    for where, name, judged, grade in _qrels(folder):
        _known(name, relevant, where, kind="question")[_known(judged, rows, where)] = grade
    if (folder / "spans.jsonl").exists():
        for where, span in _rows(folder / "spans.jsonl", AnswerRow):
            ranges, owner = _known(span.query, gold, where, kind="question"), _known(span.doc, rows, where)
            ranges.append(_gold(span, owner, documents[owner], where, written=written[owner]))
    where = str(folder / "queries.jsonl")
    cases = (_case(row, gold[row.id], (), relevant[row.id], about, where) for row, about in asked.values())
    return QuestionSet(folder.name, tuple(documents), tuple(rows), tuple(cases))


def _from_file(name: str, text: str, *, where: str, documents: Sequence[Document]) -> QuestionSet:
    names = Counter(Path(document.source).name for document in documents)
    rows = {Path(document.source).name: n for n, document in enumerate(documents)}
    rows |= {document.source: n for n, document in enumerate(documents)} | {d.id: n for n, d in enumerate(documents)}
    several = {name for name, n in names.items() if n > 1}

    def golds(spans: Sequence[SpanRow], place: str) -> Iterator[Gold]:
        for span in spans:
            if span.doc in several:
                raise EvaluationError("set.several", where=place, name=repr(span.doc))
            owner = _known(span.doc, rows, place)
            yield _gold(span, owner, documents[owner], place)

    cases: dict[str, Case] = {}
    for place, row in json_lines(text, where, QuestionRow):
        _new(row.id, cases, place)
        cases[row.id] = _case(row, tuple(golds(row.spans, place)), tuple(golds(row.wrong, place)), {}, None, where)
    if not cases:
        raise EvaluationError("set.no_questions", where=where)
    return QuestionSet(name, tuple(documents), tuple(document.id for document in documents), tuple(cases.values()))


def _case(
    row: AskedRow, gold: Sequence[Gold], wrong: Sequence[Gold], grades: Mapping[int, int], about: int | None, where: str
) -> Case:
    relevant = {**dict.fromkeys((g.document for g in gold), 1), **grades}
    judged = any(grade > 0 for grade in relevant.values())
    try:
        check(row.text)
    except QuestionError as error:
        raise EvaluationError(error.message.at(row.id).at(where)) from None
    if row.answerable is False and judged:
        raise EvaluationError("set.contradicts", where=where, id=row.id)
    answerable = judged if row.answerable is None and not (wrong and not judged) else row.answerable
    return Case(row.id, row.text, answerable, row.kind or None, row.split or None, about, tuple(gold), tuple(wrong), relevant)


def _gold(row: SpanRow, owner: int, document: Document, where: str, *, written: str | None = None) -> Gold:
    """The range that a row names, which must be what it says.

    Its offsets count in the text as it is ``written`` in the set, or in the document's. Where settling has changed the text
    (a byte-order mark, carriage returns), the range moves along.
    """
    start, end, text = row.start, row.end, row.text
    whole = document.text if written is None else written
    found = whole[start:end] if 0 <= start < end else ""
    if found != text:
        raise EvaluationError(
            "set.other_text",
            where=where,
            said=repr(text[:40]),
            range=f"{start}:{end}",
            document=document.source,
            found=repr(found[:40]),
        )
    if written is not None:
        start, end = moved(written, start), moved(written, end)
        if start >= end:
            raise EvaluationError("set.nothing_in_range", where=where, range=f"{start}:{end}", document=document.source)
    return Gold(owner, start, end, row.part)


def _qrels(folder: Path) -> Iterator[tuple[str, str, str, int]]:
    """Rows of BEIR's ``query-id corpus-id score`` with a header, or of TREC's ``query 0 document grade``."""
    single = [folder / "qrels.tsv"] if (folder / "qrels.tsv").exists() else sorted((folder / "qrels").glob("*.tsv"))
    test = [path for path in single if path.stem == "test"]
    for path in test or single:
        for number, line in enumerate(path.read_text(encoding="utf-8-sig").split("\n"), start=1):
            where, fields = f"{path}:{number}", line.split("\t") if "\t" in line else line.split()
            if not line.strip() or (number == 1 and not _GRADE.fullmatch(fields[-1].strip())):
                continue
            if len(fields) not in (3, 4) or not _GRADE.fullmatch(fields[-1].strip()):
                raise EvaluationError("set.qrels", where=where, found=repr(line[:60]))
            yield where, fields[0], fields[-2], int(fields[-1])


def _rows(path: Path, kind: type[Kind]) -> Iterator[tuple[str, Kind]]:
    return json_lines(path.read_text(encoding="utf-8-sig"), str(path), kind)


def json_lines(text: str, path: str, kind: type[Kind]) -> Iterator[tuple[str, Kind]]:
    """The rows of a kind in a JSON Lines text, each with its ``path:line``. Raises EvaluationError for a line that is none."""
    for number, line in enumerate(text.split("\n"), start=1):
        if not line.strip():
            continue
        where = f"{path}:{number}"
        try:
            value = json.loads(line)
            if "\\ud" in line.lower():
                json.dumps(value, ensure_ascii=False).encode()
            row = checked(value, kind)
        except UnicodeEncodeError:
            raise EvaluationError("set.surrogate", where=where) from None
        except MalformedError as error:
            raise EvaluationError(error.message.at(where)) from None
        except (ValueError, RecursionError) as error:
            raise EvaluationError("set.no_json", where=where, why=str(error)) from None
        yield where, row


def _new(name: str, known: Mapping[str, object], where: str) -> None:
    if name in known:
        raise EvaluationError("set.twice", where=where, name=repr(name))


def _known(name: str, known: Mapping[str, Found], where: str, *, kind: str = "document") -> Found:
    if name not in known:
        raise EvaluationError(f"set.unknown_{kind}", where=where, name=repr(name))
    return known[name]
