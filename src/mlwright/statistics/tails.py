"""How far beyond the largest value of a sample later values may lie by chance alone."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.stats import poisson

Array = NDArray[np.float64]

LEAST_TAIL = 10
N_SHOWING = 10_000

ERRORS_WIDE = 2.0
"""The shape of the tail is taken that many standard errors heavier than it was estimated."""

ENOUGH_TAIL = 20
HEAVY = 0.25
"""From this shape on a tail is heavy; that of squares of normal values is estimated below it, lognormal ones above."""
USUAL_SHAPE, USUAL_COUNTS = 0.5, 10.0
"""A shape is drawn towards the usual one, as if so many further values had said so."""

HEAVIEST = 0.9
"""From the shape 1 on a tail has no mean."""

MOST_BEYOND = 4.0
"""What comes next is put at most so many times as far out as the largest: of a Pareto distribution of index 1.5 nine in
ten samples need less."""

CROWDED = 0.05
ENDS = -0.25
SURE_ERRORS = 4.0
"""A tail whose shape is below `ENDS` by so many standard errors comes to its end, as that of a uniform distribution."""


class Tail(NamedTuple):
    """Where the largest values lead to.

    Parameters
    ----------
    bound : float
        The largest of the further values passes it with at most the chance that was asked for, if the tail goes on as
        it begins. Infinite where the sample is too small to tell.
    ends : bool
        Whether the tail clearly comes to an end.
    """

    bound: float
    ends: bool


def tail_of(values: Array, n_later: int, chance: float) -> Tail:
    """The tail of the largest values: a generalised Pareto tail, estimated by Zhang and Stephens.

    A fifth of the values are taken at most, and ``3 * sqrt(n)`` where there are many. The shape is made heavier by two
    standard errors. Equal values are rounded ones and are spread over the width that they were rounded to.

    Parameters
    ----------
    values : array
        The sample, without NaN.
    n_later : int
        How many further values there are.
    chance : float

    References
    ----------
    Pickands, J. (1975). Statistical inference using extreme order statistics. Annals of Statistics 3.
    Zhang, J. and Stephens, M. A. (2009). A new and efficient estimation method for the generalized Pareto
    distribution. Technometrics 51.

    Examples
    --------
    >>> sample = np.random.default_rng(0).uniform(0, 10, 1000)
    >>> 10.0 < tail_of(sample, 1000, 0.001).bound < 10.5
    True
    """
    n = len(values)
    n_tail = int(min(n / 5, 3 * math.sqrt(n)))
    if n_tail < LEAST_TAIL:
        return Tail(math.inf, ends=False)
    largest = _largest(values, n_tail + 1)
    tail = _spread(largest)
    excess = tail[1:] - tail[0]
    excess = excess[excess > 0]
    if len(excess) < LEAST_TAIL:
        return Tail(float(largest[-1]), ends=True)
    shape, scale = _pareto_tail(excess)
    ends = shape + SURE_ERRORS / math.sqrt(len(excess)) < ENDS
    shape += ERRORS_WIDE * (1 + max(shape, -0.5)) / math.sqrt(len(excess))
    left = chance * n / (n_later * len(excess))
    reach = math.expm1(-shape * math.log(left)) / shape if abs(shape) > 1e-9 else -math.log(left)
    return Tail(max(float(largest[-1]), float(tail[0]) + scale * reach), ends)


def next_largest(values: Array, chance: float) -> float:
    """What the largest of as many further values passes with some chance, where the tail is heavy.

    Where it is not, or of fewer than a hundred values, the largest of the sample itself; so too where values have a
    bound at which they crowd (amounts of a table, a few far ones among many small).

    Parameters
    ----------
    values : array
        Without NaN.
    chance : float

    References
    ----------
    Vehtari, A., Simpson, D., Gelman, A., Yao, Y. and Gabry, J. (2024). Pareto smoothed importance sampling. Journal of
    Machine Learning Research 25: how the shape is drawn towards a usual one.

    Examples
    --------
    >>> sample = np.random.default_rng(0).exponential(size=400)
    >>> bool(next_largest(sample, 0.3) == sample.max())
    True
    >>> bool(1.1 < next_largest(sample**3, 0.3) / (sample**3).max() < 1.3)
    True
    """
    n_tail = int(min(len(values) / 5, 3 * math.sqrt(len(values))))
    if n_tail < ENOUGH_TAIL:
        return float(values.max())
    largest = _largest(values, n_tail + 1)
    excess = largest[1:] - largest[0]
    excess = excess[excess > 0]
    if len(excess) < ENOUGH_TAIL:
        return float(largest[-1])
    shape, scale = _pareto_tail(excess)
    shape = (len(excess) * shape + USUAL_COUNTS * USUAL_SHAPE) / (len(excess) + USUAL_COUNTS)
    if shape <= HEAVY:
        return float(largest[-1])
    if _crowded(excess, shape, scale):
        return float(largest[-1])
    reach = scale * math.expm1(shape * math.log(len(excess) / chance)) / shape
    return float(max(largest[-1], largest[0] + min(reach, MOST_BEYOND * float(excess[-1]))))


def times_as_wide(excess: Array, rise: float) -> float:
    """How many times as far values reach beyond a threshold that is higher by `rise`.

    Parameters
    ----------
    excess : array
        How far values lie beyond the present threshold, rising, all above zero.
    rise : float

    Returns
    -------
    float
        At least 1, as of an exponential tail; and of fewer than 10 values.

    Examples
    --------
    >>> sample = np.sort(np.random.default_rng(0).pareto(4.0, 1000))
    >>> bool(1.7 < times_as_wide(sample, 1.0) < 2.1)
    True
    """
    n = len(excess)
    if n < LEAST_TAIL:
        return 1.0
    shape = n * _pareto_tail(excess)[0] / (n + USUAL_COUNTS)
    shape = min(max(shape, 0.0), HEAVIEST)
    return 1 + shape * rise / (float(excess.mean()) * (1 - shape))


def _crowded(excess: Array, shape: float, scale: float) -> bool:
    """Whether more values lie beyond half of the largest than fewer than 5 of 100 samples of that tail would have."""
    half = float(excess[-1]) / 2
    expected = len(excess) * math.exp(-math.log1p(shape * half / scale) / shape)
    return bool(poisson.sf(int((excess > half).sum()) - 1, expected) < CROWDED)


def _largest(values: Array, n: int) -> Array:
    """The largest `n` values, rising; of many values only those are sorted that some of them show to be large."""
    some = np.sort(values[:: max(1, len(values) // N_SHOWING)])
    likely = values[values >= some[-min(len(some), 1 + math.ceil(2 * n * len(some) / len(values)))]]
    found: Array = np.sort(likely if len(likely) >= n else values)[-n:]
    return found


def _spread(rising: Array) -> Array:
    """Equal values spread over half the least step between different ones, to both sides."""
    steps = np.diff(rising)
    if not (steps > 0).any() or (steps > 0).all():
        return rising
    width = float(steps[steps > 0].min())
    _, first, counts = np.unique(rising, return_index=True, return_counts=True)
    place = np.arange(len(rising)) - np.repeat(first, counts)
    spread: Array = rising + width * ((place + 0.5) / np.repeat(counts, counts) - 0.5)
    return spread


def _pareto_tail(excess: Array) -> tuple[float, float]:
    """Shape and scale of a generalised Pareto distribution, from its rising positive values."""
    n = len(excess)
    n_points = 30 + int(math.sqrt(n))
    quartile = excess[int(n / 4 + 0.5) - 1]
    points = 1 / excess[-1] + (1 - np.sqrt(n_points / (np.arange(1, n_points + 1) - 0.5))) / (3 * quartile)
    points = points[np.abs(points) > 1e-12 / quartile]
    shapes = -np.log1p(-points[:, None] * excess).mean(axis=1)
    likelihoods = n * (np.log(points / shapes) + shapes - 1)
    weights = np.exp(likelihoods - likelihoods.max())
    point = float((points * weights).sum() / weights.sum())
    shape = float(np.log1p(-point * excess).mean())
    return shape, -shape / point
