"""One of several classes."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from mlwright.learning.loss import log_loss_rows
from mlwright.learning.tasks import Task
from mlwright.learning.tasks._classes import class_places


class Multiclass(Task):
    """Which of several classes; a prediction is one probability for each."""

    default_metric = "log_loss"
    metrics = ("log_loss", "roc_auc", "average_precision", "brier", "accuracy", "balanced_accuracy", "f1")
    ordered_metrics = ("ranked_probability", "mean_steps")

    def target(
        self, values: pa.ChunkedArray, classes: tuple[str, ...], missing_codes: tuple[str, ...]
    ) -> NDArray[np.float64]:
        """The place of the class; NaN where missing or none of them."""
        return class_places(values, classes, missing_codes)

    def n_outputs(self, classes: tuple[str, ...]) -> int:
        """One column for each class."""
        return len(classes)

    def row_loss(self, target: NDArray[np.float64], prediction: NDArray[np.float64]) -> NDArray[np.float64]:
        """Log loss."""
        return log_loss_rows(target, prediction)
