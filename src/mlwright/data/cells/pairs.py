"""Cells of two columns together: what moves between two columns may leave each of them as it was."""

from __future__ import annotations

import numpy as np

from mlwright.data.cells import Array, Places
from mlwright.data.cells.telling import group_words
from mlwright.records.looks import Cells

N_GROUPS = 4
"""Into which the cells of a column are joined."""


def pair_of(one: Cells, other: Cells, counts: tuple[Array, Array]) -> Cells:
    """Cells of two columns together: those of each are joined to a few groups of about the same size."""
    joined = tuple(_groups(own) for own in counts)
    words = [group_words(cells, own) for cells, own in zip((one, other), joined, strict=True)]
    name = f"{one.name!r} with {other.name!r}"
    return Cells(name=name, sort="pair", of=(one.name, other.name), joined=joined, levels=(*words[0], *words[1]))


def places_of_pair(pair: Cells, places: tuple[Places, Places]) -> Places:
    """The cell of each row in a pair of columns."""
    first, second = (np.array(groups)[own] for groups, own in zip(pair.joined, places, strict=True))
    there = (first >= 0) & (second >= 0)
    return np.where(there, first * (max(pair.joined[1]) + 1) + second, pair.n - 2)


def _groups(counts: Array) -> tuple[int, ...]:
    """Neighbouring cells of numbers, or names by their frequency, in groups; -1 for what is missing or not known."""
    own = counts[:-2]
    middle = (np.cumsum(own) - own / 2) / max(1.0, float(own.sum()))
    groups = np.unique(np.minimum(middle * N_GROUPS, N_GROUPS - 1).astype(int), return_inverse=True)[1]
    return (*groups.tolist(), -1, -1)
