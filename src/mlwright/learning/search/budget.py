"""How the wall clock is shared out: what the rest of the run needs, and what each fit may take."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from time import monotonic

from mlwright.core.run import Clock

LEAST_RESERVE_S = 3.0
RESERVE_SHARE = 0.12
IMPORTANCE_SHARE = 0.03
MOST_IMPORTANCE_S = 5.0
MOST_RESERVE_SHARE = 0.5
FITTING_SHARE = 0.75
N_TEST_PASSES = 40
CUT_SHARE = 0.7
PATIENCE = 2.0
LEAST_FIT_S = 0.5


class Budget:
    """The time that fits may still take.

    Parameters
    ----------
    clock : Clock
        Of the whole run.
    n_workers : int
        Fits that are in work at the same time.
    n_test : int
        Rows that are set aside: the later stages score them again and again.
    row_s : float
        Seconds to encode one row.
    """

    def __init__(self, clock: Clock, n_workers: int, n_test: int = 0, row_s: float = 0.0) -> None:
        self.clock = clock
        self.n_workers = n_workers
        self.n_test = n_test
        self.encode_s = row_s
        self.expect(0.0)

    def expect(self, score_s: float) -> None:
        """Plan for a model that takes so many seconds to score one row."""
        whole = self.clock.budget_s
        self.reserve_s = 0.0 if whole is None else reserve_s(whole, self.n_test, self.encode_s + score_s)

    @property
    def left_s(self) -> float:
        """Seconds of wall clock for fits; zero if there are none, infinite without a budget."""
        return max(self.clock.left_s - self.reserve_s, 0.0)

    @property
    def capacity_s(self) -> float:
        """Seconds of fitting that all workers together still have."""
        return self.left_s * self.n_workers

    @property
    def importance_s(self) -> float:
        """Seconds for telling how much each column matters, out of the reserve."""
        whole = self.clock.budget_s
        return MOST_IMPORTANCE_S if whole is None else min(MOST_IMPORTANCE_S, IMPORTANCE_SHARE * whole)

    def is_up(self) -> bool:
        """Whether no fit should be started any more."""
        return self.left_s < LEAST_FIT_S

    def allowance_s(self, cost_s: float, waiting_s: float) -> float:
        """How long one fit may take: twice its fair share, as costs are guesses, and at most all that is left.

        Parameters
        ----------
        cost_s : float
            The guess for this fit.
        waiting_s : float
            The guesses for all fits that are still planned, this one among them.
        """
        if math.isinf(self.left_s):
            return math.inf
        share = self.capacity_s * cost_s / max(waiting_s, cost_s, 1e-9)
        return min(max(PATIENCE * share, LEAST_FIT_S), self.left_s)

    def affordable(self, costs_s: Iterable[float]) -> int:
        """How many of some jobs, cheapest first, there is time for; one that would be cut short a little counts."""
        return count_affordable(costs_s, self.capacity_s)

    def timer(self, seconds: float) -> Callable[[], bool]:
        """Tells whether that many seconds have passed since now; raises `RunCancelled` if the run shall end."""
        ends = monotonic() + seconds

        def time_up() -> bool:
            self.clock.check()
            return monotonic() >= ends

        return time_up


def count_affordable(costs_s: Iterable[float], capacity_s: float) -> int:
    """How many of the jobs fit into the time, in their order; they may overdraw it so far that all are cut by 30 %.

    >>> count_affordable([1, 2, 40], 30), count_affordable([1, 2, 40], 31)
    (2, 3)
    """
    total, count = 0.0, 0
    for cost in costs_s:
        total += cost
        if CUT_SHARE * total > capacity_s:
            break
        count += 1
    return count


def fitting_s(budget_s: float, n_workers: int) -> float:
    """Seconds of fitting in a budget, as far as can be told before the run: what families plan their sizes by."""
    return FITTING_SHARE * budget_s * n_workers


def reserve_s(budget_s: float, n_test: int, row_s: float) -> float:
    """Seconds to keep for choosing, evaluating, probing, deciding and packing.

    Parameters
    ----------
    budget_s : float
        Of the whole run.
    n_test : int
        Rows that are set aside.
    row_s : float
        Seconds to encode one row and to score it with the whole model; the test rows are scored about 40 times.

    >>> reserve_s(60, 1_000, 1e-5), reserve_s(600, 100_000, 1e-4)
    (7.2, 300.0)
    """
    needed = max(LEAST_RESERVE_S, RESERVE_SHARE * budget_s, N_TEST_PASSES * n_test * row_s)
    return min(needed, MOST_RESERVE_SHARE * budget_s)
