"""From the sums that a model computes to the scores that it answers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

LARGEST_POWER = 700.0
"""Of e, within what float64 can hold."""


def identity(sums: Array) -> Array:
    """Numbers: the sum itself."""
    return sums


def sigmoid(sums: Array) -> Array:
    """Two classes: the probability of the positive one."""
    probabilities: Array = 1.0 / (1.0 + np.exp(np.minimum(-sums, LARGEST_POWER)))
    return probabilities


def softmax(sums: Array) -> Array:
    """Several classes: probabilities that sum to 1 in each row."""
    powers = np.exp(sums - sums.max(axis=1, keepdims=True))
    probabilities: Array = powers / powers.sum(axis=1, keepdims=True)
    return probabilities


def power(sums: Array) -> Array:
    """Amounts: the power of e, so that what the parts of the sum say is multiplied."""
    amounts: Array = np.exp(sums)
    return amounts


LINKS: Final[tuple[Callable[[Array], Array], ...]] = (identity, sigmoid, softmax, power)
"""A link's place is how a core's bytes name it."""
