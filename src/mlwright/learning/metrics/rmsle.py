"""Root mean squared logarithmic error."""

from __future__ import annotations

import numpy as np

from mlwright.learning.aim import Aim
from mlwright.learning.metrics import Metric
from mlwright.learning.metrics._parts import NUMBERS, Array, mean
from mlwright.scoring.deciding import Decisive


class Rmsle(Metric):
    """Root of the mean squared distance of logarithms, of one more than each number: 0.1 is about a tenth off.

    Defined where no number is below zero; answers below zero are read as zero.
    """

    title = "Root mean squared logarithmic error"
    greater_is_better = False
    tasks = NUMBERS
    only_if_asked = True

    @property
    def aim(self) -> Aim:
        """About the middle: where the logarithms of what may come true are balanced."""
        return Aim(quantile=0.5, logarithms=True)

    def score(
        self, target: Array, prediction: Array, weight: Array | None = None, *, threshold: Decisive = 0.5
    ) -> float:
        """The figure; NaN if a number is below zero."""
        if (target < 0).any():
            return float("nan")
        return float(np.sqrt(mean(self.aim.rows(target, prediction[:, 0]), weight)))
