"""Members that are fitted once more on all training rows, in place of a fit for each fold."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from mlwright.learning.search.budget import Budget
from mlwright.learning.search.standing import Standing
from mlwright.records.model import CoreRef
from mlwright.records.trials import Refit, Trial


def refit(names: Collection[str], standing: Standing, budget: Budget) -> dict[str, CoreRef]:
    """The cores of those candidates of which one on all rows is enough, by name; as far as there is time."""
    bench = standing.bench
    enough = [
        name for name in dict.fromkeys(names) if bench.models[standing.trials[name][0].candidate.family].one_is_enough
    ]
    costs = {name: _cost_s(name, standing) for name in enough}
    wanted = [name for name, cost_s in costs.items() if budget.allows_refit(cost_s)]
    done = bench.run.each(
        wanted,
        lambda name: bench.refit(standing.trials[name], budget.timer(budget.refit_s)),
        kind=Refit,
        key=lambda name: ["refit", *_learned_as(standing.trials[name])],
        label=lambda name: f"{name}, all rows",
    )
    return {found.candidate: found.core for found in done if found is not None and found.core is not None}


def _learned_as(trials: Sequence[Trial]) -> tuple[object, list[dict[str, float]]]:
    """What the fit hangs on: a search that goes on after a kill may mean other parameters by a name, or more folds."""
    return trials[0].candidate.model_dump(mode="json"), [trial.chosen for trial in trials]


def _cost_s(name: str, standing: Standing) -> float:
    """A fit on all rows takes about as long as one on a fold, times the rows that the fold holds out."""
    trials, n_folds = standing.trials[name], len(standing.bench.folds)
    return max(trial.seconds for trial in trials) * n_folds / max(n_folds - 1, 1)
