"""Makes probabilities mean what they say, where there are rows enough to learn that from."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.special import expit

from mlwright.learning.search.judge import Array, Judge, mean_and_error
from mlwright.records.model import Calibrator
from mlwright.scoring.calibrate import beta_features, calibrate, logarithms
from mlwright.scoring.links import softmax

FEWEST_ROWS = 1000
"""With fewer rows calibration harms about as often as it helps."""

N_PARTS = 5
MOST_ENTRIES = 500_000
PULL = 1e-3
"""How strongly the parameters of many classes are held back from leaving what the model said."""

MOST_STEPS = 100

ROWS_PER_CLASS = 40
"""With fewer all classes have one parameter together: two for each are then mostly chance, and take long to find."""

Objective = Callable[[Array], tuple[float, Array]]


def fit_calibrator(judge: Judge, prediction: Array, rng: np.random.Generator) -> Calibrator | None:
    """A calibrator for the held-out predictions, or None if there is none that surely helps.

    It is adopted if there are at least 1,000 rows and, when it is fitted on four fifths of them and tried on the
    rest in turn, the mean log loss falls by more than one standard error of that fall.

    Parameters
    ----------
    judge : Judge
        Of the held-out rows.
    prediction : array, shape (n_rows, n_outputs)
    rng : numpy.random.Generator

    References
    ----------
    Kull, M., Silva Filho, T. and Flach, P. (2017). Beta calibration: a well-founded and easily implemented
    improvement on logistic calibration for binary classifiers. AISTATS.

    Guo, C., Pleiss, G., Sun, Y. and Weinberger, K. (2017). On calibration of modern neural networks. ICML: of many
    classes one parameter for all.
    """
    held = judge.held
    if "regression" in judge.metric.tasks or len(held) < FEWEST_ROWS:
        return None
    part = parts(len(held), held.groups, rng, N_PARTS)
    tried = np.empty_like(prediction)
    for number in range(N_PARTS):
        inside = part == number
        calibrator = fit(held.target[~inside], prediction[~inside])
        tried[inside] = calibrate(prediction[inside], calibrator)
    gain, error = mean_and_error(judge.row_loss(prediction) - judge.row_loss(tried), held.groups)
    return fit(held.target, prediction) if gain > error else None


def parts(n_rows: int, groups: NDArray[np.int64] | None, rng: np.random.Generator, n_parts: int) -> NDArray[np.int64]:
    """The part of each row, at random; rows of one group are in one part."""
    if groups is None:
        return rng.permutation(np.arange(n_rows) % n_parts)
    _, group = np.unique(groups, return_inverse=True)
    of_group = rng.permutation(np.arange(group.max() + 1) % n_parts)
    found: NDArray[np.int64] = of_group[group]
    return found


def fit(target: Array, prediction: Array) -> Calibrator:
    """The calibrator with the smallest log loss, from evenly spaced rows where there are very many."""
    step = max(1, prediction.size // MOST_ENTRIES)
    target, prediction = target[::step], prediction[::step]
    n_classes = prediction.shape[1]
    if n_classes == 1:
        found = _minimum(_beta_loss(target, beta_features(prediction[:, 0])), np.array([1.0, 1.0, 0.0]), 2)
        return Calibrator(form="beta", parameters=found)
    if len(target) < ROWS_PER_CLASS * n_classes:
        (slope,) = _minimum(_common_loss(target, logarithms(prediction)), np.ones(1), 1)
        return Calibrator(form="vector", parameters=(*[slope] * n_classes, *[0.0] * n_classes))
    start = np.repeat([1.0, 0.0], n_classes)
    return Calibrator(
        form="vector", parameters=_minimum(_vector_loss(target, logarithms(prediction)), start, n_classes)
    )


def _minimum(objective: Objective, start: Array, n_slopes: int) -> tuple[float, ...]:
    """Where the objective is smallest; the first parameters are slopes, which must not be negative."""
    bounds = [(0.0, None)] * n_slopes + [(None, None)] * (len(start) - n_slopes)
    found = minimize(
        objective, start, jac=True, method="L-BFGS-B", bounds=bounds, options={"maxiter": MOST_STEPS}
    )  # fmt: skip
    return tuple(float(value) for value in found.x)


def _beta_loss(target: Array, features: Array) -> Objective:
    def objective(parameters: Array) -> tuple[float, Array]:
        sums = features @ parameters
        loss = float(np.mean(np.logaddexp(0.0, sums) - target * sums))
        return loss, features.T @ (expit(sums) - target) / len(target)

    return objective


def _common_loss(target: Array, logs: Array) -> Objective:
    """Of one slope for all classes."""
    rows, true = np.arange(len(logs)), target.astype(np.int64)
    of_true = float(logs[rows, true].mean())

    def objective(parameters: Array) -> tuple[float, Array]:
        sums = parameters[0] * logs
        said = softmax(sums)
        loss = -float(np.log(np.maximum(said[rows, true], 1e-300)).mean())
        return loss, np.array([float(np.einsum("ij,ij->", said, logs)) / len(logs) - of_true])

    return objective


def _vector_loss(target: Array, logs: Array) -> Objective:
    n_rows, n_classes = logs.shape
    identity = np.repeat([1.0, 0.0], n_classes)
    true = np.zeros_like(logs)
    true[np.arange(n_rows), target.astype(np.int64)] = 1.0

    def objective(parameters: Array) -> tuple[float, Array]:
        said = softmax(logs * parameters[:n_classes] + parameters[n_classes:])
        moved = parameters - identity
        loss = -float(np.log(np.maximum(said[true == 1.0], 1e-300)).mean()) + PULL * float(moved @ moved)
        slope = (said - true) / n_rows
        return loss, np.concatenate([(slope * logs).sum(axis=0), slope.sum(axis=0)]) + 2.0 * PULL * moved

    return objective
