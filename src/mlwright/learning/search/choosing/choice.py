"""From the trials to a model: weights, a calibrator and a threshold, all found on held-out rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from mlwright.learning.search.budget import Budget, choice_s
from mlwright.learning.search.calibration import fit, fit_calibrator
from mlwright.learning.search.choosing.honest import Answer, Choose, flattery
from mlwright.learning.search.choosing.options import ENSEMBLE, Option, Wishes, distinct, options_of, pick, within
from mlwright.learning.search.ensemble import blend, choose_weights
from mlwright.learning.search.judge import Array, Judge, Places
from mlwright.learning.search.standing import Standing
from mlwright.records.model import Calibrator, CoreRef, Member
from mlwright.records.settings import Prefer
from mlwright.scoring.calibrate import calibrate


@dataclass(frozen=True)
class Choice:
    """The members of a model and what it says of the held-out rows.

    Parameters
    ----------
    option : Option
        What was chosen.
    measured : tuple of Option
        All that were weighed, where size or speed counted.
    left_out : frozenset of str
        The names of those that pass the user's limits.
    level : int
        How many folds counted.
    judge : Judge
        Of the rows that these folds held out.
    prediction : array
        What the model answers, calibrated.
    flattery : float
        By how much the loss of these answers is too low, as the model was chosen by them.
    calibrator : Calibrator or None
    """

    option: Option
    measured: tuple[Option, ...]
    left_out: frozenset[str]
    level: int
    judge: Judge
    prediction: Array
    flattery: float
    calibrator: Calibrator | None

    @property
    def weights(self) -> dict[str, float]:
        """Of the members, by their names; they sum to 1."""
        return self.option.weights

    @property
    def n_cores(self) -> int:
        """How many cores each member may have."""
        return self.option.n_cores


def choose(standing: Standing, budget: Budget, rng: np.random.Generator, wishes: Wishes | None = None) -> Choice:
    """The ensemble of the candidates that came through, or what a user wants in its place; the baseline if none did.

    Raises
    ------
    LimitsMissed
        If no model keeps the limits.
    """
    level = standing.level()
    judge = standing.judge(level)
    names, n_cores = _in_time(standing, budget, level)
    weights = standing.weights(names, level)
    options, measured = [Option(ENSEMBLE, weights, n_cores)], list[Option]()
    if wishes is not None and wishes.are_there:
        measured = distinct([wishes.measure(option) for option in options_of(weights, names, n_cores)])
        options = within(measured, wishes)
    desk = _Desk(standing, names, level, options, "accuracy" if wishes is None else wishes.prefer)
    everywhere = np.arange(len(judge.held))
    chosen = desk.choose_by(judge, everywhere, np.array([weights.get(name, 0.0) for name in names]))
    raw = desk.answers(chosen, everywhere)
    calibrator = fit_calibrator(judge, raw, rng)
    prediction = standing.bench.clip(calibrate(raw, calibrator))
    again = desk.choosing(with_calibrator=calibrator is not None)
    return Choice(
        option=options[chosen.place],
        measured=tuple(measured),
        left_out=frozenset(option.name for option in measured if option not in options),
        level=level,
        judge=judge,
        prediction=prediction,
        flattery=flattery(judge, again, prediction, rng, budget.timer(choice_s(budget.clock.budget_s))),
        calibrator=calibrator,
    )


class _Chosen(NamedTuple):
    """The place of an option, and the weights of all candidates in it."""

    place: int
    weights: Array


@dataclass(frozen=True)
class _Desk:
    """Where one of several options is chosen, by all held-out rows or by some of them."""

    standing: Standing
    names: Sequence[str]
    level: int
    options: Sequence[Option]
    prefer: Prefer

    @cached_property
    def predictions(self) -> Array:
        """Of the candidates, shape (n_candidates, n_rows, n_outputs)."""
        return self.standing.predictions(self.names, self.level)

    def choose(self, judge: Judge, places: Places) -> _Chosen:
        """By the rows of `judge`, which stand at these places of all."""
        rng, costs = self.standing.ensemble_rng(), self.standing.costs(self.names)
        return self.choose_by(judge, places, choose_weights(self.predictions[:, places], judge, rng, costs))

    def choose_by(self, judge: Judge, places: Places, together: Array) -> _Chosen:
        """The same, where the weights of the ensemble by these rows are known."""
        weights = [self._weights(option, together) for option in self.options]
        if self.prefer == "accuracy" and self.options[0].name == ENSEMBLE:
            return _Chosen(0, weights[0])
        seen = self.predictions[:, places]
        place = pick(self.options, [blend(seen, each) for each in weights], judge, self.prefer)
        return _Chosen(place, weights[place])

    def answers(self, chosen: _Chosen, places: Places) -> Array:
        """What the chosen option says of rows, without a calibrator."""
        return blend(self.predictions[:, places], chosen.weights)

    def choosing(self, *, with_calibrator: bool) -> Choose:
        """The same choice from some of the held-out rows only, to see what it then answers for others."""

        def choose_on(some: Judge, places: Places) -> Answer:
            chosen = self.choose(some, places)
            calibrator = fit(some.held.target, self.answers(chosen, places)) if with_calibrator else None
            return lambda here: self.standing.bench.clip(calibrate(self.answers(chosen, here), calibrator))

        return choose_on

    def _weights(self, option: Option, together: Array) -> Array:
        if option.is_ensemble:
            return together
        return np.array([option.weights.get(name, 0.0) for name in self.names])


def _in_time(standing: Standing, budget: Budget, level: int) -> tuple[list[str], int]:
    """The candidates to choose from and how many cores each may have, so that the later stages have time to ask them.

    Fewer cores of every member answer nearly as well; only where one of each is still too slow the slowest leaves.
    """
    bench, names = standing.bench, standing.finalists(level)
    while True:
        weights = standing.weights(names, level)
        core_s = {name: bench.row_s(standing.trials[name]) for name in weights}
        open_s = sum(bench.open_s(standing.trials[name][:1]) for name in weights)
        n_cores = budget.affordable_cores(sum(core_s.values()), bench.n_cores or len(bench.folds), open_s)
        if n_cores or len(names) == 1:
            return names, max(n_cores, 1)
        slowest = max(core_s, key=core_s.__getitem__)
        bench.run.note(f"{slowest} is left out: it answers too slowly for the time that is left.")
        names = [name for name in names if name != slowest]


def members(option: Option, standing: Standing, refitted: Mapping[str, CoreRef]) -> tuple[Member, ...]:
    """The members of an option with their cores, heaviest first; `refitted` are those that have one for all rows."""
    ranked = sorted(option.weights.items(), key=lambda item: -item[1])
    return tuple(_member(name, weight, standing, option.n_cores, refitted) for name, weight in ranked)


def on_its_own(standing: Standing, name: str, refitted: Mapping[str, CoreRef]) -> Member:
    """A candidate as the only member of a model."""
    return _member(name, 1.0, standing, len(standing.bench.folds), refitted)


def out_of_fold(choice: Choice, n_rows: int, said: Array | None = None) -> NDArray[np.float32]:
    """What the model says of all training rows, NaN where a row was never held out; shape (n_rows, n_outputs).

    `said` is what another one says of the held-out rows.
    """
    said = choice.prediction if said is None else said
    everywhere = np.full((n_rows, said.shape[1]), np.nan, dtype=np.float32)
    everywhere[choice.judge.held.rows] = said
    return everywhere


def _member(name: str, weight: float, standing: Standing, n_cores: int, refitted: Mapping[str, CoreRef]) -> Member:
    of_folds = standing.bench.cores(standing.trials[name])[:n_cores]
    cores = (refitted[name],) if name in refitted else tuple(of_folds)
    return Member(candidate=name, weight=weight, cores=cores)
