"""The threshold of the first band, set from data with a stated bound on the error of what is shown as an answer.

Thresholds are tried from strict to loose in an order fixed beforehand; each must have a Clopper-Pearson upper bound of its
error under the wanted one, and the first that has not ends the search. Testing in a fixed order keeps the promise for the
threshold that is chosen, not only for one named in advance (Learn then Test, Angelopoulos et al. 2021, fixed sequence testing;
Clopper and Pearson 1934). The promise holds for questions like those it was calibrated on; nothing is promised of what only
may answer, and is shown as that.
"""

from collections.abc import Sequence
from math import ceil, log1p

import numpy as np
from msgspec import UNSET

from corpus.errors import EvaluationError
from corpus.messages import Message
from rag.bands import MAY_ANSWER
from rag.calibration import Calibration
from rag.evaluation.run import judged
from rag.evaluation.stored import Point, Row, Run

GRID = tuple(float(x) for x in np.round(np.arange(12.0, -12.0, -0.05), 2))
"""The log-odds that are tried, strict to loose: fixed before any data are seen."""


def calibrate(run: Run, *, max_error: float, level: float = 0.95) -> Calibration:
    """The loosest threshold that keeps the promise over the questions of a run.

    Counted are the questions whose verdict would be "answers": some part is in the first band, and none in the second. One
    is wrong when what would be shown does not answer it, so every unanswerable one is; of several parts it is right only where
    all of them are shown, at a threshold that the least sure one passes. Raises EvaluationError when no threshold keeps the
    promise, with the nearest there is, and for bounds outside 0 and 1.
    """
    if not 0 < max_error < 1 or not 0 < level < 1:
        raise EvaluationError("calibrate.bounds", error=f"{max_error:g}", level=f"{level:g}")
    points = np.array(judged(run.rows)).reshape(-1, 2)
    if not len(points):
        raise EvaluationError("calibrate.nothing_known", where=run.set.name)
    parts = [_parts(row) for row in run.rows if row.answerable is not None]
    sure, least, wrong = np.array(list(map(_sure, parts))), np.array(list(map(min, parts))), points[:, 1] > 0
    fewest = ceil(log1p(-level) / log1p(-max_error))  # with fewer, not even no error at all would do
    best = (1.0, 0.0)
    kept: Calibration | None = None
    for threshold in GRID:
        answered = sure >= threshold
        n, errors = int(answered.sum()), int((answered & (wrong | (least < threshold))).sum())
        if n < fewest:
            continue
        bound = upper_bound(errors, n, level=level)
        best = min(best, (bound, n / len(points)))
        if bound > max_error:
            break
        counts = {"questions": len(points), "answered": n, "wrong": errors}
        kept = Calibration(
            threshold,
            max_error,
            level,
            **counts,
            bound=bound,
            set=run.set.name,
            fingerprint=run.set.fingerprint,
            reader=run.settings.reader,
        )
    if kept is None:
        raise EvaluationError(
            "calibrate.no_threshold",
            where=run.set.name,
            error=f"{max_error:.0%}",
            level=f"{level:.0%}",
            nearest=_nearest(*best) if best[1] else Message("calibrate.takes", n=fewest),
        )
    return kept


def _parts(row: Row) -> Sequence[float]:
    """The log-odds of each part of a question; older runs have but the surest and the least sure."""
    if row.parts is not UNSET:
        return row.parts
    return (row.confidence,) if row.least is UNSET else (row.confidence, row.least)


def _sure(parts: Sequence[float]) -> float:
    """The threshold up to which the verdict of an answer with these parts is "answers": then no part is in the second band."""
    return min((part for part in parts if part >= MAY_ANSWER), default=max(parts))


def _nearest(bound: float, share: float) -> Message:
    return Message("calibrate.nearest", bound=f"{bound:.1%}", share=f"{share:.0%}")


def upper_bound(errors: int, n: int, *, level: float = 0.95) -> float:
    """The one-sided Clopper-Pearson upper bound of a proportion: ``errors`` of ``n`` observed."""
    from scipy.stats import beta

    return 1.0 if errors >= n else float(beta.ppf(level, errors + 1, n - errors))


def curve_text(points: Sequence[Point], *, width: int = 50) -> str:
    """The risk-coverage curve as lines of text: error among the answered at every tenth of coverage."""
    lines = ["coverage   error"]
    for tenth in range(1, 11):
        _, risk, _ = next((p for p in points if p[0] >= tenth / 10 - 1e-9), points[-1])
        lines.append(f"{tenth * 10:>7} %   {risk:>6.1%}  {'█' * round(risk * width)}")
    return "\n".join(lines) + "\n"
