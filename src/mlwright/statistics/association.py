"""Intervals of correlations and of Cramer's V."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import brentq
from scipy.stats import ncx2

from mlwright.statistics.shares import Bounds, quantile_of

Array = NDArray[np.float64]


def rank_correlation_bounds(value: float, n: float, level: float = 0.95) -> Bounds:
    """Interval of a rank correlation, on Fisher's scale.

    References
    ----------
    Bonett, D. G. and Wright, T. A. (2000). Sample size requirements for estimating Pearson, Kendall and Spearman
    correlations. Psychometrika 65.

    Examples
    --------
    >>> [round(end, 2) for end in rank_correlation_bounds(0.5, 100)]
    [0.33, 0.64]
    """
    return fisher_bounds(value, math.sqrt((1 + value**2 / 2) / max(n - 3, 1)), level)


def fisher_bounds(value: float, error: float, level: float = 0.95) -> Bounds:
    """Interval of a correlation from its standard error on the scale of the inverse hyperbolic tangent."""
    if abs(value) >= 1:
        return Bounds(value, value)
    middle, half = math.atanh(value), quantile_of(level) * error
    return Bounds(math.tanh(middle - half), math.tanh(middle + half))


def cramers_v_bounds(counts: Array, n: float | None = None, level: float = 0.95) -> Bounds:
    """Interval of Cramer's V, by the noncentral chi-square distribution of the statistic.

    Parameters
    ----------
    counts : array, shape (n_a, n_b)
        Rows by both groupings; empty rows and columns are left out.
    n : float, optional
        How many independent rows there are; default: all.
    level : float

    References
    ----------
    Smithson, M. (2003). Confidence intervals. Sage, chapter 4.

    Examples
    --------
    >>> [round(end, 2) for end in cramers_v_bounds(np.array([[40.0, 10.0], [15.0, 35.0]]))]
    [0.31, 0.7]
    """
    counts = counts[counts.sum(axis=1) > 0][:, counts.sum(axis=0) > 0]
    least = min(counts.shape) - 1
    if least < 1:
        return Bounds(0.0, 1.0)
    total = float(counts.sum())
    n = total if n is None else n
    freedom = (counts.shape[0] - 1) * (counts.shape[1] - 1)
    statistic = chi_square(counts) * n / total
    tail = (1 - level) / 2
    low, high = (_noncentrality(statistic, freedom, share) for share in (1 - tail, tail))
    return Bounds(math.sqrt(min(1.0, low / (n * least))), math.sqrt(min(1.0, high / (n * least))))


def chi_square(counts: Array) -> float:
    """Pearson's chi-square of a table of counts without empty rows or columns."""
    expected = np.outer(counts.sum(axis=1), counts.sum(axis=0)) / counts.sum()
    return float(((counts - expected) ** 2 / expected).sum())


def _noncentrality(statistic: float, freedom: int, share: float) -> float:
    """The noncentrality under which that share of statistics is smaller; 0 where there is none."""

    def excess(noncentrality: float) -> float:
        return float(ncx2.cdf(statistic, freedom, max(noncentrality, 1e-12))) - share

    if excess(0.0) <= 0:
        return 0.0
    top = statistic + 10 * math.sqrt(statistic + freedom) + 10 * freedom + 10
    while excess(top) > 0:
        top *= 2
    return float(brentq(excess, 0.0, top, xtol=1e-6 * (1 + top)))
