"""How closely two columns of any kind go together."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from mlwright.data.columns import TrainingRows, mean_ranks
from mlwright.statistics.association import chi_square

MAX_ROWS = 4_000
N_BINS = 8
MAX_NAMES = 12


def associations(rows: TrainingRows, names: list[str]) -> NDArray[np.float64]:
    """A number from 0 (nothing in common) to 1 (one tells the other) for each pair, shape (n_names, n_names).

    Two ordered columns: the rank correlation without its sign. Any other pair: Cramer's V, corrected for what chance
    makes, over eight groups of equal size for ordered columns and the 12 most frequent names for others.

    References
    ----------
    Bergsma, W. (2013). A bias-correction for Cramer's V and Tschuprow's T. Journal of the Korean Statistical Society
    42(3).
    """
    step = max(1, len(rows) // MAX_ROWS)
    ranks = {name: mean_ranks(rows.numbers(name))[::step] for name in names if rows.is_ordered(name)}
    groups = [_groups(rows, name)[::step] for name in names]
    result = np.eye(len(names))
    for a, first in enumerate(names):
        for b in range(a):
            second = names[b]
            if first in ranks and second in ranks:
                found = _correlation(ranks[first], ranks[second])
            else:
                found = cramers_v(groups[a], groups[b])
            result[a, b] = result[b, a] = found
    return result


def cramers_v(a: NDArray[np.int64], b: NDArray[np.int64]) -> float:
    """Cramer's V of two groupings, corrected for what chance makes of it."""
    a, b = (np.unique(groups, return_inverse=True)[1] for groups in (a, b))
    n_a, n_b = int(a.max(initial=0)) + 1, int(b.max(initial=0)) + 1
    return corrected_v(np.bincount(a * n_b + b, minlength=n_a * n_b).reshape(n_a, n_b).astype(np.float64))


def corrected_v(counts: NDArray[np.float64]) -> float:
    """The same from rows by both groupings, none of which is empty."""
    (n_a, n_b), n = counts.shape, float(counts.sum())
    if min(n_a, n_b) < 2 or n < 2:
        return 0.0
    phi2 = chi_square(counts) / n
    excess = max(0.0, phi2 - (n_a - 1) * (n_b - 1) / (n - 1))
    sizes = [k - (k - 1) ** 2 / (n - 1) for k in (n_a, n_b)]
    return float(min(1.0, np.sqrt(excess / max(min(sizes) - 1, 1e-12))))


def _groups(rows: TrainingRows, name: str) -> NDArray[np.int64]:
    if rows.is_ordered(name):
        return rows.bins(name, N_BINS).places
    places = rows.levels(name).places
    counts = np.bincount(places[places >= 0])
    frequent = np.argsort(-counts, kind="stable")[:MAX_NAMES]
    others = (places >= 0) & ~np.isin(places, frequent)
    return np.where(others, len(counts), places)


def _correlation(a: NDArray[np.float64], b: NDArray[np.float64]) -> float:
    spread = float(a.std() * b.std())
    return abs(float(np.mean((a - a.mean()) * (b - b.mean())))) / spread if spread > 0 else 0.0
