"""Fits weighted sums by steepest descent with a memory (L-BFGS), for numbers and for classes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.special import expit, log_softmax, softmax

from mlwright.learning.design import Columns

Array = NDArray[np.float64]

MOST_STEPS = 100
FLAT_ENOUGH = 1e-4
"""The descent ends where no part of the gradient is larger than this."""

ROUNDED = 0.05
"""Within about so many standard deviations of the target a distance is rounded off."""

Loss = Callable[[Array], tuple[float, Array]]
"""From sums, shape (n_rows, n_sums), to their mean loss and its gradient, of the same shape as the sums."""


class Weights(NamedTuple):
    """Weights, shape (n_columns, n_sums), and intercept, shape (n_sums,)."""

    slope: Array
    intercept: Array


def descend(columns: Columns, loss: Loss, penalty: float, start: Weights, stop: Callable[[], bool]) -> Weights:
    """The weights that make the mean loss plus ``penalty / 2 * sum(slope ** 2)`` smallest.

    Parameters
    ----------
    columns : Columns
    loss : Loss
    penalty : float
    start : Weights
    stop : callable
        Asked after every step; once true, the weights are returned as they are.
    """
    shape = start.slope.shape

    def unpack(flat: Array) -> Weights:
        return Weights(flat[: start.slope.size].reshape(shape), flat[start.slope.size :])

    def value_and_gradient(flat: Array) -> tuple[float, Array]:
        weights = unpack(flat)
        value, gradient = loss(columns.times(weights.slope) + weights.intercept)
        by_slope = columns.transposed_times(gradient) + penalty * weights.slope
        value += 0.5 * penalty * float((weights.slope**2).sum())
        return value, np.concatenate([by_slope.ravel(), gradient.sum(axis=0)])

    def after_step(intermediate_result: Any) -> None:
        if stop():
            raise StopIteration

    flat_start = np.concatenate([start.slope.ravel(), start.intercept])
    options = {"maxiter": MOST_STEPS, "gtol": FLAT_ENOUGH}
    found = minimize(value_and_gradient, flat_start, jac=True, method="L-BFGS-B", callback=after_step, options=options)
    return unpack(found.x)


def squared_loss(target: Array) -> Loss:
    """Half the squared distance to numbers, shape (n_rows,)."""
    wanted = target[:, None]

    def loss(sums: Array) -> tuple[float, Array]:
        distance = sums - wanted
        return 0.5 * float((distance**2).mean()), distance / len(wanted)

    return loss


def lopsided_loss(target: Array, quantile: float, weights: Array | None = None) -> Loss:
    """Distance to numbers, shape (n_rows,), of which one side costs more; rounded off at 0, where it has no slope.

    References
    ----------
    Fernandes, M., Guerre, E. and Horta, E. (2021). Smoothing quantile regressions. Journal of Business & Economic
    Statistics 39.
    """
    wanted = target[:, None]
    counts = np.ones_like(wanted) if weights is None else weights[:, None]

    def loss(sums: Array) -> tuple[float, Array]:
        missing = wanted - sums
        value = float((counts * (quantile * missing + ROUNDED * np.logaddexp(0.0, -missing / ROUNDED))).mean())
        return value, counts * (expit(-missing / ROUNDED) - quantile) / len(wanted)

    return loss


def two_class_loss(target: Array) -> Loss:
    """Log loss of sums that are logits of class 1."""
    wanted = target[:, None]

    def loss(sums: Array) -> tuple[float, Array]:
        value = float((np.logaddexp(0.0, sums) - wanted * sums).mean())
        return value, (expit(sums) - wanted) / len(wanted)

    return loss


def several_class_loss(target: Array, n_classes: int) -> Loss:
    """Log loss of sums that are logarithms of the classes' odds."""
    wanted = np.eye(n_classes)[target.astype(np.int64)]

    def loss(sums: Array) -> tuple[float, Array]:
        value = -float((wanted * log_softmax(sums, axis=1)).sum() / len(wanted))
        return value, (softmax(sums, axis=1) - wanted) / len(wanted)

    return loss
