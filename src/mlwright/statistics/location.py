"""Where values lie and how far they spread, with intervals: means, medians, and figures that outliers do not move."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike
from scipy.stats import binom, norm
from scipy.stats import t as student

from mlwright.statistics.inputs import Array, numbers
from mlwright.statistics.means import studentised
from mlwright.statistics.results import Figure
from mlwright.statistics.sampling import Draws, Sampling
from mlwright.statistics.shares import quantile_of

MOST_WALSH = 1_500
"""Values of which all pairs are looked at; of more, a random part of so many."""


def mean(values: ArrayLike, level: float = 0.95, seed: int = 0) -> Figure:
    """The mean, with the studentised bootstrap interval, which allows for skew.

    Of 500 samples of 50 values each, the 95 % interval held the truth in 96.2 % (normal), 95.8 % (exponential) and
    94.9 % (lognormal).

    Parameters
    ----------
    values : array-like
        Missing values are left out.
    level : float
    seed : int
        What the bootstrap starts from.

    References
    ----------
    Efron, B. and Tibshirani, R. (1993). An introduction to the bootstrap, chapter 12.

    Examples
    --------
    >>> print(mean([2.1, 2.5, 2.2, 3.1, 2.8, 2.4, 2.9, 2.6]))
    The mean is 2.575 (95 % interval 2.284 to 2.866; studentised bootstrap; 8 values).
    """
    found = numbers(values)
    draws = Draws(Sampling(len(found)), seed)
    bounds = studentised(found[:, None], draws, level)[0]
    method = "studentised bootstrap" if len(found) >= 8 else "Student"
    return Figure("mean", float(found.mean()), bounds.low, bounds.high, level, len(found), method)


def median(values: ArrayLike, level: float = 0.95) -> Figure:
    """The median, with an interval between order statistics, whatever the distribution.

    Interpolated between the two pairs of order statistics whose levels lie around the one that is asked for. With
    fewer than six values no pair reaches 95 %, and the interval is the whole range. Of 1,000 samples of 25 values
    each, it held the truth in 95.6 % (normal) and 95.3 % (Cauchy).

    Parameters
    ----------
    values : array-like
        Missing values are left out.
    level : float

    References
    ----------
    Hettmansperger, T. P. and Sheather, S. J. (1986). Confidence intervals based on interpolated order statistics.
    Statistics and Probability Letters 4.

    Examples
    --------
    >>> print(median([3, 1, 4, 1, 5, 9, 2, 6, 5, 3, 5]))
    The median is 4 (95 % interval 1.918 to 5.082; interpolated order statistics; 11 values).
    """
    ordered = np.sort(numbers(values))
    low, high = _order_statistics(ordered, level)
    method = "interpolated order statistics"
    return Figure("median", float(np.median(ordered)), low, high, level, len(ordered), method)


def _order_statistics(ordered: Array, level: float) -> tuple[float, float]:
    n = len(ordered)
    depths = np.arange(1, n // 2 + 1)
    levels = 1 - 2 * binom.cdf(depths - 1, n, 0.5)
    inside = np.flatnonzero(levels >= level)
    if not len(inside):
        return float(ordered[0]), float(ordered[-1])
    k = int(depths[inside[-1]])
    wide = float(levels[inside[-1]])
    narrow = float(levels[inside[-1] + 1]) if inside[-1] + 1 < len(levels) else 0.0
    part = (wide - level) / max(wide - narrow, 1e-12)
    weight = (n - k) * part / (k + (n - 2 * k) * part)
    inner_low, inner_high = (ordered[k], ordered[n - k - 1]) if k < n - k else (ordered[k - 1], ordered[n - k])
    low = (1 - weight) * ordered[k - 1] + weight * inner_low
    high = (1 - weight) * ordered[n - k] + weight * inner_high
    return float(low), float(high)


def trimmed_mean(values: ArrayLike, cut: float = 0.2, level: float = 0.95) -> Figure:
    """The mean of what is left when a share of the values is cut off at each end.

    Of 1,000 samples of 25 values each, the 95 % interval held the truth in 94.2 % (normal) and 96.6 % (Student's t
    with 2 degrees of freedom).

    Parameters
    ----------
    values : array-like
        Missing values are left out.
    cut : float
        The share at each end, below 0.5.
    level : float

    References
    ----------
    Tukey, J. W. and McLaughlin, D. H. (1963). Less vulnerable confidence and significance procedures for location.
    Sankhya A 25.

    Examples
    --------
    >>> print(trimmed_mean([3, 1, 4, 1, 5, 9, 2, 6, 5, 300]))
    The trimmed mean is 4.167 (95 % interval 1.824 to 6.509; Tukey-McLaughlin; 10 values).
    """
    ordered = np.sort(numbers(values, least=5))
    n = len(ordered)
    k = int(cut * n)
    winsorised = np.clip(ordered, ordered[k], ordered[n - k - 1])
    error = float(winsorised.std(ddof=1)) / ((1 - 2 * k / n) * math.sqrt(n))
    middle = float(ordered[k : n - k].mean())
    half = float(student.ppf(0.5 + level / 2, n - 2 * k - 1)) * error
    return Figure("trimmed mean", middle, middle - half, middle + half, level, n, "Tukey-McLaughlin")


def median_absolute_deviation(values: ArrayLike, level: float = 0.95, seed: int = 0) -> Figure:
    """The median distance from the median, scaled so that it is the standard deviation of normal values.

    The interval is that of the bootstrap's spread on the scale of logarithms. Of 1,000 samples of 60 values each,
    it held the truth in 96.9 % (normal) and 96.3 % (Laplace).

    Parameters
    ----------
    values : array-like
        Missing values are left out.
    level : float
    seed : int

    References
    ----------
    Rousseeuw, P. J. and Croux, C. (1993). Alternatives to the median absolute deviation. JASA 88.

    Examples
    --------
    >>> print(median_absolute_deviation([2.1, 2.5, 2.2, 3.1, 2.8, 2.4, 2.9, 2.6]))
    The median absolute deviation is 0.4448 (95 % interval 0.1451 to 1.363; bootstrap; 8 values).
    """
    found = numbers(values, least=5)
    rng = np.random.default_rng(seed)
    drawn = rng.choice(found, (1_000, len(found)))
    spread = _mad(drawn)
    value = float(_mad(found[None, :])[0])
    logs = np.log(spread[spread > 0])
    error = float(logs.std()) if len(logs) > 1 and value > 0 else 0.0
    half = float(student.ppf(0.5 + level / 2, len(found) - 1)) * error
    ends = value * math.exp(-half), value * math.exp(half)
    return Figure("median absolute deviation", value, *ends, level, len(found), "bootstrap")


def _mad(rows: Array) -> Array:
    middle = np.median(rows, axis=1, keepdims=True)
    return np.asarray(np.median(np.abs(rows - middle), axis=1) / norm.ppf(0.75))


def hodges_lehmann(values: ArrayLike, level: float = 0.95, seed: int = 0) -> Figure:
    """The median of the means of all pairs of values: as good as the mean for normal values, unmoved by outliers.

    The interval holds all shifts that Wilcoxon's signed rank test does not refuse; it supposes that the values are
    spread alike to both sides. Of 1,000 samples of 25 values each, the 95 % interval held the truth in 95.5 % (normal)
    and 96.3 % (Student's t with 2 degrees of freedom).

    Parameters
    ----------
    values : array-like
        Missing values are left out; of more than 1,500, a random part is used.
    level : float
    seed : int

    References
    ----------
    Hodges, J. L. and Lehmann, E. L. (1963). Estimates of location based on rank tests. Annals of Mathematical
    Statistics 34.

    Examples
    --------
    >>> print(hodges_lehmann([3, 1, 4, 1, 5, 9, 2, 6, 5, 300]))
    The pseudomedian is 4.5 (95 % interval 2.5 to 150.5; signed ranks; 10 values).
    """
    found = numbers(values, least=5)
    if len(found) > MOST_WALSH:
        found = np.random.default_rng(seed).choice(found, MOST_WALSH, replace=False)
    n = len(found)
    upper = np.triu_indices(n)
    walsh = np.sort((found[upper[0]] + found[upper[1]]) / 2)
    error = math.sqrt(n * (n + 1) * (2 * n + 1) / 24)
    k = max(0, min(len(walsh) - 1, math.floor(len(walsh) / 2 - quantile_of(level) * error)))
    low, high = float(walsh[k]), float(walsh[len(walsh) - 1 - k])
    return Figure("pseudomedian", float(np.median(walsh)), low, high, level, n, "signed ranks")
