"""What the tests of shares have in common."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.special import chdtrc

LEAST_EXPECTED = 5.0
"""Rows that a cell must be expected to hold, so that chi-square tells the chance well enough."""

Array = NDArray[np.float64]


def chance(chi_square: float, n_cells: int) -> float:
    """Chance of such a chi-square, or a larger one, over that many cells."""
    return float(chdtrc(n_cells - 1, max(0.0, chi_square)))


def distance(one: Array, other: Array) -> float:
    """Half the sum of the differences between shares: how many would have to move."""
    return float(np.abs(one - other).sum() / 2)


def percent(share: float) -> str:
    """A share for a sentence.

    >>> percent(0.256), percent(0.0042), percent(0.0)
    ('26 %', '0.4 %', '0 %')
    """
    return f"{share:.0%}".replace("%", " %") if share == 0 or share >= 0.1 else f"{share * 100:.2g} %"
