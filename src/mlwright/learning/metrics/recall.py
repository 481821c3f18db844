"""Recall."""

from __future__ import annotations

import numpy as np

from mlwright.learning.metrics import Metric
from mlwright.learning.metrics._parts import TWO_CLASSES, Array, mean
from mlwright.scoring.deciding import Decisive, places_answered


class Recall(Metric):
    """Share of the positive rows that are answered "positive"."""

    title = "Recall"
    greater_is_better = True
    tasks = TWO_CLASSES

    def score(
        self, target: Array, prediction: Array, weight: Array | None = None, *, threshold: Decisive = 0.5
    ) -> float:
        """The figure, from 0 to 1; NaN if no row is positive."""
        positive = target == 1
        found = places_answered(prediction, threshold)[positive].astype(np.float64)
        return mean(found, None if weight is None else weight[positive])
