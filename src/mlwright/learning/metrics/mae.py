"""Mean absolute error."""

from __future__ import annotations

import numpy as np

from mlwright.learning.aim import Aim
from mlwright.learning.metrics import Metric
from mlwright.learning.metrics._parts import NUMBERS, Array
from mlwright.scoring.deciding import Decisive


class Mae(Metric):
    """Mean distance between the prediction and the number, in its units; the median makes it smallest."""

    title = "Mean absolute error"
    greater_is_better = False
    tasks = NUMBERS

    @property
    def aim(self) -> Aim:
        """The middle of what may come true."""
        return Aim(quantile=0.5)

    def row_values(self, target: Array, prediction: Array, *, threshold: Decisive = 0.5) -> Array:
        """Distance of each row."""
        return np.abs(prediction[:, 0] - target)
