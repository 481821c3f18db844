"""Those that are answered positive, or acted upon, as they rank first, and which other cases are like them."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from mlwright.judging.worth.practice import Choosing
from mlwright.learning.benefit import CHOSEN, Amounts, chooses, either_way
from mlwright.statistics.tails import times_as_wide

Array = NDArray[np.float64]

ALIKE, ALIKE_WITH_NOUGHTS = 60, 16
"""So many of the first in rank tell what a few of them may be worth, or three times those few; fewer where some of all
bring nothing."""
NEAR = 0.1
"""What ranks below this part of the cut is too far down to tell."""
FEWEST = 10
"""Fewer cases do not tell how amounts grow with the rank."""


@dataclass(frozen=True)
class Ranked(Choosing):
    """Those that are answered positive, or acted upon, because they rank first.

    Parameters
    ----------
    cut : float
        Where the last one lies.
    rank : array, shape (n_rows,)
        Those with more come first.
    """

    cut: float
    rank: Array

    def lifted(self, n: int, target: Array, amounts: Amounts) -> Lifted:
        """Cases that are like the `n` that rank first, which are among them.

        How far ranks reach beyond a threshold is of one shape for each high threshold, only wider (a generalised Pareto
        tail). What is gained grows with a power of the rank, which all cases tell; it is 1 where errors grow with what
        is predicted. Where some bring nothing those far down do so more often, and fewer of them are like the first.

        Parameters
        ----------
        n : int
        target : array, shape (n_rows,)
            What is supposed to be true.
        amounts : mapping

        References
        ----------
        Pickands, J. (1975). Statistical inference using extreme order statistics. Annals of Statistics 3.
        """
        grows, order = _growing(target, amounts), np.argsort(-self.rank, kind="stable")
        first = order[: max(ALIKE if grows.min() > 0 else ALIKE_WITH_NOUGHTS, 3 * n)]
        first = first[self.rank[first] >= min(self.cut, NEAR * self.cut)]
        if grows.min() < 0 or len(first) < ALIKE_WITH_NOUGHTS or self.rank[first[-1]] <= 0:
            first = order[: max(ALIKE_WITH_NOUGHTS, 3 * n)]
            return Lifted(first, np.zeros(len(first)))
        ranks = self.rank[first]
        beyond, rise = ranks - ranks[-1], max(0.0, self.cut - float(ranks[-1]))
        raised = ranks[-1] + rise + beyond * times_as_wide(beyond[beyond > 0][::-1], rise)
        return Lifted(first, grows[first] * ((raised / ranks) ** _power(self.rank, grows) - 1))


class Lifted(NamedTuple):
    """Cases that are like those that rank first.

    Parameters
    ----------
    places : array of int, shape (n_alike,)
    lacking : array, shape (n_alike,)
        How much more a positive answer to each would bring, were it as far up as the first.
    """

    places: NDArray[np.int64]
    lacking: Array


def _growing(target: Array, amounts: Amounts) -> Array:
    """What a positive answer is worth more than a negative one, without what is the same for all cases."""
    yes, no = either_way(target, amounts)
    return np.asarray(yes - no - amounts[CHOSEN[1]] if chooses(amounts) else yes - no)


def _power(rank: Array, grows: Array) -> float:
    """With which power of the rank what is gained grows, from 0 to 1: how much it is, and how often it is something."""
    counts = rank > 0
    x, y = np.log(rank[counts]), grows[counts]
    some = y > 0
    if some.sum() < FEWEST or np.ptp(x[some]) == 0:
        return 0.0
    power = float(np.cov(x[some], np.log(y[some]))[0, 1] / x[some].var(ddof=1))
    upper = x > np.median(x)
    if not some.all() and upper.any():
        more, less = ((some[half].sum() + 0.5) / (half.sum() + 1) for half in (upper, ~upper))
        power += math.log(more / less) / float(x[upper].mean() - x[~upper].mean())
    return min(max(power, 0.0), 1.0)
