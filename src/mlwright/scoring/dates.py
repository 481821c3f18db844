"""The parts of moments."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

from mlwright.records.model import DatePart

_DAY_S = 86_400.0
_THURSDAY = 3
"""The weekday of the first of January 1970."""


def date_part(seconds: NDArray[np.float64], part: DatePart) -> NDArray[np.float64]:
    """One part of moments: ``weekday`` runs from 0 for Monday, the other parts are as people write them.

    Parameters
    ----------
    seconds : array, shape (n_rows,)
        Since 1970; NaN where missing.
    part : str

    >>> date_part(np.array([86400.0 * 31.5]), "month"), date_part(np.array([0.0]), "weekday")
    (array([2.]), array([3.]))
    """
    known = np.isfinite(seconds)
    whole = np.where(known, seconds, 0.0)
    return np.where(known, _PARTS[part](whole), np.nan)


def _days(seconds: NDArray[np.float64]) -> NDArray[np.datetime64]:
    return np.floor(seconds / _DAY_S).astype(np.int64).astype("datetime64[D]")


def _days_since(seconds: NDArray[np.float64], unit: str) -> NDArray[np.int64]:
    """Whole days since the year or the month began."""
    days = _days(seconds)
    whole = days - days.astype(f"datetime64[{unit}]").astype("datetime64[D]")
    return cast("NDArray[np.int64]", whole.astype(np.int64))


_PARTS: dict[DatePart, Callable[[NDArray[np.float64]], NDArray[Any]]] = {
    "year": lambda s: _days(s).astype("datetime64[Y]").astype(np.int64) + 1970,
    "month": lambda s: _days(s).astype("datetime64[M]").astype(np.int64) % 12 + 1,
    "day": lambda s: _days_since(s, "M") + 1,
    "weekday": lambda s: (_days(s).astype(np.int64) + _THURSDAY) % 7,
    "hour": lambda s: np.floor(s / 3600.0) % 24,
    "minute": lambda s: np.floor(s / 60.0) % 60,
    "day_of_year": lambda s: _days_since(s, "Y") + 1,
    "days": lambda s: s / _DAY_S,
}
