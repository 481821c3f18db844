"""The losses that fits minimise, row by row; tasks, metrics and families share them."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

SMALLEST_PROBABILITY = 1e-15
"""Probabilities are read as at least this and at most one less this, so that no single row costs infinitely much."""


def log_loss_rows(target: NDArray[np.float64], prediction: NDArray[np.float64]) -> NDArray[np.float64]:
    """Minus the logarithm of the probability that was given to the true class, shape (n_rows,).

    Parameters
    ----------
    target : array, shape (n_rows,)
        Class places.
    prediction : array, shape (n_rows, n_outputs)
        One column: the probability of class 1; several: one of each class.
    """
    given = true_class_probability(target, prediction)
    return -np.log(np.clip(given, SMALLEST_PROBABILITY, 1.0 - SMALLEST_PROBABILITY))


def squared_error_rows(target: NDArray[np.float64], prediction: NDArray[np.float64]) -> NDArray[np.float64]:
    """Squared distance, shape (n_rows,)."""
    return (prediction[:, 0].astype(np.float64) - target) ** 2


def true_class_probability(target: NDArray[np.float64], prediction: NDArray[np.float64]) -> NDArray[np.float64]:
    """The probability that was given to the class that came true, shape (n_rows,)."""
    scores = prediction.astype(np.float64)
    if scores.shape[1] == 1:
        return np.where(target == 1, scores[:, 0], 1.0 - scores[:, 0])
    true_scores: NDArray[np.float64] = scores[np.arange(len(target)), target.astype(np.int64)]
    return true_scores
