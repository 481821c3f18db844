"""Intervals of roots of means, and of how much smaller one is than another: root mean squared errors, their gains."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from mlwright.records.evaluation import Estimate
from mlwright.statistics.means import far_unit, mean_estimates
from mlwright.statistics.sampling import Draws, Sampling

Array = NDArray[np.float64]

NOT_SEEN = 0.1
"""In so many of 100 samples like this one the largest square is beyond what is taken for the furthest; gains hold with
more (`means.NOT_SEEN`)."""


def root_estimate(squares: Array, draws: Draws, level: float = 0.95) -> Estimate:
    """The root of a mean of values of at least zero, shape (n_rows,), such as squared errors.

    A square is heavier in its tail than what it is the square of. So a heavy tail is reckoned with further out than in
    other means: of 160 samples of 240 rows each, the root mean squared error was held in 93 % (delays of flights; 87 %
    where three of ten samples reach), 92 % (prices of houses; 89 %), 96 % (lognormal amounts of which the model never
    says the largest; 89 %), 98 % (Student's t with 3 degrees of freedom; 96 %), at 1.1 to 1.3 times the width. Light
    tails are as they were.

    Parameters
    ----------
    squares : array, shape (n_rows,)
    draws : Draws
    level : float
    """
    found = mean_estimates(squares[:, None], draws, level, not_seen=NOT_SEEN)[0]
    value, low, high = (math.sqrt(max(0.0, each)) for each in (found.value, found.low, found.high))
    return found.model_copy(update={"value": value, "low": low, "high": high})


def roots_difference(larger: Array, smaller: Array, draws: Draws, level: float = 0.95) -> Estimate:
    """How far the root of one mean is above that of another, on the same rows.

    The rows that cost most cost both: a dummy and a model miss the same few large amounts. How the gain hangs on such
    rows is no straight line, so that an interval by the influence of each row is too short on one side and too long on
    the other. Here the smaller squares are split into what goes with the larger ones, by least squares, and the rest.
    The means of both parts are uncorrelated and have intervals of their own; the gain at their ends is worked out by
    its formula, and what either part moves it is put together as independent errors are.

    What neither answers moves a gain furthest: where the largest amounts are rare and a model never says as much, one
    more of them costs both alike, and the smaller root grows more. So the gain is worked out with one more row, too,
    that is as far out as the next largest of the larger squares may be (`tails.next_largest`) and that both miss.

    Of 200 sets of 240 rows each, intervals of 95 % held the truth in 95 % of normal errors, in 94 to 96 % of Student's
    t with 3 and 5 degrees of freedom, and in 98.5 % where a model never answers what the largest amounts are (66 %
    without that row, at 0.8 of the width); with 60 rows in 97, 92 to 98 and 88.5 % (57.5 %), with 1,000 in 98, 98 to 99
    and 95 % (85 %). Most others are 1 to 12 % wider for it. Where one row in 100 is of another kind that no model
    knows, 240 rows hold the truth in 90 %, 60 rows in 85 %. Splitting the larger squares by the smaller ones held less.

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
    unanswered = [_with_one_unanswered(larger, smaller, draws.sampling) - value]
    parts = (by_shared, by_own, unanswered)
    return Estimate(
        value=value,
        low=value - math.hypot(*(_most(moves, -1) for moves in parts)),
        high=value + math.hypot(*(_most(moves, 1) for moves in parts)),
        level=level,
        method=f"{own.method}, in two parts",
    )


def _slope(covariance: Array) -> float:
    """By how much the mean of the first rises with that of the second."""
    return float(covariance[0, 1] / covariance[1, 1]) if covariance[1, 1] > 0 else 0.0


def _with_one_unanswered(larger: Array, smaller: Array, sampling: Sampling) -> float:
    """The gain with one more unit that lies as far as the furthest of the larger squares and that both miss alike."""
    mean, other = float(larger.mean()), float(smaller.mean())
    if sampling.drawn == "stretches of time":
        return math.sqrt(mean) - math.sqrt(other)
    n, size = sampling.n_draws, float(sampling.sizes.mean())
    further = float(far_unit(sampling.sums((larger - mean)[:, None]), n)[0]) / size
    if further <= 0:
        return math.sqrt(mean) - math.sqrt(other)
    unit = mean + further
    return math.sqrt(mean + further / (n + 1)) - math.sqrt(max(0.0, other + (unit - other) / (n + 1)))


def _gain(shared: float, own: float, slope: float) -> float:
    return math.sqrt(max(0.0, shared)) - math.sqrt(max(0.0, own + slope * shared))


def _most(moves: Sequence[float], sign: int) -> float:
    """The furthest move in one direction, 0.0 if there is none."""
    return max(0.0, *(sign * move for move in moves))
