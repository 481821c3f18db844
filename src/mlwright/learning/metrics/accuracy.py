"""Accuracy."""

from __future__ import annotations

import numpy as np

from mlwright.learning.metrics import Metric
from mlwright.learning.metrics._parts import CLASSES, Array, mean
from mlwright.scoring.deciding import Decisive, places_answered


class Accuracy(Metric):
    """Share of right answers."""

    title = "Accuracy"
    greater_is_better = True
    tasks = CLASSES

    def score(
        self, target: Array, prediction: Array, weight: Array | None = None, *, threshold: Decisive = 0.5
    ) -> float:
        """The figure, from 0 to 1."""
        return mean(self.row_values(target, prediction, threshold=threshold), weight)

    def row_values(self, target: Array, prediction: Array, *, threshold: Decisive = 0.5) -> Array:
        """1 for a right answer, else 0."""
        right: Array = (places_answered(prediction, threshold) == target).astype(np.float64)
        return right

    def threshold(self, probability: Array) -> float:
        """The more probable class is right more often."""
        return 0.5
