"""The course of a search: a floor, a look at every family, a race, and more while more pays.

Fold by fold, not model by model: after the first fold of every family there is something to choose from, whenever
the time ends. What is decided on the way follows from the trials and the clock alone, so that a search that was
interrupted takes the same way again with the trials that are kept.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal, NamedTuple

import numpy as np

from mlwright.core.errors import Fault
from mlwright.learning.search.bench import Bench
from mlwright.learning.search.budget import Budget
from mlwright.learning.search.ensemble import blend, choose_weights
from mlwright.learning.search.judge import Array
from mlwright.learning.search.lineup import LineUp, expected_cost_s
from mlwright.learning.search.racing import behind, losers
from mlwright.learning.search.stop import Progress
from mlwright.records.model import Candidate
from mlwright.records.trials import Trial

Stopped = Literal["all candidates were tried", "time was up", "no further gain"]

COMFORT = 0.5
FEWEST_FOLDS = 2


class Fit(NamedTuple):
    """One fit to do, the expected costs of it and of all that wait behind it, and whether it is part of the floor."""

    candidate: Candidate
    fold: int
    waiting_s: tuple[float, ...]
    must: bool = False


@dataclass
class Course:
    """A search under way.

    Parameters
    ----------
    bench : Bench
    lineup : LineUp
    budget : Budget

    Attributes
    ----------
    trials : dict
        The trials of every candidate, in the order of the folds, without gaps.
    fates : dict
        Why a candidate that is out of the search is out.
    stopped : str
        Why the search ended.
    """

    bench: Bench
    lineup: LineUp
    budget: Budget
    trials: dict[str, list[Trial]] = field(default_factory=dict)
    fates: dict[str, str] = field(default_factory=dict)
    stopped: Stopped = "all candidates were tried"
    _missed: bool = False
    _weighed: dict[tuple[tuple[str, ...], int], Array] = field(default_factory=dict)

    def run(self) -> None:
        """Search until everything was tried, the time is up or nothing is gained any more."""
        self._lay_floor()
        left_out = self._open()
        self._extend([*left_out, *self.lineup.extra])
        self.bench.run.note(f"The search ended after {len(self.trials)} candidates: {self.stopped}.")

    def alive(self) -> list[str]:
        """Candidates that may be chosen, in the order in which they came: not the baseline, nor who was dropped."""
        return [name for name in self.trials if name not in self.fates and name not in self._outside()]

    def baseline(self) -> str:
        """The name of the baseline."""
        return self.lineup.baseline.name

    def simple(self) -> str:
        """The name of the simple model; the baseline's where there is none, or where its fits failed."""
        candidate = self.lineup.simple
        if candidate is None or len(self.trials.get(candidate.name, [])) < len(self.bench.folds):
            return self.baseline()
        return candidate.name

    def level(self) -> int:
        """How many folds count in the end.

        All of them, if time did not end in the middle. Else the most at which the candidates that have finished as
        many are together not surely worse than those that have finished fewer.
        """
        levels = sorted({len(self.trials[name]) for name in self.alive()}, reverse=True)
        if len(levels) < 2:
            return levels[0] if levels else len(self.bench.folds)
        chosen, best = levels[0], self._together(levels[0])
        for level in levels[1:]:
            judge, other = self.bench.judge(range(level)), self._together(level)
            gap, error = behind(best[: len(other)], other, judge)
            if gap > error:
                chosen, best = level, other
        return chosen

    def finalists(self, level: int) -> list[str]:
        """Candidates that have finished that many folds."""
        return [name for name in self.alive() if len(self.trials[name]) >= level]

    def predictions(self, names: Sequence[str], level: int) -> Array:
        """Held-out predictions of candidates, shape (n_candidates, n_rows, n_outputs)."""
        return np.stack([self.bench.prediction(self.trials[name][:level]) for name in names])

    def _together(self, level: int) -> Array:
        """What the finalists of a level say together of the rows of these folds."""
        names = self.finalists(level)
        return blend(self.predictions(names, level), self.weights(names, level))

    def weights(self, names: Sequence[str], level: int) -> Array:
        """What candidates weigh in an ensemble, from the rows of these folds; worked out once for the same names."""
        known = (tuple(names), level)
        if known not in self._weighed:
            rng = np.random.default_rng(self.bench.run.seed_for("ensemble"))
            costs = np.array([self.bench.size_bytes(self.trials[name]) for name in names], dtype=np.float64)
            predictions, judge = self.predictions(names, level), self.bench.judge(range(level))
            self._weighed[known] = choose_weights(predictions, judge, rng, costs)
        return self._weighed[known]

    def score_s(self, name: str) -> float:
        """Seconds in which all cores of a candidate score one row, in a batch."""
        return len(self.bench.cores(self.trials[name])) * self.bench.row_s(self.trials[name])

    def _lay_floor(self) -> None:
        """The baseline and the simple model, whatever the time: a run never ends without a model."""
        floor = [self.lineup.baseline] if self.lineup.simple is None else [self.lineup.baseline, self.lineup.simple]
        later = [self._cost_s(candidate) for candidate in self.lineup.opening] * len(self.bench.folds)
        fits = self._in_order([(one, fold) for one in floor for fold in self._folds()], later)
        self._fit_all([fit._replace(must=True) for fit in fits])
        if not self.trials.get(self.baseline()):
            raise Fault(f"The baseline could not be fitted: {self.fates[self.baseline()]}.")

    def _open(self) -> list[Candidate]:
        """A look at every family that there is time for, and the race; returns those there was no time for."""
        opening = self.lineup.opening
        costs = [self._cost_s(candidate) for candidate in opening]
        n_now = max(self.budget.affordable(costs, len(self.bench.folds)), 1)
        for candidate in opening[n_now:]:
            self.bench.run.note(f"{candidate.name} has to wait: its {len(self.bench.folds)} fits would take too long.")
        self._try(opening[:n_now], len(self.bench.folds))
        return list(opening[n_now:])

    def _extend(self, waiting: list[Candidate]) -> None:
        """Further candidates, a few at a time, families that did well first."""
        progress = Progress(self.bench.judge(list(self._folds())).held.groups)
        self._mark(progress)
        while waiting:
            batch, n_folds = self._next(waiting)
            if not batch:
                self.stopped = "time was up"
                return
            if progress.stalled():
                self.stopped = "no further gain"
                return
            self._try(batch, n_folds)
            waiting = [candidate for candidate in waiting if candidate not in batch]
            self._mark(progress)
        if self._missed:
            self.stopped = "time was up"

    def _next(self, waiting: Sequence[Candidate]) -> tuple[list[Candidate], int]:
        """The next candidates and on how many folds; fewer folds where there is no time for all, but two at least."""
        lost = {self.trials[name][0].candidate.family for name in self.fates if self.trials.get(name)}
        ranked = sorted(waiting, key=lambda candidate: candidate.family in lost)
        for n_folds in range(len(self.bench.folds), min(FEWEST_FOLDS, len(self.bench.folds)) - 1, -1):
            if not self.budget.is_up() and (batch := self._batch(ranked, n_folds)):
                return batch, n_folds
        return [], 0

    def _batch(self, ranked: Sequence[Candidate], n_folds: int) -> list[Candidate]:
        """Those that there is time for on so many folds, two for every worker."""
        batch: list[Candidate] = []
        for candidate in ranked:
            costs = [self._cost_s(one) for one in (*batch, candidate)]
            if len(batch) < 2 * self.budget.n_workers and self.budget.affordable(costs, n_folds) == len(costs):
                batch.append(candidate)
        return batch

    def _try(self, candidates: Sequence[Candidate], n_folds: int) -> None:
        """The first fold of every candidate, the race, and the other folds of who is left."""
        later = [self._cost_s(candidate) for candidate in candidates] * (n_folds - 1)
        self._fit_all(self._in_order([(candidate, 0) for candidate in candidates], later))
        self._race()
        left = [candidate for candidate in candidates if candidate.name in self.alive()]
        self._fit_all(self._in_order([(candidate, fold) for fold in range(1, n_folds) for candidate in left]))

    def _race(self) -> None:
        names = self.alive()
        looks = {name: self.bench.prediction(self.trials[name][:1]) for name in names}
        for name, reason in losers(looks, self.bench.judge([0])).items():
            if len(self.trials[name]) == 1 < len(self.bench.folds):
                self._drop(name, f"dropped after one fold: {reason}")

    def _drop(self, name: str, fate: str) -> None:
        self.fates[name] = fate
        self.bench.run.note(f"{name}: {fate}.")

    def _mark(self, progress: Progress) -> None:
        """Remember how good all candidates so far are together, and what their answers would cost."""
        level = self.level()
        names = self.finalists(level)
        if not names:
            return
        weights = self.weights(names, level)
        members = [name for name, weight in zip(names, weights, strict=True) if weight > 0]
        self.budget.expect(sum(self.score_s(name) for name in members))
        together = blend(self.predictions(names, level), weights)
        progress.mark(len(self.trials), self.bench.judge(range(level)).row_loss(together))

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
            label=lambda fit: f"{fit.candidate.name}, fold {fit.fold + 1} of {len(self.bench.folds)}",
            skip=lambda: self.budget.is_up() and not fits[0].must,
            n_jobs=self.budget.n_workers,
        )
        self._missed |= any(trial is None for trial in done)
        for trial in sorted((trial for trial in done if trial is not None), key=lambda trial: trial.fold):
            self._remember(trial)

    def _fit(self, fit: Fit) -> Trial:
        allowed_s = self.budget.allowance_s(fit.waiting_s, must=fit.must)
        return self.bench.fit(fit.candidate, fit.fold, self.budget.timer(allowed_s))

    def _remember(self, trial: Trial) -> None:
        name = trial.candidate.name
        known = self.trials.setdefault(name, [])
        if trial.error is not None and name not in self.fates:
            self._drop(name, f"failed on fold {trial.fold + 1}: {trial.error}")
        if trial.error is None and trial.fold == len(known):
            known.append(trial)

    def _cost_s(self, candidate: Candidate) -> float:
        return expected_cost_s(candidate.name, self.lineup.costs_s, self.trials)

    def _outside(self) -> set[str]:
        simple = self.lineup.simple
        return {self.baseline()} if self.lineup.compete or simple is None else {self.baseline(), simple.name}

    def _folds(self) -> range:
        return range(len(self.bench.folds))
