"""What each part of the path is worth: the same questions with parts of it left out, as one table."""

from collections.abc import Callable, Mapping

from rag.evaluation.compare import SIGNIFICANT, compare
from rag.evaluation.run import ANYTHING
from rag.evaluation.stored import Run
from rag.settings import READER_TOKENS

VARIANTS: Mapping[str, Mapping[str, object]] = {
    "all four, by score, and the reader (the default)": {},
    "without the reader": {"reader": False},
    "half as much read": {"token_budget": READER_TOKENS // 2},
    "twice as much read": {"token_budget": 2 * READER_TOKENS},
    "all four, by rank (RRF)": {"by": "rank"},
    "words alone": {"fusion": {"sentence words": 1.0, "passage words": 1.0}},
    "vectors alone": {"fusion": {"sentence vectors": 1.0, "passage vectors": 1.0}},
    "sentences alone": {"fusion": {"sentence vectors": 1.0, "sentence words": 1.0}},
    "passages alone": {"fusion": {"passage vectors": 1.0, "passage words": 1.0}},
    "sentence words alone": {"fusion": {"sentence words": 1.0}},
    "sentence vectors alone": {"fusion": {"sentence vectors": 1.0}},
    "passage words alone": {"fusion": {"passage words": 1.0}},
    "passage vectors alone": {"fusion": {"passage vectors": 1.0}},
    "words twice": {"fusion": {"sentence vectors": 1.0, "sentence words": 2.0, "passage vectors": 1.0, "passage words": 2.0}},
    "vectors twice": {"fusion": {"sentence vectors": 2.0, "sentence words": 1.0, "passage vectors": 2.0, "passage words": 1.0}},
    "sentences twice": {
        "fusion": {"sentence vectors": 2.0, "sentence words": 2.0, "passage vectors": 1.0, "passage words": 1.0}
    },
    "one quote only": {"top": 1},
    "three quotes always": {"next_quote": 0.0},
    "misspelt words left alone": {"spellcheck": False},
    "parts left together": {"multi_part": False},
    "nothing refused": {"threshold": ANYTHING},
}
"""Names of the rows and what each changes of the options (``rag.options``), or whether there is a reader.

The first is what the product does.
"""

COLUMNS = (
    "nDCG@10",
    "passage nDCG@10",
    "right in first quote",
    "right if shown",
    "characters shown",
    "AUROC",
    "decision right",
)


def ablate(run_with: Callable[[Mapping[str, object]], Run], *, said: Callable[[str], None]) -> dict[str, Run]:
    """A run for every variant; ``run_with`` makes one with these settings, ``said`` hears each name as it begins."""
    runs = {}
    for name, settings in VARIANTS.items():
        said(name)
        runs[name] = run_with(settings)
    return runs


def table(runs: Mapping[str, Run]) -> str:
    """The runs as a Markdown table; a star marks what differs significantly from the first row (paired, p < 0.05)."""
    base = next(iter(runs.values()))
    shown = [column for column in COLUMNS if column in base.measures and base.measures[column].figures]
    lines = [f"| | {' | '.join(shown)} | ms |", "|---" * (len(shown) + 2) + "|"]
    for name, run in runs.items():
        differs = (
            {d.measure for d in compare(base, run, only=shown).differences if d.p < SIGNIFICANT} if run is not base else set()
        )
        cells = [
            _figure(found.value) + (" *" if column in differs else "")
            for column in shown
            if (found := run.measures[column].figures)
        ]
        lines.append(f"| {name} | {' | '.join(cells)} | {run.milliseconds['total'].p50:.0f} |")
    return "\n".join(lines) + "\n"


def _figure(value: float) -> str:
    return f"{value:.3f}" if abs(value) < 10 else f"{value:.0f}"
