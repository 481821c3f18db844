"""What the tests of shares have in common."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.special import chdtrc

Array = NDArray[np.float64]


def chance(before: Array, now: Array) -> float:
    """Chance that two samples of the same shares differ as much as these counts of cells, or more (Pearson)."""
    n_before, n_now = before.sum(), now.sum()
    pooled = (before + now) / (n_before + n_now)
    apart = now / n_now - before / n_before
    chi_square = n_before * n_now / (n_before + n_now) * float((apart**2 / pooled).sum())
    return float(chdtrc(len(before) - 1, chi_square))


def distance(before: Array, now: Array) -> float:
    """Share of the rows that would have to move to another cell to make the shares alike."""
    return float(np.abs(now / now.sum() - before / before.sum()).sum() / 2)
