"""How the wall clock is shared out: what the rest of the run needs, and what each fit may take."""

from __future__ import annotations

import heapq
import math
from collections.abc import Callable, Sequence
from time import monotonic
from typing import NamedTuple

from mlwright.core.ahead import Ahead, Load
from mlwright.core.run import Clock, Run

CHOICE_SHARE = 0.02
IMPORTANCE_SHARE = 0.03
MOST_IMPORTANCE_S = 5.0
EASE_SHARE = 0.05
"""Of the budget, what the later stages may take beyond the least that they need."""
WRAP_UP_S = 0.6
"""For the leaderboard and for measuring other forms of the model."""
LOOK_S = 0.1
"""For each of the three looks at the chosen model: its columns, its choice, its cores together."""
MOST_ASKED, N_TOGETHER = 2_000, 3
"""Rows that are asked about in a look, and how often to tell what the cores do together."""
N_WEIGHED = 4
"""So many times weights are found after the last fit: for the model, and to tell how much the choice flatters it."""
N_MEASURED = 2
"""So many times as much as the model are other forms of it that are read to be measured."""
MOST_RESERVE_SHARE = 0.5
FITTING_SHARE = 0.75
CUT_SHARE = 0.4
GUESS_MARGIN = 1.3
LEAST_FIT_S = 0.5
MUST_SHARE = 1 / 6
REFIT_SHARE = 0.1
MOST_FINISH_SHARE, MOST_FINISH_OF_FITS = 0.3, 0.5
"""Of the budget, what may be kept for the last fits; where one hold-out has to do, of the time for all fits."""
N_HALVINGS = 20
BATCH = 4
NOTHING = Load(answer_s=0.0, n_rows=0, n_test=0)


class _Expected(NamedTuple):
    """What the model is like that is planned for: its load, and seconds to fit it once more and to find its weights."""

    load: Load
    refit_s: float
    weighing_s: float


class Budget:
    """The time that fits may still take.

    Parameters
    ----------
    clock : Clock
        Of the whole run.
    n_workers : int
        Fits that are in work at the same time.
    ahead : Ahead, optional
        What the later stages need; default: nothing comes after the search.
    load : Load, optional
        What they have to do, with the seconds to encode one row as those to answer it.
    refits : bool
        Whether to keep time for fitting the chosen model once more.
    one_fold : bool
        Whether one hold-out has to do, so that last fits take longer than those of the search.
    """

    def __init__(
        self,
        clock: Clock,
        n_workers: int,
        ahead: Ahead | None = None,
        load: Load = NOTHING,
        *,
        refits: bool = False,
        one_fold: bool = False,
    ) -> None:
        self.clock = clock
        self.n_workers = n_workers
        self.ahead = ahead or Ahead(lambda: clock.left_s)
        self.load = load
        self.refits = refits
        self.expect(0.0)
        self._most_again_s = MOST_FINISH_SHARE * (clock.budget_s or 0.0)
        if one_fold:
            self.use_one_fold()

    def use_one_fold(self) -> None:
        """One hold-out has to do: for the last fits no more is kept than half of the time that is left for fits."""
        self._most_again_s = MOST_FINISH_OF_FITS * self.left_s

    def expect(self, score_s: float, refit_s: float = 0.0, weighing_s: float = 0.0, open_s: float = 0.0) -> None:
        """Plan for a model that takes so many seconds to score one row, and as many to be fitted once more.

        Parameters
        ----------
        score_s : float
        refit_s : float
            See `finish`; three tenths of the budget are kept at most, or half of the time for fits.
        weighing_s : float
            In which weights were found, in seconds of this machine: the choice finds them several times more.
        open_s : float
            In which it is read, in seconds of a quiet machine.
        """
        self._expected = _Expected(self._of_model(score_s, open_s), refit_s, weighing_s)

    @property
    def reserve_s(self) -> float:
        """Seconds that are kept back, at the pace of now.

        Half of the budget at most: what does not fit is chosen smaller, see `affordable_cores`.
        """
        whole = self.clock.budget_s
        if whole is None:
            return 0.0
        load, refit_s, weighing_s = self._expected
        measured_s = self.ahead.paced(N_MEASURED * load.open_s)
        kept_s = kept_for(self.ahead, load, whole) + self._wrap_up_s + measured_s + N_WEIGHED * weighing_s
        again = min(GUESS_MARGIN * refit_s, self._most_again_s) if refit_s else 0.0
        return min(kept_s, MOST_RESERVE_SHARE * whole) + (again if self.refits else 0.0)

    def affordable_cores(self, core_s: float, n_folds: int, open_s: float = 0.0) -> int:
        """With how many cores for each member, `n_folds` at most, the later stages come to their end in time.

        A twentieth of the budget may be spent on asking the model in any case: where the later stages would be late
        whatever the model is, a poorer one saves next to nothing.

        Parameters
        ----------
        core_s : float
            Seconds in which one core of every member together score one row.
        n_folds : int
        open_s : float
            Seconds of a quiet machine in which one core of every member together are read.
        """
        whatever_s = self.ahead.later(self.load).least_s
        left_s = max(self.ahead.left_s - self._wrap_up_s, whatever_s + EASE_SHARE * (self.clock.budget_s or 0.0))
        counts = range(n_folds, 0, -1)
        return next((n for n in counts if self._later_s(self._of_model(n * core_s, n * open_s)) <= left_s), 0)

    def _later_s(self, load: Load) -> float:
        """The least that the later stages need, with the time to measure other forms of the model."""
        return self.ahead.later(load).least_s + self.ahead.paced(N_MEASURED * load.open_s)

    def _of_model(self, score_s: float, open_s: float) -> Load:
        return self.load._replace(answer_s=self.load.answer_s + score_s, open_s=open_s)

    @property
    def _wrap_up_s(self) -> float:
        """Seconds from the end of the last fit to the end of the search's stage, weights left out.

        The looks at the model are held to their shares of the budget; what they take is told by how long it answers.
        """
        whole = self.clock.budget_s
        if whole is None:
            return 0.0
        score_s = self._expected.load.answer_s - self.load.answer_s
        asked_s = min(self.load.n_rows, MOST_ASKED) * score_s
        look_s = self.ahead.paced(LOOK_S)
        columns_s = min(importance_s(whole), look_s + self.load.n_inputs * asked_s)
        together_s = min(choice_s(whole), look_s + N_TOGETHER * asked_s)
        return columns_s + min(choice_s(whole), look_s) + together_s + self.ahead.paced(WRAP_UP_S)

    @property
    def batch(self) -> int:
        """How many candidates are tried at a time: two for every worker; without a clock the same on every machine."""
        return BATCH if self.clock.budget_s is None else 2 * self.n_workers

    @property
    def left_s(self) -> float:
        """Seconds of wall clock for fits; zero if there are none, infinite without a budget."""
        return max(self.ahead.left_s - self.reserve_s, 0.0)

    def is_up(self) -> bool:
        """Whether no fit should be started any more."""
        return self.left_s < LEAST_FIT_S

    def allowance_s(self, waiting_s: Sequence[float], *, must: bool = False) -> float:
        """How long the next fit may take, so that those behind it get as much.

        Parameters
        ----------
        waiting_s : sequence of float
            The costs of all fits that are still planned, the next one first.
        must : bool
            Whether the fit is part of the floor, which comes before all others: it may take a sixth of what is left.
        """
        fair = longest_fit_s(waiting_s, self.left_s, self.n_workers)
        return max(fair, LEAST_FIT_S, MUST_SHARE * self.left_s if must else 0.0)

    def affordable(self, costs_s: Sequence[float], n_folds: int) -> int:
        """How many of some candidates there is time for, in their order.

        Each costs that much on every fold. The dearest may be cut short, but not below 40 % of what it needs.
        """
        for count in range(len(costs_s), 0, -1):
            wanted = costs_s[:count]
            if longest_fit_s([*wanted] * n_folds, self.left_s, self.n_workers) >= CUT_SHARE * max(wanted):
                return count
        return 0

    @property
    def refit_s(self) -> float:
        """How long a member may take to be fitted once more on all rows, out of the reserve; see `refit`."""
        return REFIT_SHARE * max(self.clock.left_s, 0.0)

    def allows_refit(self, cost_s: float) -> bool:
        """Whether there is time to fit a member once more."""
        return GUESS_MARGIN * cost_s <= self.refit_s

    def timer(self, seconds: float) -> Callable[[], bool]:
        """As `time_is_up_after`, by the clock of the run."""
        return time_is_up_after(seconds, self.clock)


def longest_fit_s(costs_s: Sequence[float], left_s: float, n_workers: int) -> float:
    """The deadline under which all fits come to an end in time.

    If all are expected to be done in time, that is all the time there is. Else cheap fits still get what they need,
    and the dear ones are cut to equal lengths.

    >>> longest_fit_s([1, 2, 3], left_s=60, n_workers=1)
    60
    >>> round(longest_fit_s([1, 2, 100, 100], left_s=43.9, n_workers=1))
    20
    """
    needed = [GUESS_MARGIN * cost for cost in costs_s]
    if makespan(needed, n_workers) <= left_s:
        return left_s
    low, high = 0.0, left_s
    for _ in range(N_HALVINGS):
        middle = (low + high) / 2
        in_time = makespan([min(cost, middle) for cost in needed], n_workers) <= left_s
        low, high = (middle, high) if in_time else (low, middle)
    return low


def makespan(costs_s: Sequence[float], n_workers: int) -> float:
    """When the last of some fits ends, if every worker takes the next one as soon as it is free."""
    ends = [0.0] * n_workers
    for cost in costs_s:
        heapq.heapreplace(ends, ends[0] + cost)
    return max(ends)


def kept_for(ahead: Ahead, load: Load, budget_s: float) -> float:
    """Seconds to keep for the later stages: the least that they need, and a part of the budget to do it well."""
    need = ahead.later(load)
    return need.least_s + min(need.most_s - need.least_s, EASE_SHARE * budget_s)


def finish_s(run: Run, load: Load) -> float:
    """Seconds that the last fits may take, which come after the test, so that the least of the rest can still be done.

    All rows are worth more than what the later stages would do beyond that.
    """
    if run.clock.budget_s is None:
        return math.inf
    asked_once_s = load.n_test * load.answer_s
    return max(run.ahead.left_s - run.ahead.later(load).least_s - asked_once_s, 0.0)


def time_is_up_after(seconds: float, clock: Clock) -> Callable[[], bool]:
    """Tells whether that many seconds have passed since now; raises `RunCancelled` if the run shall end."""
    ends = monotonic() + seconds

    def time_up() -> bool:
        clock.check()
        return monotonic() >= ends

    return time_up


def fitting_s(budget_s: float) -> float:
    """Seconds of fitting in a budget, as far as can be told before the run: what families plan their sizes by."""
    return FITTING_SHARE * budget_s


def choice_s(budget_s: float | None) -> float:
    """Seconds for telling how much the choice flatters the model, out of the reserve."""
    return math.inf if budget_s is None else CHOICE_SHARE * budget_s


def importance_s(budget_s: float | None) -> float:
    """Seconds for telling how much each column matters, out of the reserve."""
    return math.inf if budget_s is None else min(MOST_IMPORTANCE_S, IMPORTANCE_SHARE * budget_s)
