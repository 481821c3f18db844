"""Learns what stands for a missing value where training saw none."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


def learn_fills(numbers: NDArray[np.float32]) -> NDArray[np.float64]:
    """The median of each column that has no missing value, NaN for the others; shape (n_columns,)."""
    if not len(numbers):
        return np.full(numbers.shape[1], np.nan)
    medians: NDArray[np.float64] = np.median(numbers, axis=0).astype(np.float64)
    return medians
