"""Test rows on which probes are tried: as many as there is time for."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from mlwright.core.run import Run
from mlwright.data.compute.table import Table
from mlwright.judging.lessons import Lessons
from mlwright.judging.notice import Watchman, watchman
from mlwright.judging.worth.practice import PER_CASES, of_model
from mlwright.learning.amounts import decisive_on
from mlwright.learning.benefit import Benefit
from mlwright.learning.load import open_model
from mlwright.learning.tasks import TASKS
from mlwright.learning.unseen import Unseen, kept_scores, kept_target
from mlwright.learning.yardstick import Scored, Yardstick, threshold_of_dummy, yardstick
from mlwright.records.evaluation import Estimate, Evaluation
from mlwright.records.profile import Profile
from mlwright.records.trials import Training
from mlwright.scoring.model import Model
from mlwright.statistics.means import difference_estimate
from mlwright.statistics.sampling import Draws

Places = NDArray[np.int64]

ROWS = (5_000, 2_000, 1_000, 500, 200, 100)
"""How many test rows are disturbed; fewer where scoring is slow or time is short."""
N_SCORINGS = 45
N_REPLICATES = 400


@dataclass(frozen=True)
class Bench:
    """Test rows, with what the model and the dummy say of them as they are.

    Parameters
    ----------
    profile : Profile
    table : pyarrow.Table
        The inputs, the most important first, then the columns of time and group.
    model : Model
    measure : Yardstick
        By the metric in which loss is told.
    before, dummy : Scored
    gain : float
        Of the model over the dummy.
    spread : float
        Standard deviation of the target, for numbers.
    run : Run
    watchman : Watchman
        Sees what the service would note.
    benefit : Benefit
        Of these rows.
    lessons : Lessons
        What the model has learned from.
    shift : float
        Numbers: what is added to the prediction where too much and too little cost differently.
    """

    profile: Profile
    table: pa.Table
    model: Model
    measure: Yardstick
    before: Scored
    dummy: Scored
    gain: float
    spread: float
    run: Run
    watchman: Watchman
    benefit: Benefit
    lessons: Lessons
    shift: float = 0.0

    def cost(self, after: Scored, before: Scored | None = None, rows: Places | None = None) -> Estimate | None:
        """What other answers cost per 1,000 cases; None where the user gave no benefit table.

        Parameters
        ----------
        after : Scored
        before : Scored, optional
            Default: what the model says of the rows as they are.
        rows : array of int, optional
            The rows that were answered; default: all.
        """
        if self.benefit.assumed:
            return None
        places = np.arange(self.table.num_rows) if rows is None else rows
        task, target, benefit = self.profile.roles.task, self.measure.target[places], self.benefit.take(places)
        first, then = (
            PER_CASES * of_model(target, scored, task, self.shift, choosing=benefit.chooses).worth(benefit.amounts)
            for scored in (before or self.before, after)
        )
        draws = self.measure.draws
        if rows is not None:
            draws = Draws(draws.sampling.take(rows), self.run.seed_for("probe", "cost"), N_REPLICATES)
        return difference_estimate(first - then, draws)


def set_up(
    unseen: Unseen,
    whole: Table,
    training: Training,
    evaluation: Evaluation,
    benefit: Benefit,
    planned_s: float,
    run: Run,
    shift: float = 0.0,
) -> Bench:
    """Choose the rows: as many as the planned seconds suffice for."""
    target = kept_target(evaluation.truth, run)
    said = kept_scores(evaluation.predictions, len(target), run)
    loss = TASKS.get(unseen.profile.roles.task)().row_loss(target, said)
    model = open_model(training.model, run)
    rows = _chosen_rows(len(target), affordable_rows(training.answer_s, planned_s), run)
    chosen = _by_importance(unseen, training).take(pa.array(rows))
    # A model that knows these rows: what it loses when they are disturbed is compared with what it says of them.
    decides = decisive_on(training.model, whole, unseen.positions[rows])
    before = Scored(said[rows] if unseen.split.n_test else model.scores(chosen), decides)
    draws = Draws(unseen.sampling(loss).take(rows), run.seed_for("probe", "draws"), N_REPLICATES)
    measure = yardstick(evaluation.metrics[0].name, target[rows], draws)
    baseline = kept_scores(evaluation.baseline_predictions, len(target), run)
    dummy = Scored(baseline[rows], threshold_of_dummy(evaluation.metrics[0].name, baseline))
    blocks = model.encoder.encode(chosen)
    return Bench(
        profile=unseen.profile,
        table=chosen,
        model=model,
        measure=measure,
        before=before,
        dummy=dummy,
        gain=measure.gain(before, dummy).value,
        spread=float(target.std()),
        run=run,
        watchman=watchman(training.model.plan, blocks),
        benefit=benefit.take(rows),
        lessons=Lessons(
            whole,
            tuple(chosen.column_names),
            unseen.profile,
            unseen.split,
            training,
            blocks,
            run,
            run.ahead.quiet(planned_s) / 2,
        ),
        shift=shift,
    )


def _by_importance(unseen: Unseen, training: Training) -> pa.Table:
    """The inputs, the most important first, then the columns of time and group."""
    roles = unseen.profile.roles
    inputs = roles.inputs
    ranked = [name for name in training.importance if name in inputs]
    last = [name for name in (roles.time, roles.group) if name is not None]
    return unseen.table.select(list(dict.fromkeys([*ranked, *inputs, *last])))


def affordable_rows(answer_s: float, planned_s: float, n_scorings: int = N_SCORINGS) -> int:
    """As many rows as all scorings together have time for, a hundred at least.

    >>> affordable_rows(1e-5, 6.0), affordable_rows(1e-4, 6.0), affordable_rows(1e-2, 6.0)
    (5000, 1000, 100)
    """
    return next((n for n in ROWS if n * answer_s * n_scorings <= planned_s), ROWS[-1])


def _chosen_rows(n_rows: int, n: int, run: Run) -> Places:
    if n_rows <= n:
        return np.arange(n_rows)
    rng = np.random.default_rng(run.seed_for("probe", "rows"))
    return np.sort(rng.choice(n_rows, n, replace=False))
