"""Numbers that are larger, smaller or spread otherwise."""

from __future__ import annotations

import numpy as np

from mlwright.core.family import NotApplicable
from mlwright.data.drifts import Array, Current, DriftTest, Reference, Shift
from mlwright.data.drifts._shares import chance, distance
from mlwright.data.words import figure, percent
from mlwright.records.profile import QUANTILE_LEVELS

LEAST_EXPECTED = 10.0
"""Rows that a bin must be expected to hold on both sides, so that chi-square tells the chance well enough."""

MEDIAN = QUANTILE_LEVELS.index(0.50)
_SWEEPS = 200


class QuantileBins(DriftTest):
    """Whether numbers lie where they lay in training.

    The bundle's quantiles cut the line into bins of known shares; those of the window are compared with them by
    Pearson's chi-square of two samples, which counts that the quantiles come from a sample too. Bins that are too
    small are joined.

    Rows that lie on a quantile (whole numbers, zeros) belong to both of its sides; they are shared out so that they
    speak least for a shift.

    Raises
    ------
    NotApplicable
        If the column holds no numbers, or names suit it better (few values), or there are too few rows.
    """

    title = "shares between the quantiles"

    def compare(self, reference: Reference, current: Current) -> Shift:
        """The distance between the shares, and its chance."""
        cuts = np.array(reference.profile.quantiles)
        if current.numbers is None or not len(cuts):
            raise NotApplicable("it holds no numbers")
        if reference.levels:
            raise NotApplicable("it has so few values that they are compared one by one")
        values = np.sort(current.numbers[np.isfinite(current.numbers)])
        smallest = min(len(values), reference.n_there)
        kept = _bins(smallest)
        if len(kept) < 1:
            raise NotApplicable("there are too few rows")
        levels = np.array(QUANTILE_LEVELS)
        below = [np.searchsorted(values, cuts, side=side)[kept] / len(values) for side in ("left", "right")]
        slack = reference.profile.quantile_error
        reached = _least_telling(levels[kept], below[0] - slack, below[1] + slack)
        before, now = _shares(levels[kept]) * reference.n_there, _shares(reached) * len(values)
        median = float(cuts[MEDIAN])
        above = float((values > median).mean() + (values == median).mean() / 2)
        sentence = (
            f"{percent(above)} of the values lie above {figure(median)}, which was the median; "
            f"{figure(float(np.median(values)))} is the median now."
        )
        what = f"lie above {figure(median)}"
        return Shift(chance(before, now), distance(before, now), what, 0.5, above, sentence)


def _bins(n_rows: int) -> list[int]:
    """The places of the quantiles between which so many rows are expected to suffice."""
    kept: list[int] = []
    for place, level in enumerate(QUANTILE_LEVELS):
        last = QUANTILE_LEVELS[kept[-1]] if kept else 0.0
        if min(level - last, 1.0 - level) * n_rows >= LEAST_EXPECTED:
            kept.append(place)
    return kept


def _shares(cumulative: Array) -> Array:
    return np.diff(cumulative, prepend=0.0, append=1.0)


def _least_telling(levels: Array, low: Array, high: Array) -> Array:
    """The cumulative shares between `low` and `high` whose bins are nearest to those of `levels`.

    Nearest by the squares of the differences over the shares; each share in turn goes where its two bins are best. The
    sum is convex, so that this ends at its least.
    """
    apart = 1.0 / _shares(levels)
    away = np.zeros(len(levels) + 2)
    for _ in range(_SWEEPS):
        before = away.copy()
        for place, level in enumerate(levels):
            left, right = apart[place], apart[place + 1]
            best = (left * away[place] + right * away[place + 2]) / (left + right)
            away[place + 1] = min(max(best, low[place] - level), high[place] - level)
        if np.abs(away - before).max() < 1e-9:
            break
    return levels + away[1:-1]
