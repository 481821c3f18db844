"""Brier score."""

from __future__ import annotations

import numpy as np

from mlwright.learning.metrics import Metric
from mlwright.learning.metrics._parts import CLASSES, Array
from mlwright.scoring.deciding import Decisive


class Brier(Metric):
    """Mean squared distance between the probabilities and what came true.

    Two classes: of the positive class, from 0 to 1. Several classes: summed over them, from 0 to 2.

    References
    ----------
    Brier, G. W. (1950). Verification of forecasts expressed in terms of probability. Monthly Weather Review 78.
    """

    title = "Brier score"
    greater_is_better = False
    tasks = CLASSES

    def row_values(self, target: Array, prediction: Array, *, threshold: Decisive = 0.5) -> Array:
        """Squared distance of each row."""
        if prediction.shape[1] == 1:
            return (prediction[:, 0] - target) ** 2
        truth = np.eye(prediction.shape[1])[target.astype(np.int64)]
        distances: Array = ((prediction - truth) ** 2).sum(axis=1)
        return distances
