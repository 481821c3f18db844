"""Applies a calibrator: scores become better probabilities.

References
----------
Kull, M., Silva Filho, T. and Flach, P. (2017). Beta calibration: a well-founded and easily implemented improvement on
logistic calibration for binary classifiers. AISTATS.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from mlwright.records.model import Calibrator
from mlwright.scoring.links import sigmoid, softmax

Array = NDArray[np.float64]

SMALLEST = 1e-12
LARGEST = 1.0 - SMALLEST
"""Probabilities are kept that far from 0 and 1, so that their logarithms are finite."""


def calibrate(scores: Array, calibrator: Calibrator | None) -> Array:
    """Calibrated probabilities, shape (n_rows, n_outputs) as `scores`; without a calibrator the scores themselves.

    >>> calibrate(np.array([[0.2], [0.5]]), Calibrator(form="beta", parameters=(1.0, 1.0, 0.0)))
    array([[0.2],
           [0.5]])
    """
    if calibrator is None:
        return scores
    if calibrator.form == "beta":
        of_logarithm, of_rest, constant = calibrator.parameters
        p = np.minimum(np.maximum(scores, SMALLEST), 1.0 - SMALLEST)
        return sigmoid(of_logarithm * np.log(p) - of_rest * np.log1p(-p) + constant)
    parameters = np.array(calibrator.parameters)
    n_classes = scores.shape[1]
    return softmax(logarithms(scores) * parameters[:n_classes] + parameters[n_classes:])


def calibration_of_row(calibrator: Calibrator | None) -> Callable[[list[float]], list[float]]:
    """`calibrate` of a single row: a function of numpy for each step would take longer than all of it."""
    if calibrator is None:
        return lambda scores: scores
    if calibrator.form == "beta":
        of_logarithm, of_rest, constant = calibrator.parameters
        log, log1p, exp = math.log, math.log1p, math.exp

        def beta(scores: list[float]) -> list[float]:
            p = scores[0]
            p = SMALLEST if p < SMALLEST else LARGEST if p > LARGEST else p
            x = of_logarithm * log(p) - of_rest * log1p(-p) + constant
            power = exp(-abs(x))
            return [1.0 / (1.0 + power) if x >= 0 else power / (1.0 + power)]

        return beta
    return lambda scores: _first(calibrate(np.array([scores]), calibrator))


def _first(rows: Array) -> list[float]:
    first: list[float] = rows[0].tolist()
    return first


def beta_features(probability: Array) -> Array:
    """Columns ``ln(p)``, ``-ln(1 - p)`` and 1, shape (n_rows, 3)."""
    p = np.clip(probability, SMALLEST, 1.0 - SMALLEST)
    return np.column_stack([np.log(p), -np.log1p(-p), np.ones_like(p)])


def logarithms(probabilities: Array) -> Array:
    """Logarithms that are always finite."""
    found: Array = np.log(np.maximum(probabilities, SMALLEST))
    return found
