"""How days differ by themselves: by the season, and for no reason that is known.

Both are learned from training, and neither is drift. Days that swing slowly are worth even fewer rows than days that
jump: so blocks of several days are looked at too, and the one that varies most, by its length, counts (the long-run
variance).

References
----------
Rao, J. N. K. and Scott, A. J. (1992). A simple method for the analysis of clustered binary data. Biometrics 48.
Kuensch, H. R. (1989). The jackknife and the bootstrap for general stationary observations. Annals of Statistics 17.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.stats import chi2, f

Array = NDArray[np.float64]
Places = NDArray[np.int64]

LEAST_DAYS = 14
LEAST_BLOCKS = 8
LEAST_EXPECTED = 1.0
CHANCE = 0.05
"""How often days differ more than is allowed for: few rows a day say little of how much many would vary."""
SEASON_CHANCE = 0.001
_THURSDAY = 3


class Rhythm(NamedTuple):
    """How the days of training differ.

    Parameters
    ----------
    alike : float
        See `records.looks.Column`.
    n_days : int
    seasons : dict
        Counts in cells by season; empty where none has been shown.
    """

    alike: float = 0.0
    n_days: int = 0
    seasons: dict[str, Array] = {}


def rhythm_of(places: Places, days: Places, n_cells: int) -> Rhythm:
    """What the training rows say of how days differ.

    Parameters
    ----------
    places : array of int, shape (n_rows,)
        The cell of each row.
    days : array of int, shape (n_rows,)
        The day of each row, counted since 1970; negative where it is not known.
    n_cells : int
    """
    known = days >= 0
    names, at = np.unique(days[known], return_inverse=True)
    if len(names) < LEAST_DAYS:
        return Rhythm(n_days=len(names))
    counts = np.bincount(at * n_cells + places[known], minlength=len(names) * n_cells)
    return rhythm_of_counts(counts.reshape(len(names), n_cells).astype(np.float64), names)


def rhythm_of_counts(counts: Array, days: Places) -> Rhythm:
    """The same, of counts by day, shape (n_days, n_cells)."""
    frequent = _gathered(counts)
    if frequent.shape[1] < 2:
        return Rhythm(n_days=len(days))
    expected = frequent.sum(axis=1, keepdims=True) * (frequent.sum(axis=0) / frequent.sum())
    seasons: dict[str, Array] = {}
    for kind, keys, least in _calendars(days):
        if len(np.unique(keys)) > 1 and _has_season(frequent, expected, keys, least):
            seasons |= {f"{kind} {key}": counts[keys == key].sum(axis=0) for key in np.unique(keys).tolist()}
            expected = expected * _ratios(frequent, expected, keys)
    return Rhythm(_alike(frequent, expected), len(days), seasons)


def seasons_of(day: int) -> tuple[str, str]:
    """The names of the seasons of a day, counted since 1970.

    >>> seasons_of(0)
    ('weekday 3', 'month 1')
    """
    return f"weekday {(day + _THURSDAY) % 7}", f"month {datetime.fromtimestamp(day * 86_400, UTC).month}"


def _calendars(days: Places) -> list[tuple[str, Places, int]]:
    """What days may differ by, with the days that one block takes and how often a season must have come round."""
    found = [("weekday", (days + _THURSDAY) % 7, 1)] if len(days) >= 28 else []
    if days[-1] - days[0] >= 2 * 365:
        months = np.array([datetime.fromtimestamp(day * 86_400, UTC).month for day in days.tolist()])
        found.append(("month", months, 28))
    return found


def _has_season(counts: Array, expected: Array, keys: Places, block: int) -> bool:
    """Whether days of one season differ from those of others more than they differ among themselves."""
    groups, at = np.unique(keys, return_inverse=True)
    mean = np.zeros((len(groups), counts.shape[1]))
    own = mean.copy()
    np.add.at(mean, at, expected)
    np.add.at(own, at, counts)
    width = counts.shape[1] - 1
    between = ((own - mean) ** 2 / mean).sum() / ((len(groups) - 1) * width)
    within = _dispersion(counts, expected * (own / mean)[at], block)
    n_blocks = len(counts) // block - len(groups)
    return n_blocks >= len(groups) and bool(
        f.sf(between / max(1.0, within), (len(groups) - 1) * width, n_blocks * width) < SEASON_CHANCE
    )


def _ratios(counts: Array, expected: Array, keys: Places) -> Array:
    """How often cells come in the season of each day, over how often they come."""
    found = np.ones_like(counts)
    for key in np.unique(keys):
        own = keys == key
        found[own] = counts[own].sum(axis=0) / np.maximum(expected[own].sum(axis=0), 1e-9)
    return found


def _alike(counts: Array, expected: Array) -> float:
    """The largest share of variance between days that the counts allow for, whatever the length of swings.

    Days that lean to one side do so in one direction among many: so the direction from the first cell to the last is
    looked at by itself, and the one in which days vary most if it stands out from what chance makes of many.
    """
    rows = counts.sum(axis=1)
    usual = float((rows**2).sum() / rows.sum())
    lengths = [2**power for power in range(12) if len(counts) // 2**power >= LEAST_BLOCKS]
    worst = max([1.0, *(_highest(_residuals(counts, expected, length)) for length in lengths)])
    return min(1.0, (worst - 1.0) / max(usual - 1.0, 1.0))


def _highest(residuals: Array) -> float:
    """How much more blocks may vary than independent rows would, shape of `residuals` (n_blocks, n_cells)."""
    n, width = residuals.shape
    by_direction = np.linalg.eigvalsh(residuals.T @ residuals / (n - 1))
    level = np.linspace(-1, 1, width)
    along = float(((residuals @ level) ** 2).sum() / (n - 1) / (level**2).sum())
    found = [_upper(float(by_direction.sum()) / (width - 1), (n - 1) * (width - 1)), _upper(along, n - 1)]
    by_chance = (1.0 + np.sqrt(width / n)) ** 2 * (1.0 + 2.0 * n ** (-2 / 3))
    if by_direction[-1] > by_chance:
        found.append(_upper(float(by_direction[-1]), n - 1))
    return max(found)


def _upper(dispersion: float, freedom: int) -> float:
    return dispersion * freedom / float(chi2.ppf(CHANCE, freedom))


def _dispersion(counts: Array, expected: Array, length: int) -> float:
    """How much more blocks of days vary than independent rows would: 1 if they do not."""
    found = _residuals(counts, expected, length)
    return float((found**2).sum() / ((len(found) - 1) * (found.shape[1] - 1)))


def _residuals(counts: Array, expected: Array, length: int) -> Array:
    """What blocks of days hold beyond what is expected, in its standard deviations, shape (n_blocks, n_cells)."""
    n_blocks = len(counts) // length
    own, mean = (each[: n_blocks * length].reshape(n_blocks, length, -1).sum(axis=1) for each in (counts, expected))
    return np.asarray((own - mean) / np.sqrt(np.maximum(mean, 1e-9)))


def _gathered(counts: Array) -> Array:
    """Neighbouring cells joined until each holds a row on a usual day, shape (n_days, n_joined)."""
    group, at, held = [], 0, 0.0
    for usual in counts.mean(axis=0).tolist():
        if held >= LEAST_EXPECTED:
            at, held = at + 1, 0.0
        group.append(at)
        held += usual
    if held < LEAST_EXPECTED and at:
        group = [min(each, at - 1) for each in group]
    return counts @ np.eye(max(group) + 1)[group]
