"""Ranked probability score."""

from __future__ import annotations

import numpy as np

from mlwright.learning.metrics import Metric
from mlwright.learning.metrics._parts import SEVERAL_CLASSES, Array
from mlwright.scoring.deciding import Decisive


class RankedProbability(Metric):
    """How far the probabilities lie from the class that came true, where classes stand in an order.

    With ``F(k)`` the probability of one of the first ``k`` classes and ``T(k)`` whether one of them came true, the mean
    over rows and over the ``n - 1`` places between classes of ``(F(k) - T(k)) ** 2``. A proper score, from 0 (sure and
    right) to 1 (sure of the other end); a probability that is given to a class far off costs more than one that is
    given to the next.

    References
    ----------
    Epstein, E. S. (1969). A scoring system for probability forecasts of ranked categories. Journal of Applied
    Meteorology 8.
    """

    title = "Ranked probability score"
    greater_is_better = False
    tasks = SEVERAL_CLASSES
    needs_order = True

    def row_values(self, target: Array, prediction: Array, *, threshold: Decisive = 0.5) -> Array:
        """The score of each row."""
        said = np.cumsum(prediction, axis=1)[:, :-1]
        came = target[:, None] <= np.arange(prediction.shape[1] - 1)
        scores: Array = ((said - came) ** 2).mean(axis=1)
        return scores
