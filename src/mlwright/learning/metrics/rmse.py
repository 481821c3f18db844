"""Root mean squared error."""

from __future__ import annotations

import math

from mlwright.learning.loss import squared_error_rows
from mlwright.learning.metrics import Metric
from mlwright.learning.metrics._parts import NUMBERS, Array, mean
from mlwright.scoring.deciding import Decisive


class Rmse(Metric):
    """Square root of the mean squared distance; large errors count most, and the expected value makes it smallest."""

    title = "Root mean squared error"
    greater_is_better = False
    tasks = NUMBERS

    def score(
        self, target: Array, prediction: Array, weight: Array | None = None, *, threshold: Decisive = 0.5
    ) -> float:
        """The figure, in units of the target."""
        return math.sqrt(mean(squared_error_rows(target, prediction), weight))
