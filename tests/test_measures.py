"""Measures by value: against formulas written out, against other libraries, against the laws they must keep."""

from math import log2

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from runs import row_of, run_of
from scipy import stats
from sklearn.metrics import roc_auc_score

from corpus.errors import EvaluationError
from rag.evaluation.calibrate import calibrate, upper_bound
from rag.evaluation.compare import compare
from rag.evaluation.measures import (
    BINS,
    auroc,
    calibration_error_by_chance,
    characters,
    expected_calibration_error,
    interval,
    rankings,
    reliability,
    risk_coverage,
)
from rag.evaluation.stored import Run

RANGES = st.lists(st.tuples(st.integers(0, 1), st.integers(0, 30), st.integers(1, 12)).map(lambda r: (r[0], r[1], r[1] + r[2])))
SCORES = st.lists(st.integers(-5, 5).map(float), min_size=1, max_size=30)


def test_ranking_measures_are_their_formulas():
    qrels = {"q": {"a": 2, "b": 1, "c": 0, "d": 1}, "nothing found": {"a": 1}, "not judged": {"a": 0}}
    found = rankings(qrels, {"q": ["c", "a", "x", "b"], "nothing found": [], "not judged": ["a"]})
    gain = 2 / log2(3) + 1 / log2(5)
    ideal = 2 / log2(2) + 1 / log2(3) + 1 / log2(4)
    assert found["q"]["nDCG@10"] == pytest.approx(gain / ideal)
    assert found["q"]["RR"] == pytest.approx(1 / 2)
    assert found["q"]["AP"] == pytest.approx((1 / 2 + 2 / 4) / 3)
    assert (found["q"]["R@1"], found["q"]["R@5"]) == (0, pytest.approx(2 / 3))
    assert (found["q"]["Success@1"], found["q"]["Success@5"]) == (0, 1)
    assert set(found["nothing found"].values()) == {0}
    assert "not judged" not in found


@given(RANGES, RANGES.filter(bool))
def test_characters_are_those_of_sets(shown, gold):
    ours, theirs = ({(d, at) for d, start, end in ranges for at in range(start, end)} for ranges in (shown, gold))
    found = characters(shown, gold)
    assert found.recall == pytest.approx(len(ours & theirs) / len(theirs))
    assert found.precision == pytest.approx(len(ours & theirs) / len(ours) if ours else 0)
    assert found.iou == pytest.approx(len(ours & theirs) / len(ours | theirs))


@given(SCORES, SCORES)
def test_auroc_is_scikit_learns(positive, negative):
    expected = roc_auc_score([1] * len(positive) + [0] * len(negative), positive + negative)
    assert auroc(positive, negative) == pytest.approx(expected)


@given(st.lists(st.tuples(st.integers(-3, 3), st.booleans()), min_size=1, max_size=40))
def test_risk_coverage_is_counted_point_by_point(points):
    curve = risk_coverage([float(sure) for sure, _ in points], [wrong for _, wrong in points])
    for threshold, coverage, risk in zip(curve.thresholds, curve.coverages, curve.risks, strict=True):
        answered = [wrong for sure, wrong in points if sure >= threshold]
        assert coverage == pytest.approx(len(answered) / len(points))
        assert risk == pytest.approx(sum(answered) / len(answered))
    assert curve.coverages[-1] == 1
    assert list(curve.thresholds) == sorted({float(sure) for sure, _ in points}, reverse=True)
    assert 0 <= curve.area <= 1
    for error in (0.0, 0.05, 0.5):
        within = [c for c, r in zip(curve.coverages, curve.risks, strict=True) if r <= error]
        assert curve.coverage_at(error) == pytest.approx(max(within, default=0))


PROBABLE = st.lists(st.tuples(st.sampled_from([0.0, 0.1, 0.5, 0.9, 1.0]) | st.floats(0, 1), st.booleans()), min_size=1)


@given(PROBABLE, st.randoms())
def test_reliability_holds_every_question_once_whatever_their_order(pairs, random):
    sure, right = map(list, zip(*pairs, strict=True))
    bins = reliability(sure, right)
    assert len(bins) == min(BINS, len(pairs))
    sizes = bins[:, 2]
    assert sizes.sum() == len(pairs) and sizes.max() - sizes.min() <= 1
    assert list(bins[:, 0]) == sorted(bins[:, 0])
    assert (bins[:, :2] * sizes[:, None]).sum(axis=0) == pytest.approx([sum(sure), sum(right)])
    random.shuffle(pairs)
    other = reliability(*zip(*pairs, strict=True))
    assert other == pytest.approx(bins)


def test_calibration_error_by_chance_is_that_of_a_perfect_forecast():
    certain, even = [0.0, 1.0] * 50, [0.5] * 100
    assert calibration_error_by_chance(certain) == 0
    few, many = calibration_error_by_chance(even), calibration_error_by_chance(even * 100)
    assert few == pytest.approx(0.5 * (2 / np.pi / 100) ** 0.5, rel=0.15)  # one bin: the mean distance of a binomial share
    assert many == pytest.approx(few / 10, rel=0.15)
    rng = np.random.default_rng(1)
    sure = rng.random(5000)
    drawn = expected_calibration_error(sure.tolist(), (rng.random(5000) < sure).tolist())
    assert drawn == pytest.approx(calibration_error_by_chance(sure.tolist()), abs=0.01)


@given(PROBABLE)
def test_calibration_error_is_at_least_that_of_the_whole(pairs):
    sure, right = map(list, zip(*pairs, strict=True))
    found = expected_calibration_error(sure, right)
    assert abs(np.mean(sure) - np.mean(right)) - 1e-9 <= found <= 1
    assert expected_calibration_error(sure, right, bins=1) == pytest.approx(abs(np.mean(sure) - np.mean(right)))
    assert expected_calibration_error([float(one) for one in right], right) == pytest.approx(0)
    assert expected_calibration_error([1.0] * len(pairs), [False] * len(pairs)) == 1


def test_calibration_error_of_what_is_calibrated_is_small():
    random = np.random.default_rng(3)
    sure = random.random(20_000)
    right = random.random(20_000) < sure
    assert expected_calibration_error(sure.tolist(), right.tolist()) < 0.02
    assert expected_calibration_error((sure**3).tolist(), right.tolist()) > 0.2


@pytest.mark.parametrize(("errors", "n"), [(0, 59), (0, 1), (3, 100), (50, 50), (7, 89)])
def test_upper_bound_is_where_so_few_errors_become_unlikely(errors, n):
    bound = upper_bound(errors, n, level=0.95)
    assert bound == 1 or stats.binom.cdf(errors, n, bound) == pytest.approx(0.05, abs=1e-9)


def run(rows: list[tuple[float, bool]], *, fingerprint: str = "f") -> Run:
    """A run of rows of confidence and whether what would be shown is right."""
    made = [
        row_of(
            id=str(n),
            answerable=right or n % 2 == 0,
            confidence=sure,
            answered=sure > 0,
            measures={"right if shown": float(right), "decision right": float(right == (sure > 0))},
        )
        for n, (sure, right) in enumerate(rows)
    ]
    return run_of(*made, fingerprint=fingerprint)


def test_calibration_keeps_its_promise_on_new_questions():
    """Over many sets the chosen threshold exceeds the wanted error about as rarely as the level says."""
    random = np.random.default_rng(7)
    broken = chosen = 0
    for _ in range(150):
        sure = random.normal(0, 3, 600)
        right = random.random(600) < 1 / (1 + np.exp(-sure))
        try:
            found = calibrate(run(list(zip(sure.tolist(), right.tolist(), strict=True))), max_error=0.1)
        except EvaluationError:
            continue
        chosen += 1
        new = random.normal(0, 3, 40_000)
        risk = (1 / (1 + np.exp(new[new >= found.threshold]))).mean()
        broken += risk > 0.1
        assert found.bound <= 0.1
        assert found.wrong <= found.answered * 0.1
    assert chosen > 100
    assert broken / chosen <= 0.08


@pytest.mark.parametrize(
    ("max_error", "message"), [(0.05, "no threshold keeps the error"), (0, "both lie between"), (1.0, "both lie")]
)
def test_calibration_that_cannot_be_is_refused(max_error, message):
    with pytest.raises(EvaluationError, match=message):
        calibrate(run([(1.0, n % 3 == 0) for n in range(300)]), max_error=max_error)
    with pytest.raises(EvaluationError, match="it takes 59 questions"):
        calibrate(run([(1.0, True)] * 20), max_error=0.05)


def test_comparison_of_a_run_with_itself_finds_nothing():
    same = run([(float(n % 5) - 2, n % 3 > 0) for n in range(80)])
    found = compare(same, same)
    assert all(d.p == 1 and d.before == d.after and d.low == d.high == 0 for d in found.differences)
    assert found.better == found.worse == ()


def test_comparison_agrees_with_scipys_permutation_test():
    random = np.random.default_rng(3)
    one, other = random.random(40), random.random(40) + 0.12
    before, after = run([(0.0, True)] * 40), run([(0.0, True)] * 40)
    for row, value in [*zip(before.rows, one, strict=True), *zip(after.rows, other, strict=True)]:
        row.measures["x"] = float(value)
    (found,) = [d for d in compare(before, after).differences if d.measure == "x"]
    expected = stats.permutation_test(
        (other, one), lambda a, b: (a - b).mean(), permutation_type="samples", n_resamples=20_000, rng=np.random.default_rng(1)
    )
    assert found.p == pytest.approx(expected.pvalue, abs=0.01)
    assert found.after - found.before == pytest.approx((other - one).mean())
    assert found.low < (other - one).mean() < found.high


def test_comparison_names_the_questions_that_changed():
    before, after = run([(1.0, True)] * 30), run([(1.0, True)] * 20 + [(-1.0, True)] * 10)
    found = compare(before, after)
    assert [change.id for change in found.worse] == [str(n) for n in range(20, 30)]
    assert found.better == ()
    (difference,) = [d for d in found.differences if d.measure == "decision right"]
    assert difference.worse


def test_comparison_over_different_questions_is_refused():
    with pytest.raises(EvaluationError, match="different documents, questions or judgements"):
        compare(run([(0.0, True)]), run([(0.0, True)], fingerprint="g"))


def test_interval_holds_the_mean_and_is_the_same_each_time():
    values = [0.0, 1.0] * 50
    low, high = interval(values)
    assert low < 0.5 < high
    assert (low, high) == interval(values)
    assert interval([1.0] * 10) == (1.0, 1.0)
