"""Intervals of shares: of right answers, of positives that were found, of events in a bin."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri

Array = NDArray[np.float64]


class Bounds(NamedTuple):
    """The ends of an interval."""

    low: float
    high: float


def quantile_of(level: float) -> float:
    """How many standard errors an interval of that level reaches to either side of a normal figure.

    >>> round(quantile_of(0.95), 2)
    1.96
    """
    return float(ndtri(0.5 + level / 2.0))


def wilson(share: float, n: float, level: float = 0.95) -> Bounds:
    """Interval of a share that was seen in `n` rows; never empty, and never outside 0 to 1.

    Parameters
    ----------
    share : float
    n : float
        Rows; less than there are where they are alike (the effective number).
    level : float

    References
    ----------
    Wilson, E. B. (1927). Probable inference, the law of succession, and statistical inference. JASA 22.

    Examples
    --------
    >>> round(wilson(0.0, 20).high, 3)
    0.161
    """
    if n <= 0:
        return Bounds(0.0, 1.0)
    z = quantile_of(level)
    middle = (share + z * z / (2 * n)) / (1 + z * z / n)
    half = z / (1 + z * z / n) * math.sqrt(share * (1 - share) / n + z * z / (4 * n * n))
    low = 0.0 if share == 0 else max(0.0, middle - half)
    return Bounds(low, 1.0 if share == 1 else min(1.0, middle + half))


def paired_difference(differences: Array, level: float = 0.95) -> Bounds:
    """Interval of the mean of differences that are -1, 0 or 1: one share less another on the same rows.

    References
    ----------
    Bonett, D. G. and Price, R. M. (2012). Adjusted Wald confidence interval for a difference of binomial
    proportions based on paired data. Journal of Educational and Behavioral Statistics 37.

    Examples
    --------
    >>> round(paired_difference(np.zeros(100)).high, 3)
    0.027
    """
    n = len(differences) + 2
    more, less = (np.sum(differences > 0) + 1) / n, (np.sum(differences < 0) + 1) / n
    middle = more - less
    half = quantile_of(level) * math.sqrt((more + less - middle**2) / n)
    return Bounds(max(-1.0, float(middle - half)), min(1.0, float(middle + half)))
