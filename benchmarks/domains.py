"""Every domain by itself, on documents that nothing was trained on or fitted to.

    python benchmarks/domains.py DATA DATA2 [--limit 150] [--only NAME ...] [-o FOLDER]

Of `squad2_dev_A` titles 1, of the sets that were trained on the documents of `training.sets.part_of` "report", of the others
all. Sets marked *alone* ask each question of its own document. To each come 40 questions of the other sets, which its documents
do not answer. Intervals are 95 %, bootstrapped.
"""

import argparse
import random
from pathlib import Path

import msgspec
import numpy as np

from index.cache import library_of
from index.encoders.export import open_encoder
from rag.evaluation.measures import calibration_error_by_chance, interval
from rag.evaluation.questions import Case, QuestionSet, load
from rag.evaluation.run import calibrated, evaluate
from rag.evaluation.stored import Run
from rag.reader.model import SHIPPED, OnnxReader
from rag.session import Session
from training.decide import ALONE, POOLED
from training.examples import where
from training.sets import only_part

FAR = 40
OTHERS = (
    ("policyqa_dev", True),
    ("contractnli_dev", True),
    ("nomiracl_en", False),
    ("chunking_A", False),
)
"""Sets that nothing was trained on."""

COLUMNS = ("right in first quote", "half right in first quote", "right if shown", "answered", "answered and right")

MEASURES = ("AUROC near", "called answers when near", "AUROC far", "refused when far", "ECE")


def main() -> None:
    """Print one Markdown table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path, help="the folder of the question sets")
    parser.add_argument("data2", type=Path, help="the folder of those beyond Wikipedia, unpacked")
    parser.add_argument("--limit", type=int, default=150, help="questions with an answer, and without, of each set (150)")
    parser.add_argument("--only", nargs="*", help="these sets alone")
    parser.add_argument("-o", "--output", type=Path, help="keep the runs in this folder")
    options = parser.parse_args()
    sets = [*((name, False) for name in POOLED), *((name, True) for name in ALONE), *OTHERS]
    sets = [one for one in sets if not options.only or one[0] in options.only]
    loaded: dict[str, QuestionSet] = {}
    for name, _ in sets:
        whole = load(where(name, options.data, options.data2))
        trained = name not in dict(OTHERS)
        loaded[name] = only_part(whole, "report", options.limit) if trained else whole.only(limit=options.limit)
    encoder, reader, rng = open_encoder(note=print), OnnxReader(SHIPPED), random.Random(11)
    print(f"| set | n | {' | '.join(COLUMNS)} | {' | '.join(MEASURES)} | ECE by chance |\n{'|---' * 13}|")
    for name, alone in sets:
        questions = loaded[name]
        texts = [case.text for other, held in loaded.items() if other != name for case in held.cases[:20] if case.answerable]
        far = [
            Case(f"far-{n}", text, answerable=False, kind="far", about=rng.randrange(len(questions.documents)))
            for n, text in enumerate(rng.sample(texts, min(FAR, len(texts))))
        ]
        asked = QuestionSet(questions.name, questions.documents, questions.names, (*questions.cases, *far))
        library = library_of(asked.documents, encoder=encoder, note=lambda _: None, progress=lambda done, total: None)
        run = evaluate(asked, Session(library, reader), per_document=alone, progress=lambda done, total: None)
        if options.output:
            options.output.mkdir(parents=True, exist_ok=True)
            kept = options.output / f"{name}{'-alone' if alone else ''}.json"
            kept.write_bytes(msgspec.json.encode(run))
        print(row(f"{name.removesuffix('_train')}{' alone' if alone else ''}", run), flush=True)


def row(name: str, run: Run) -> str:
    """A run's line of the table."""
    yes = [one for one in run.rows if one.answerable]
    values = {column: [one.measures.get(column, 0.0) for one in yes] for column in COLUMNS[:3]}
    values["answered"] = [float(one.answered) for one in yes]
    values["answered and right"] = [one.measures["decision right"] for one in yes]
    cells = []
    for column in COLUMNS:
        low, high = interval(values[column])
        cells.append(f"{np.mean(values[column]):.3f} ({low:.2f}–{high:.2f})")
    for measure in MEASURES:
        found = run.measures[measure].figures if measure in run.measures else None
        cells.append(f"{found.value:.3f} ({found.low:.2f}–{found.high:.2f})" if found else "")
    cells.append(f"{calibration_error_by_chance([sure for sure, _ in calibrated(run.rows)]):.3f}")
    return f"| {name} | {len(yes)} | {' | '.join(cells)} |"


if __name__ == "__main__":
    main()
