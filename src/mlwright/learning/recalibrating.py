"""Moves a model's probabilities to where the newest outcomes say that they should be."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

from mlwright.records.model import Calibrator
from mlwright.scoring.calibrate import calibrate, logarithms
from mlwright.scoring.links import softmax

HELD_BACK = 2.5
"""How strongly the slope is held to 1 and the levels to 0: ten rows that the model is undecided about, about."""
MOST_STEPS = 60

Array = NDArray[np.float64]


def recalibrated(said: Array, target: Array, weights: Array, own: Calibrator | None) -> Calibrator:
    """The model's calibrator, followed by one slope for all logarithms and a level for each class.

    Few rows tell little, so the slope is held to 1 and the levels to 0.

    Parameters
    ----------
    said : array, shape (n_rows, n_outputs)
        Before the model's own calibrator.
    target : array, shape (n_rows,)
        Places of classes.
    weights : array, shape (n_rows,)
    own : Calibrator or None
        The model's own.

    >>> half = np.full((200, 1), 0.5)
    >>> moved = recalibrated(half, (np.arange(200) % 4 > 0).astype(float), np.ones(200), None)
    >>> calibrate(half[:1], moved).round(2)
    array([[0.74]])
    """
    probabilities = calibrate(said, own)
    if said.shape[1] == 1:
        probabilities = np.hstack([1.0 - probabilities, probabilities])
    slope, levels = _moved(logarithms(probabilities), target.astype(np.int64), weights)
    start = _identity(said.shape[1]) if own is None else own
    if start.form == "beta":
        of_logarithm, of_rest, constant = start.parameters
        shift = float(levels[1] - levels[0])
        return Calibrator(form="beta", parameters=(slope * of_logarithm, slope * of_rest, slope * constant + shift))
    times, plus = np.split(np.array(start.parameters), 2)
    return Calibrator(form="vector", parameters=(*(slope * times).tolist(), *(slope * plus + levels).tolist()))


def mixed_calibrators(shares: Sequence[tuple[float, Calibrator | None]]) -> Calibrator | None:
    """One between several: the mean of their parameters, which is that of the logarithms of what they say.

    Parameters
    ----------
    shares : sequence of (float, Calibrator or None)
        Weights that sum to 1; None leaves probabilities as they are.
    """
    first = shares[0][1]
    there = next((own for _, own in shares if own is not None), None)
    if there is None or all(own == first for share, own in shares if share):
        return next(own for share, own in shares if share)
    n_outputs = 1 if there.form == "beta" else len(there.parameters) // 2
    whole = [np.array((own or _identity(n_outputs)).parameters) * share for share, own in shares]
    return Calibrator(form=there.form, parameters=tuple(np.sum(whole, axis=0).tolist()))


def _identity(n_outputs: int) -> Calibrator:
    if n_outputs == 1:
        return Calibrator(form="beta", parameters=(1.0, 1.0, 0.0))
    return Calibrator(form="vector", parameters=tuple(np.repeat([1.0, 0.0], n_outputs).tolist()))


def _moved(logs: Array, places: NDArray[np.int64], weights: Array) -> tuple[float, Array]:
    """The slope and the levels with the smallest weighted log loss, held back."""
    n_rows, n_classes = logs.shape
    true = np.zeros_like(logs)
    true[np.arange(n_rows), places] = 1.0

    def objective(parameters: Array) -> tuple[float, Array]:
        said = softmax(parameters[0] * logs + parameters[1:])
        moved = parameters - start
        loss = -float(weights @ np.log(np.maximum((said * true).sum(axis=1), 1e-300)))
        slopes = weights[:, None] * (said - true)
        gradient = np.concatenate([[(slopes * logs).sum()], slopes.sum(axis=0)])
        return loss + HELD_BACK * float(moved @ moved), gradient + 2.0 * HELD_BACK * moved

    start = np.concatenate([[1.0], np.zeros(n_classes)])
    bounds = [(0.0, None), *[(None, None)] * n_classes]
    found = minimize(objective, start, jac=True, method="L-BFGS-B", bounds=bounds, options={"maxiter": MOST_STEPS}).x
    return float(found[0]), np.asarray(found[1:])
