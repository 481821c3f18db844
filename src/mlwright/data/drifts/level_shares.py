"""Names that are more or less frequent, or new."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from mlwright.core.family import NotApplicable
from mlwright.data.drifts import Array, Current, DriftTest, Reference, Shift
from mlwright.data.drifts._shares import chance, distance
from mlwright.data.words import percent
from mlwright.scoring.spelling import Spelled

LEAST_EXPECTED = 5.0
"""Rows that a cell must be expected to hold on both sides, so that chi-square tells the chance well enough."""

OTHER = "other names"


class LevelShares(DriftTest):
    """Whether names (or the few values of a number) are as frequent as in training.

    Pearson's chi-square of two samples, over the names and one cell for all others. Names that are too rare on both
    sides together go into that cell: as both sides choose, the choice favours none.

    Raises
    ------
    NotApplicable
        If the column has no list of names, or there are too few rows for two cells that are each expected to hold 5.
    """

    title = "shares of the names"

    def compare(self, reference: Reference, current: Current) -> Shift:
        """The distance between the shares, and its chance."""
        if current.names is None or not reference.levels:
            raise NotApplicable("there is no list of its names")
        labels = [*map(repr, reference.levels), OTHER]
        before = np.array([*reference.levels.values(), reference.n_other], dtype=np.float64)
        now = _counts(current.names, list(reference.levels))
        kept = _cells(before, now)
        if len(kept) < 2:
            raise NotApplicable("there are too few rows, or there is only one name")
        before, now = _gathered(before, kept), _gathered(now, kept)
        return _shift(before, now, [labels[place] for place in kept])


def _counts(names: Spelled, levels: list[str]) -> Array:
    """Rows of each level, and last of all other names."""
    place = {level: at for at, level in enumerate(levels)}
    of_name = np.array([place.get(name, len(levels)) for name in names.levels], dtype=np.int64)
    return np.bincount(of_name[names.places[names.places >= 0]], minlength=len(levels) + 1).astype(np.float64)


def _cells(before: Array, now: Array) -> NDArray[np.int64]:
    """The places of the levels that are cells of their own, the most frequent first; the last takes all the rest."""
    share = min(before.sum(), now.sum()) / (before.sum() + now.sum())
    expected = (before + now) * share
    order = np.argsort(-expected[:-1], kind="stable")
    own = order[expected[order] >= LEAST_EXPECTED]
    rest = expected.sum() - expected[own].sum()
    return own if rest < LEAST_EXPECTED else np.append(own, len(before) - 1)


def _gathered(counts: Array, kept: NDArray[np.int64]) -> Array:
    found = counts[kept]
    found[-1] += counts.sum() - found.sum()
    return found


def _shift(before: Array, now: Array, labels: list[str]) -> Shift:
    then, today = before / before.sum(), now / now.sum()
    most = int(np.abs(today - then).argmax())
    sentence = f"The share of {labels[most]} is {percent(today[most])} now; it was {percent(then[most])}."
    shares = float(then[most]), float(today[most])
    return Shift(chance(before, now), distance(before, now), f"are {labels[most]}", *shares, sentence)
