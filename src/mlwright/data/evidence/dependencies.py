"""Columns that determine other columns, up to a few errors."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Places = NDArray[np.int64]


@dataclass(frozen=True)
class Groups:
    """The rows grouped by one column, counted by the values of another; only rows where both are known.

    Parameters
    ----------
    n : int
        Rows.
    of_group : array of int64
        Rows of each group (by the place of the determining value).
    top : array of int64
        The most frequent value in each group; -1 in an empty group.
    top_count : array of int64
        Rows of the most frequent value of each group.
    pair_keys, pair_counts : array of int64
        Rows of each pair of values; a key is ``group * n_values + value``, rising.
    n_values : int
    """

    n: int
    of_group: Places
    top: Places
    top_count: Places
    pair_keys: Places
    pair_counts: Places
    n_values: int

    def count(self, groups: Places, values: Places) -> Places:
        """Rows of pairs of a group and a value."""
        keys = groups * self.n_values + values
        at = np.minimum(np.searchsorted(self.pair_keys, keys), max(len(self.pair_keys) - 1, 0))
        if not len(self.pair_keys):
            return np.zeros(len(keys), np.int64)
        return np.where(self.pair_keys[at] == keys, self.pair_counts[at], 0)


def group(given: Places, values: Places, n_groups: int, n_values: int, among: NDArray[np.bool_]) -> Groups:
    """Count the rows of `among` in which both are known."""
    known = among & (given >= 0) & (values >= 0)
    keys, counts = np.unique(given[known] * n_values + values[known], return_counts=True)
    groups, found = keys // max(n_values, 1), keys % max(n_values, 1)
    order = np.lexsort((counts, groups))
    ordered = groups[order]
    last = np.append(ordered[1:] != ordered[:-1], True) if len(ordered) else np.zeros(0, bool)
    top = np.full(n_groups, -1, np.int64)
    top_count = np.zeros(n_groups, np.int64)
    ends = np.flatnonzero(last)
    top[ordered[ends]], top_count[ordered[ends]] = found[order[ends]], counts[order[ends]]
    of_group = np.bincount(given[known], minlength=n_groups)
    return Groups(int(known.sum()), of_group, top, top_count, keys, counts, n_values)


def strength(groups: Groups) -> float:
    """How far the groups determine the values, corrected for chance: 1 entirely, 0 no better than by chance.

    With ``pdep(B)`` the chance that two random rows agree in B, ``pdep(A, B)`` the same for two rows of one group
    (with replacement), n rows and k groups::

        mu = 1 - (1 - pdep(A, B)) / (1 - pdep(B)) * (n - 1) / (n - k)

    which is 0 on average where A and B are independent, however many groups there are. NaN where nothing can be said:
    every row a group of its own, or one value only.

    References
    ----------
    Piatetsky-Shapiro, G., Matheus, C. (1993). Measuring data dependencies in large databases. KDD workshop.
    Parciak, M. et al. (2024). Measuring approximate functional dependencies: a comparative study. ICDE.
    """
    n, n_groups = groups.n, int((groups.of_group > 0).sum())
    if n <= n_groups or n < 2:
        return float("nan")
    totals = np.bincount(groups.pair_keys % groups.n_values, groups.pair_counts, minlength=groups.n_values)
    alone = float(((totals / n) ** 2).sum())
    if alone >= 1.0:
        return float("nan")
    of_pair = groups.of_group[groups.pair_keys // groups.n_values]
    within = float((groups.pair_counts.astype(float) ** 2 / of_pair).sum()) / n
    return 1.0 - (1.0 - within) / (1.0 - alone) * (n - 1) / (n - n_groups)
