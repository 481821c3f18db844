"""Rows that the model was judged on: their inputs, the truth, what was said of them and what that was worth."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from mlwright.core.run import Run
from mlwright.data.compute.table import Table, open_snapshot, train_rows
from mlwright.judging.worth.practice import of_model
from mlwright.judging.worth.shift import shift_of
from mlwright.learning.amounts import benefit_on, decisive_on, learned_target
from mlwright.learning.benefit import Benefit
from mlwright.learning.metrics import metric_of
from mlwright.learning.tasks import TASKS
from mlwright.learning.unseen import Unseen, kept_scores, kept_target, open_unseen
from mlwright.learning.yardstick import Scored, Yardstick, yardstick
from mlwright.records.data import Snapshot
from mlwright.records.evaluation import Evaluation
from mlwright.records.profile import Profile, Task
from mlwright.records.settings import DecideSettings
from mlwright.records.split import Split
from mlwright.records.trials import Training
from mlwright.statistics.sampling import Draws, Sampling

Array = NDArray[np.float64]
Mask = NDArray[np.bool_]

N_REPLICATES = 1000


@dataclass(frozen=True)
class Answered:
    """Rows with their truth and the model's answers.

    Parameters
    ----------
    table : Table
        The whole snapshot.
    unseen : Unseen
    target : array, shape (n_rows,)
    said : Scored
    benefit : Benefit
        Of these rows.
    sampling : Sampling
    seed : int
    metric : str
        The one that was optimised.
    level : float
    learned : array, shape (n_train,)
        The truth of the rows that were learned from.
    shift : float
        Numbers: what is added to the prediction where too much and too little cost differently.
    """

    table: Table
    unseen: Unseen
    target: Array
    said: Scored
    benefit: Benefit
    sampling: Sampling
    seed: int
    metric: str
    level: float
    learned: Array
    shift: float = 0.0

    def __len__(self) -> int:
        return len(self.target)

    @property
    def task(self) -> Task:
        """What kind of answer is wanted."""
        return self.unseen.profile.roles.task

    @property
    def loss(self) -> Array:
        """What each row costs by the task's own loss, shape (n_rows,): log loss, or the distance from the truth."""
        if self.task == "regression":
            return np.abs(self.said.prediction[:, 0] - self.target)
        return self.row_loss

    @property
    def row_loss(self) -> Array:
        """What each row costs by the loss that the task is learned by, shape (n_rows,)."""
        return TASKS.get(self.task)().row_loss(self.target, self.said.prediction)

    @property
    def wrong(self) -> Mask:
        """Classes: which answers are wrong, shape (n_rows,)."""
        return np.asarray(self.said.answers != self.target)

    @property
    def worth(self) -> Array:
        """What each answer was worth, shape (n_rows,)."""
        return self.worth_of(self.said)

    def worth_of(self, said: Scored) -> Array:
        """What other answers would have been worth, shape (n_rows,)."""
        practice = of_model(self.target, said, self.task, self.shift, choosing=self.benefit.chooses)
        return practice.worth(self.benefit.amounts)

    def take(self, places: NDArray[np.int64]) -> Answered:
        """Some of these rows, in the order of the snapshot."""
        return replace(
            self,
            unseen=self.unseen.take(places),
            target=self.target[places],
            said=self.said.take(places),
            benefit=self.benefit.take(places),
            sampling=self.sampling.take(places),
        )

    def draws(self, rows: Mask | None = None) -> Draws:
        """Samples drawn again from these rows, or from some of them."""
        sampling = self.sampling if rows is None else self.sampling.take(np.flatnonzero(rows))
        return Draws(sampling, self.seed, N_REPLICATES)

    def measure(self) -> Yardstick:
        """The yardstick of the metric that was optimised."""
        return yardstick(self.metric, self.target, self.draws(), self.level)


def answered(
    snapshot: Snapshot,
    profile: Profile,
    split: Split,
    training: Training,
    evaluation: Evaluation,
    settings: DecideSettings,
    run: Run,
) -> Answered:
    """Open the rows that `evaluate` has judged the model on."""
    table = open_snapshot(snapshot, run)
    unseen = open_unseen(snapshot, profile, split, run, evaluation)
    learned = learned_target(table, train_rows(split, run), profile)
    metric = metric_of(training.metric)
    own = training.model.threshold if metric.has_threshold else None
    target = kept_target(evaluation.truth, run)
    prediction = kept_scores(evaluation.predictions, len(target), run)
    benefit = benefit_on(table, unseen.positions, learned, profile, settings, own, metric.aim.quantile)
    return Answered(
        table=table,
        unseen=unseen,
        target=target,
        said=Scored(prediction, decisive_on(training.model, table, unseen.positions)),
        benefit=benefit,
        sampling=unseen.sampling(TASKS.get(profile.roles.task)().row_loss(target, prediction)),
        seed=run.seed_for("diagnose", "draws"),
        metric=training.metric,
        level=evaluation.metrics[0].model.level,
        learned=learned,
        shift=shift_of(learned, training, benefit, profile.roles, run),
    )
