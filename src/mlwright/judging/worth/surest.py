"""The cases that come first, as many as can be answered positive or acted upon."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from mlwright.judging.worth.ranked import Ranked
from mlwright.learning.benefit import Amounts, either_way

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Surest(Ranked):
    """Who is answered positive, or acted upon, where not all can be.

    Where the cut lies depends on these very rows: one more sure case among them puts out the last one. So a case counts
    for what it is worth beyond the one at the cut, which is the influence of a row on the mean of the surest ones; its
    mean is the mean worth.

    References
    ----------
    Hampel, F. R. (1974). The influence curve and its role in robust estimation. JASA 69.
    """

    def counted(self, amounts: Amounts) -> Array:
        """Beyond the case at the cut."""
        return self.supposed(self.positive, self.target, amounts)

    def supposed(self, answers: Array, target: Array, amounts: Amounts) -> Array:
        """Likewise."""
        rows = super().supposed(answers, target, amounts)
        return np.asarray(rows - self._gained_at_cut(amounts) * (answers - self.positive.mean()))

    @cached_property
    def _nearest(self) -> NDArray[np.int64]:
        """Cases about where the last one lies."""
        n = len(self.rank)
        return np.argsort(np.abs(self.rank - self.cut), kind="stable")[: max(10, math.ceil(n ** (2 / 3)))]

    def _gained_at_cut(self, amounts: Amounts) -> float:
        """What a positive answer is worth more than a negative one, for those cases."""
        yes, no = either_way(self.target, amounts)
        return float((yes - no)[self._nearest].mean())


def surest(target: Array, rank: Array, threshold: float, share: float) -> Ranked:
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

    Returns
    -------
    Ranked
        `Surest` where more are worth it than can be answered so.
    """
    room, wanted = share * len(target), rank >= threshold
    if wanted.sum() <= room:
        return Ranked("the model", target, wanted.astype(np.float64), threshold, rank)
    cut = float(np.sort(rank)[::-1][max(0, math.ceil(room) - 1)])
    above, at = rank > cut, rank == cut
    positive = above + at * (room - above.sum()) / at.sum()
    return Surest("the model", target, positive, cut, rank)
