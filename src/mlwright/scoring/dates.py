"""The parts of moments."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mlwright.records.model import DatePart

_DAY_S = 86_400.0
_THURSDAY = 3
"""The weekday of the first of January 1970."""


def date_parts(seconds: NDArray[np.float64], parts: Sequence[DatePart]) -> NDArray[np.float64]:
    """Parts of moments: ``weekday`` runs from 0 for Monday, the other parts are as people write them.

    Parameters
    ----------
    seconds : array, shape (n_rows,)
        Since 1970; NaN where missing.
    parts : sequence of str

    Returns
    -------
    array, shape (n_rows, n_parts)
        NaN where missing.

    >>> date_parts(np.array([0.0, 86400.0 * 31.5]), ["month", "weekday", "days"])
    array([[ 1. ,  3. ,  0. ],
           [ 2. ,  6. , 31.5]])
    """
    known = np.isfinite(seconds)
    moments = _Moments(np.where(known, seconds, 0.0))
    found = np.empty((len(seconds), len(parts)))
    for place, part in enumerate(parts):
        found[:, place] = _PARTS[part](moments)
    found[~known] = np.nan
    return found


class _Moments:
    """Moments, and the days that they are on."""

    def __init__(self, seconds: NDArray[np.float64]) -> None:
        self.seconds = seconds
        self.days = np.floor(seconds / _DAY_S).astype(np.int64)
        self.dates = self.days.astype("datetime64[D]")

    def days_since(self, unit: str) -> NDArray[np.int64]:
        """Whole days since the year or the month began."""
        began: NDArray[np.int64] = self.dates.astype(f"datetime64[{unit}]").astype("datetime64[D]").astype(np.int64)
        return self.days - began


_PARTS: dict[DatePart, Callable[[_Moments], NDArray[Any]]] = {
    "year": lambda m: m.dates.astype("datetime64[Y]").astype(np.int64) + 1970,
    "month": lambda m: m.dates.astype("datetime64[M]").astype(np.int64) % 12 + 1,
    "day": lambda m: m.days_since("M") + 1,
    "weekday": lambda m: (m.days + _THURSDAY) % 7,
    "hour": lambda m: np.floor(m.seconds / 3600.0) % 24,
    "minute": lambda m: np.floor(m.seconds / 60.0) % 60,
    "day_of_year": lambda m: m.days_since("Y") + 1,
    "days": lambda m: m.seconds / _DAY_S,
}
