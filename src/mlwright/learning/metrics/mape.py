"""Mean absolute percentage error."""

from __future__ import annotations

import numpy as np

from mlwright.learning.aim import Aim
from mlwright.learning.metrics import Metric
from mlwright.learning.metrics._parts import NUMBERS, Array
from mlwright.scoring.deciding import Decisive


class Mape(Metric):
    """Mean distance as a share of the number: 0.1 means that predictions are a tenth off.

    Defined only for rows above zero; one row that is not makes the whole figure undefined.
    """

    title = "Mean absolute percentage error"
    greater_is_better = False
    tasks = NUMBERS

    @property
    def aim(self) -> Aim:
        """The middle, where rows count by the inverse of their number."""
        return Aim(quantile=0.5, relative=True)

    def row_values(self, target: Array, prediction: Array, *, threshold: Decisive = 0.5) -> Array:
        """Distance of each row as a share of its number; NaN for every row unless every number is above zero."""
        if not (target > 0).all():
            return np.full(len(target), np.nan)
        return np.abs(prediction[:, 0] - target) / target
