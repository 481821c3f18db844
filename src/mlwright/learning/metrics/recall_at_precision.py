"""Recall at a precision."""

from __future__ import annotations

import numpy as np

from mlwright.learning.metrics import Metric
from mlwright.learning.metrics._parts import TWO_CLASSES, Array, cumulative_by_score, weights_of
from mlwright.scoring.deciding import Decisive


class RecallAtPrecision(Metric):
    """The largest share of the positive rows that a threshold finds of whose finds so many are right.

    Parameters
    ----------
    precision : float, default=0.9
        The share of the rows answered "positive" that must be, between 0 and 1.
    """

    title = "Recall at a precision"
    greater_is_better = True
    tasks = TWO_CLASSES
    only_if_asked = True

    def __init__(self, precision: float = 0.9) -> None:
        self.precision = precision

    def score(
        self, target: Array, prediction: Array, weight: Array | None = None, *, threshold: Decisive = 0.5
    ) -> float:
        """The figure, from 0 to 1; 0 if no threshold is so precise, NaN if no row is positive."""
        if not len(target):
            return float("nan")
        true, false = cumulative_by_score(target == 1, prediction[:, 0], weights_of(target, weight))
        if not true[-1]:
            return float("nan")
        precise = true >= self.precision * (true + false)
        return float(true[precise].max(initial=0.0) / true[-1])

    def threshold(self, probability: Array) -> float:
        """The lowest from which on the rows are as precise as is wanted, as the probabilities themselves promise.

        >>> RecallAtPrecision(0.75).threshold(np.array([0.9, 0.7, 0.2]))
        0.7
        """
        ranked = np.sort(probability)[::-1]
        promised = np.cumsum(ranked) / np.arange(1, len(ranked) + 1)
        last = int((promised >= self.precision).sum()) - 1
        return float(ranked[max(last, 0)])
