"""What the reader is worth, on titles and sets that nothing was fitted on, beside the same path without it.

    python benchmarks/reader.py DATA [--limit 1000]

    given the paragraph     each question of `squad2_dev_A` (titles 1) asked of its own paragraph alone
    all paragraphs          the same asked of all paragraphs of the set at once, with far questions of `chunking_A`
    mixed                   of these the answerable and the far ones, one far to six answerable
    policies, contracts     `policyqa_dev`, `contractnli_dev`: each asked of its own document alone; other domains, and in
                            contracts claims instead of questions

AUROC "near" is of adversarial questions, written to look answerable; a classifier that sees the question alone, trained on
the questions of `squad2_unans_train`, stands beside it. `look` is the time that the reader adds to a question.
"""

import argparse
import json
from collections.abc import Set
from pathlib import Path

import numpy as np
from msgspec.structs import replace

from index.cache import library_of
from index.encoders.export import open_encoder
from rag.evaluation.compare import compare
from rag.evaluation.measures import auroc
from rag.evaluation.questions import QuestionSet, load
from rag.evaluation.run import evaluate, measures
from rag.evaluation.stored import Run
from rag.reader.model import SHIPPED, NoReader, OnnxReader, Reader
from rag.session import Session
from ui.cli.console import note, progress_bar

SHOWN = (
    "right in first sentence",
    "right in first quote",
    "right if shown",
    "decision right",
    "AUROC near",
    "AUROC far",
    "error at 80 % coverage",
)


def main() -> None:
    """Print one Markdown table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path, help="the folder of the question sets")
    parser.add_argument("--limit", type=int, default=1000, help="questions of each set (1000)")
    parser.add_argument("-o", "--output", type=Path, help="keep the runs in this folder")
    options = parser.parse_args()
    squad = load(options.data / "squad2_dev_A")
    report = squad.only(titles=1, limit=options.limit)
    answerable = sum(bool(case.answerable) for case in report.cases)
    pooled = report.with_far(load(options.data / "chunking_A"), limit=max(1, answerable // 6))
    sets: list[tuple[str, QuestionSet, bool]] = [
        ("given the paragraph", report, True),
        ("all paragraphs", pooled, False),
        ("policies", load(options.data / "policyqa_dev").only(limit=options.limit), True),
        ("contracts", load(options.data / "contractnli_dev").only(limit=options.limit), True),
    ]
    print(f"| | measure | without the reader | with it | difference |\n{'|---' * 5}|")
    for name, questions, alone in sets:
        off, on = (_run(questions, name, reader=reader, alone=alone) for reader in (NoReader(), OnnxReader(SHIPPED)))
        if options.output:
            options.output.mkdir(parents=True, exist_ok=True)
            for which, run in (("off", off), ("on", on)):
                (options.output / f"{name}-{which}.json").write_text(json.dumps(run), encoding="utf-8")
        _print(name, off, on)
        if not alone:
            _print("mixed", *(_only(run, {None, "far"}) for run in (off, on)))
    print(f"\nAUROC near of the question alone: {_question_only(options.data, report):.3f}")


def _run(questions: QuestionSet, name: str, *, reader: Reader, alone: bool) -> Run:
    library = library_of(questions.documents, encoder=open_encoder(note=note), note=note, progress=lambda done, total: None)
    note(f"{name}, {len(questions.cases):,} questions, {'with' if reader.fingerprint else 'without'} the reader")
    with progress_bar("Asking", unit="question") as progress:
        return evaluate(questions, Session(library, reader), per_document=alone, progress=progress)


def _only(run: Run, groups: Set[str | None]) -> Run:
    """A run with the rows of these groups alone; answerable questions have none."""
    rows = tuple(row for row in run.rows if row.group in groups)
    return replace(run, rows=rows, measures=measures(rows))


def _print(name: str, off: Run, on: Run) -> None:
    differs = {d.measure: d for d in compare(off, on, only=SHOWN).differences}
    for measure in SHOWN:
        found = [run.measures[measure].figures for run in (off, on) if measure in run.measures]
        if all(found) and found:
            cells = [f"{f.value:.3f} ({f.low:.3f}–{f.high:.3f})" for f in found]
            change = f"{differs[measure].after - differs[measure].before:+.3f}" if measure in differs else ""
            star = " *" if measure in differs and differs[measure].p < 0.05 else ""
            print(f"| {name}, {found[0].n:,} | {measure} | {cells[0]} | {cells[1]} | {change}{star} |", flush=True)
    look = on.milliseconds["look"]
    print(f"| {name} | look, ms p50 / p95 | | {look.p50:.0f} / {look.p95:.0f} | |", flush=True)


def _question_only(data: Path, report: QuestionSet) -> float:
    """AUROC of a logistic regression over words and pairs of words of the question, lower-cased."""
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline

    with (data / "squad2_unans_train" / "queries.jsonl").open(encoding="utf-8") as file:
        rows = [json.loads(line) for line in file]
    model = make_pipeline(TfidfVectorizer(ngram_range=(1, 2), min_df=3), LogisticRegression(max_iter=2000))
    model.fit([row["text"] for row in rows], [row["answerable"] for row in rows])
    scores = np.asarray(model.decision_function([case.text for case in report.cases]))
    known = np.array([bool(case.answerable) for case in report.cases])
    return auroc(scores[known].tolist(), scores[~known].tolist())


if __name__ == "__main__":
    main()
