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


def identity_one(sums: list[float]) -> list[float]:
    """`identity` of one row; as the others where there is one output, also of one row's sums of several cores."""
    return sums


def sigmoid_one(sums: list[float]) -> list[float]:
    """`sigmoid` of one row; the power of e is numpy's, for that of `math` is another one in the last bit."""
    powers: list[float] = np.exp([min(-x, LARGEST_POWER) for x in sums]).tolist()
    return [1.0 / (1.0 + power) for power in powers]


def softmax_one(sums: list[float]) -> list[float]:
    """`softmax` of one row."""
    probabilities: list[float] = softmax(np.array([sums]))[0].tolist()
    return probabilities


def power_one(sums: list[float]) -> list[float]:
    """`power` of one row."""
    amounts: list[float] = np.exp(sums).tolist()
    return amounts


LINKS: Final[tuple[Callable[[Array], Array], ...]] = (identity, sigmoid, softmax, power)
"""A link's place is how a core's bytes name it."""

LINKS_OF_ONE: Final[tuple[Callable[[list[float]], list[float]], ...]] = (
    identity_one,
    sigmoid_one,
    softmax_one,
    power_one,
)
"""The same for one row."""
