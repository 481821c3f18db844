"""The past learns, the future is held back."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from mlwright.data.splitters import Fold, SplitKeys, Splitter


class TimeSplitter(Splitter):
    """What is held back is later than all that learns; rows of the same moment are never torn apart."""

    title = "by time, the latest rows being held back"

    def holdout(self, keys: SplitKeys, share: float, rng: np.random.Generator) -> NDArray[np.bool_]:
        """The latest rows; the moment at the border goes to the side that brings the share closest."""
        assert keys.times is not None
        borders, n_later = _borders(keys.times)
        best = int(np.argmin(np.abs(n_later - share * keys.n_rows)))
        held: NDArray[np.bool_] = keys.times >= borders[best]
        return held

    def folds(self, keys: SplitKeys, n_folds: int, rng: np.random.Generator, most: int | None = None) -> list[Fold]:
        """Blocks of like size in the order of time: each is held out from the rows before it."""
        assert keys.times is not None
        borders, n_later = _borders(keys.times)
        wanted = keys.n_rows * (1 - np.arange(1, n_folds + 1) / (n_folds + 1))
        starts = np.unique([borders[int(np.argmin(np.abs(n_later - rows)))] for rows in wanted])
        ends = np.append(starts[1:], np.iinfo(np.int64).max)
        first = 0 if most is None else max(len(starts) - most, 0)
        pairs = [
            (np.flatnonzero(keys.times < start), np.flatnonzero((keys.times >= start) & (keys.times < end)))
            for start, end in zip(starts[first:], ends[first:], strict=True)
        ]
        return [(train, held) for train, held in pairs if len(train)]


def _borders(times: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Moments at which the future may begin, and the rows from each of them on."""
    moments, sizes = np.unique(times, return_counts=True)
    if len(moments) < 2:
        return moments, sizes
    return moments[1:], len(times) - np.cumsum(sizes)[:-1]
