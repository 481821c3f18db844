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
TIMES_FULLEST = 3.0
N_NEIGHBOURS = 20
LEAST_VARIED = 20
LEAST_RATIO = 0.2
TIMES_GAP = 5.0


class Heap(NamedTuple):
    """So many rows have exactly this value, the ``largest`` or the ``smallest``; those next to it `near` on average."""

    value: float
    n: int
    near: float
    end: str


def heaps_at_ends(values: NDArray[np.float64]) -> Iterator[Heap]:
    """The ends of a column at which values heap up.

    A heap holds 0.5 % of the values and ten of them at least, eight times as many as the 20 values next to it do on
    average, and three times as many as the fullest of them. A heap at zero is no cut.

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
        often = max(TIMES_NEIGHBOURS * near.mean(), TIMES_FULLEST * near.max())
        if distinct[end] != 0 and counts[end] >= max(least, often):
            yield Heap(float(distinct[end]), int(counts[end]), float(near.mean()), word)


def least_beyond_zero(positive: NDArray[np.float64]) -> float | None:
    """The smallest of some positive numbers, if zero lies far from all of them; else None.

    It must be a fifth of the median at least, and five times any gap in the lower half of the different values, of
    which there must be 20.
    """
    distinct = np.unique(positive)
    if len(distinct) < LEAST_VARIED:
        return None
    least, lower = float(distinct[0]), distinct[: len(distinct) // 2 + 1]
    is_apart = least >= LEAST_RATIO * np.median(positive) and least >= TIMES_GAP * np.diff(lower).max()
    return least if is_apart else None
