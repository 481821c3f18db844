"""One of two classes."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from mlwright.learning.loss import log_loss_rows
from mlwright.learning.tasks import Task
from mlwright.learning.tasks._classes import class_places


class Binary(Task):
    """Which of two classes; a prediction is the probability of the second, the positive one."""

    default_metric = "log_loss"
    metrics = (
        "log_loss",
        "roc_auc",
        "average_precision",
        "brier",
        "accuracy",
        "balanced_accuracy",
        "f1",
        "precision",
        "recall",
    )

    def target(
        self, values: pa.ChunkedArray, classes: tuple[str, ...], missing_codes: tuple[str, ...]
    ) -> NDArray[np.float64]:
        """0 for the first class, 1 for the second; NaN where missing or neither."""
        return class_places(values, classes, missing_codes)

    def n_outputs(self, classes: tuple[str, ...]) -> int:
        """Always 1."""
        return 1

    def row_loss(self, target: NDArray[np.float64], prediction: NDArray[np.float64]) -> NDArray[np.float64]:
        """Log loss."""
        return log_loss_rows(target, prediction)
