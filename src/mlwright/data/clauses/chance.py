"""How many rows may differ from all rows before, if nothing has changed."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray
from scipy.special import gammaln
from scipy.stats import poisson

ALARMS = 0.005
"""Chance that all columns together give a false alarm, for each sort of clause."""


def chance_beyond(n_beyond: int, n_then: int, n_now: int) -> float:
    """Chance that so many of the new rows, or more, exceed all rows before, if both are of one source.

    The `n_beyond` largest of all rows are then all among the new ones. That holds for any distribution, and for any
    bound that was drawn round the rows before: a largest length, the last name in a list of shapes.

    >>> round(chance_beyond(1, 1000, 1000), 3), round(chance_beyond(10, 1000, 1000), 4)
    (0.5, 0.001)
    """
    if n_beyond <= 0:
        return 1.0
    if n_beyond > n_now:
        return 0.0
    logarithm = (
        gammaln(n_now + 1) - gammaln(n_now - n_beyond + 1)
        - gammaln(n_then + n_now + 1) + gammaln(n_then + n_now - n_beyond + 1)
    )  # fmt: skip
    return math.exp(min(0.0, float(logarithm)))


def chance_of_new_names(then: NDArray[np.int64], now: NDArray[np.int64]) -> float:
    """Chance of names like these that are in the new rows alone, if both tables are of one source.

    Each row is then one of the new table with chance ``n_now / n`` whatever its name, so that a name of `c` rows in
    both tables together is seen in the new one alone with that chance to the power of `c`. The smaller of two chances,
    doubled: that of so many new names, and that of one name so frequent.

    Parameters
    ----------
    then, now : array of int, shape (n_names,)
        Rows of every name of both tables.
    """
    new = (then == 0) & (now > 0)
    if not new.any():
        return 1.0
    both = then + now
    share = now.sum() / both.sum()
    alone = np.power(share, both[both > 0])
    many = float(poisson.sf(int(new.sum()) - 1, alone.sum()))
    frequent = float(share ** int(now[new].max())) * max(1.0, float((both >= int(now[new].max())).sum()))
    return min(1.0, 2 * min(many, frequent))
