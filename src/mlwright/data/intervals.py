"""Intervals of 95 % for shares and means."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

Z = 1.959964


def share_interval(n_hits: int, n: int) -> tuple[float, float, float]:
    """The lower end, the share itself and the upper end.

    References
    ----------
    Wilson, E. B. (1927). Probable inference, the law of succession, and statistical inference. JASA 22.

    >>> [round(value, 3) for value in share_interval(1, 10)]
    [0.018, 0.1, 0.404]
    """
    share = n_hits / n
    centre, half = share + Z**2 / (2 * n), Z * math.sqrt(share * (1 - share) / n + Z**2 / (4 * n**2))
    scale = 1 + Z**2 / n
    return min((centre - half) / scale, share), share, max((centre + half) / scale, share)


def mean_interval(values: NDArray[np.float64]) -> tuple[float, float, float]:
    """The lower end, the mean itself and the upper end, by the normal approximation.

    >>> [round(value, 2) for value in mean_interval(np.array([1.0, 2.0, 3.0]))]
    [0.87, 2.0, 3.13]
    """
    mean = float(values.mean())
    half = Z * float(values.std(ddof=1)) / math.sqrt(len(values)) if len(values) > 1 else 0.0
    return mean - half, mean, mean + half
