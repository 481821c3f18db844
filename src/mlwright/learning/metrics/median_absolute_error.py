"""Median absolute error."""

from __future__ import annotations

import numpy as np

from mlwright.learning.aim import Aim
from mlwright.learning.metrics import Metric
from mlwright.learning.metrics._parts import NUMBERS, Array, weights_of
from mlwright.scoring.deciding import Decisive


class MedianAbsoluteError(Metric):
    """The distance that half of the rows stay below: what a typical row errs, whatever the outliers do.

    With weights, the middle of the two distances between which half of the weight lies on each side.
    """

    title = "Median absolute error"
    greater_is_better = False
    tasks = NUMBERS

    @property
    def aim(self) -> Aim:
        """The middle of what may come true."""
        return Aim(quantile=0.5)

    def score(
        self, target: Array, prediction: Array, weight: Array | None = None, *, threshold: Decisive = 0.5
    ) -> float:
        """The figure, in units of the target."""
        weights = weights_of(target, weight)
        counted = weights > 0
        if not counted.any():
            return float("nan")
        distance = np.abs(prediction[:, 0] - target)[counted]
        order = np.argsort(distance)
        ranked, below = distance[order], np.cumsum(weights[counted][order])
        half = below[-1] / 2.0
        lower, upper = np.searchsorted(below, half, side="left"), np.searchsorted(below, half, side="right")
        return float((ranked[lower] + ranked[min(int(upper), len(ranked) - 1)]) / 2.0)
