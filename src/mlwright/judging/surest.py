"""The surest cases, as many as can be answered positive."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from mlwright.judging.practice import Choosing
from mlwright.learning.benefit import Amounts

Array = NDArray[np.float64]


class Surest(NamedTuple):
    """Who is answered positive where not all can be.

    Parameters
    ----------
    practice : Choosing
    cut : float or None
        The probability at which the last one lies; None where there is room for all that are worth it.
    probability : array, shape (n_rows,)
    """

    practice: Choosing
    cut: float | None
    probability: Array

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
        """What a positive answer is worth more than a negative one, for cases about as sure as the last one."""
        n = len(self.probability)
        nearest = np.argsort(np.abs(self.probability - cut), kind="stable")[: max(10, math.ceil(n ** (2 / 3)))]
        everybody, nobody = (
            Choosing("", self.practice.target, np.full(n, float(answer))).worth(amounts) for answer in (1, 0)
        )
        return float((everybody - nobody)[nearest].mean())


def surest(target: Array, probability: Array, threshold: float, share: float) -> Surest:
    """Those that are worth a positive answer, but no more than a share of all; of equally sure ones by lot.

    Parameters
    ----------
    target : array, shape (n_rows,)
    probability : array, shape (n_rows,)
    threshold : float
        From which on a positive answer is worth it.
    share : float
        The largest share that can be answered positive.
    """
    room, wanted = share * len(target), probability >= threshold
    if wanted.sum() <= room:
        return Surest(Choosing("the model", target, wanted.astype(np.float64)), None, probability)
    cut = float(np.sort(probability)[::-1][max(0, math.ceil(room) - 1)])
    above, at = probability > cut, probability == cut
    positive = above + at * (room - above.sum()) / at.sum()
    return Surest(Choosing("the model", target, positive), cut, probability)
