"""Coefficient of determination."""

from __future__ import annotations

from mlwright.learning.loss import squared_error_rows
from mlwright.learning.metrics import Metric
from mlwright.learning.metrics._parts import NUMBERS, Array, mean, ratio
from mlwright.scoring.deciding import Decisive


class R2(Metric):
    """Share of the target's variance that the predictions explain: 0 is no better than the mean, 1 is perfect."""

    title = "Variance explained (R²)"
    greater_is_better = True
    tasks = NUMBERS

    def score(
        self, target: Array, prediction: Array, weight: Array | None = None, *, threshold: Decisive = 0.5
    ) -> float:
        """The figure, below 0 where the mean would do better; NaN if all targets are equal."""
        spread = mean((target - mean(target, weight)) ** 2, weight)
        return 1.0 - ratio(mean(squared_error_rows(target, prediction), weight), spread)
