"""The fits of a search, done in an order in which time suffices, and with time kept back for what comes after."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from statistics import fmean
from typing import NamedTuple

from mlwright.learning.search.budget import LEAST_FIT_S, Budget, makespan
from mlwright.learning.search.lineup import answering_s, expected_cost_s
from mlwright.learning.search.standing import Standing
from mlwright.records.model import Candidate
from mlwright.records.trials import Trial

COMFORT = 0.5
"""The share of the time that fits may take and be said to have enough of it."""


class Fit(NamedTuple):
    """One fit to do, the expected costs of it and of all that wait behind it, and whether it is part of the floor."""

    candidate: Candidate
    fold: int
    waiting_s: tuple[float, ...]
    must: bool = False


class Fits:
    """Fits candidates on folds, and lets the standing remember what came out.

    Parameters
    ----------
    standing : Standing
    budget : Budget

    Attributes
    ----------
    n_folds : int
        How many folds there is time for.
    n_rows : int
        Rows of a fold that are learned from.
    has_missed : bool
        Whether there was no time for one of them.
    """

    def __init__(self, standing: Standing, budget: Budget) -> None:
        self._standing, self._bench, self._budget = standing, standing.bench, budget
        self.n_folds = len(self._bench.folds)
        self.n_rows = len(self._bench.folds[0][0])
        self.has_missed = False

    def cost_s(self, candidate: Candidate) -> float:
        """Seconds that one fit of it is expected to take."""
        return self.costs_s([candidate])[0]

    def costs_s(self, candidates: Sequence[Candidate]) -> list[float]:
        """As `cost_s` of each, all at the same pace."""
        costs_s, trials = self._standing.lineup.costs_s, self._standing.trials
        times = self._budget.ahead.paced(1.0) if self._budget.clock.budget_s is not None else 1.0
        return [expected_cost_s(candidate, costs_s, trials, times) for candidate in candidates]

    def in_order(self, fits: Sequence[tuple[Candidate, int]], later_s: Sequence[float] = ()) -> list[Fit]:
        """Fold by fold; cheap fits first where time is short, else dear ones first, so that all end together."""
        known = {candidate.name: candidate for candidate, _ in fits}
        costs = dict(zip(known, self.costs_s(list(known.values())), strict=True))
        planned = [*(costs[candidate.name] for candidate, _ in fits), *later_s]
        sign = -1.0 if sum(planned) < COMFORT * self._budget.left_s * self._budget.n_workers else 1.0
        ordered = sorted(fits, key=lambda fit: (fit[1], sign * costs[fit[0].name]))
        waiting = [*(costs[candidate.name] for candidate, _ in ordered), *later_s]
        return [Fit(candidate, fold, tuple(waiting[place:])) for place, (candidate, fold) in enumerate(ordered)]

    def do(self, fits: Sequence[Fit]) -> None:
        """Do them side by side; those for which there is no time any more are missed, unless they must be done."""
        self.has_missed |= None in self._each(fits, lambda: self._budget.is_up() and not fits[0].must)

    def take_kept(self, candidates: Sequence[Candidate]) -> None:
        """Let the standing remember what an earlier attempt of the run has fitted that there is no time to come to."""
        standing, n_all = self._standing, len(self._bench.folds)
        known, floor = standing.trials, (standing.baseline(), standing.simple())
        fits = [(one, fold) for one in candidates for fold in range(len(known.get(one.name, ())), n_all)]
        self._each([Fit(one, fold, ()) for one, fold in fits], lambda: True)
        reached = max((len(known[name]) for name in standing.alive() if name not in floor), default=0)
        if reached > self.n_folds:
            self.n_folds = standing.n_folds = reached

    def _each(self, fits: Sequence[Fit], skip: Callable[[], bool]) -> list[Trial | None]:
        """What comes out of fits, which the standing remembers; None for those that are to be skipped, and not kept."""
        done = self._bench.run.each(
            fits,
            self._fit,
            kind=Trial,
            key=lambda fit: [fit.candidate.model_dump(mode="json"), fit.fold, len(self._bench.folds)],
            label=lambda fit: f"{fit.candidate.name}, fold {fit.fold + 1} of {self.n_folds}",
            skip=skip,
            n_jobs=self._budget.n_workers,
        )
        for trial in sorted((trial for trial in done if trial is not None), key=lambda trial: trial.fold):
            self._standing.remember(trial)
        return done

    def _fit(self, fit: Fit) -> Trial:
        allowed_s = self._budget.allowance_s(fit.waiting_s, must=fit.must)
        allowed_s -= answering_s(fit.candidate, self._standing.trials)
        return self._bench.fit(fit.candidate, fit.fold, self._budget.timer(max(allowed_s, LEAST_FIT_S)))

    def keep_back(self) -> None:
        """Keep back the time that the members, as things stand, would take to answer and to be fitted once more."""
        members = self._standing.members()
        usual = [fmean(trial.seconds for trial in self._standing.trials[name]) for name in members]
        open_s = sum(self._bench.open_s(self._standing.trials[name]) for name in members)
        score_s = sum(map(self._standing.score_s, members))
        self._budget.expect(score_s, self.refit_s(usual), self._standing.weighing_s, open_s)

    def refit_s(self, costs_s: Sequence[float]) -> float:
        """Seconds to fit some once more on all rows, those of the test among them, by what a fold took."""
        more = (len(self._bench.rows) + self._budget.load.n_test) / self.n_rows
        return makespan([more * seconds for seconds in costs_s], self._budget.n_workers)
