"""The cases that come first, as many as can be answered positive or acted upon."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from mlwright.judging.worth.practice import Choosing
from mlwright.learning.benefit import Amounts, either_way

Array = NDArray[np.float64]


class Surest(NamedTuple):
    """Who is answered positive, or acted upon, where not all can be.

    Parameters
    ----------
    practice : Choosing
    cut : float or None
        Where the last one lies; None where there is room for all that are worth it.
    rank : array, shape (n_rows,)
        Those with more come first.
    """

    practice: Choosing
    cut: float | None
    rank: Array

    def worth(self, amounts: Amounts) -> Array:
        """What each case adds to the mean worth, shape (n_rows,).

        Where the cut lies depends on these very rows: one more sure case among them puts out the last one. So a case
        counts for what it is worth beyond the one at the cut, which is the influence of a row on the mean of the
        surest ones; its mean is the mean worth.

        References
        ----------
        Hampel, F. R. (1974). The influence curve and its role in robust estimation. JASA 69.
        """
        rows = self.practice.worth(amounts)
        if self.cut is None:
            return rows
        chosen = self.practice.positive
        last = self._gained_at(self.cut, amounts)
        return np.asarray(rows - last * (chosen - chosen.mean()))

    def _gained_at(self, cut: float, amounts: Amounts) -> float:
        """What a positive answer is worth more than a negative one, for cases about where the last one lies."""
        n = len(self.rank)
        nearest = np.argsort(np.abs(self.rank - cut), kind="stable")[: max(10, math.ceil(n ** (2 / 3)))]
        yes, no = either_way(self.practice.target, amounts)
        return float((yes - no)[nearest].mean())


def surest(target: Array, rank: Array, threshold: float, share: float) -> Surest:
    """Those that are worth it, but no more than a share of all; of equal ones by lot.

    Parameters
    ----------
    target : array, shape (n_rows,)
    rank : array, shape (n_rows,)
        Probabilities, what is expected, or predicted amounts.
    threshold : float
        From which rank on a case is worth it.
    share : float
        The largest share that can be answered positive, or acted upon.
    """
    room, wanted = share * len(target), rank >= threshold
    if wanted.sum() <= room:
        return Surest(Choosing("the model", target, wanted.astype(np.float64)), None, rank)
    cut = float(np.sort(rank)[::-1][max(0, math.ceil(room) - 1)])
    above, at = rank > cut, rank == cut
    positive = above + at * (room - above.sum()) / at.sum()
    return Surest(Choosing("the model", target, positive), cut, rank)
