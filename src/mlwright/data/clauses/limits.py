"""How far numbers may go."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from mlwright.statistics.tails import tail_of

Array = NDArray[np.float64]

NEAR_ZERO = 0.05
"""A lower limit so little below zero, as a share of the range, is zero where no value was negative."""

FACTOR = 10.0
"""Positive numbers that span such a factor may grow by factors, as incomes do, and thin out towards zero."""


def limits_of(numbers: Array, chance: float, *, whole: bool) -> tuple[float | None, float | None]:
    """The limits beyond which no value lies, by chance, in a table as long as this one.

    Where its tail leads to, but where the tail does not clearly come to an end no nearer than the outermost value and
    the width of the whole range. Of 1,000 samples of 200 to 7,000 values from 15 distributions (normal, exponential,
    lognormal, Cauchy, Pareto, Poisson, uniform, rounded ...) the next sample passed the limit more often than it was
    meant to: in up to 0.4 % at a chance of 0.02 % (lognormal and beta, 200 values), as few values tell little of it.
    Positive numbers that span a factor of ten come to an end above zero only if their logarithms do, too: what grows by
    factors thins out towards zero so fast that it looks like an end. A second group of much larger values, so rare that
    the sample hardly shows it, passes it more often.

    Parameters
    ----------
    numbers : array
        Finite values.
    chance : float
        That a value passes one of the two limits although nothing has changed.
    whole : bool
        Whether the limits are to be whole numbers.
    """
    n = len(numbers)
    low, high = float(numbers.min()), float(numbers.max())
    below, above = tail_of(-numbers, n, chance / 2), tail_of(numbers, n, chance / 2)
    least, most = (-below.bound, above.bound)
    spans_factors = 0 < FACTOR * low < high
    if not below.ends or (spans_factors and not tail_of(-np.log(numbers), n, chance / 2).ends):
        floor = 0.0 if low >= 0 and least > -NEAR_ZERO * (high - low) else -math.inf
        least = max(min(least, low - (high - low)), floor)
    elif low >= 0:
        least = max(least, 0.0)
    if not above.ends:
        most = max(most, high + (high - low))
    if whole:
        least, most = (math.floor(limit) if math.isfinite(limit) else limit for limit in (least, most))
    return _known(least, at_most=low), _known(most, at_least=high)


def _known(limit: float, *, at_most: float = math.inf, at_least: float = -math.inf) -> float | None:
    """The limit in so few digits that a person can read it, but never nearer than the outermost value."""
    if not math.isfinite(limit):
        return None
    short = float(f"{limit:.6g}") if abs(limit) < 1e6 else float(f"{limit:.10g}")
    return max(min(short, at_most), at_least)
