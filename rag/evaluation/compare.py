"""Two runs over the same questions, compared: how large the difference is, and whether it is one.

Paired throughout. The interval is a bootstrap over questions (Efron 1979), the p-value a randomisation test that swaps the two
runs' results of a question (Fisher 1935; Smucker, Allan and Carterette 2007), two-sided, with the observed one counted.
"""

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from msgspec import UNSET
from numpy.typing import NDArray

from corpus.errors import EvaluationError
from rag.evaluation.measures import auroc, expected_calibration_error, interval, risk_coverage
from rag.evaluation.stored import Row, Run, SetHeading

SIGNIFICANT = 0.05

Pair = tuple[Row, Row]
Rows = NDArray[np.int64]

LOWER_IS_BETTER = frozenset(
    {
        "characters shown",
        "AURC",
        "error at 80 % coverage",
        "called answers when near",
        "called answers when far",
        "called answers when unanswerable",
        "ECE",
        "Brier score",
    }
)

FEWEST = 6
"""Questions that must fall, and none rise, before that is significant: two-sided, 2 / 2^6 < 0.05 <= 2 / 2^5."""

SWAPS = 10_000
"""Randomisations for the mean of a measure; a figure of the whole run gets a twentieth of them, since each is costly."""


@dataclass(frozen=True, slots=True)
class Difference:
    """A measure of two runs: ``after - before`` with its 95 % interval, and the chance of so much by swapping alone."""

    measure: str
    before: float
    after: float
    low: float
    high: float
    p: float
    n: int

    @property
    def worse(self) -> bool:
        """Whether the second run is significantly worse."""
        change = self.before - self.after if self.measure not in LOWER_IS_BETTER else self.after - self.before
        return change > 0 and self.p < SIGNIFICANT


@dataclass(frozen=True, slots=True)
class Change:
    """A question whose result changed from right to wrong or back, with what was shown before and after."""

    id: str
    text: str
    before: Row
    after: Row


@dataclass(frozen=True, slots=True)
class Comparison:
    """What differs between two runs, measure by measure and question by question."""

    differences: tuple[Difference, ...]
    better: tuple[Change, ...]
    worse: tuple[Change, ...]


def compare(before: Run, after: Run, *, only: Collection[str] | None = None) -> Comparison:
    """Every measure that both runs have, or ``only`` these, and the questions that got better and worse.

    Raises EvaluationError as ``comparable`` does.
    """
    comparable(before, after.set, per_document=after.settings.per_document)
    others = {row.id: row for row in after.rows}
    if others.keys() != {row.id for row in before.rows}:
        raise EvaluationError("compare.other_rows")
    rows = [(row, others[row.id]) for row in before.rows]
    differences = [*_means(rows, only), *_figures(rows, only)]
    changed = [(a, b, b.measures["decision right"] - a.measures["decision right"]) for a, b in rows if _judged(a, b)]
    return Comparison(
        tuple(differences),
        tuple(Change(a.id, a.text, a, b) for a, b, by in changed if by > 0),
        tuple(Change(a.id, a.text, a, b) for a, b, by in changed if by < 0),
    )


def comparable(before: Run, after: SetHeading, *, per_document: bool) -> None:
    """Raise EvaluationError for runs over different documents, questions or judgements, or asked of different documents.

    ``after`` is what another run says of its set, ``per_document`` whether it asks each question of one document.
    """
    for one, other, what in (
        (before.set.fingerprint, after.fingerprint, "content"),
        (before.set.questions, after.questions, "number"),
    ):
        if one != other:
            raise EvaluationError(f"compare.other_{what}", before=f"{before.set.name} {one}", after=f"{after.name} {other}")
    if before.settings.per_document != per_document:
        raise EvaluationError("compare.per_document")


def _judged(one: Row, other: Row) -> bool:
    return "decision right" in one.measures and "decision right" in other.measures


def _means(rows: Sequence[Pair], only: Collection[str] | None) -> Iterator[Difference]:
    for name in dict.fromkeys(name for one, _ in rows for name in one.measures if only is None or name in only):
        pairs = [(a.measures[name], b.measures[name]) for a, b in rows if name in a.measures and name in b.measures]
        one, other = np.array(pairs, dtype=np.float64).reshape(-1, 2).T
        if not len(one):
            continue
        low, high = interval(other - one)
        yield Difference(name, float(one.mean()), float(other.mean()), low, high, _randomised(other - one), len(pairs))


def _randomised(differences: NDArray[np.float64]) -> float:
    random = np.random.default_rng(0)
    observed, some = abs(differences.sum()), differences[differences != 0]
    if not len(some):
        return 1.0
    extreme = 0
    for _ in range(0, SWAPS, 500):
        signs = random.integers(0, 2, (500, len(some))) * 2 - 1
        extreme += int((np.abs(signs @ some) >= observed - 1e-12).sum())
    return (extreme + 1) / (SWAPS + 1)


def _figures(rows: Sequence[Pair], only: Collection[str] | None) -> Iterator[Difference]:
    """AUROC, AURC and ECE, figures of all questions together: whole results are swapped, whole questions drawn.

    There is no ECE where a run is older than probabilities.
    """
    use = [(a, b) for a, b in rows if _judged(a, b)]
    yes = np.array([a.answerable is True for a, _ in use])
    sure = np.array([[a.confidence, b.confidence] for a, b in use])
    wrong = np.array([[not run.measures.get("right if shown", False) for run in pair] for pair in use])

    def separation(at: Rows, side: Rows) -> float:
        drawn, asked = sure[at, side], yes[at]
        return auroc(drawn[asked].tolist(), drawn[~asked].tolist()) if asked.any() and not asked.all() else 0.5

    def area(at: Rows, side: Rows) -> float:
        return risk_coverage(sure[at, side].tolist(), wrong[at, side].tolist()).area

    def distance(at: Rows, side: Rows) -> float:
        return expected_calibration_error(probable[at, side].tolist(), (~wrong[at, side]).tolist())

    figures = {"AUROC": separation, "AURC": area} if yes.any() and not yes.all() else {"AURC": area}
    likely = [[run.probability for run in pair if run.probability is not UNSET] for pair in use]
    if all(len(pair) == 2 for pair in likely):
        probable = np.array(likely)
        figures["ECE"] = distance
    for name, figure in figures.items() if use else ():
        if only is None or name in only:
            yield _figure(name, figure, len(use))


def _figure(name: str, figure: Callable[[Rows, Rows], float], n: int) -> Difference:
    random, every, first = np.random.default_rng(0), np.arange(n), np.zeros(n, dtype=np.int64)

    def difference(at: Rows, side: Rows) -> float:
        return figure(at, 1 - side) - figure(at, side)

    observed = difference(every, first)
    drawn = [difference(random.integers(0, n, n), first) for _ in range(SWAPS // 20)]
    swapped = [difference(every, random.integers(0, 2, n)) for _ in range(SWAPS // 20)]
    extreme = sum(abs(other) >= abs(observed) - 1e-12 for other in swapped)
    low, high = np.quantile(drawn, [0.025, 0.975])
    p = (extreme + 1) / (len(swapped) + 1)
    return Difference(name, figure(every, first), figure(every, 1 - first), float(low), float(high), p, n)
