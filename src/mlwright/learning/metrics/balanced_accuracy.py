"""Balanced accuracy."""

from __future__ import annotations

import numpy as np

from mlwright.learning.metrics import Metric
from mlwright.learning.metrics._parts import (
    CLASSES,
    Array,
    counts_by_class,
    mean_of_defined,
    n_classes_of,
    ratio,
    weights_of,
)
from mlwright.scoring.deciding import Decisive, places_answered


class BalancedAccuracy(Metric):
    """Mean over the classes of the share of their rows that were answered right: rare classes count as much."""

    title = "Balanced accuracy"
    greater_is_better = True
    tasks = CLASSES

    def score(
        self, target: Array, prediction: Array, weight: Array | None = None, *, threshold: Decisive = 0.5
    ) -> float:
        """The figure, from 0 to 1; classes without a row are left out."""
        answered, weights = places_answered(prediction, threshold), weights_of(target, weight)
        right, _, true = counts_by_class(target, answered, weights, n_classes_of(prediction))
        return mean_of_defined([ratio(*pair) for pair in zip(right, true, strict=True)])

    def threshold(self, probability: Array) -> float:
        """The share of the positive class, as a positive row counts for as much as all its class has to share out."""
        return float(probability.mean())

    def worth(self, probability: Array) -> Array:
        """A right answer counts for what the class has to share out among its rows.

        >>> BalancedAccuracy().worth(np.array([[0.8, 0.1, 0.1]])).round(2).tolist()
        [[1.25, 0.0, 0.0], [0.0, 10.0, 0.0], [0.0, 0.0, 10.0]]
        """
        shares = probability.mean(axis=0)
        return np.diag(np.divide(1.0, shares, out=np.zeros_like(shares), where=shares > 0))
