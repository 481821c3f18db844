"""Which columns go together, whatever their kinds, on a sample of rows and without the target."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from itertools import combinations
from typing import NamedTuple

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray
from scipy.stats import chi2, norm

from mlwright.data.association import N_BINS, corrected_v
from mlwright.data.columns import mean_ranks
from mlwright.records.profile import Association, ColumnProfile
from mlwright.scoring.moments import to_moment_array
from mlwright.scoring.spelling import missing_array, spelled, to_number_array
from mlwright.statistics.association import chi_square, cramers_v_bounds, rank_correlation_bounds

MAX_COLUMNS = 40
MAX_TOLD = 20
MAX_NAMES = 12
LEAST_ROWS = 50
LEAST_VALUE = 0.1
CHANCE = 0.05
KINDS = ("number", "date", "category", "boolean")


class _Side(NamedTuple):
    """A column as ranks (None for names) and as groups; -1 where the value is missing."""

    ranks: NDArray[np.float64] | None
    groups: NDArray[np.int64]


def associations_of(
    columns: Sequence[ColumnProfile], sample: Mapping[str, pa.Array], target: str | None
) -> tuple[Association, ...]:
    """The pairs of columns that go together more than chance makes, closest first.

    Two numbers or dates: the rank correlation. Any other pair: Cramer's V, corrected for what chance adds, over eight
    groups of equal size or the 12 most frequent names. Of the first 40 columns; the target is left out, since the
    profile is made before the test rows are set aside. A pair is told if its p-value, multiplied by the number of
    pairs, is below 0.05 and the value is 0.1 or more, at most 20 of them; the intervals hold for all pairs together, 95
    times in 100, where rows are independent.

    Parameters
    ----------
    columns : sequence of ColumnProfile
    sample : mapping of str to pyarrow.Array
        Values of the same rows, by column.
    target : str or None
    """
    used = [each for each in columns if each.kind in KINDS and each.name != target and each.name in sample]
    sides = {each.name: _side(each, sample[each.name]) for each in used[:MAX_COLUMNS]}
    names = list(combinations(sides, 2))
    found = (_pair((a, b), sides[a], sides[b], len(names)) for a, b in names)
    closest = sorted((each for each in found if each), key=lambda each: (-abs(each.value), each.columns))[:MAX_TOLD]
    return tuple(each.told(1 - CHANCE / len(names)) for each in closest)


def _side(column: ColumnProfile, values: pa.Array) -> _Side:
    if column.kind in ("number", "date"):
        read = to_moment_array(values, column.date_format) if column.kind == "date" else to_number_array(values)
        missing = ~np.isfinite(read) | missing_array(values, column.missing_codes)
        ranks = mean_ranks(np.where(missing, np.nan, read))
        groups = np.minimum((ranks * N_BINS).astype(np.int64), N_BINS - 1)
        return _Side(np.where(missing, np.nan, ranks), np.where(missing, -1, groups))
    found = spelled(values)
    places = np.where(missing_array(values, column.missing_codes), -1, found.places)
    counts = np.bincount(places[places >= 0], minlength=1)
    frequent = np.argsort(-counts, kind="stable")[:MAX_NAMES]
    group_of = np.full(len(counts) + 1, len(frequent), np.int64)
    group_of[frequent] = np.arange(len(frequent))
    group_of[-1] = -1  # the place of a missing value
    return _Side(None, group_of[places])


class _Pair(NamedTuple):
    """Two columns that go together, before the interval is known; `counts` is None for two that have ranks."""

    columns: tuple[str, str]
    value: float
    n_rows: int
    counts: NDArray[np.float64] | None

    def told(self, level: float) -> Association:
        """With its interval."""
        if self.counts is None:
            low, high = rank_correlation_bounds(self.value, self.n_rows, level)
        else:
            low, high = cramers_v_bounds(self.counts, level=level)
        return Association(
            columns=self.columns,
            measure="rank correlation" if self.counts is None else "Cramer's V",
            value=self.value,
            low=min(low, self.value),
            high=max(high, self.value),
            n_rows=self.n_rows,
        )


def _pair(names: tuple[str, str], a: _Side, b: _Side, n_pairs: int) -> _Pair | None:
    """Two columns, if they go together more than chance makes."""
    known = (a.groups >= 0) & (b.groups >= 0)
    n = int(known.sum())
    if n < LEAST_ROWS:
        return None
    counts = None
    if a.ranks is not None and b.ranks is not None:
        value, p = _rank_correlation(a.ranks[known], b.ranks[known])
    else:
        counts = _counts(a.groups[known], b.groups[known])
        value, p = corrected_v(counts), _chance(counts)
    return _Pair(names, value, n, counts) if abs(value) >= LEAST_VALUE and p * n_pairs < CHANCE else None


def _rank_correlation(a: NDArray[np.float64], b: NDArray[np.float64]) -> tuple[float, float]:
    spread = float(a.std() * b.std())
    if spread <= 0:
        return 0.0, 1.0
    value = float(np.clip(np.mean((a - a.mean()) * (b - b.mean())) / spread, -1, 1))
    return value, float(2 * norm.sf(abs(value) * math.sqrt(len(a) - 1)))


def _counts(a: NDArray[np.int64], b: NDArray[np.int64]) -> NDArray[np.float64]:
    """Rows by both groups, without empty ones."""
    n_a, n_b = int(a.max()) + 1, int(b.max()) + 1
    counts = np.bincount(a * n_b + b, minlength=n_a * n_b).reshape(n_a, n_b).astype(np.float64)
    return counts[counts.any(axis=1)][:, counts.any(axis=0)]


def _chance(counts: NDArray[np.float64]) -> float:
    freedom = (counts.shape[0] - 1) * (counts.shape[1] - 1)
    return float(chi2.sf(chi_square(counts), freedom)) if freedom else 1.0
