"""Accuracy."""

from __future__ import annotations

import numpy as np

from mlwright.learning.metrics import Metric
from mlwright.learning.metrics._parts import CLASSES, Array
from mlwright.scoring.deciding import Decisive, places_answered


class Accuracy(Metric):
    """Share of right answers, from 0 to 1."""

    title = "Accuracy"
    greater_is_better = True
    tasks = CLASSES

    def row_values(self, target: Array, prediction: Array, *, threshold: Decisive = 0.5) -> Array:
        """1 for a right answer, else 0."""
        right: Array = (places_answered(prediction, threshold) == target).astype(np.float64)
        return right

    def threshold(self, probability: Array) -> float:
        """The more probable class is right more often."""
        return 0.5
