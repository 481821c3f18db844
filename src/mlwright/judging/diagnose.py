"""Look behind the figures: where and for whom the model errs, and what would help."""

from __future__ import annotations

import math

import numpy as np
from threadpoolctl import threadpool_limits

from mlwright.core.run import Run
from mlwright.judging.answered import Answered, answered
from mlwright.judging.bench import affordable_rows
from mlwright.judging.examined import Examined
from mlwright.judging.fairness import groups_of
from mlwright.judging.lessons import Lessons
from mlwright.judging.mistakes import mistakes_of
from mlwright.records.data import Snapshot
from mlwright.records.diagnosis import Diagnosis
from mlwright.records.evaluation import Evaluation
from mlwright.records.profile import Profile
from mlwright.records.robustness import Robustness
from mlwright.records.settings import DecideSettings, EvaluateSettings
from mlwright.records.split import Split
from mlwright.records.trials import Training
from mlwright.scoring.model import Model

MOST_MISSING = 6
"""Inputs that are taken away to see what knowing them is worth; each is scored twice."""
STAGE_S, SHARE_OF_TIME_LEFT = 4.0, 0.25


def diagnose(
    snapshot: Snapshot,
    profile: Profile,
    split: Split,
    training: Training,
    evaluation: Evaluation,
    robustness: Robustness,
    settings: EvaluateSettings,
    decide: DecideSettings,
    run: Run,
) -> Diagnosis:
    """Group the mistakes with their remedies (of 5,000 rows at most), and compare the groups that the user names.

    Raises
    ------
    SettingsError
        If ``evaluate.groups`` names a column that is not there.
    """
    with threadpool_limits(limits=1, user_api="blas"):
        rows = answered(snapshot, profile, split, training, evaluation, decide, run)
        groups = tuple(groups_of(column, rows, len(settings.groups)) for column in settings.groups)
        examined = examined_of(rows, split, training, evaluation, robustness, run)
        found = mistakes_of(examined)
    return Diagnosis(
        metric=training.metric,
        mistakes=found.mistakes,
        n_looked_at=found.n_looked_at,
        n_rows=len(examined),
        skipped=found.skipped,
        groups=groups,
    )


def examined_of(
    rows: Answered, split: Split, training: Training, evaluation: Evaluation, robustness: Robustness, run: Run
) -> Examined:
    """Answered rows with all that remedies ask about; as many as there is time for."""
    model, clock = Model.load(training.model, run.get), run.clock
    planned_s = math.inf if clock.budget_s is None else min(STAGE_S, SHARE_OF_TIME_LEFT * clock.left_s)
    missing = sum(column.n_missing > 0 for column in rows.unseen.profile.inputs)
    n = affordable_rows(model, rows.unseen.table, planned_s, 2 + 2 * min(missing, MOST_MISSING))
    if len(rows) > n:
        chance = np.random.default_rng(run.seed_for("diagnose", "rows"))
        rows = rows.take(np.sort(chance.choice(len(rows), n, replace=False)))
    unseen = rows.unseen
    blocks = model.encoder.encode(unseen.table)
    columns = tuple(unseen.table.column_names)
    lessons = Lessons(rows.table, columns, unseen.profile, split, training, blocks, run)
    return Examined(rows, model, blocks, lessons, evaluation, robustness, run.seed_for("diagnose"))
