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
            raise EvaluationError(
                f"{questions.name}: {name!r} holds white space, which divides fields in TREC's formats; rename it"
            )


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
        raise EvaluationError(f"{path}: cannot be read ({error}); a TREC run is expected") from error
    for number, line in enumerate(lines, start=1):
        fields = line.split()
        if not fields:
            continue
        try:
            query, _, document, _, value, _ = fields
            points = float(value)
        except ValueError:
            raise EvaluationError(f"{path}:{number}: expected query Q0 document rank score tag, found {line[:60]!r}") from None
        if query not in cases or document not in names:
            missing = query if query not in cases else document
            raise EvaluationError(f"{path}:{number}: names {missing!r}, which the set does not have")
        if document in ranked_already[query]:
            raise EvaluationError(f"{path}:{number}: {document!r} is ranked twice for {query!r}; a document has one rank")
        if not isfinite(points):
            raise EvaluationError(f"{path}:{number}: expected a number as score, found {value!r}")
        ranked_already[query].add(document)
        found[query].append((-points, document))
    qrels = {case.id: {questions.names[row]: grade for row, grade in case.relevant.items()} for case in questions.cases}
    ranked = {query: [document for _, document in sorted(rows, key=lambda row: row[0])] for query, rows in found.items()}
    values = rankings(qrels, ranked)
    if not values:
        raise EvaluationError(f"{questions.name}: no question has a relevant document; there is nothing to measure")
    measures = {}
    for name in next(iter(values.values())):
        column = [row[name] for row in values.values()]
        low, high = interval(column)
        measures[name] = Measure(value=sum(column) / len(column), low=low, high=high, n=len(column))
    return measures
