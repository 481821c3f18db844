"""How closely two columns go together, whatever their kinds, with intervals."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.stats import rankdata

from mlwright.core.errors import TableError
from mlwright.statistics.association import cramers_v_bounds, fisher_bounds, rank_correlation_bounds
from mlwright.statistics.inputs import Array, names, numbers, pairs, table_of
from mlwright.statistics.many_groups import compare_categories, compare_several_means
from mlwright.statistics.results import Figure

N_DRAWS = 200
MOST_DRAWN = 4_000
"""Rows of a sample that is drawn again."""


def pearson(x: ArrayLike, y: ArrayLike, level: float = 0.95) -> Figure:
    """How closely the points lie to a straight line, from -1 to 1.

    The interval is Fisher's, with the larger of two standard errors: his own, and one that does not suppose normal
    values (from the fourth moments). Of 1,000 samples of 60 rows each with a correlation of 0.5, the 95 % interval held
    the truth in 95.8 % (normal) and 93.7 % (heavy tails: Student's t with 5 degrees of freedom).

    Parameters
    ----------
    x, y : array-like
        Rows in which one is missing are left out.
    level : float

    References
    ----------
    Hawkins, D. L. (1989). Using U statistics to derive the asymptotic distribution of Fisher's Z statistic. The
    American Statistician 43.

    Examples
    --------
    >>> print(pearson([1, 2, 3, 4, 5, 6], [2, 1, 4, 3, 6, 5]))
    The correlation is 0.8286 (95 % interval 0.05193 to 0.9807; Fisher's scale; 6 values).
    """
    a, b = pairs(x, y)
    value = _correlation(a, b)
    error = max(_fisher_error(a, b, value), 1 / math.sqrt(max(1, len(a) - 3)))
    low, high = fisher_bounds(value, error, level)
    return Figure("correlation", value, low, high, level, len(a), "Fisher's scale")


def _fisher_error(a: Array, b: Array, value: float) -> float:
    """Standard error of the inverse hyperbolic tangent of a correlation, from how much each row moves it."""
    if abs(value) >= 1 or not (a.std() > 0 and b.std() > 0):
        return 0.0
    u, v = (a - a.mean()) / a.std(), (b - b.mean()) / b.std()
    moved = u * v - value * (u**2 + v**2) / 2
    return float(moved.std()) / (1 - value**2) / math.sqrt(max(1, len(a) - 3))


def spearman(x: ArrayLike, y: ArrayLike, level: float = 0.95) -> Figure:
    """The correlation of the ranks, from -1 to 1: how surely one rises with the other, in whatever curve.

    Of 1,000 samples of 60 rows each with a rank correlation of 0.48, the 95 % interval held the truth in 95.8 %.

    Parameters
    ----------
    x, y : array-like
        Rows in which one is missing are left out.
    level : float

    References
    ----------
    Bonett, D. G. and Wright, T. A. (2000). Sample size requirements for estimating Pearson, Kendall and Spearman
    correlations. Psychometrika 65.

    Examples
    --------
    >>> print(spearman([1, 2, 3, 4, 5, 6], [2, 1, 4, 3, 6, 50]))
    The rank correlation is 0.8857 (95 % interval 0.06639 to 0.9916; Bonett-Wright; 6 values).
    """
    a, b = pairs(x, y)
    value = _correlation(rankdata(a), rankdata(b))
    low, high = rank_correlation_bounds(value, len(a), level)
    return Figure("rank correlation", value, low, high, level, len(a), "Bonett-Wright")


def correlation_ratio(groups: Sequence[Any], values: ArrayLike, level: float = 0.95) -> Figure:
    """How much of the spread of numbers lies between the groups, from 0 to 1: the root of omega squared.

    Parameters
    ----------
    groups : sequence
        Names; missing ones (None or NaN) are left out.
    values : array-like
    level : float

    Raises
    ------
    TableError
        If the columns are not of one length, one has no value, or fewer than two groups have two values.

    Examples
    --------
    >>> print(correlation_ratio(["a", "a", "a", "b", "b", "b"], [1, 2, 3, 7, 8, 9]))
    The correlation ratio is 0.9478 (95 % interval 0.649 to 0.9816; noncentral F; 6 values).
    """
    places, known = names(groups, "groups")
    found = np.asarray(values, dtype=np.float64)
    if len(found) != len(places):
        raise TableError(f"The columns are {len(places)} and {len(found)} rows long.", "Give columns of the same rows.")
    parts = [found[(places == place) & ~np.isnan(found)] for place in range(len(known))]
    parts = [part for part in parts if len(part) > 1]
    omega = compare_several_means(*parts, level=level).effect("omega squared")
    value, low, high = (math.sqrt(end) for end in (omega.value, omega.low, omega.high))
    return Figure("correlation ratio", value, low, high, level, omega.n, omega.method)


def cramers_v(a: Sequence[Any], b: Sequence[Any], level: float = 0.95) -> Figure:
    """How closely two columns of names go together, from 0 to 1, corrected for what chance adds.

    See `compare_categories` for the interval.

    Examples
    --------
    >>> print(cramers_v(["x", "x", "y", "y"] * 25, ["u", "u", "v", "u"] * 25))
    The Cramer's V is 0.5714 (95 % interval 0.3814 to 0.7733; noncentral chi-square; 100 values).
    """
    counts = table_of(a, b)
    value = compare_categories(counts, level).effect("corrected V").value
    low, high = cramers_v_bounds(counts, level=level)
    n = int(counts.sum())
    return Figure("Cramer's V", value, min(low, value), max(high, value), level, n, "noncentral chi-square")


def mutual_information(a: Sequence[Any], b: Sequence[Any], level: float = 0.95) -> Figure:
    """How many bits the one column of names tells about the other, corrected for what chance adds.

    The interval is normal, with the spread of the information over the rows; where the columns have nothing to do
    with each other it is too wide. Of 1,000 samples of 300 rows each (three by three), it held the truth in 94.3 %.
    Cut numbers into groups to compare them.

    Parameters
    ----------
    a, b : sequence
        Names; rows in which one is missing are left out.
    level : float

    References
    ----------
    Miller, G. A. (1955). Note on the bias of information estimates. Information theory in psychology.

    Examples
    --------
    >>> print(mutual_information(["x", "y"] * 50, ["u", "v"] * 50))
    The mutual information is 1 (95 % interval 1 to 1; normal; 100 values).
    """
    counts = table_of(a, b)
    n = float(counts.sum())
    shares = counts / n
    expected = np.outer(shares.sum(axis=1), shares.sum(axis=0))
    seen = shares > 0
    bits = np.log2(shares[seen] / expected[seen])
    plain = float(shares[seen] @ bits)
    n_extra = max(0, int(seen.sum()) - counts.shape[0] - counts.shape[1] + 1)
    value = max(0.0, plain - n_extra / (2 * n * math.log(2)))
    error = math.sqrt(max(0.0, float(shares[seen] @ bits**2) - plain**2) / n)
    reach = -float(_normal_quantile((1 - level) / 2)) * error
    return Figure("mutual information", value, max(0.0, value - reach), value + reach, level, int(n), "normal")


def chatterjee_xi(x: ArrayLike, y: ArrayLike, level: float = 0.95, seed: int = 0) -> Figure:
    """How far `y` is a function of `x`, in whatever shape: 0 where they have nothing in common, 1 where it is one.

    The interval draws fewer rows than there are (their number to the power of 0.7) without putting them back, as the
    plain bootstrap fails for ranks. Of 150 samples of 200 rows each (a noisy parabola), it held the truth in 98 %.

    Parameters
    ----------
    x, y : array-like
        Rows in which one is missing are left out.
    level : float
    seed : int

    References
    ----------
    Chatterjee, S. (2021). A new coefficient of correlation. JASA 116. Politis, D. N. and Romano, J. P. (1994). Large
    sample confidence regions based on subsamples under minimal assumptions. Annals of Statistics 22.

    Examples
    --------
    >>> x = np.linspace(-1, 1, 101)
    >>> round(chatterjee_xi(x, x**2).value, 2), round(pearson(x, x**2).value, 2)
    (0.94, 0.0)
    """
    a, b = pairs(x, y, least=10)
    rng = np.random.default_rng(seed)
    value = _xi(a, b, rng)
    error = _subsampled(lambda rows: _xi(a[rows], b[rows], rng), len(a), rng)
    reach = -float(_normal_quantile((1 - level) / 2)) * error
    return Figure("xi", value, value - reach, min(1.0, value + reach), level, len(a), "subsampling")


def _xi(x: Array, y: Array, rng: np.random.Generator) -> float:
    """Chatterjee's coefficient, ties of `x` broken at random."""
    order = np.lexsort([rng.random(len(x)), x])
    ranks, above = rankdata(y, "max")[order], rankdata(-y, "max")
    scale = 2 * float((above * (len(y) - above)).sum())
    return 1 - len(y) * float(np.abs(np.diff(ranks)).sum()) / scale if scale > 0 else 0.0


def _subsampled(figure: Callable[[NDArray[np.int64]], float], n: int, rng: np.random.Generator) -> float:
    """Standard error of a figure of `n` rows, from its spread over smaller samples."""
    m = max(5, min(MOST_DRAWN, round(n**0.7)))
    drawn = [figure(rng.choice(n, m, replace=False)) for _ in range(N_DRAWS)]
    return float(np.std(drawn)) * math.sqrt(m / n) / math.sqrt(max(1 - m / n, 0.1))


def associate(x: Sequence[Any], y: Sequence[Any], level: float = 0.95) -> Figure:
    """How closely two columns of any kind go together, by the measure that suits their kinds.

    Numbers with numbers: `spearman`; names with numbers: `correlation_ratio`; names with names: `cramers_v`.

    Examples
    --------
    >>> associate(["a", "b", "a", "b"], ["u", "v", "u", "v"]).name
    "Cramer's V"
    >>> associate([1, 2, 3, 4], ["u", "v", "u", "v"]).name
    'correlation ratio'
    """
    are_numbers = [_are_numbers(values) for values in (x, y)]
    if all(are_numbers):
        return spearman(x, y, level)
    if are_numbers[0]:
        return correlation_ratio(y, x, level)
    return correlation_ratio(x, y, level) if are_numbers[1] else cramers_v(x, y, level)


def _are_numbers(values: Sequence[Any]) -> bool:
    try:
        return len(numbers(values)) > 0 and np.asarray(values).dtype != bool
    except TableError:
        return False


def _correlation(a: Array, b: Array) -> float:
    spread = float(a.std() * b.std())
    return float(((a - a.mean()) @ (b - b.mean())) / len(a) / spread) if spread > 0 else 0.0


def _normal_quantile(share: float) -> float:
    from scipy.stats import norm

    return float(norm.ppf(share))
