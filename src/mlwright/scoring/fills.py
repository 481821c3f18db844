"""What stands for a missing value in columns that had none in training."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


def fill(matrix: NDArray[np.float32], fills: NDArray[np.float64]) -> NDArray[np.float32]:
    """The matrix with its first ``len(fills)`` columns filled where they are NaN, in place.

    Parameters
    ----------
    matrix : array, shape (n_rows, n_columns)
    fills : array, shape (n_filled,)
        NaN for columns whose missing values stay.
    """
    head = matrix[:, : len(fills)]
    np.copyto(head, fills.astype(np.float32), where=np.isnan(head))
    return matrix
