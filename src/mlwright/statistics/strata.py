"""Intervals of means over rows that were drawn class by class.

A split that gives every class its share on either side draws the test rows so: how many of them are of a rare class is
no chance of the test, but of all rows that were collected. What is left to chance is which rows of each class were
drawn, and with few rows of a class that is much. So both parts have intervals of their own.
"""

from __future__ import annotations

import math
from dataclasses import replace
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.stats import t as student

from mlwright.records.evaluation import Estimate
from mlwright.statistics.means import (
    ENOUGH_DRAWS,
    ENOUGH_REPLICATES,
    SMALLEST_ERROR_SHARE,
    far_unit,
    mean_estimates,
    replicated_shifts,
)
from mlwright.statistics.sampling import Draws, Strata
from mlwright.statistics.shares import Bounds

Array = NDArray[np.float64]

MOST_CLASSES = 50
"""With more, most have few rows each, and all are drawn again as one."""

PRIOR_ROWS = 2.0
"""So many degrees of freedom the expected spread of a class of few rows has beside what its rows show."""


def by_class(draws: Draws, places: NDArray[np.int64]) -> Draws:
    """Draws of rows that know the class of each, shape (n_rows,), where rows were drawn one by one.

    Where no split dealt them out, the shares of the classes rest on these very rows.
    """
    sampling = draws.sampling
    strata = sampling.strata or Strata(places, np.bincount(places).astype(np.float64))
    is_by_class = sampling.is_plain and np.count_nonzero(strata.behind) <= MOST_CLASSES
    return draws.of(replace(sampling, strata=strata if is_by_class else None))


def few_rows(strata: Strata) -> NDArray[np.bool_]:
    """Of which classes there are rows, but so few that an expected spread counts beside their own."""
    counts = np.bincount(strata.of_row, minlength=len(strata.behind))
    return (counts > 0) & (counts < ENOUGH_DRAWS)


class _Part(NamedTuple):
    """What is known of the mean of one class, all times the share of the class.

    Parameters
    ----------
    centred : array, shape (n_rows,)
        Values without their mean.
    error, freedom : float
        Standard error of the mean, and its degrees of freedom.
    """

    centred: Array
    error: float
    freedom: float

    @property
    def is_drawn(self) -> bool:
        """Whether there are enough rows to draw them again; of fewer means are taken as normal."""
        return len(self.centred) >= ENOUGH_DRAWS


def mean_by_class(values: Array, draws: Draws, level: float = 0.95, expected: Array | None = None) -> Estimate:
    """The mean of row values, shape (n_rows,), with the interval that suits how the rows were drawn.

    Values of two sorts are shares, and these have the interval of `mean_estimates`; see `stratified_bounds`.
    """
    if draws.sampling.strata is None or len(np.unique(values)) <= 2:
        return mean_estimates(values[:, None], draws, level)[0]
    low, high = stratified_bounds(values, draws, level, expected)
    method = "studentised bootstrap of rows, class by class"
    return Estimate(value=float(values.mean()), low=low, high=high, level=level, method=method)


def stratified_bounds(values: Array, draws: Draws, level: float = 0.95, expected: Array | None = None) -> Bounds:
    """Interval of the mean of row values, where the rows were drawn class by class.

    The means of the classes count by the shares of these among all rows that were collected. What the shares leave
    open rests on all of those, one more of the furthest class among them. What the means leave open is learned by the
    studentised bootstrap, class by class, and with one more of the furthest row as in `means`; a class of fewer than 8
    rows has a variance that is put together from their own and an expected one, and its mean is taken as normal.

    Of 300 sets each of 60 rows, three of a rare class or six of each of ten, intervals of 95 % held the truth in 93 to
    99 % for a log loss and in 93 to 98 % for its gain over a dummy; of 200 rows in 95 to 99 % and 93 to 98 %. The
    bootstrap of all rows in one, which takes the number of rare rows for chance, held figures in 96 to 100 %, at up to
    three times the width, and gains in 85 to 99 %.

    Parameters
    ----------
    values : array, shape (n_rows,)
    draws : Draws
        Of a sampling with strata.
    level : float
    expected : array, shape (n_classes,), optional
        Variance of the values that is to be expected in each class, as by the probabilities of a model; default: as
        if the class were as far spread as its mean is off that of all.

    References
    ----------
    Cochran, W. G. (1977). Sampling Techniques, chapters 5 and 5A: stratified sampling. Efron, B. and Tibshirani, R.
    (1993). An introduction to the bootstrap, chapter 12: the bootstrap-t interval. Welch, B. L. (1947). The
    generalization of Student's problem when several different population variances are involved. Biometrika 34.
    """
    strata = draws.sampling.strata
    assert strata is not None
    counts = np.bincount(strata.of_row, minlength=len(strata.behind))
    seen = np.flatnonzero(counts)
    shares = strata.behind[seen] / strata.behind[seen].sum()
    rows = [values[strata.of_row == place] for place in seen]
    means = np.array([own.mean() for own in rows])
    middle = float(shares @ means)
    usual = (means - middle) ** 2 if expected is None else expected[seen]
    parts = [_part(own, *of_class) for own, *of_class in zip(rows, shares, usual, strict=True)]
    within = _of_means(parts, draws, level)
    by_shares = _of_shares(means, shares, float(strata.behind.sum()), level)
    mean = float(values.mean())
    return Bounds(
        min(mean, middle - math.hypot(within.low, by_shares.low)),
        max(mean, middle + math.hypot(within.high, by_shares.high)),
    )


def _part(own: Array, share: float, expected: float) -> _Part:
    """The rows of one class."""
    n, centred = len(own), share * (own - own.mean())
    prior = 0.0 if n >= ENOUGH_DRAWS else PRIOR_ROWS
    freedom = n - 1 + prior
    variance = (float(centred @ centred) + prior * share**2 * float(expected)) / freedom
    return _Part(centred, math.sqrt(variance / n), freedom)


def _of_means(parts: list[_Part], draws: Draws, level: float) -> Bounds:
    """How far the means of the classes move the whole, below and above; both at least zero."""
    errors = np.array([part.error for part in parts])
    total = float(np.linalg.norm(errors))
    if total == 0:
        return Bounds(0.0, 0.0)
    lower, upper = _quantiles(parts, total, draws, level)
    found = [reach * total for reach in (upper, -lower)]
    for side, (sign, reach) in enumerate(((-1, upper), (1, -lower))):
        for part in _large_enough(parts):
            moved = _one_more(part, sign)
            wider = math.sqrt(max(0.0, total**2 - part.error**2) + moved.error**2)
            found[side] = max(found[side], moved.shift + reach * wider)
    return Bounds(*(max(0.0, each) for each in found))


def _quantiles(parts: list[_Part], total: float, draws: Draws, level: float) -> tuple[float, float]:
    """Of how far the whole is off, in its own standard errors: by drawing the rows of each class again."""
    tail = (1 - level) / 2
    if draws.n_replicates < ENOUGH_REPLICATES:
        variances = np.array([part.error**2 for part in parts])
        freedom = total**4 / float((variances**2 / [part.freedom for part in parts]).sum())
        reach = float(student.ppf(1 - tail, freedom))
        return -reach, reach
    shift, squares = np.zeros(draws.n_replicates), np.zeros(draws.n_replicates)
    for place, part in enumerate(parts):
        moved, error = _again(part, draws.of_part(place, len(part.centred)))
        shift += moved
        squares += error**2
    ratios = shift / np.maximum(np.sqrt(squares), SMALLEST_ERROR_SHARE * total)
    lower, upper = np.quantile(ratios, [tail, 1 - tail])
    return float(lower), float(upper)


def _again(part: _Part, draws: Draws) -> tuple[Array, Array]:
    """The mean of a class and its standard error in samples that are drawn again, each of shape (n_replicates,)."""
    if part.is_drawn:
        shifts, errors = replicated_shifts(part.centred[:, None], draws)
        return shifts[:, 0], errors[:, 0]
    rng = draws.rng()
    spread = np.sqrt(rng.chisquare(part.freedom, draws.n_replicates) / part.freedom)
    return part.error * rng.standard_normal(draws.n_replicates), part.error * spread


def _large_enough(parts: list[_Part]) -> list[_Part]:
    """Classes of enough rows, and those of few rows in one."""
    few = [part for part in parts if not part.is_drawn]
    found = [part for part in parts if part.is_drawn]
    if few:
        n = sum(len(part.centred) for part in few)
        centred = np.concatenate([part.centred * n / len(part.centred) for part in few])
        error = float(np.linalg.norm([part.error for part in few]))
        found.append(_Part(centred, error, sum(part.freedom for part in few)))
    return found


class _Moved(NamedTuple):
    """How far the mean of a class moves with one more row, and its standard error then."""

    shift: float
    error: float


def _one_more(part: _Part, sign: int) -> _Moved:
    """With one more of the row that lies furthest to one side."""
    if not part.is_drawn:
        return _Moved(0.0, part.error)
    n = len(part.centred)
    extreme = abs(float(far_unit(sign * part.centred[:, None])[0]))
    return _Moved(extreme / (n + 1), math.sqrt((n * part.error**2 * (n - 1) + extreme**2) / (n + 1) / n))


def _of_shares(means: Array, shares: Array, n: float, level: float) -> Bounds:
    """How far the shares of the classes move the whole, below and above."""
    reach, off = float(student.ppf(0.5 + level / 2, max(1.0, n - 1))), means - shares @ means
    spread = float(shares @ off**2)
    below, above = (
        abs(furthest) / (n + 1) + reach * math.sqrt((n * spread + furthest**2) / (n + 1) / n)
        for furthest in (float(off.min()), float(off.max()))
    )
    return Bounds(below, above)
