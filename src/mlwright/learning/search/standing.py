"""How a search stands: what came out so far, who is still in it, and what they are worth together."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from mlwright.learning.search.bench import Bench
from mlwright.learning.search.calibration import parts
from mlwright.learning.search.ensemble import blend, choose_weights
from mlwright.learning.search.judge import Array, Judge
from mlwright.learning.search.lineup import LineUp
from mlwright.learning.search.racing import behind
from mlwright.records.trials import Trial

SURELY = 2.0
"""Standard errors by which those who were only looked at on one fold must be better than those who finished more."""


@dataclass
class Standing:
    """The trials of a search and what follows from them.

    Parameters
    ----------
    bench : Bench
    lineup : LineUp

    Attributes
    ----------
    trials : dict
        The trials of every candidate that has any, in the order of the folds, without gaps.
    fates : dict
        Why a candidate that is out of the search is out.
    n_folds : int or None
        How many folds there is time for; None for all. Who was fitted on more, as the floor, counts on these.
    weighing_s : float
        Seconds that the longest search for weights has taken.
    """

    bench: Bench
    lineup: LineUp
    trials: dict[str, list[Trial]] = field(default_factory=dict)
    fates: dict[str, str] = field(default_factory=dict)
    n_folds: int | None = None
    weighing_s: float = 0.0
    _weighed: dict[tuple[tuple[str, ...], int], Array] = field(default_factory=dict)
    _crossed: dict[tuple[tuple[str, ...], int], Array] = field(default_factory=dict)

    def remember(self, trial: Trial) -> None:
        """Take in what came out of a fit; a candidate that failed is out."""
        name = trial.candidate.name
        if trial.error is not None:
            self.drop(name, f"failed on fold {trial.fold + 1}: {trial.error}")
        elif trial.fold == len(self.trials.get(name, [])):
            self.trials.setdefault(name, []).append(trial)

    def drop(self, name: str, fate: str) -> None:
        """Take a candidate out of the search; the first reason stays."""
        if name not in self.fates:
            self.fates[name] = fate
            self.bench.run.note(f"{name}: {fate}.")

    def alive(self) -> list[str]:
        """Candidates that may be chosen, in the order of the line-up: not the baseline, nor who was dropped."""
        outside = {self.baseline()}
        if self.lineup.simple is not None and not self.lineup.compete:
            outside.add(self.lineup.simple.name)
        return [name for name in self.lineup.everybody if name in self.trials and name not in {*self.fates, *outside}]

    def baseline(self) -> str:
        """The name of the baseline."""
        return self.lineup.baseline.name

    def simple(self) -> str:
        """The name of the simple model; the baseline's where there is none, or where its fits failed."""
        candidate = self.lineup.simple
        wanted = len(self.bench.folds) if self.n_folds is None else self.n_folds
        if candidate is None or len(self.trials.get(candidate.name, [])) < wanted:
            return self.baseline()
        return candidate.name

    def looks(self) -> dict[str, Array]:
        """What every candidate that is still in the search says of the rows of the first fold."""
        return {name: self.bench.prediction(self.trials[name][:1]) for name in self.alive()}

    def level(self) -> int:
        """How many folds count.

        All of them, if time did not end in the middle. Else the most at which the candidates that have finished as
        many are together not surely worse than those that have finished fewer. Both answer by weights that other rows
        gave: by its own, one fold would flatter who was looked at there alone.
        """
        levels = sorted({min(len(self.trials[name]), self.most_folds) for name in self.alive()}, reverse=True)
        if len(levels) < 2:
            return levels[0] if levels else self.most_folds
        chosen, best = levels[0], self.crossed(levels[0])
        for level in levels[1:]:
            other = self.crossed(level)
            gap, error = behind(best[: len(other)], other, self.judge(level))
            if gap > (error if level > 1 else SURELY * error):
                chosen, best = level, other
        return chosen

    @property
    def most_folds(self) -> int:
        """On how many folds candidates count: all that the simple model has, if only the floor has any."""
        floor = {self.baseline(), self.simple()}
        if self.n_folds is not None and any(name not in floor for name in self.alive()):
            return self.n_folds
        return len(self.trials.get(self.simple(), self.bench.folds))

    def judge(self, level: int) -> Judge:
        """A judge of the rows that the first `level` folds hold out."""
        return self.bench.judge(range(level))

    def finalists(self, level: int) -> list[str]:
        """Candidates that have finished that many folds; the baseline if none has."""
        return [name for name in self.alive() if len(self.trials[name]) >= level] or [self.baseline()]

    def predictions(self, names: Sequence[str], level: int) -> Array:
        """What candidates say of the rows of so many folds, shape (n_candidates, n_rows, n_outputs)."""
        return np.stack([self.bench.prediction(self.trials[name][:level]) for name in names])

    def weights(self, names: Sequence[str], level: int) -> dict[str, float]:
        """The members of an ensemble of some candidates, and what they weigh; worked out once for the same names."""
        known = (tuple(names), level)
        if known not in self._weighed:
            predictions, judge, began = self.predictions(names, level), self.judge(level), time.monotonic()
            self._weighed[known] = choose_weights(predictions, judge, self.ensemble_rng(), self.costs(names))
            self.weighing_s = max(self.weighing_s, time.monotonic() - began)
        found = self._weighed[known]
        return {name: float(weight) for name, weight in zip(names, found, strict=True) if weight > 0}

    def costs(self, names: Sequence[str]) -> Array:
        """What it costs to keep and ask candidates: the sizes of their cores."""
        return np.array([self.bench.size_bytes(self.trials[name]) for name in names], dtype=np.float64)

    def ensemble_rng(self) -> np.random.Generator:
        """The chance that putting an ensemble together takes; the same every time."""
        return np.random.default_rng(self.bench.run.seed_for("ensemble"))

    def together(self, level: int) -> Array:
        """What the finalists of a level say together of the rows of these folds."""
        return self.blend(self.weights(self.finalists(level), level), level)

    def crossed(self, level: int) -> Array:
        """What the finalists of a level say together, each half of the rows by the weights that the other half gives.

        By their own weights more candidates always look better on the rows that these are chosen by.
        """
        known = (tuple(self.finalists(level)), level)
        if known not in self._crossed:
            for other in [each for each in self._crossed if each[1] == level]:
                del self._crossed[other]  # of fewer candidates nobody asks again
            self._crossed[known] = self._said_across(level)
        return self._crossed[known]

    def _said_across(self, level: int) -> Array:
        names, judge = self.finalists(level), self.judge(level)
        predictions, costs = self.predictions(names, level), self.costs(names)
        if len(names) == 1:
            return self.together(level)
        half = parts(len(judge.held), judge.held.groups, np.random.default_rng(self.bench.run.seed_for("crossed")), 2)
        said = np.empty(predictions.shape[1:])
        for here in (0, 1):
            inside, others = np.flatnonzero(half == here), np.flatnonzero(half != here)
            if not len(others):
                return self.together(level)
            weights = choose_weights(predictions[:, others], judge.take(others), self.ensemble_rng(), costs)
            said[inside] = blend(predictions[:, inside], weights)
        return said

    def blend(self, weights: dict[str, float], level: int) -> Array:
        """What members say together of the rows of so many folds, shape (n_rows, n_outputs)."""
        return blend(self.predictions(list(weights), level), np.array(list(weights.values())))

    def members(self) -> list[str]:
        """The candidates that have a weight as things stand."""
        level = self.level()
        return list(self.weights(self.finalists(level), level))

    def score_s(self, name: str) -> float:
        """Seconds in which all cores of a candidate score one row, in a batch."""
        return len(self.bench.cores(self.trials[name])) * self.bench.row_s(self.trials[name])
