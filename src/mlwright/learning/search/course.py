"""The course of a search: a floor, a look at every family, a race, and more while more pays.

Fold by fold, not model by model: after the first fold of every family there is something to choose from, whenever
the time ends. What is decided on the way follows from the trials and the clock alone, so that a search that was
interrupted takes the same way again with the trials that are kept.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from mlwright.core.errors import Fault
from mlwright.data.words import listing
from mlwright.learning.search.bench import Bench
from mlwright.learning.search.budget import LEAST_FIT_S, Budget
from mlwright.learning.search.climb import Climb
from mlwright.learning.search.ensemble import cap
from mlwright.learning.search.fits import Fit, Fits
from mlwright.learning.search.folds import folds_in_time
from mlwright.learning.search.ladder import base_of
from mlwright.learning.search.lineup import LEAST_COST_S, LineUp
from mlwright.learning.search.racing import losers
from mlwright.learning.search.standing import Standing
from mlwright.learning.search.stop import Mark, Progress
from mlwright.learning.search.tune import Tuner, is_variant
from mlwright.records.model import Candidate
from mlwright.records.trials import Lately, Stopped

FEWEST_FOLDS = 2
LOOKS = 3
"""So many times as many candidates may be looked at on one fold as may compete on all."""
LEAST_SHARE = 0.25
"""Of what a best bet is expected to need, the time below which it is not begun where all are looked at on one fold."""
EXPECTED_SHARE = 0.5
"""Of the cost of all families, what the members of the model are expected to cost."""


class Course:
    """A search under way.

    Parameters
    ----------
    bench : Bench
    lineup : LineUp
    budget : Budget
    tuner : Tuner or None
        Where further candidates come from once all were tried; None for nowhere.
    least_gain : float
        What further candidates must gain; see `Progress`.
    given_s : float
        Seconds that all fits together may take, in the guesses of the line-up; see `Progress`.
    stops_early : bool
        Whether the search ends where more no longer pays.

    Attributes
    ----------
    standing : Standing
        What came out so far.
    stopped : str
        Why the search ended.
    lately : Lately or None
        What the latest candidates brought, where that was asked.
    """

    def __init__(
        self,
        bench: Bench,
        lineup: LineUp,
        budget: Budget,
        tuner: Tuner | None = None,
        *,
        least_gain: float = 0.0,
        given_s: float = math.inf,
        stops_early: bool = True,
    ) -> None:
        self.bench = bench
        self.budget = budget
        self.tuner = tuner
        self.least_gain = least_gain
        self.given_s = given_s
        self.stops_early = stops_early
        self.standing = Standing(bench, lineup)
        self.stopped: Stopped = "all candidates were tried"
        self.lately: Lately | None = None
        self._fits = Fits(self.standing, budget)
        self._climb = Climb(self.standing, budget, self._fits)

    @property
    def lineup(self) -> LineUp:
        """Who is tried: at first as it was given, later with samples and variants."""
        return self.standing.lineup

    def run(self) -> None:
        """Search until everything was tried, the time is up or nothing is gained any more."""
        self._lay_floor()
        self.budget.expect(0.0, EXPECTED_SHARE * self._fits.refit_s(self._fits.costs_s(self.lineup.opening)))
        climb = self._climb
        self._extend(climb.up(self._try) if climb.is_needed else [*self._open(), *self.lineup.extra])
        if self.stopped == "time was up":
            self._fits.take_kept(list(self.lineup.everybody.values()))
            self._race()
        self.bench.run.note(f"The search ended after {len(self.standing.trials)} candidates: {self.stopped}.")

    def _lay_floor(self) -> None:
        """The baseline and the simple model, whatever the time: a run never ends without a model.

        The first fold of the simple model says how many there is time for. Where the later stages need all the time
        that is left, the first of the best bets still gets a short look: half a second that often makes the better
        model.
        """
        simple = [] if self.lineup.simple is None else [self.lineup.simple]
        self._must([(self.lineup.baseline, fold) for fold in range(self._fits.n_folds)] + [(one, 0) for one in simple])
        self._cut_folds()
        self._must([(one, fold) for one in simple for fold in range(1, self._fits.n_folds)])
        self._cut_folds()
        baseline = self.standing.baseline()
        if baseline not in self.standing.trials:
            raise Fault(f"The baseline could not be fitted: {self.standing.fates[baseline]}.")
        if self.lineup.opening and self.budget.is_up() and self.budget.clock.left_s > LEAST_FIT_S:
            first = sorted(self.lineup.opening, key=self._is_like_the_floor)[0]
            self._fits.do([Fit(first, 0, (self._fits.cost_s(first),), must=True)])

    def _must(self, fits: Sequence[tuple[Candidate, int]]) -> None:
        """Do fits that are done whatever the time."""
        later = self._fits.costs_s(self.lineup.opening) * self._fits.n_folds
        self._fits.do([fit._replace(must=True) for fit in self._fits.in_order(fits, later)])

    def _cut_folds(self) -> None:
        """Fewer folds for all, where what the floor took says so."""
        costs = self._fits.costs_s(self.lineup.opening)
        n_folds = folds_in_time(self._fits.n_folds, self._fits.n_rows, costs, self.budget.affordable)
        if n_folds < self._fits.n_folds:
            self.bench.run.note(
                f"Fits take longer than was foreseen: {n_folds} of {len(self.bench.folds)} folds are used."
            )
            self._fits.n_folds = self.standing.n_folds = n_folds
            if n_folds == 1:
                self.budget.use_one_fold()

    def _open(self) -> list[Candidate]:
        """A look at every family that there is time for, and the race; returns those there was no time for."""
        opening: Sequence[Candidate] = self.lineup.opening
        n_now = self._affordable(opening)
        if n_now < len(opening):
            opening = sorted(opening, key=self._is_like_the_floor)
            n_now = max(self._affordable(opening), 1)
        if waiting := [candidate.name for candidate in opening[n_now:]]:
            n_fits, has = self._fits.n_folds, "has" if len(waiting) == 1 else "have"
            take = "fit of each takes" if n_fits == 1 else "fits of each take"
            self.bench.run.note(f"{listing(waiting)} {has} to wait: {n_fits} {take} too long now.")
        self._try(opening[:n_now], self._fits.n_folds)
        return list(opening[n_now:])

    def _affordable(self, candidates: Sequence[Candidate]) -> int:
        return self.budget.affordable(self._fits.costs_s(candidates), self._fits.n_folds)

    def _is_like_the_floor(self, candidate: Candidate) -> bool:
        """Whether its family has answered already: where one fold has to do, others come first."""
        simple = self.lineup.simple
        return self._fits.n_folds == 1 and simple is not None and candidate.family == simple.family

    def _extend(self, waiting: list[Candidate]) -> None:
        """Further candidates, a few at a time, families that did well first; then variants of what pays."""
        groups = self.standing.judge(self._fits.n_folds).held.groups
        progress = Progress(groups, self.least_gain, given_s=self.given_s)
        self._mark(progress, waiting)
        while waiting := waiting or self._variants():
            batch, n_folds = self._next(waiting)
            if not batch:
                self.stopped = "time was up"
                return
            each_s = self.lineup.each_s(batch) * n_folds
            if self.stops_early and (verdict := progress.verdict(each_s)) is not None:
                self.stopped, self.lately = verdict, progress.lately(each_s)
                return
            self._try(batch, n_folds)
            waiting = [candidate for candidate in waiting if candidate not in batch]
            self._mark(progress, waiting)
        if self._fits.has_missed:
            self.stopped = "time was up"
        elif self.tuner is not None and self._of_rows() < 1:
            self.stopped = "so many rows tell no more candidates apart"

    def _variants(self) -> list[Candidate]:
        """The next other settings to try; none where enough candidates were tried already."""
        open_places = self._n_open()
        if self.tuner is None or open_places < 1:
            return []
        level = self.standing.level()
        weights = self.standing.weights(self.standing.finalists(level), level)
        families = {base_of(name): self.standing.trials[name][0].candidate.family for name in weights}
        by_base = {name: sum(weights[one] for one in weights if base_of(one) == name) for name in families}
        found = self.tuner.draw(min(open_places, self.budget.batch), by_base, families)
        costs = {one.name: self.bench.models[one.family].cost_s(one, self.bench.facts) for one in found}
        self.standing.lineup = self.lineup.with_variants(
            found, {name: max(cost_s / self.lineup.n_threads, LEAST_COST_S) for name, cost_s in costs.items()}
        )
        return list(self._climb.as_high(found))

    def _n_open(self) -> int:
        """How many more candidates may be tried."""
        most, n_tried = self.lineup.most, len(self.standing.trials) - 1
        return self._of_rows() if most is None else min(self._of_rows(), most - n_tried)

    def _of_rows(self) -> int:
        """How many more so many rows can tell apart: see `cap`; those that were dropped after a look hardly count."""
        most, n_tried = cap(self.bench.facts.n_rows), len(self.standing.trials) - 1
        return min(most - len(self.standing.alive()), LOOKS * most - n_tried)

    def _next(self, waiting: Sequence[Candidate]) -> tuple[list[Candidate], int]:
        """The next candidates and on how many folds; fewer folds where there is no time for all, but two at least.

        A variant on fewer folds than what it varies could not be compared with it.
        """
        trials, n_folds = self.standing.trials, self._fits.n_folds
        if n_folds == 1 and (batch := self._squeezed(waiting)):
            return batch, n_folds
        lost = {trials[name][0].candidate.family for name in self.standing.fates if name in trials}
        ranked = sorted(waiting, key=lambda candidate: candidate.family in lost)
        fewest = n_folds if all(is_variant(base_of(one.name)) for one in waiting) else min(FEWEST_FOLDS, n_folds)
        for n in range(n_folds, fewest - 1, -1):
            if not self.budget.is_up() and (batch := self._batch(ranked, n)):
                return batch, n
        return [], 0

    def _squeezed(self, waiting: Sequence[Candidate]) -> list[Candidate]:
        """Best bets that had to wait, one for every worker, with all the time that is left: cheapest first.

        Their costs are guesses, and boosting that is cut short still often answers best; nothing else that could be
        tried is worth as much.
        """
        bets = sorted((one for one in self.lineup.opening if one in waiting), key=self._is_like_the_floor)
        left_s = self.budget.left_s
        return [
            one
            for one in bets[: self.budget.n_workers]
            if left_s >= max(LEAST_SHARE * self._fits.cost_s(one), LEAST_FIT_S)
        ]

    def _batch(self, ranked: Sequence[Candidate], n_folds: int) -> list[Candidate]:
        """Those that there is time for on so many folds, a few at a time."""
        batch: list[Candidate] = []
        costs: list[float] = []
        for candidate, cost_s in zip(ranked, self._fits.costs_s(ranked), strict=True):
            wanted = [*costs, cost_s]
            if len(batch) < self.budget.batch and self.budget.affordable(wanted, n_folds) == len(wanted):
                batch.append(candidate)
                costs = wanted
        return batch

    def _try(self, candidates: Sequence[Candidate], n_folds: int) -> None:
        """The first fold of every candidate, the race, and the other folds of who is left."""
        later = self._fits.costs_s(candidates) * (n_folds - 1)
        self._fits.do(self._fits.in_order([(candidate, 0) for candidate in candidates], later))
        self._race()
        if n_folds > 1:
            self._fits.keep_back()
        left = [candidate for candidate in candidates if candidate.name in self.standing.alive()]
        self._fits.do(self._fits.in_order([(candidate, fold) for fold in range(1, n_folds) for candidate in left]))

    def _race(self) -> None:
        looks = self.standing.looks()
        variants = [name for name in looks if is_variant(base_of(name))]
        for name, reason in losers(looks, self.standing.judge(1), variants).items():
            if len(self.standing.trials[name]) == 1 < self._fits.n_folds:
                self.standing.drop(name, f"dropped after one fold: {reason}")

    def _mark(self, progress: Progress, waiting: Sequence[Candidate]) -> None:
        """Remember how good all candidates so far are together, on rows that had no say in their weights."""
        self._fits.keep_back()
        if self.budget.is_up() or not self.stops_early:
            return
        level = self.standing.level()
        judge, together = self.standing.judge(level), self.standing.crossed(level)
        dummy = self.standing.blend({self.standing.baseline(): 1.0}, level)
        cost_s = self.lineup.guessed_s(self.standing.trials)
        baseline = float(judge.row_loss(dummy).mean())
        n_waiting = sum(not is_variant(base_of(one.name)) for one in waiting)
        progress.mark(Mark(len(self.standing.trials), judge.row_loss(together), baseline, cost_s, n_waiting))
