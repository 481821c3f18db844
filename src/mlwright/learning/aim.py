"""What a metric of numbers asks of an answer: the mean of what may come true, the middle of it, or another quantile."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Aim:
    """Which answer a metric rewards, and so what fits make small.

    Parameters
    ----------
    quantile : float or None
        The share of truths that should lie below the answer; None where the expected number is wanted, by squared
        errors.
    relative : bool
        Whether an error counts as a share of the true number.
    logarithms : bool
        Whether what counts are squared distances of logarithms. The answer is then much like the median, by which
        fits look for it.
    """

    quantile: float | None = None
    relative: bool = False
    logarithms: bool = False

    @property
    def is_mean(self) -> bool:
        """Whether the expected number is wanted."""
        return self.quantile is None

    @property
    def is_root(self) -> bool:
        """Whether the metric is the root of the mean of `rows`."""
        return self.is_mean or self.logarithms

    @property
    def is_middle(self) -> bool:
        """Whether the answer is to be in the middle, so that with little noise it is about the mean as well."""
        return self.quantile == 0.5

    def rows_needed(self, n_beyond: float) -> int:
        """Of how many rows so many lie beyond the quantile, on the side where fewer do; 1 for a mean.

        >>> Aim(quantile=0.9).rows_needed(1.5), Aim().rows_needed(1.5)
        (15, 1)
        """
        if self.quantile is None:
            return 1
        return math.ceil(round(n_beyond / min(self.quantile, 1.0 - self.quantile), 6))

    def rows(self, target: Array, said: Array) -> Array:
        """What each answer costs, shape (n_rows,): squared, absolute or lopsided distance.

        >>> Aim(quantile=0.9).rows(np.array([1.0, 1.0]), np.array([0.0, 2.0]))
        array([1.8, 0.2])
        """
        if self.logarithms:
            below_nothing = np.maximum(said, 0.0)
            squares: Array = (np.log1p(np.maximum(target, 0.0)) - np.log1p(below_nothing)) ** 2
            return squares
        missing = target - said
        if self.quantile is None:
            return missing**2
        weights = self.weights(target)
        cost: Array = 2.0 * np.where(missing > 0, self.quantile, self.quantile - 1.0) * missing
        return cost if weights is None else cost * weights

    def weights(self, target: Array) -> Array | None:
        """What a row counts in a fit, 1 in the mean; None where all count the same. Rows that are 0 count nothing."""
        if not self.relative:
            return None
        counts = np.divide(1.0, np.abs(target), out=np.zeros(len(target)), where=target != 0)
        return counts / counts.mean() if counts.any() else None

    def constant(self, target: Array) -> float:
        """The best answer for whoever does not look at the row."""
        if self.logarithms and target.min() > -1.0:
            return float(np.expm1(np.log1p(target).mean()))
        if self.quantile is None:
            return float(target.mean())
        order, weights = np.argsort(target, kind="stable"), self.weights(target)
        if weights is None:
            return float(np.quantile(target, self.quantile))
        reached = np.cumsum(weights[order])
        return float(target[order][np.searchsorted(reached, self.quantile * reached[-1])])


MEAN = Aim()
