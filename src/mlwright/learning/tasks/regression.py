"""A number."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from mlwright.learning.loss import squared_error_rows
from mlwright.learning.tasks import Task
from mlwright.scoring.spelling import missing_array, to_number_array


class Regression(Task):
    """How much; a prediction is the expected number, or another one that the metric asks for."""

    default_metric = "rmse"
    metrics = ("rmse", "mae", "r2", "median_absolute_error", "mape")

    def target(
        self, values: pa.ChunkedArray, classes: tuple[str, ...], missing_codes: tuple[str, ...]
    ) -> NDArray[np.float64]:
        """The number itself; NaN where it is missing, a missing code, infinite or no number."""
        numbers = to_number_array(values)
        numbers[missing_array(values, missing_codes) | ~np.isfinite(numbers)] = np.nan
        return numbers

    def n_outputs(self, classes: tuple[str, ...]) -> int:
        """Always 1."""
        return 1

    def row_loss(self, target: NDArray[np.float64], prediction: NDArray[np.float64]) -> NDArray[np.float64]:
        """Squared error."""
        return squared_error_rows(target, prediction)
