"""The three bands of a verdict, and the costs that draw the two borders between them.

With the probability ``p`` that a quote answers, showing it as an answer costs ``(1 - p) W``, showing it as unsure
``(1 - p) w + p u``, and refusing it ``p R``. The cheapest of the three (Chow 1970, with a third choice between his two) is
"answers" from ``(W - w) / (W - w + u)`` up, "may answer" from ``w / (w + R - u)`` up, and "does not say" below.
"""

from dataclasses import dataclass
from math import exp, log
from typing import Literal

Band = Literal["answers", "may answer", "does not say"]


@dataclass(frozen=True, slots=True)
class Costs:
    """What each way to be wrong costs, in one unit; a right quote shown as an answer and a wrong one refused cost nothing.

    There is a band between the two others where ``w u <= (W - w) (R - u)``.
    """

    wrong_shown: float
    """``W``: a wrong quote is shown as an answer"""
    wrong_unsure: float
    """``w``: a wrong quote is shown as unsure"""
    right_unsure: float
    """``u``: a right quote is shown only as unsure"""
    right_refused: float
    """``R``: a right quote is refused"""

    @property
    def answers(self) -> float:
        """The probability from which showing a quote as an answer costs no more than showing it as unsure."""
        spared = self.wrong_shown - self.wrong_unsure
        return spared / (spared + self.right_unsure)

    @property
    def may_answer(self) -> float:
        """The probability from which showing a quote as unsure costs no more than refusing it."""
        return self.wrong_unsure / (self.wrong_unsure + self.right_refused - self.right_unsure)


COSTS = Costs(wrong_shown=2.5, wrong_unsure=1.0, right_unsure=1.0, right_refused=3.3)
"""The borders are .60 and .30.

Over the twenty-six domains that the decision is fitted to (`training/decide.py`), each with the same weight: share of the
questions with an answer that are answered and rightly answered, of far questions and near misses refused, by the lower border:

    border   answered   rightly   far    near
    .15      .985       .770      .885   .458
    .20      .979       .768      .917   .520
    .30      .938       .744      .954   .615
    .40      .900       .717      .981   .721
    .50      .836       .683      .990   .793
    .60      .744       .620      .994   .853
"""


def log_odds(probability: float) -> float:
    """The log-odds of a probability between 0 and 1."""
    return log(probability / (1 - probability))


def probability(log_odds: float) -> float:
    """The probability of log-odds (the logistic function), from 0 to 1."""
    small = exp(-abs(log_odds))
    return 1 / (1 + small) if log_odds >= 0 else small / (1 + small)


def percent(probability: float) -> int:
    """A probability in whole per cent as it is said to people, from 1 to 99: nothing is certain."""
    return min(99, max(1, round(100 * probability)))


ANSWERS, MAY_ANSWER = log_odds(COSTS.answers), log_odds(COSTS.may_answer)
"""The borders as log-odds."""


def may_answer_from(threshold: float) -> float:
    """The log-odds at which the second band begins, if the first begins at ``threshold``."""
    return min(MAY_ANSWER, threshold)
