"""Two shares compared: their difference, their ratio, their odds ratio."""

from __future__ import annotations

import math

from mlwright.statistics.shares import Bounds, quantile_of, wilson


def difference_of_shares(a: float, n_a: float, b: float, n_b: float, level: float = 0.95) -> Bounds:
    """Interval of `a - b`, two independent shares of `n_a` and `n_b` rows, from the Wilson intervals of each.

    References
    ----------
    Newcombe, R. G. (1998). Interval estimation for the difference between independent proportions: comparison of
    eleven methods. Statistics in Medicine 17, method 10.

    Examples
    --------
    >>> [round(end, 3) for end in difference_of_shares(56 / 70, 70, 48 / 80, 80)]
    [0.052, 0.334]
    """
    first, second = wilson(a, n_a, level), wilson(b, n_b, level)
    below = math.hypot(a - first.low, second.high - b)
    above = math.hypot(first.high - a, b - second.low)
    return Bounds(max(-1.0, a - b - below), min(1.0, a - b + above))


def ratio_of_shares(a: float, n_a: float, b: float, n_b: float, level: float = 0.95) -> Bounds:
    """Interval of ``a / b``, two independent shares, from the Wilson intervals of each; open above where `b` may be 0.

    References
    ----------
    Donner, A. and Zou, G. Y. (2012). Closed-form confidence intervals for functions of the normal mean and standard
    deviation. Statistical Methods in Medical Research 21, on ratios.

    Examples
    --------
    >>> [round(end, 2) for end in ratio_of_shares(30 / 100, 100, 10 / 100, 100)]
    [1.58, 5.74]
    """
    first, second = wilson(a, n_a, level), wilson(b, n_b, level)
    return Bounds(_ratio_end(a, b, first.low, second.high, -1.0), _ratio_end(a, b, first.high, second.low, 1.0))


def _ratio_end(a: float, b: float, end_a: float, end_b: float, side: float) -> float:
    if end_b <= 0:
        return math.inf
    inside = (a * b) ** 2 - end_a * end_b * (2 * a - end_a) * (2 * b - end_b)
    return max(0.0, (a * b + side * math.sqrt(max(0.0, inside))) / (end_b * (2 * b - end_b)))


def odds_ratio(a: float, n_a: float, b: float, n_b: float, level: float = 0.95) -> tuple[float, Bounds]:
    """The odds of `a` over those of `b`, with its interval; half a row is added to each of the four counts.

    References
    ----------
    Gart, J. J. (1966). Alternative analyses of contingency tables. Journal of the Royal Statistical Society B 28.

    Examples
    --------
    >>> value, bounds = odds_ratio(0.3, 100, 0.1, 100)
    >>> round(value, 2), [round(end, 2) for end in bounds]
    (3.73, [1.73, 8.03])
    """
    cells = (a * n_a + 0.5, (1 - a) * n_a + 0.5, b * n_b + 0.5, (1 - b) * n_b + 0.5)
    middle = math.log(cells[0] / cells[1]) - math.log(cells[2] / cells[3])
    half = quantile_of(level) * math.sqrt(sum(1 / cell for cell in cells))
    return math.exp(middle), Bounds(math.exp(middle - half), math.exp(middle + half))
