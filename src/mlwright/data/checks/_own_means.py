"""Whether a column is the mean of the target over groups of rows, each row's own answer among them."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.special import chdtr

MIN_GROUPS = 30
MIN_WITHIN = 20
MIN_BETWEEN = 20
MOST_OFF = 3.0
TOLERANCE = 0.0006
MOST_FRACTIONS = 0.95


class Closeness(NamedTuple):
    """How closely a column follows the means of groups.

    Parameters
    ----------
    n_groups : int
    spread : float
        Mean squared distance from the groups' means over what chance makes of it: 1 or more for an honest column. Where
        the groups' means lie closer together than by chance, as those of pairs of one yes and one no do, over that.
    chance : float
        Of so small a spread for an honest column.
    """

    n_groups: int
    spread: float
    chance: float


def closeness(values: NDArray[np.float64], target: NDArray[np.float64], places: NDArray[np.int64]) -> Closeness | None:
    """How closely `values` follow the mean of `target` in groups of rows; None where that cannot be judged.

    The sum of squared distances over ``s2 / n`` has, for the best of honest columns, the mean `G` (groups), and the
    variance ``2 G`` for normal means, more for means of few yes or no. Its chance is that of the chi-square variable
    of the same mean and variance, scaled.

    Parameters
    ----------
    values, target : array of float64, shape (n_rows,)
    places : array of int64, shape (n_rows,)
        The group of each row, -1 for none. Groups in which `values` vary are none.
    """
    kept = places >= 0
    values, target, places = values[kept], target[kept], np.unique(places[kept], return_inverse=True)[1]
    counts = np.bincount(places)
    n_within = len(places) - len(counts)
    if len(counts) < MIN_GROUPS or n_within < MIN_WITHIN:
        return None
    means, own = (np.bincount(places, each) / counts for each in (target, values))
    if float(((values - own[places]) ** 2).sum()) > 1e-9 * float(values.var() * len(values)):
        return None
    variance = float(((target - means[places]) ** 2).sum()) / n_within
    if variance <= 1e-9 * float(target.var()):
        return None
    terms = (means - own) ** 2 * counts / variance
    spread, n = float(terms.mean()), len(terms)
    per_freedom = _variance_of_terms(target, variance, counts) / 2
    chance = float(chdtr(n / per_freedom, n * spread / per_freedom))
    of_one_figure = float(((means - target.mean()) ** 2 * counts).mean() / variance)
    return Closeness(n, spread / min(1.0, of_one_figure) if of_one_figure > 0 else math.inf, chance)


def certain_ends(
    values: NDArray[np.float64], target: NDArray[np.float64], most_chance: float
) -> tuple[int, int, int] | None:
    """Rows at 0 of which none is a yes, rows at 1 of which all are, and rows between that are as they say; else None.

    The values between are fractions of small numbers, as shares of small groups are. The chance that rows at the ends
    are so pure, were they drawn from all rows, is less than `most_chance`.
    """
    if not np.isin(target, (0.0, 1.0)).all():
        return None
    no, yes = target[values == 0], target[values == 1]
    inner = (values > 0) & (values < 1)
    if no.any() or not yes.all() or inner.sum() < MIN_BETWEEN or not _are_small_fractions(values[inner]):
        return None
    base = float(target.mean())
    if (1 - base) ** len(no) * base ** len(yes) > most_chance:
        return None
    levels, places, counts = np.unique(values[inner], return_inverse=True, return_counts=True)
    shares = np.bincount(places, target[inner]) / counts
    off = float(((shares - levels) ** 2 * counts / (levels * (1 - levels))).mean())
    return (len(no), len(yes), int(inner.sum())) if off <= MOST_OFF else None


def _are_small_fractions(values: NDArray[np.float64]) -> bool:
    """Whether nearly all values are a whole number over one of 2 to 12, to four digits."""
    parts = np.arange(2, 13)[:, None] * values
    return bool((np.abs(parts - parts.round()) <= TOLERANCE).any(axis=0).mean() >= MOST_FRACTIONS)


def _variance_of_terms(target: NDArray[np.float64], variance: float, counts: NDArray[np.int64]) -> float:
    """The variance of a squared standardised mean: 2 for normal ones, more for means of few yes or no."""
    if not np.isin(target, (0.0, 1.0)).all():
        return 2.0
    return max(2.0, float((2 + (1 - 6 * variance) / (variance * counts)).mean()))
