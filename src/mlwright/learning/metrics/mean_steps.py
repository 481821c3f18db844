"""Mean number of steps between the answered and the true class."""

from __future__ import annotations

import numpy as np

from mlwright.learning.metrics import Metric
from mlwright.learning.metrics._parts import SEVERAL_CLASSES, Array
from mlwright.scoring.deciding import Decisive, places_answered


class MeanSteps(Metric):
    """By how many steps the answer is off on average, where classes stand in an order: ``high`` for ``low`` is two.

    Where it is what is optimised, the answer is the class in the middle of the probabilities.
    """

    title = "Steps off"
    greater_is_better = False
    tasks = SEVERAL_CLASSES
    needs_order = True

    def row_values(self, target: Array, prediction: Array, *, threshold: Decisive = 0.5) -> Array:
        """The steps of each row."""
        steps: Array = np.abs(places_answered(prediction, threshold) - target)
        return steps

    def worth(self, probability: Array) -> Array:
        """Each step costs one.

        >>> MeanSteps().worth(np.ones((1, 3))).tolist()
        [[0.0, -1.0, -2.0], [-1.0, 0.0, -1.0], [-2.0, -1.0, 0.0]]
        """
        places = np.arange(probability.shape[1], dtype=np.float64)
        cost: Array = 0.0 - np.abs(places[:, None] - places)
        return cost
