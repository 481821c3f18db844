"""Interval of how much smaller one root of a mean is than another: gains of root mean squared errors."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from mlwright.records.evaluation import Estimate
from mlwright.statistics.means import mean_estimates
from mlwright.statistics.sampling import Draws

Array = NDArray[np.float64]


def roots_difference(larger: Array, smaller: Array, draws: Draws, level: float = 0.95) -> Estimate:
    """How far the root of one mean is above that of another, on the same rows.

    The rows that cost most cost both: a dummy and a model miss the same few large amounts. How the gain hangs on such
    rows is no straight line, so that an interval by the influence of each row is too short on one side and too long on
    the other. Here the smaller squares are split into what goes with the larger ones, by least squares, and the rest.
    The means of both parts are uncorrelated and have intervals of their own; the gain at their ends is worked out by
    its formula, and what either part moves it is put together as independent errors are.

    Of 300 sets of 240 rows each, intervals of 95 % held the truth in 98.3 % of lognormal amounts whose errors grow with
    them, at 0.72 of the width of those by influence (95.3 %); in 97.7 % of Student's t with 3 degrees of freedom (94.7
    %); in 86.7 % where the model never answers what the largest amounts are (81.7 %: what rows beyond the sample are
    like remains unknown). With 60 rows, where most figures by influence are too short: in 94 to 97 % (89 to 92 %) of
    Student's t with 3 and with 5 degrees of freedom, and of few rows that are missed by much. Splitting the larger
    squares by the smaller ones held less (91.7 % of Student's t with 3).

    Parameters
    ----------
    larger, smaller : array, shape (n_rows,)
        Values of at least zero, such as squared errors of the dummy and of the model.
    draws : Draws
    level : float

    References
    ----------
    Zou, G. Y. and Donner, A. (2008). Construction of confidence limits about effect measures: a general approach.
    Statistics in Medicine 27: how asymmetric intervals of parts are put together.
    """
    slope = _slope(draws.sampling.covariance_of_means(np.stack([smaller, larger], axis=1)))
    shared, own = mean_estimates(np.stack([larger, smaller - slope * larger], axis=1), draws, level)
    value = _gain(shared.value, own.value, slope)
    by_shared = [_gain(end, own.value, slope) - value for end in (shared.low, shared.high)]
    by_own = [_gain(shared.value, end, slope) - value for end in (own.low, own.high)]
    return Estimate(
        value=value,
        low=value - math.hypot(_most(by_shared, -1), _most(by_own, -1)),
        high=value + math.hypot(_most(by_shared, 1), _most(by_own, 1)),
        level=level,
        method=f"{own.method}, in two parts",
    )


def _slope(covariance: Array) -> float:
    """By how much the mean of the first rises with that of the second."""
    return float(covariance[0, 1] / covariance[1, 1]) if covariance[1, 1] > 0 else 0.0


def _gain(shared: float, own: float, slope: float) -> float:
    return math.sqrt(max(0.0, shared)) - math.sqrt(max(0.0, own + slope * shared))


def _most(moves: Sequence[float], sign: int) -> float:
    """The furthest move in one direction, 0.0 if there is none."""
    return max(0.0, *(sign * move for move in moves))
