"""Intervals of means of row values: log loss, Brier score, absolute errors, worth.

Losses are skewed: a few rows carry most of the sum, and a sample that misses them has both a mean and a standard
error that are too small. The studentised bootstrap learns that from the sample itself.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.stats import t as student

from mlwright.records.evaluation import Estimate
from mlwright.statistics.sampling import Draws, Sampling
from mlwright.statistics.shares import Bounds, paired_difference, wilson
from mlwright.statistics.tails import next_largest

Array = NDArray[np.float64]

SMALLEST_ERROR_SHARE = 0.3
"""A sample's standard error counts as at least this share of the real one: samples of equal rows have none."""

NOT_SEEN = 0.3
"""In so many of 100 samples like this one the largest value is beyond what is taken for the furthest."""

USUAL_REACH, FAR_REACH = 2.0, 2.0
"""Standard deviations within which a furthest unit shows no tail, and over which it comes to count in full."""

ENOUGH_DRAWS = 8
"""With fewer rows (groups, stretches of time) most samples hold hardly more than one of them again and again."""

ENOUGH_REPLICATES = 400
"""With fewer the tails are not known; there are fewer only where there are so many rows that means are normal."""


def mean_estimates(values: Array, draws: Draws, level: float = 0.95, *, not_seen: float = NOT_SEEN) -> list[Estimate]:
    """Interval of the mean of each column.

    A column of two values is a share in disguise and is treated as one. All others: the studentised bootstrap, or
    with fewer than 8 rows or more than 20,000 Student's interval.

    Parameters
    ----------
    values : array, shape (n_rows, k)
    draws : Draws
    level : float
    not_seen : float
        See `far_unit`.

    References
    ----------
    Efron, B. and Tibshirani, R. (1993). An introduction to the bootstrap, chapter 12: the bootstrap-t interval.
    """
    bounds = studentised(values, draws, level, not_seen)
    return [_estimate(column, found, draws, level) for column, found in zip(values.T, bounds, strict=True)]


def difference_estimate(differences: Array, draws: Draws, level: float = 0.95, *, of_shares: bool = False) -> Estimate:
    """Interval of the mean of paired differences, shape (n_rows,); `of_shares` says that they are -1, 0 or 1."""
    if of_shares and draws.sampling.is_plain:
        low, high = paired_difference(differences, level)
        return Estimate(value=float(differences.mean()), low=low, high=high, level=level, method="Bonett-Price")
    return mean_estimates(differences[:, None], draws, level)[0]


def share_estimate(values: Array, draws: Draws, level: float = 0.95, part: NDArray[np.bool_] | None = None) -> Estimate:
    """Wilson interval of the mean of zeros and ones; rows that are alike count for less.

    Parameters
    ----------
    values : array, shape (n_rows,)
    draws : Draws
    level : float
    part : array of bool, shape (n_rows,), optional
        The rows that the share is of; default: all.
    """
    part = np.ones(len(values), dtype=bool) if part is None else part
    share = float(values[part].mean())
    low, high = wilson(share, effective_rows(values, part, draws.sampling), level)
    method = "Wilson" if draws.sampling.is_plain else f"Wilson, with fewer rows as {draws.sampling.drawn} are alike"
    return Estimate(value=share, low=low, high=high, level=level, method=method)


def effective_rows(values: Array, part: NDArray[np.bool_], sampling: Sampling) -> float:
    """How many independent rows say as much about a share of a part as these do."""
    n_rows = float(part.sum())
    if sampling.is_plain:
        return n_rows
    share = float(values[part].mean())
    error = sampling.error_of_mean(part * (values - share) / part.mean())
    if error == 0:
        return min(n_rows, float(sampling.n_draws))
    return min(n_rows, share * (1 - share) / error**2)


def mean_of_shares(shares: Sequence[Estimate]) -> Bounds:
    """Interval of the plain mean of independent shares, from the intervals of each.

    References
    ----------
    Zou, G. Y. and Donner, A. (2008). Construction of confidence limits about effect measures: a general approach.
    Statistics in Medicine 27.
    """
    value = sum(share.value for share in shares) / len(shares)
    below = math.sqrt(sum((share.value - share.low) ** 2 for share in shares)) / len(shares)
    above = math.sqrt(sum((share.high - share.value) ** 2 for share in shares)) / len(shares)
    return Bounds(value - below, value + above)


def studentised(values: Array, draws: Draws, level: float = 0.95, not_seen: float = NOT_SEEN) -> list[Bounds]:
    """Studentised bootstrap intervals of the means of the columns; (n_rows, k) gives k of them."""
    means = values.mean(axis=0)
    error = np.sqrt(np.diag(draws.sampling.covariance_of_means(values)))
    if not _is_bootstrapped(draws):
        freedom = draws.sampling.n_draws - 1
        upper = np.full(len(means), student.ppf(0.5 + level / 2, freedom) if freedom else np.inf)
        lower = -upper
    else:
        shifts, errors = replicated_shifts(values - means, draws)
        floor = np.maximum(SMALLEST_ERROR_SHARE * error, np.finfo(float).tiny)
        ratios = shifts / np.maximum(errors, floor)
        tail = (1 - level) / 2
        upper, lower = np.quantile(ratios, [1 - tail, tail], axis=0)
    below, above = _with_one_more(values - means, error, draws.sampling, not_seen)
    lows = means + np.minimum(-upper * error, below.shift - upper * below.error)
    highs = means + np.maximum(-lower * error, above.shift - lower * above.error)
    return [Bounds(float(low), float(high)) for low, high in zip(lows, highs, strict=True)]


class _Moved(NamedTuple):
    """How far the means move, and their standard errors, if there were one more unit."""

    shift: Array
    error: Array


def far_unit(sums: Array, n_draws: int | None = None, not_seen: float = NOT_SEEN) -> Array:
    """One more unit like the largest of each column, or where its tail is heavy one that may well come after it.

    Parameters
    ----------
    sums : array, shape (n_units, k)
        Centred.
    n_draws : int, optional
        How many units make a sample; default: as many as there are. Of fewer than 8 the largest counts in full.
    not_seen : float
        In which share of samples like this one the largest value is beyond what is taken for the furthest.

    Returns
    -------
    array, shape (k,)
        Nothing where the largest lies within two standard deviations.
    """
    furthest = np.array([next_largest(column, not_seen) for column in sums.T])
    usual = np.maximum(np.sqrt((sums**2).mean(axis=0)), np.finfo(float).tiny)
    beyond = np.clip(np.abs(furthest) / usual - USUAL_REACH, 0, FAR_REACH) / FAR_REACH
    found: Array = furthest * (beyond if (n_draws or len(sums)) >= ENOUGH_DRAWS else 1.0)
    return found


def _with_one_more(centred: Array, error: Array, sampling: Sampling, not_seen: float) -> tuple[_Moved, _Moved]:
    """With one more unit like the one that lies furthest below, and furthest above; in a heavy tail, further still.

    Heavy tails hide: a sample that lacks their rare rows has too small a mean and too small an error, and no bootstrap
    draws what is not there. A pseudo-observation makes up for it at the cost of a wider interval: hardly where the
    furthest unit lies within two standard deviations, in full where it lies beyond four (or of fewer than 8 units,
    among which none can lie so far). Of 400 sets each, 95 % intervals of the mean of 100 values held the truth in
    95.3 % (squares of Student's t with 5 degrees of freedom; 90.2 % without), 94.5 % (lognormal; 92.2 %), 97.3 %
    (squares of normal values; 95.5 %) and 95.8 % (uniform); those of 15 groups in 93.7 % (normal) and 95.0 %
    (exponential).

    Where the tail is heavy (`next_largest`), the largest value of another sample may be far beyond that of this one:
    the unit is then put where three of ten samples reach, at most four times as far out as the largest. Of 150 sets of
    200 values each, the mean of squares of Student's t with 3 degrees of freedom was held in 92.7 % (86.0 % with a unit
    like the furthest one), lognormal values with a spread of 2 in 94.0 % (90.7 %), a Pareto distribution of index 1.5
    in 95.3 % (90.7 %); intervals of squares of normal values are 2 % wider, of exponential ones not at all.
    What no sample can tell stays so: if one value in 100 is 100 times as large as the others, 200 values hold the
    truth in 75 %.

    References
    ----------
    Chen, J., Variyath, A. M. and Abraham, B. (2008). Adjusted empirical likelihood and its properties. Journal of
    Computational and Graphical Statistics 17: an observation is added so that tails that were not seen count.
    """
    if sampling.drawn == "stretches of time":
        # Stretches overlap, so that their extremes are no single units; what they cut off is in their error already.
        return (still := _Moved(np.zeros(len(error)), error)), still
    sums, n = sampling.sums(centred), sampling.n_draws
    size = float(sampling.sizes.mean())
    moved = []
    for extreme in (-far_unit(-sums, n, not_seen), far_unit(sums, n, not_seen)):
        spread = (n * (error * size) ** 2 * max(1, n - 1) + extreme**2) / (n + 1)
        moved.append(_Moved(extreme / size / (n + 1), np.sqrt(spread / n) / size))
    return moved[0], moved[1]


def _is_bootstrapped(draws: Draws) -> bool:
    return draws.n_replicates >= ENOUGH_REPLICATES and draws.sampling.n_draws >= ENOUGH_DRAWS


def replicated_shifts(centred: Array, draws: Draws) -> tuple[Array, Array]:
    """How far each sample's mean is off, and its own standard error; both of shape (n_replicates, k)."""
    sampling = draws.sampling
    sums, sizes = sampling.sums(centred), sampling.sizes[:, None]
    k = centred.shape[1]
    totals = draws.totals(np.hstack([sums, sums**2, sums * sizes, sizes, sizes**2]))
    total, squares, products = totals[:, :k], totals[:, k : 2 * k], totals[:, 2 * k : 3 * k]
    n_rows, sizes_squared = totals[:, 3 * k : 3 * k + 1], totals[:, 3 * k + 1 :]
    shifts = total / n_rows
    spread = squares - 2 * shifts * products + shifts**2 * sizes_squared
    freedom = sampling.n_draws / max(1, sampling.n_draws - 1)
    return shifts, np.sqrt(np.maximum(spread, 0.0) * freedom) / n_rows


def _estimate(values: Array, bounds: Bounds, draws: Draws, level: float) -> Estimate:
    distinct = np.unique(values)
    if len(distinct) == 2:
        return _scaled_share(values, distinct, draws, level)
    low, high = bounds
    sort = "studentised bootstrap" if _is_bootstrapped(draws) else "Student's interval"
    method = f"{sort} of {draws.sampling.drawn}"
    return Estimate(value=float(values.mean()), low=low, high=high, level=level, method=method)


def _scaled_share(values: Array, distinct: Array, draws: Draws, level: float) -> Estimate:
    share = share_estimate((values == distinct[1]).astype(np.float64), draws, level)
    start, width = float(distinct[0]), float(distinct[1] - distinct[0])
    low, high = start + share.low * width, start + share.high * width
    return share.model_copy(update={"value": float(values.mean()), "low": low, "high": high})


def student_bounds(values: Array, level: float = 0.95) -> Bounds:
    """Student's interval of a mean.

    >>> [round(end, 2) for end in student_bounds(np.array([1.0, 2.0, 3.0]))]
    [-0.48, 4.48]
    """
    middle = float(values.mean())
    if len(values) < 2:
        return Bounds(-math.inf, math.inf)
    half = float(student.ppf(0.5 + level / 2, len(values) - 1)) * float(values.std(ddof=1)) / math.sqrt(len(values))
    return Bounds(middle - half, middle + half)
