"""The course of a search: a floor, a look at every family, a race, and more while more pays.

Fold by fold, not model by model: after the first fold of every family there is something to choose from, whenever
the time ends. What is decided on the way follows from the trials and the clock alone, so that a search that was
interrupted takes the same way again with the trials that are kept.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal, NamedTuple

import numpy as np

from mlwright.core.errors import Fault
from mlwright.data.words import listing
from mlwright.learning.search.bench import Bench
from mlwright.learning.search.budget import LEAST_FIT_S, Budget, makespan
from mlwright.learning.search.ensemble import cap
from mlwright.learning.search.folds import folds_in_time
from mlwright.learning.search.judge import Array, Judge
from mlwright.learning.search.ladder import CLIMB_SHARE, base_of, first_rung, needs_ladder, next_rung, sampled
from mlwright.learning.search.lineup import LEAST_COST_S, LineUp, expected_cost_s
from mlwright.learning.search.racing import behind, losers
from mlwright.learning.search.standing import Standing
from mlwright.learning.search.stop import Mark, Progress
from mlwright.learning.search.tune import Tuner, is_variant
from mlwright.records.model import Candidate
from mlwright.records.trials import Trial

Stopped = Literal["all candidates were tried", "time was up", "no further gain", "further gain is not worth it"]

COMFORT = 0.5
FEWEST_FOLDS = 2
LOOKS = 3
"""So many times as many candidates may be looked at on one fold as may compete on all."""
EXPECTED_SHARE = 0.5
"""Of the cost of all families, what the members of the model are expected to cost."""


class Fit(NamedTuple):
    """One fit to do, the expected costs of it and of all that wait behind it, and whether it is part of the floor."""

    candidate: Candidate
    fold: int
    waiting_s: tuple[float, ...]
    must: bool = False


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
    stops_early : bool
        Whether the search ends where more no longer pays.

    Attributes
    ----------
    standing : Standing
        What came out so far.
    stopped : str
        Why the search ended.
    """

    def __init__(
        self,
        bench: Bench,
        lineup: LineUp,
        budget: Budget,
        tuner: Tuner | None = None,
        *,
        least_gain: float = 0.0,
        stops_early: bool = True,
    ) -> None:
        self.bench = bench
        self.lineup = lineup
        self.budget = budget
        self.tuner = tuner
        self.least_gain = least_gain
        self.stops_early = stops_early
        self.standing = Standing(bench, lineup)
        self.stopped: Stopped = "all candidates were tried"
        self._folds = range(len(bench.folds))
        self._n_rows = len(bench.folds[0][0])
        self._rows_used = self._n_rows
        self._has_missed = False

    def run(self) -> None:
        """Search until everything was tried, the time is up or nothing is gained any more."""
        self._lay_floor()
        self.budget.expect(0.0, EXPECTED_SHARE * self._refit_s([self._cost_s(one) for one in self.lineup.opening]))
        self._extend(self._climb() if self._is_too_much() else [*self._open(), *self.lineup.extra])
        self.bench.run.note(f"The search ended after {len(self.standing.trials)} candidates: {self.stopped}.")

    def _lay_floor(self) -> None:
        """The baseline and the simple model, whatever the time: a run never ends without a model.

        Where the later stages need all the time that is left, the first of the best bets still gets a short look: half
        a second that often makes the better model.
        """
        floor = [self.lineup.baseline] if self.lineup.simple is None else [self.lineup.baseline, self.lineup.simple]
        later = [self._cost_s(candidate) for candidate in self.lineup.opening] * len(self._folds)
        fits = self._in_order([(one, fold) for one in floor for fold in self._folds], later)
        self._fit_all([fit._replace(must=True) for fit in fits])
        self._cut_folds()
        baseline = self.standing.baseline()
        if baseline not in self.standing.trials:
            raise Fault(f"The baseline could not be fitted: {self.standing.fates[baseline]}.")
        if self.lineup.opening and self.budget.is_up() and self.budget.clock.left_s > LEAST_FIT_S:
            first = self.lineup.opening[0]
            self._fit_all([Fit(first, 0, (self._cost_s(first),), must=True)])

    def _cut_folds(self) -> None:
        """Fewer folds for all, where what the floor took says so."""
        costs = [self._cost_s(candidate) for candidate in self.lineup.opening]
        n_folds = folds_in_time(len(self._folds), self._n_rows, costs, self.budget.affordable)
        if n_folds < len(self._folds):
            self.bench.run.note(f"Fits take longer than was foreseen: {n_folds} of {len(self._folds)} folds are used.")
            self._folds, self.standing.n_folds = range(n_folds), n_folds

    def _is_too_much(self) -> bool:
        """Whether there are too many rows to begin with all of them."""
        costs = [self._cost_s(candidate) for candidate in self.lineup.opening]
        return len(self._folds) == 1 and needs_ladder(self._n_rows, costs, self.budget.left_s)

    def _climb(self) -> list[Candidate]:
        """Every family on a sample, and the best on larger ones; returns the further candidates, on the last sample."""
        costs = [self._cost_s(candidate) for candidate in self.lineup.opening]
        rows = first_rung(self._n_rows, costs, self.budget.left_s)
        batch = self._enter(self.lineup.opening, rows)
        while batch:
            self._try(batch, 1)
            rows = batch[0].most_rows or self._n_rows
            batch = self._step_up(batch)
        return self._enter(self.lineup.extra, rows)

    def _enter(self, candidates: Sequence[Candidate], rows: int) -> list[Candidate]:
        """The candidates as they learn from so many rows, known to the line-up."""
        self._rows_used = rows
        entered = [sampled(candidate, rows, self._n_rows) for candidate in candidates]
        self.lineup = self.standing.lineup = self.lineup.with_samples(entered, self._n_rows)
        return entered

    def _step_up(self, batch: Sequence[Candidate]) -> list[Candidate]:
        """Who learns from more rows: the best of these, and those beside it that there is time for; nobody at the end.

        Nobody either if the last step gained nothing that could be told from chance.
        """
        done = [one for one in batch if one.name in self.standing.alive() and one.most_rows is not None]
        looks, judge = self.standing.looks(), self.standing.judge(1)
        done.sort(key=lambda one: judge.loss(looks[one.name]))
        if not done or not self._is_worth_it(done[0], looks, judge):
            return []
        rows, best_s = done[0].most_rows or self._n_rows, self._cost_s(done[0])
        more = next_rung(rows, self._n_rows, best_s / rows, self.budget.left_s * self.budget.n_workers)
        if more is None:
            return []
        bases = [one.model_copy(update={"name": base_of(one.name), "most_rows": None}) for one in done]
        entered = self._enter(bases, more)
        costs = np.cumsum([self._cost_s(one) for one in entered])
        in_time = costs <= max(CLIMB_SHARE * self.budget.left_s * self.budget.n_workers, costs[0])
        return [one for one, fits in zip(entered, in_time, strict=True) if fits]

    def _is_worth_it(self, best: Candidate, looks: Mapping[str, Array], judge: Judge) -> bool:
        """Whether the best of a sample gained by learning from more rows than before; says so."""
        before = [name for name in looks if base_of(name) == base_of(best.name) and name != best.name]
        if not before:
            return True
        gain, error = behind(looks[before[-1]], looks[best.name], judge)
        loss = float(judge.row_loss(looks[before[-1]]).mean())
        self.bench.run.note(
            f"{best.name} has a loss {gain / loss:.1%} (± {error / loss:.1%}) below that of {before[-1]}."
        )
        return gain > error

    def _open(self) -> list[Candidate]:
        """A look at every family that there is time for, and the race; returns those there was no time for."""
        opening = self.lineup.opening
        costs = [self._cost_s(candidate) for candidate in opening]
        n_now = max(self.budget.affordable(costs, len(self._folds)), 1)
        if waiting := [candidate.name for candidate in opening[n_now:]]:
            n_fits, has = len(self._folds), "has" if len(waiting) == 1 else "have"
            take = "fit of each takes" if n_fits == 1 else "fits of each take"
            self.bench.run.note(f"{listing(waiting)} {has} to wait: {n_fits} {take} too long now.")
        self._try(opening[:n_now], len(self._folds))
        return list(opening[n_now:])

    def _extend(self, waiting: list[Candidate]) -> None:
        """Further candidates, a few at a time, families that did well first; then variants of what pays."""
        progress = Progress(self.standing.judge(len(self._folds)).held.groups, self.least_gain)
        self._mark(progress)
        while waiting := waiting or self._variants():
            batch, n_folds = self._next(waiting)
            if not batch:
                self.stopped = "time was up"
                return
            if self.stops_early and (verdict := progress.verdict()) is not None:
                self.stopped = verdict
                return
            self._try(batch, n_folds)
            waiting = [candidate for candidate in waiting if candidate not in batch]
            self._mark(progress)
        if self._has_missed:
            self.stopped = "time was up"

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
        self.lineup = self.standing.lineup = self.lineup.with_variants(
            found, {name: max(cost_s / self.bench.n_threads, LEAST_COST_S) for name, cost_s in costs.items()}
        )
        return self._enter(found, self._rows_used) if self._rows_used < self._n_rows else found

    def _n_open(self) -> int:
        """How many more candidates may be tried: see `cap`; those that were dropped after a look hardly count."""
        n_tried, n_left = len(self.standing.trials) - 1, len(self.standing.alive())
        most = cap(self.bench.facts.n_rows)
        of_rows = min(most - n_left, LOOKS * most - n_tried)
        return of_rows if self.lineup.most is None else min(of_rows, self.lineup.most - n_tried)

    def _next(self, waiting: Sequence[Candidate]) -> tuple[list[Candidate], int]:
        """The next candidates and on how many folds; fewer folds where there is no time for all, but two at least.

        A variant on fewer folds than what it varies could not be compared with it.
        """
        trials, n_folds = self.standing.trials, len(self._folds)
        lost = {trials[name][0].candidate.family for name in self.standing.fates if name in trials}
        ranked = sorted(waiting, key=lambda candidate: candidate.family in lost)
        fewest = n_folds if all(is_variant(base_of(one.name)) for one in waiting) else min(FEWEST_FOLDS, n_folds)
        for n in range(n_folds, fewest - 1, -1):
            if not self.budget.is_up() and (batch := self._batch(ranked, n)):
                return batch, n
        return [], 0

    def _batch(self, ranked: Sequence[Candidate], n_folds: int) -> list[Candidate]:
        """Those that there is time for on so many folds, a few at a time."""
        batch: list[Candidate] = []
        for candidate in ranked:
            costs = [self._cost_s(one) for one in (*batch, candidate)]
            if len(batch) < self.budget.batch and self.budget.affordable(costs, n_folds) == len(costs):
                batch.append(candidate)
        return batch

    def _try(self, candidates: Sequence[Candidate], n_folds: int) -> None:
        """The first fold of every candidate, the race, and the other folds of who is left."""
        later = [self._cost_s(candidate) for candidate in candidates] * (n_folds - 1)
        self._fit_all(self._in_order([(candidate, 0) for candidate in candidates], later))
        self._race()
        if n_folds > 1:
            self._expect()
        left = [candidate for candidate in candidates if candidate.name in self.standing.alive()]
        self._fit_all(self._in_order([(candidate, fold) for fold in range(1, n_folds) for candidate in left]))

    def _race(self) -> None:
        looks = self.standing.looks()
        variants = [name for name in looks if is_variant(base_of(name))]
        for name, reason in losers(looks, self.standing.judge(1), variants).items():
            if len(self.standing.trials[name]) == 1 < len(self._folds):
                self.standing.drop(name, f"dropped after one fold: {reason}")

    def _mark(self, progress: Progress) -> None:
        """Remember how good all candidates so far are together, on rows that had no say in their weights."""
        self._expect()
        if self.budget.is_up() or not self.stops_early:
            return
        level = self.standing.level()
        judge, together = self.standing.judge(level), self.standing.crossed(level)
        dummy = self.standing.blend({self.standing.baseline(): 1.0}, level)
        cost_s = self.lineup.guessed_s(self.standing.trials)
        baseline = float(judge.row_loss(dummy).mean())
        progress.mark(Mark(len(self.standing.trials), judge.row_loss(together), baseline, cost_s))

    def _expect(self) -> None:
        """Keep back the time that the members, as things stand, would take to answer and to be fitted once more."""
        members = self.standing.members()
        longest = [max(trial.seconds for trial in self.standing.trials[name]) for name in members]
        size_bytes = sum(self.bench.size_bytes(self.standing.trials[name]) for name in members)
        score_s = sum(map(self.standing.score_s, members))
        self.budget.expect(score_s, self._refit_s(longest), self.standing.weighing_s, size_bytes)

    def _refit_s(self, costs_s: Sequence[float]) -> float:
        """Seconds to fit some once more on all rows, those of the test among them, by what a fold took."""
        more = (len(self.bench.rows) + self.budget.load.n_test) / self._n_rows
        return makespan([more * seconds for seconds in costs_s], self.budget.n_workers)

    def _in_order(self, fits: Sequence[tuple[Candidate, int]], later_s: Sequence[float] = ()) -> list[Fit]:
        """Fold by fold; cheap fits first where time is short, else dear ones first, so that all end together."""
        costs = {candidate.name: self._cost_s(candidate) for candidate, _ in fits}
        planned = [*(costs[candidate.name] for candidate, _ in fits), *later_s]
        sign = -1.0 if sum(planned) < COMFORT * self.budget.left_s * self.budget.n_workers else 1.0
        ordered = sorted(fits, key=lambda fit: (fit[1], sign * costs[fit[0].name]))
        waiting = [*(costs[candidate.name] for candidate, _ in ordered), *later_s]
        return [Fit(candidate, fold, tuple(waiting[place:])) for place, (candidate, fold) in enumerate(ordered)]

    def _fit_all(self, fits: Sequence[Fit]) -> None:
        done = self.bench.run.each(
            fits,
            self._fit,
            kind=Trial,
            key=lambda fit: [fit.candidate.model_dump(mode="json"), fit.fold, len(self.bench.folds)],
            label=lambda fit: f"{fit.candidate.name}, fold {fit.fold + 1} of {len(self._folds)}",
            skip=lambda: self.budget.is_up() and not fits[0].must,
            n_jobs=self.budget.n_workers,
        )
        self._has_missed |= any(trial is None for trial in done)
        for trial in sorted((trial for trial in done if trial is not None), key=lambda trial: trial.fold):
            self.standing.remember(trial)

    def _fit(self, fit: Fit) -> Trial:
        allowed_s = self.budget.allowance_s(fit.waiting_s, must=fit.must)
        return self.bench.fit(fit.candidate, fit.fold, self.budget.timer(allowed_s))

    def _cost_s(self, candidate: Candidate) -> float:
        return expected_cost_s(candidate.name, self.lineup.costs_s, self.standing.trials)
