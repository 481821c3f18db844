"""The mean of a few values, from what many like them show.

Five amounts cannot tell how far amounts reach: where the largest is missing their mean is too low, and their spread
too, so that no interval from these five reaches the truth. Many that are like them tell what means of five do.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from mlwright.statistics.means import NOT_SEEN, SMALLEST_ERROR_SHARE, far_unit
from mlwright.statistics.sampling import Draws
from mlwright.statistics.shares import Bounds

Array = NDArray[np.float64]

MOST_ALIKE = 400
"""Of more values the spread is known well enough, beside that of the mean of a few."""


def few_off(alike: Array, n: int, draws: Draws, level: float = 0.95) -> Bounds:
    """How far the mean of `n` values may be off, below and above, where there are more that are like them.

    As many samples are drawn of all, and of each the first `n` are the few. The distance of their mean from that of all
    is told in spreads of the whole sample, which hardly hangs on what the few happen to be. There is one more like the
    furthest, as in `means`.

    Of 400 sets each, the mean of 5 lognormal amounts with a spread of 1 was held in 94.8 % with 60 alike and in 90.3 %
    with 20; of 15, with 60, in 95.3 %. The studentised bootstrap of the 5 alone held it in 85.3 %.

    Parameters
    ----------
    alike : array, shape (n_alike,)
        The few among them, where they are.
    n : int
        At most as many as there are.
    draws : Draws
        Of rows that were drawn one by one; only its seed and the number of replicates count.
    level : float
    """
    centred = alike - alike.mean()
    spread = float(centred.std(ddof=1)) if len(alike) > 1 else 0.0
    if spread == 0:
        return Bounds(0.0, 0.0)
    many = min(len(alike), MOST_ALIKE)
    drawn = centred[draws.rng().integers(len(alike), size=(draws.n_replicates, max(n, many)))]
    spreads = np.maximum(drawn[:, :many].std(axis=1, ddof=1), SMALLEST_ERROR_SHARE * spread)
    tail = (1 - level) / 2
    low, high = np.quantile(drawn[:, :n].mean(axis=1) / spreads, [tail, 1 - tail])
    below, above = (
        max(reach * spread, _with_one_more(centred * sign, spread, reach))
        for sign, reach in ((-1, float(high)), (1, -float(low)))
    )
    return Bounds(below, above)


def _with_one_more(centred: Array, spread: float, reach: float) -> float:
    """How far off if all have one more like the one that lies furthest up, or further still in a heavy tail."""
    m, furthest = len(centred), float(far_unit(centred[:, None], not_seen=NOT_SEEN)[0])
    return furthest / (m + 1) + reach * math.sqrt((spread**2 * (m - 1) + furthest**2) / (m + 1))
