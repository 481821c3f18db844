"""Two groups compared: whether they differ, by how much, and how sure that is."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike
from scipy.optimize import brentq
from scipy.stats import fisher_exact, mannwhitneyu, nct, norm, ttest_ind

from mlwright.core.errors import TableError
from mlwright.statistics.inputs import Array, numbers
from mlwright.statistics.proportions import difference_of_shares, odds_ratio, ratio_of_shares
from mlwright.statistics.ranking import area_bounds, area_influence
from mlwright.statistics.results import Comparison, Figure
from mlwright.statistics.sampling import Sampling

MOST_PAIRS = 2_000_000
MANY = 400.0
"""Beyond so many degrees of freedom (or such a statistic) approximations are as good as the distributions."""


def compare_means(a: ArrayLike, b: ArrayLike, level: float = 0.95) -> Comparison:
    """Two means by Welch's test, which lets the groups spread differently, with Hedges' g as the effect size.

    Of 1,000 pairs of samples (20 and 40 normal values, spreads 2 and 1), the 95 % interval of the difference held the
    truth in 95.2 %; that of g in 94.7 % (30 and 30 values of equal spread).

    Parameters
    ----------
    a, b : array-like
        Missing values are left out.
    level : float

    References
    ----------
    Welch, B. L. (1947). The generalization of Student's problem. Biometrika 34. Hedges, L. V. (1981). Distribution
    theory for Glass's estimator of effect size. Journal of Educational Statistics 6.

    Examples
    --------
    >>> print(compare_means([5.1, 4.9, 6.2, 5.8, 6.0], [4.1, 4.4, 3.9, 4.8, 4.2]))
    The means differ (Welch's t = 4.44, p = 0.0035): the difference is 1.32 (95 % interval 0.607 to 2.033); \
the standardised difference is 2.536 (95 % interval 0.8459 to 4.158).
    """
    x, y = numbers(a, name="values of a"), numbers(b, name="values of b")
    test = ttest_ind(x, y, equal_var=False)
    interval = test.confidence_interval(level)
    gap = float(x.mean() - y.mean())
    n = len(x) + len(y)
    difference = Figure("difference", gap, float(interval.low), float(interval.high), level, n, "Welch")
    g = _hedges(x, y, level)
    return Comparison("The means", "Welch's t", float(test.statistic), float(test.pvalue), (difference, g))


def _hedges(x: Array, y: Array, level: float) -> Figure:
    """The difference in units of the common standard deviation, by the noncentral t distribution."""
    n, m = len(x), len(y)
    freedom = n + m - 2
    common = math.sqrt(((n - 1) * x.var(ddof=1) + (m - 1) * y.var(ddof=1)) / freedom)
    if not common > 0:
        return Figure("standardised difference", math.nan, math.nan, math.nan, level, n + m, "no spread")
    scale = math.sqrt(1 / n + 1 / m)
    correction = 1 - 3 / (4 * freedom - 1)
    d = float(x.mean() - y.mean()) / common
    if freedom > MANY:
        reach = float(norm.ppf(0.5 + level / 2)) * math.sqrt(scale**2 + d**2 / (2 * (n + m)))
        return Figure("standardised difference", d * correction, d - reach, d + reach, level, n + m, "normal")
    tail = (1 - level) / 2
    low, high = (_noncentral_t(d / scale, freedom, share) * scale * correction for share in (1 - tail, tail))
    return Figure("standardised difference", d * correction, low, high, level, n + m, "noncentral t")


def _noncentral_t(statistic: float, freedom: float, share: float) -> float:
    reach = abs(statistic) + 10
    return float(brentq(lambda shift: nct.cdf(statistic, freedom, shift) - share, -reach, reach, xtol=1e-6))


def compare_ranks(a: ArrayLike, b: ArrayLike, level: float = 0.95, seed: int = 0) -> Comparison:
    """Two groups by the Mann-Whitney test, with the chance that a value of `a` is the larger one as the effect size.

    Ties count half. The second effect is the shift between the groups (Hodges-Lehmann). Of 1,000 pairs of samples (25
    and 35 normal values, half a standard deviation apart), the 95 % interval of the chance held the truth in 96.8 %,
    that of the shift in 94.9 %.

    Parameters
    ----------
    a, b : array-like
        Missing values are left out.
    level : float
    seed : int
        For the shift between very large groups, of which a random part is looked at.

    References
    ----------
    Mann, H. B. and Whitney, D. R. (1947). Annals of Mathematical Statistics 18. McGraw, K. O. and Wong, S. P. (1992).
    A common language effect size statistic. Psychological Bulletin 111.

    Examples
    --------
    >>> answer = compare_ranks([5.1, 4.9, 6.2, 5.8, 6.0], [4.1, 4.4, 3.9, 5.0, 4.2])
    >>> round(answer.effect("chance that a is larger").value, 2), round(answer.effect("shift").value, 2)
    (0.96, 1.2)
    """
    x, y = numbers(a, name="values of a"), numbers(b, name="values of b")
    test = mannwhitneyu(x, y)
    scores, target = np.concatenate([x, y])[:, None], np.repeat([1.0, 0.0], [len(x), len(y)])
    area = float(test.statistic) / (len(x) * len(y))
    influence = area_influence(target, scores)
    bounds = area_bounds(area, influence, min(len(x), len(y)), Sampling(len(target)), level)
    chance = Figure("chance that a is larger", area, *bounds, level, len(target), "DeLong, on the logit scale")
    effects = (chance, _shift(x, y, level, seed))
    return Comparison("The groups", "Mann-Whitney U", float(test.statistic), float(test.pvalue), effects)


def _shift(x: Array, y: Array, level: float, seed: int) -> Figure:
    rng = np.random.default_rng(seed)
    most = int(math.sqrt(MOST_PAIRS))
    x, y = (side if len(side) <= most else rng.choice(side, most, replace=False) for side in (x, y))
    gaps = np.sort((x[:, None] - y[None, :]).ravel())
    n, m = len(x), len(y)
    error = math.sqrt(n * m * (n + m + 1) / 12)
    k = max(0, math.floor(n * m / 2 - norm.ppf(0.5 + level / 2) * error))
    ends = float(gaps[k]), float(gaps[len(gaps) - 1 - k])
    return Figure("shift", float(np.median(gaps)), *ends, level, n + m, "Hodges-Lehmann")


def compare_shares(hits_a: int, n_a: int, hits_b: int, n_b: int, level: float = 0.95) -> Comparison:
    """Two shares by Fisher's exact test, with their ratio, their difference and their odds ratio.

    Of 1,000 pairs of samples (60 and 90 rows, shares of 0.3 and 0.15), the 95 % intervals held the truth in 95.4 %
    (ratio), 96.0 % (difference) and 96.4 % (odds ratio).

    Parameters
    ----------
    hits_a, hits_b : int
    n_a, n_b : int
        Rows of each group.
    level : float

    Raises
    ------
    TableError
        If there are more hits than rows, or no rows.

    Examples
    --------
    >>> print(compare_shares(43, 100, 3, 100))
    The shares differ (Fisher's exact = 24.39, p = 2.8e-12): the risk ratio is 14.33 (95 % interval 4.903 to 42.49); \
the risk difference is 0.4 (95 % interval 0.2925 to 0.4998); the odds ratio is 21.07 (95 % interval 6.762 to 65.68).
    """
    for hits, n in ((hits_a, n_a), (hits_b, n_b)):
        if not 0 <= hits <= n or n == 0:
            raise TableError(f"{hits} hits of {n} rows are no share.", "Give counts of hits and of rows.")
    table = [[hits_a, n_a - hits_a], [hits_b, n_b - hits_b]]
    test = fisher_exact(table)
    a, b, n = hits_a / n_a, hits_b / n_b, n_a + n_b
    ratio = a / b if b else math.inf
    odds, odds_bounds = odds_ratio(a, n_a, b, n_b, level)
    effects = (
        Figure("risk ratio", ratio, *ratio_of_shares(a, n_a, b, n_b, level), level, n, "from Wilson intervals"),
        Figure("risk difference", a - b, *difference_of_shares(a, n_a, b, n_b, level), level, n, "Newcombe"),
        Figure("odds ratio", odds, *odds_bounds, level, n, "Gart"),
    )
    return Comparison("The shares", "Fisher's exact", float(test.statistic), float(test.pvalue), effects)
