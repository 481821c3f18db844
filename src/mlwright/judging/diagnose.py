"""Look behind the figures: for whom the model errs."""

from __future__ import annotations

from threadpoolctl import threadpool_limits

from mlwright.core.run import Run
from mlwright.judging.answered import answered
from mlwright.judging.fairness import groups_of
from mlwright.records.data import Snapshot
from mlwright.records.diagnosis import Diagnosis
from mlwright.records.evaluation import Evaluation
from mlwright.records.profile import Profile
from mlwright.records.settings import DecideSettings, EvaluateSettings
from mlwright.records.split import Split
from mlwright.records.trials import Training


def diagnose(
    snapshot: Snapshot,
    profile: Profile,
    split: Split,
    training: Training,
    evaluation: Evaluation,
    settings: EvaluateSettings,
    decide: DecideSettings,
    run: Run,
) -> Diagnosis:
    """Compare the groups that the user names.

    Raises
    ------
    SettingsError
        If ``evaluate.groups`` names a column that is not there.
    """
    with threadpool_limits(limits=1, user_api="blas"):
        rows = answered(snapshot, profile, split, training, evaluation, decide, run)
        return Diagnosis(groups=tuple(groups_of(column, rows, len(settings.groups)) for column in settings.groups))
