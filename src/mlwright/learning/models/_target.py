"""The target as fits want it."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from mlwright.learning.models import Facts
from mlwright.scoring.cores.constant import ConstantCore

Array = NDArray[np.float64]


class Standard(NamedTuple):
    """Numbers with mean 0 and spread 1, and the way back."""

    values: Array
    center: float
    scale: float


def standardised(target: Array) -> Standard:
    """The target less its mean, by its spread; a constant target is only moved."""
    center, spread = float(target.mean()), float(target.std())
    scale = spread if spread > 1e-12 * abs(center) else 1.0
    return Standard((target - center) / scale, center, scale)


def n_outputs(facts: Facts) -> int:
    """Columns of a prediction."""
    return max(1, facts.n_classes) if facts.n_classes != 2 else 1


def class_shares(target: Array, n_classes: int) -> Array:
    """Share of each class, as if each had been seen once more: never 0; shape (n_classes,)."""
    counts = np.bincount(target.astype(np.int64), minlength=n_classes) + 1.0
    shares: Array = counts / counts.sum()
    return shares


def constant_core(target: Array, facts: Facts) -> ConstantCore:
    """The best constant answer: the number that the metric rewards, or the class shares."""
    if facts.task == "regression":
        return ConstantCore(np.array([facts.aim.constant(target)]))
    shares = class_shares(target, facts.n_classes)
    return ConstantCore(shares[1:] if facts.n_classes == 2 else shares)
