"""Precision."""

from __future__ import annotations

from mlwright.learning.metrics import Metric
from mlwright.learning.metrics._parts import TWO_CLASSES, Array, mean
from mlwright.scoring.deciding import Decisive, places_answered


class Precision(Metric):
    """Share of the rows answered "positive" that are."""

    title = "Precision"
    greater_is_better = True
    tasks = TWO_CLASSES

    def score(
        self, target: Array, prediction: Array, weight: Array | None = None, *, threshold: Decisive = 0.5
    ) -> float:
        """The figure, from 0 to 1; NaN if no row is answered "positive"."""
        said = places_answered(prediction, threshold) == 1
        return mean(target[said], None if weight is None else weight[said])
