"""One quick model of the leaderboard, for questions that take many fits."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

import numpy as np

from mlwright.core.run import Run
from mlwright.learning.models import MODELS, Facts, FitContext, Rows
from mlwright.records.trials import Training
from mlwright.scoring.cores import Core

QUICK = ("lightgbm", "linear")
VALID_SHARE = 0.2


@dataclass(frozen=True)
class Quick:
    """A family with its usual parameters.

    Parameters
    ----------
    family : str
    facts : Facts
        Of the rows that candidates are chosen for.
    run : Run
    time_up : callable, optional
        Ends a fit; default: only whoever cancels the run does.
    """

    family: str
    facts: Facts
    run: Run
    time_up: Callable[[], bool] | None = None

    def learn(self, rows: Rows, *purpose: object) -> Core:
        """Fit on some rows, the first fifth of which tells when to stop; the same purpose has the same seed."""
        places = np.split(np.arange(len(rows)), [max(1, round(VALID_SHARE * len(rows)))])
        valid, train = (Rows(rows.blocks.take(part), rows.target[part]) for part in places)
        model = MODELS.get(self.family)()
        facts = replace(self.facts, n_rows=len(rows))
        context = FitContext(facts, self.run.seed_for(*purpose), 1, self.time_up or self.run.clock.cancelled)
        return model.fit(model.candidates(self.facts)[0], train, valid, context).core


def quick_model(training: Training, facts: Facts, run: Run, n_fits: float, most_s: float) -> Quick | None:
    """The best quick family of the leaderboard of which so many fits take no more than so long; None if there is none.

    Parameters
    ----------
    training : Training
    facts : Facts
    run : Run
    n_fits : float
        In fits on all rows.
    most_s : float
        Of a quiet machine.
    """
    quick = (name for name in _by_score(training) if _cost_s(name, facts, training, run) * n_fits <= most_s)
    return next((Quick(name, facts, run) for name in quick), None)


def _by_score(training: Training) -> Iterator[str]:
    """Quick families of the leaderboard, the best first."""
    yield from dict.fromkeys(row.family for row in training.leaderboard if row.family in QUICK)


def _cost_s(family: str, facts: Facts, training: Training, run: Run) -> float:
    """What a fit is guessed to take, or what those of the search took where that is more."""
    model = MODELS.get(family)()
    offered = model.candidates(facts)
    if not offered:
        return float("inf")
    took = [row.fit_s / row.n_folds for row in training.leaderboard if row.name == offered[0].name and row.n_folds]
    return max(model.cost_s(offered[0], facts), *(run.ahead.quiet(seconds) for seconds in took))
