"""Look behind the figures: where and for whom the model errs, and what would help."""

from __future__ import annotations

import numpy as np
from threadpoolctl import threadpool_limits

from mlwright.core.ahead import Load, Need
from mlwright.core.run import Run
from mlwright.judging.answered import Answered, answered
from mlwright.judging.bench import ROWS, affordable_rows
from mlwright.judging.examined import Examined
from mlwright.judging.fairness import groups_of
from mlwright.judging.lessons import Lessons
from mlwright.judging.mistakes import mistakes_of
from mlwright.learning.load import load_after, open_model
from mlwright.records.data import Snapshot
from mlwright.records.diagnosis import Diagnosis
from mlwright.records.evaluation import Evaluation
from mlwright.records.profile import Profile
from mlwright.records.robustness import Robustness
from mlwright.records.settings import DecideSettings, EvaluateSettings
from mlwright.records.split import Split
from mlwright.records.trials import Training

MOST_MISSING = 6
"""Inputs that are taken away to see what knowing them is worth; each is scored three times."""
FIXED_S, INPUT_S, STAGE_S = 0.15, 1.5e-4, 4.0


def need(load: Load, run: Run) -> Need:
    """Some mistakes are looked at, with every input taken away that is missing at times."""
    return Need(FIXED_S + INPUT_S * load.n_inputs + ROWS[-1] * (2 + 3 * MOST_MISSING) * load.answer_s, STAGE_S)


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
    model, profile = open_model(training.model, run), rows.unseen.profile
    planned_s = run.ahead.own_s(load_after(training, profile.roles, split, run))
    missing = sum(column.n_missing > 0 for column in profile.inputs)
    n = affordable_rows(training.answer_s, planned_s, 2 + 3 * min(missing, MOST_MISSING))
    if len(rows) > n:
        chance = np.random.default_rng(run.seed_for("diagnose", "rows"))
        rows = rows.take(np.sort(chance.choice(len(rows), n, replace=False)))
    unseen = rows.unseen
    blocks = model.encoder.encode(unseen.table)
    columns = tuple(unseen.table.column_names)
    lessons = Lessons(rows.table, columns, unseen.profile, split, training, blocks, run, run.ahead.quiet(planned_s) / 2)
    return Examined(rows, model, blocks, lessons, evaluation, robustness, run.seed_for("diagnose"))
