"""Moments that are told to the day beside moments that are told to the second."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

UNITS = ("s", "m", "h", "D", "M", "Y")


def as_coarse(one: Array, two: Array) -> tuple[Array, Array]:
    """Both as coarsely as the coarser is told: a day without a time does not lie before a moment of that day.

    Parameters
    ----------
    one, two : array
        Seconds since 1970, NaN where nothing is known.

    Examples
    --------
    >>> evening, day = np.array([1_700_000_000.0, 1_700_100_000.0]), np.array([1_699_920_000.0, 1_700_092_800.0])
    >>> [bool((b < a).any()) for a, b in ((evening, day), as_coarse(evening, day))]
    [True, False]
    """
    units = [_unit(each) for each in (one, two)]
    if units[0] == units[1]:
        return one, two
    coarser = max(units, key=UNITS.index)
    return _begun(one, coarser), _begun(two, coarser)


def _unit(values: Array) -> str:
    """The longest unit of which all of some moments are a beginning."""
    there = values[~np.isnan(values)]
    if (there % 1).any():
        return UNITS[0]
    moments = there.astype("datetime64[s]")
    return next(unit for unit in reversed(UNITS) if (moments.astype(f"datetime64[{unit}]") == moments).all())


def _begun(values: Array, unit: str) -> Array:
    """The beginnings of the days, months, ... in which moments lie."""
    begun = values.astype("datetime64[s]").astype(f"datetime64[{unit}]").astype("datetime64[s]")
    return np.where(np.isnat(begun), np.nan, begun.astype(np.float64))
