"""Whether the product's defaults win: every variant of the path on one half of the titles, and on the other.

    python benchmarks/defaults.py SET [--limit 600]

The first table is for choosing (titles 0), the second for reporting (titles 1): what wins only in the first has won by chance.
A star marks a significant difference from the default (paired randomisation test, p < 0.05).
"""

import argparse
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from index.cache import library_of
from index.encoders.export import open_encoder
from rag.evaluation.ablate import ablate, table
from rag.evaluation.questions import QuestionSet, load
from rag.evaluation.run import evaluate
from rag.evaluation.stored import Run
from rag.options import Options
from rag.session import Session
from ui.cli.console import note, progress_bar


def main() -> None:
    """Print both tables as Markdown."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("set", type=Path, help="a folder in BEIR's layout")
    parser.add_argument("--limit", type=int, default=600, help="questions of each half")
    options = parser.parse_args()
    whole = load(options.set)
    library = library_of(whole.documents, encoder=open_encoder(note=note), note=note, progress=lambda done, total: None)
    for half in (0, 1):
        questions = whole.only(titles=half, limit=options.limit)

        def run_with(settings: Mapping[str, Any], questions: QuestionSet = questions) -> Run:
            settings = {name: value for name, value in settings.items() if name != "reader"}  # there is none here
            with progress_bar("Asking", unit="question") as progress:
                return evaluate(questions, Session(library, options=Options(**settings)), progress=progress)

        runs = ablate(run_with, said=note)
        print(f"{whole.name}, titles {half}, {len(questions.cases)} questions\n\n{table(runs)}")


if __name__ == "__main__":
    main()
