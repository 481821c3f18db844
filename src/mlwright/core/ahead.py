"""What the stages that are still to come will take, as each of them says itself, and what the present one may take.

A stage that comes after the search has a function ``need`` beside it:

    def need(load: Load, run: Run) -> Need: ...

The search keeps the sum of them back; each stage spends its own part, and what it saves falls to those behind it. The
seconds are those of a quiet machine; the pace of this one, as it is measured now, makes them seconds of this run.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import NamedTuple

from mlwright.core.pace import Pace


class Load(NamedTuple):
    """What the later stages have to do.

    Parameters
    ----------
    answer_s : float
        Seconds in which the model answers one row of many, from the table to the answer.
    n_rows : int
        Rows of the whole table.
    n_test : int
        Rows that were set aside.
    n_inputs, n_outputs : int
        Columns that are read, and numbers that are answered.
    row_s : float
        Seconds of `answer_s` in which a row is encoded.
    open_s : float
        Seconds to read the model and to make it ready, for the first stage of a run that asks it something: those
        behind it find it open.
    """

    answer_s: float
    n_rows: int
    n_test: int
    n_inputs: int = 1
    n_outputs: int = 1
    row_s: float = 0.0
    open_s: float = 0.0


class Need(NamedTuple):
    """Seconds below which a stage cannot do its work, and with which it is content; the latter on any machine."""

    least_s: float = 0.0
    most_s: float = 0.0


class Ahead:
    """The time of the present stage and of those behind it.

    Parameters
    ----------
    left_s : callable
        Seconds of the budget that are left.
    own : callable
        What the present stage needs for a load.
    later : sequence of callable
        Likewise those behind it.
    pace : Pace
    """

    def __init__(
        self,
        left_s: Callable[[], float],
        own: Callable[[Load], Need] = lambda load: Need(),
        later: Sequence[Callable[[Load], Need]] = (),
        pace: Pace | None = None,
    ) -> None:
        self._clock_left_s = left_s
        self._own = own
        self._later = later
        self._pace = pace or Pace()

    @property
    def left_s(self) -> float:
        """Seconds of the budget that are left; below zero where it is passed, infinite without one."""
        return self._clock_left_s()

    @property
    def is_wanted(self) -> bool:
        """Whether a later stage needs a part of the budget."""
        return self.later(Load(answer_s=0.0, n_rows=0, n_test=0)).most_s > 0

    def spare_s(self, load: Load) -> float:
        """Seconds beyond the least that the later stages need."""
        return max(self.left_s - self.later(load).least_s, 0.0)

    def later(self, load: Load) -> Need:
        """What the stages behind the present one need, in seconds of this machine; nothing without a budget."""
        return self._paced(self._later, load)

    def paced(self, seconds: float) -> float:
        """Seconds of a quiet machine as seconds of this one."""
        return seconds * self._pace.times

    def quiet(self, seconds: float) -> float:
        """Seconds of this machine as seconds of a quiet one, in which costs are guessed."""
        return seconds / self._pace.times

    def own_s(self, load: Load) -> float:
        """Seconds that the present stage may take: its least, and its share of what is left beyond all that must be.

        Infinite without a budget.
        """
        return self._paced([self._own], load).least_s + self.extra_s(load)

    def extra_s(self, load: Load) -> float:
        """The same beyond its least."""
        left_s = self.left_s
        if math.isinf(left_s):
            return math.inf
        own, later = self._paced([self._own], load), self.later(load)
        spare_s = max(left_s - own.least_s - later.least_s, 0.0)
        wanted_s, others_s = own.most_s - own.least_s, later.most_s - later.least_s
        return min(spare_s / (wanted_s + others_s), 1.0) * wanted_s if wanted_s > 0 else 0.0

    def _paced(self, needs: Sequence[Callable[[Load], Need]], load: Load) -> Need:
        """All of them one after the other; the time of an answer was measured here, and is in it as it is."""
        if math.isinf(self.left_s):
            return Need()
        times = self._pace.times
        each = [need(load._replace(answer_s=load.answer_s / times, row_s=load.row_s / times)) for need in needs]
        least_s = [times * need.least_s for need in each]
        return Need(sum(least_s), sum(max(pair) for pair in zip(least_s, (need.most_s for need in each), strict=True)))
