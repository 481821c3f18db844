"""From the trials to a model: weights, a calibrator and a threshold, all found on held-out rows."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mlwright.learning.search.budget import Budget, choice_s
from mlwright.learning.search.calibration import fit, fit_calibrator
from mlwright.learning.search.ensemble import blend, choose_weights
from mlwright.learning.search.honest import Answer, flattery
from mlwright.learning.search.judge import Array, Judge, Places
from mlwright.learning.search.standing import Standing
from mlwright.records.model import Calibrator, CoreRef, Member
from mlwright.scoring.calibrate import calibrate


@dataclass(frozen=True)
class Choice:
    """The members of a model and what it says of the held-out rows.

    Parameters
    ----------
    weights : dict
        By the members' names; they sum to 1.
    n_cores : int
        How many cores each member may have.
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

    weights: dict[str, float]
    n_cores: int
    level: int
    judge: Judge
    prediction: Array
    flattery: float
    calibrator: Calibrator | None


def choose(standing: Standing, budget: Budget, rng: np.random.Generator) -> Choice:
    """The ensemble of the candidates that came through; the baseline if none did."""
    level = standing.level()
    judge = standing.judge(level)
    names, n_cores = _in_time(standing, budget, level)
    weights = standing.weights(names, level)
    raw = standing.blend(weights, level)
    calibrator = fit_calibrator(judge, raw, rng)
    prediction = standing.bench.clip(calibrate(raw, calibrator))
    choosing = _choosing(standing, names, level, with_calibrator=calibrator is not None)
    return Choice(
        weights=weights,
        n_cores=n_cores,
        level=level,
        judge=judge,
        prediction=prediction,
        flattery=flattery(judge, choosing, prediction, rng, budget.timer(choice_s(budget.clock.budget_s))),
        calibrator=calibrator,
    )


def _choosing(
    standing: Standing, names: Sequence[str], level: int, *, with_calibrator: bool
) -> Callable[[Judge, Places], Answer]:
    """The same choice from some of the held-out rows only; gives what then answers for others."""
    predictions, costs = standing.predictions(names, level), standing.costs(names)

    def choose_on(some: Judge, places: Places) -> Answer:
        seen = predictions[:, places]
        weights = choose_weights(seen, some, standing.ensemble_rng(), costs)
        calibrator = fit(some.held.target, blend(seen, weights)) if with_calibrator else None

        def answer(here: Places) -> Array:
            return standing.bench.clip(calibrate(blend(predictions[:, here], weights), calibrator))

        return answer

    return choose_on


def _in_time(standing: Standing, budget: Budget, level: int) -> tuple[list[str], int]:
    """The candidates to choose from and how many cores each may have, so that the later stages have time to ask them.

    Fewer cores of every member answer nearly as well; only where one of each is still too slow the slowest leaves.
    """
    bench, names = standing.bench, standing.finalists(level)
    while True:
        weights = standing.weights(names, level)
        core_s = {name: bench.row_s(standing.trials[name]) for name in weights}
        n_cores = budget.affordable_cores(sum(core_s.values()), bench.n_cores or len(bench.folds))
        if n_cores or len(names) == 1:
            return names, max(n_cores, 1)
        slowest = max(core_s, key=core_s.__getitem__)
        bench.run.note(f"{slowest} is left out: it answers too slowly for the time that is left.")
        names = [name for name in names if name != slowest]


def members(choice: Choice, standing: Standing, refitted: Mapping[str, CoreRef]) -> tuple[Member, ...]:
    """The members of a choice with their cores, heaviest first; `refitted` are those that have one for all rows."""
    ranked = sorted(choice.weights.items(), key=lambda item: -item[1])
    return tuple(_member(name, weight, standing, choice.n_cores, refitted) for name, weight in ranked)


def on_its_own(standing: Standing, name: str, refitted: Mapping[str, CoreRef]) -> Member:
    """A candidate as the only member of a model."""
    return _member(name, 1.0, standing, len(standing.bench.folds), refitted)


def out_of_fold(choice: Choice, n_rows: int) -> NDArray[np.float32]:
    """What the model says of all training rows, NaN where a row was never held out; shape (n_rows, n_outputs)."""
    everywhere = np.full((n_rows, choice.prediction.shape[1]), np.nan, dtype=np.float32)
    everywhere[choice.judge.held.rows] = choice.prediction
    return everywhere


def _member(name: str, weight: float, standing: Standing, n_cores: int, refitted: Mapping[str, CoreRef]) -> Member:
    of_folds = standing.bench.cores(standing.trials[name])[:n_cores]
    cores = (refitted[name],) if name in refitted else tuple(of_folds)
    return Member(candidate=name, weight=weight, cores=cores)
