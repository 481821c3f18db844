"""Values that stand apart from all others."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

MIN_VALUES = 100
MIN_DISTINCT = 20
MOST_SHARE = 0.012
TAIL_SHARE = 0.1
LEAST_RATIO = 3.0


class Apart(NamedTuple):
    """Values at one end of a column, far from the rest.

    Parameters
    ----------
    rows : array of int64
        Their places in the array, the farthest first.
    bound : float
        The outermost value of the rest.
    """

    rows: NDArray[np.int64]
    bound: float


def values_apart(values: NDArray[np.float64], false_alarms: float, centre: float | None = None) -> list[Apart]:
    """The ends of a column that stand apart, the upper one first.

    Let ``d(1) >= d(2) >= ...`` be the distances from the centre on one side. If the tail falls off like a power,
    the gaps ``i * log(d(i) / d(i + 1))`` are independent and exponential (Renyi), with a mean that Hill's estimate
    takes from the tenth of the rows that are farthest. Tails of data are lighter than that as a rule, so the test
    errs on the quiet side. A gap among the farthest 1.2 % of the rows (three at least) counts if chance would hardly
    make it and it is at least threefold.

    Parameters
    ----------
    values : array, shape (n,)
        NaN is left out.
    false_alarms : float
        The chance to report anything in a column with a power tail, over both sides.
    centre : float, optional
        What distances are measured from; default: the median. Zero, for values that are distances themselves.

    References
    ----------
    Hill, B. M. (1975). A simple general approach to inference about the tail of a distribution. Annals of
    Statistics 3(5).
    """
    known = values[~np.isnan(values)]
    if len(known) < MIN_VALUES or len(np.unique(known)) < MIN_DISTINCT:
        return []
    centre = float(np.median(known)) if centre is None else centre
    found = []
    for sign in (1.0, -1.0):
        n_apart = _n_apart(np.sort(np.maximum(sign * (known - centre), 0.0))[::-1], false_alarms / 2)
        if n_apart:
            order = np.argsort(np.where(np.isnan(values), -np.inf, sign * values), kind="stable")[::-1]
            found.append(Apart(order[:n_apart], float(values[order[n_apart]])))
    return found


def _n_apart(distances: NDArray[np.float64], false_alarms: float) -> int:
    """How many of the farthest rows lie beyond a gap; distances in falling order."""
    n_tail = min(int(TAIL_SHARE * len(distances)), int((distances > 0).sum()) - 1)
    n_most = max(3, int(MOST_SHARE * len(distances)))
    if n_tail < 10 or n_most >= n_tail:
        return 0
    logs = np.log(distances[: n_tail + 1])
    gaps = np.arange(1, n_tail + 1) * -np.diff(logs)
    mean_gap = float(gaps[n_most:].mean())
    limit = mean_gap * np.log(n_most / false_alarms)
    ratios = np.exp(-np.diff(logs))
    apart = np.flatnonzero((gaps[:n_most] > limit) & (ratios[:n_most] >= LEAST_RATIO))
    return int(apart[-1]) + 1 if len(apart) else 0
