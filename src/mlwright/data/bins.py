"""Columns cut into groups: numbers at their quantiles, names by themselves."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

MAX_BINS = 64
_TAILS = np.array([0.002, 0.005, 0.01, 0.02])


class Bins(NamedTuple):
    """A column cut into few groups, missing values being the last of them where there are any.

    Parameters
    ----------
    places : array of int64, shape (n_rows,)
        The group of each row, from 0.
    n : int
        How many groups there are.
    has_missing : bool
        Whether the last group holds the missing values.
    edges : array of float64
        For ordered columns: the upper ends of all groups but the last, each belonging to the group below.
    names : tuple of str
        For other columns: the levels.
    """

    places: NDArray[np.int64]
    n: int
    has_missing: bool
    edges: NDArray[np.float64]
    names: tuple[str, ...]


def quantile_edges(values: NDArray[np.float64], n_bins: int, *, fine_ends: bool = False) -> NDArray[np.float64]:
    """Where to cut numbers into groups of about equal size; each value is a group where there are few.

    Parameters
    ----------
    values : array
        NaN is left out.
    n_bins : int
        Fewer are used so that a group holds about 20 values at least, unless they are equal.
    fine_ends : bool
        Whether the outermost 2 % at each end are cut finer, for what shows in rare cases alone.
    """
    known = np.sort(values[~np.isnan(values)])
    if not len(known):
        return np.empty(0)
    distinct = known[np.flatnonzero(np.diff(known, prepend=-np.inf))]
    if len(distinct) <= n_bins:
        return distinct[:-1]
    n = int(np.clip(len(known) / 20, 2, n_bins))
    shares = np.concatenate([np.arange(1, n) / n, *([_TAILS, 1 - _TAILS] if fine_ends else [])])
    shares = shares[(shares * len(known) >= 20) & ((1 - shares) * len(known) >= 20)]
    edges: NDArray[np.float64] = np.unique(known[np.floor(np.unique(shares) * (len(known) - 1)).astype(np.int64)])
    inner: NDArray[np.float64] = edges[edges < known[-1]]
    return inner
