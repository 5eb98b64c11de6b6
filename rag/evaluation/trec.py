"""Rankings and judgements in TREC's formats, as trec_eval reads them: one row a line, fields separated by white space."""

from math import isfinite
from pathlib import Path

from corpus.errors import EvaluationError
from rag.evaluation.measures import interval, rankings
from rag.evaluation.questions import QuestionSet
from rag.evaluation.stored import Measure, Run


def check_names(questions: QuestionSet) -> None:
    """Raise EvaluationError for a name with white space in it, which TREC's formats cannot hold."""
    for name in (*(case.id for case in questions.cases), *questions.names):
        if not name or len(name.split()) != 1 or name.split()[0] != name:
            raise EvaluationError("trec.white_space", where=questions.name, name=repr(name))


def run_text(run: Run) -> str:
    """The ranking of documents of a run: ``query Q0 document rank score tag``."""
    lines = (
        f"{row.id} Q0 {name} {rank} {1 / rank:.6f} pincite\n"
        for row in run.rows
        for rank, name in enumerate(row.ranking, start=1)
    )
    return "".join(lines)


def qrels_text(run: Run) -> str:
    """The judgements of a run's questions: ``query 0 document grade``."""
    return "".join(f"{row.id} 0 {name} {grade}\n" for row in run.rows for name, grade in row.relevant.items())


def score(path: Path, questions: QuestionSet) -> dict[str, Measure]:
    """The measures of a ranking in a TREC run file over the judgements of a set, with their 95 % intervals.

    Raises EvaluationError with file and line for a malformed row, or one that names a question or document that is not there.
    """
    names, cases = set(questions.names), {case.id: case for case in questions.cases}
    found: dict[str, list[tuple[float, str]]] = {case: [] for case in cases}
    ranked_already: dict[str, set[str]] = {case: set() for case in cases}
    try:
        lines = path.read_text(encoding="utf-8-sig").split("\n")
    except (OSError, UnicodeDecodeError) as error:
        raise EvaluationError("trec.unreadable", where=path, why=str(error)) from error
    for number, line in enumerate(lines, start=1):
        fields = line.split()
        if not fields:
            continue
        try:
            query, _, document, _, value, _ = fields
            points = float(value)
        except ValueError:
            raise EvaluationError("trec.row", where=f"{path}:{number}", found=repr(line[:60])) from None
        if query not in cases or document not in names:
            missing = query if query not in cases else document
            raise EvaluationError("trec.unknown", where=f"{path}:{number}", name=repr(missing))
        if document in ranked_already[query]:
            raise EvaluationError("trec.twice", where=f"{path}:{number}", document=repr(document), query=repr(query))
        if not isfinite(points):
            raise EvaluationError("trec.no_number", where=f"{path}:{number}", found=repr(value))
        ranked_already[query].add(document)
        found[query].append((-points, document))
    qrels = {case.id: {questions.names[row]: grade for row, grade in case.relevant.items()} for case in questions.cases}
    ranked = {query: [document for _, document in sorted(rows, key=lambda row: row[0])] for query, rows in found.items()}
    values = rankings(qrels, ranked)
    if not values:
        raise EvaluationError("trec.nothing_relevant", where=questions.name)
    measures = {}
    for name in next(iter(values.values())):
        column = [row[name] for row in values.values()]
        low, high = interval(column)
        measures[name] = Measure(value=sum(column) / len(column), low=low, high=high, n=len(column))
    return measures
