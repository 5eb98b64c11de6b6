"""The measures: of rankings by ir_measures, of quotes over characters, of refusals over confidences.

Each function says where its definition comes from. A measure that cannot be computed is absent, never 0.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

RANKING = ("nDCG@10", "R@1", "R@5", "R@10", "R@100", "RR", "AP", "Success@1", "Success@5", "Success@10")
"""Measures of a ranking, by their names in ir_measures (MacAvaney et al. 2022), which computes them with pytrec_eval."""

Range = tuple[int, int, int]
"""A document's row, start and end."""


def rankings(qrels: Mapping[str, Mapping[str, int]], run: Mapping[str, Sequence[str]]) -> dict[str, dict[str, float]]:
    """For every judged query its RANKING measures; ``run`` lists what was found, best first.

    nDCG after Järvelin and Kekäläinen 2002 as trec_eval computes it; a query with nothing found counts 0.
    """
    import ir_measures

    judged = [
        ir_measures.Qrel(query, name, grade)
        for query, grades in qrels.items()
        if any(grade > 0 for grade in grades.values())
        for name, grade in grades.items()
    ]
    found = [
        ir_measures.ScoredDoc(query, name, 1.0 / (rank + 1)) for query, names in run.items() for rank, name in enumerate(names)
    ]
    values: dict[str, dict[str, float]] = {qrel.query_id: dict.fromkeys(RANKING, 0.0) for qrel in judged}
    for metric in ir_measures.iter_calc([ir_measures.parse_measure(name) for name in RANKING], judged, found):
        values[metric.query_id][str(metric.measure)] = float(metric.value)
    return values


@dataclass(frozen=True, slots=True)
class Characters:
    """How the characters shown and the characters that answer overlap, each 0..1.

    The definitions are those of Chroma's chunking evaluation (Smith and Troynikov 2024), over characters instead of
    tokens as in its code: recall = |shown ∩ gold| / |gold|, precision = |shown ∩ gold| / |shown|, IoU = |shown ∩ gold| /
    |shown ∪ gold|. A character that is shown twice counts once.
    """

    recall: float
    precision: float
    iou: float


def characters(shown: Iterable[Range], gold: Iterable[Range]) -> Characters:
    """The overlap of two sets of ranges; all 0 where nothing is shown. Raises ValueError for an empty ``gold``."""
    ours, theirs = _union(shown), _union(gold)
    if not theirs:
        raise ValueError("no gold range: recall is not defined")
    both = sum(
        max(0, min(end, other_end) - max(start, other_start))
        for document, start, end in ours
        for other, other_start, other_end in theirs
        if document == other
    )
    size, wanted = sum(end - start for _, start, end in ours), sum(end - start for _, start, end in theirs)
    return Characters(both / wanted, both / size if size else 0.0, both / (size + wanted - both))


def _union(ranges: Iterable[Range]) -> list[Range]:
    joined: list[Range] = []
    for document, start, end in sorted(ranges):
        if joined and joined[-1][0] == document and start <= joined[-1][2]:
            joined[-1] = (document, joined[-1][1], max(joined[-1][2], end))
        else:
            joined.append((document, start, end))
    return joined


def auroc(positive: Sequence[float], negative: Sequence[float]) -> float:
    """The chance that a positive scores above a negative, ties half: the Mann-Whitney U over the product of the counts.

    Hanley and McNeil 1982. Raises ValueError where one side is empty.
    """
    if not positive or not negative:
        raise ValueError("AUROC needs both sides")
    above, against = np.sort(np.asarray(positive)), np.asarray(negative)
    wins = len(above) - np.searchsorted(above, against, side="right")
    ties = np.searchsorted(above, against, side="right") - np.searchsorted(above, against, side="left")
    return float((wins + ties / 2).sum() / (len(above) * len(against)))


@dataclass(frozen=True, slots=True)
class RiskCoverage:
    """The error among the answered as more are answered, surest first: arrays of equal length, risks and coverages 0..1.

    El-Yaniv and Wiener 2010; Geifman and El-Yaniv 2017. ``thresholds`` are the confidences from which each point answers;
    questions of equal confidence are answered together.
    """

    thresholds: NDArray[np.float64]
    coverages: NDArray[np.float64]
    risks: NDArray[np.float64]

    @property
    def area(self) -> float:
        """The mean risk over all coverages (AURC); lower is better."""
        return float((np.diff(self.coverages, prepend=0.0) * self.risks).sum())

    def coverage_at(self, error: float) -> float:
        """The largest coverage whose risk is at most ``error``; 0 where none is."""
        return float(self.coverages[self.risks <= error].max(initial=0.0))

    def risk_at(self, coverage: float) -> float:
        """The risk at the smallest coverage that is at least ``coverage``."""
        return float(self.risks[np.searchsorted(self.coverages, coverage - 1e-12)])


def risk_coverage(confidences: Sequence[float], wrong: Sequence[bool]) -> RiskCoverage:
    """The curve for questions with these confidences whose answers are wrong or not. Raises ValueError for none."""
    if not confidences:
        raise ValueError("a curve needs questions")
    order = np.argsort(-np.asarray(confidences), kind="stable")
    sure, errors = np.asarray(confidences, dtype=np.float64)[order], np.asarray(wrong, dtype=np.float64)[order]
    last = np.append(sure[1:] != sure[:-1], True)
    answered = np.arange(1, len(sure) + 1)
    return RiskCoverage(sure[last], (answered / len(sure))[last], (errors.cumsum() / answered)[last])


BINS = 10
"""Bins of a reliability diagram."""


def reliability(probabilities: Sequence[float], right: Sequence[bool], *, bins: int = BINS) -> NDArray[np.float64]:
    """Mean probability, share that is right and number of questions of each bin, rising; (bins, 3), fewer for few questions.

    The bins hold equally many questions (Nguyen and O'Connor 2015), to one. Questions of equal probability count as right in
    the share that they are so together, wherever a bin ends among them, so that their order does not matter. Raises ValueError
    for none.
    """
    if not probabilities:
        raise ValueError("a reliability diagram needs questions")
    sure, ties = np.unique(np.asarray(probabilities, dtype=np.float64), return_inverse=True)
    shares = np.bincount(ties, np.asarray(right, dtype=np.float64)) / np.bincount(ties)
    order = np.sort(ties)
    parts = np.array_split(order, min(bins, len(order)))
    return np.array([[sure[part].mean(), shares[part].mean(), len(part)] for part in parts])


def expected_calibration_error(probabilities: Sequence[float], right: Sequence[bool], *, bins: int = BINS) -> float:
    """The mean distance between probability and share that is right over the bins of ``reliability``, from 0 to 1 (ECE).

    Guo et al. 2017, with bins of equal mass, since bins of equal width are mostly empty. Raises ValueError for none.
    """
    sure, shares, sizes = reliability(probabilities, right, bins=bins).T
    return float((np.abs(sure - shares) * sizes).sum() / sizes.sum())


def calibration_error_by_chance(probabilities: Sequence[float], *, samples: int = 200, seed: int = 0) -> float:
    """The calibration error that questions with these probabilities would show on the mean if each of them were right.

    Few questions in a bin are seldom right in just the share that was said: of a hundred questions the error is about .1 even
    where nothing is amiss (Roelofs et al. 2022). Seeded. Raises ValueError for none.
    """
    random = np.random.default_rng(seed)
    sure = np.asarray(probabilities, dtype=np.float64)
    drawn = random.random((samples, len(sure))) < sure
    return float(np.mean([expected_calibration_error(probabilities, right.tolist()) for right in drawn]))


def interval(values: Sequence[float] | NDArray[np.float64], *, samples: int = 2000, seed: int = 0) -> tuple[float, float]:
    """A 95 % percentile bootstrap interval of the mean (Efron 1979); seeded, so the same values give the same interval."""
    data = np.asarray(values, dtype=np.float64)
    random = np.random.default_rng(seed)
    means = np.concatenate(
        [data[random.integers(0, len(data), (min(100, samples - at), len(data)))].mean(axis=1) for at in range(0, samples, 100)]
    )
    low, high = np.quantile(means, [0.025, 0.975])
    return float(low), float(high)


def resampled(
    statistic: Callable[..., float], *samples: Sequence[object], times: int = 300, seed: int = 0
) -> tuple[float, float]:
    """A 95 % percentile bootstrap interval of a statistic of one or more samples, each drawn anew by itself; seeded."""
    random = np.random.default_rng(seed)
    values = [
        statistic(*([sample[i] for i in random.integers(0, len(sample), len(sample))] for sample in samples))
        for _ in range(times)
    ]
    low, high = np.quantile(values, [0.025, 0.975])
    return float(low), float(high)
