"""Heaps of equal values at the ends of a column, as if what lies beyond had been cut off."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

MIN_DISTINCT = 50
LEAST_ROWS = 10
LEAST_SHARE = 0.005
TIMES_NEIGHBOURS = 8.0
N_NEIGHBOURS = 20


class Heap(NamedTuple):
    """So many rows have exactly this value, the ``largest`` or the ``smallest``; those next to it `near` on average."""

    value: float
    n: int
    near: float
    end: str


def heaps_at_ends(values: NDArray[np.float64]) -> Iterator[Heap]:
    """The ends of a column at which values heap up.

    A heap holds 0.5 % of the values and ten of them at least, and eight times as many as the fullest of the 20 values
    next to it. A heap at zero is no cut.

    Parameters
    ----------
    values : array
        NaN is left out; fewer than 50 different values are not judged.
    """
    distinct, counts = np.unique(values[~np.isnan(values)], return_counts=True)
    if len(distinct) < MIN_DISTINCT:
        return
    least = max(LEAST_ROWS, LEAST_SHARE * counts.sum())
    for end, near, word in (
        (-1, counts[-1 - N_NEIGHBOURS : -1], "largest"),
        (0, counts[1 : 1 + N_NEIGHBOURS], "smallest"),
    ):
        if distinct[end] != 0 and counts[end] >= max(least, TIMES_NEIGHBOURS * near.max()):
            yield Heap(float(distinct[end]), int(counts[end]), float(near.mean()), word)
