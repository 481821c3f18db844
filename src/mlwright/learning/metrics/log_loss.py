"""Log loss."""

from __future__ import annotations

from mlwright.learning.loss import log_loss_rows
from mlwright.learning.metrics import Metric
from mlwright.learning.metrics._parts import CLASSES, Array
from mlwright.scoring.deciding import Decisive


class LogLoss(Metric):
    """Mean of minus the logarithm of the probability that was given to what came true.

    A proper score, from 0 (sure and right) upwards: only the true probabilities make it smallest. Probabilities are
    read as at least 1e-15.
    """

    title = "Log loss"
    greater_is_better = False
    tasks = CLASSES

    def row_values(self, target: Array, prediction: Array, *, threshold: Decisive = 0.5) -> Array:
        """Loss of each row."""
        return log_loss_rows(target, prediction)
