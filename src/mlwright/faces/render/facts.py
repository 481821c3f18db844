"""All that a report needs of a run."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeVar

from mlwright.core.errors import NothingToShow
from mlwright.core.history import RunState
from mlwright.core.record import Record
from mlwright.project import Project
from mlwright.records.bundle import Packed
from mlwright.records.data import Snapshot
from mlwright.records.decision import Decision
from mlwright.records.deployment import Deployment
from mlwright.records.diagnosis import Diagnosis
from mlwright.records.evaluation import Evaluation
from mlwright.records.exploration import Exploration
from mlwright.records.findings import Findings
from mlwright.records.improvement import Improvement
from mlwright.records.profile import Profile
from mlwright.records.robustness import Robustness
from mlwright.records.split import Split
from mlwright.records.trials import Training
from mlwright.records.understanding import Understanding

R = TypeVar("R", bound=Record)


@dataclass(frozen=True)
class Facts:
    """The records of a run that has come to a decision; what may follow a decision may be missing."""

    run: RunState
    snapshot: Snapshot
    profile: Profile
    split: Split
    findings: Findings
    exploration: Exploration
    leaderboard: Training
    evaluation: Evaluation
    robustness: Robustness
    decision: Decision
    understanding: Understanding | None
    bundle: Packed | None
    deployment: Deployment | None
    diagnosis: Diagnosis | None
    improvement: Improvement | None

    def records(self) -> dict[str, Record | None]:
        """The records by the names under which they are shown."""
        return {name: getattr(self, name) for name in self.__dataclass_fields__ if name != "run"}


def facts_of(project: Project, run: RunState) -> Facts:
    """What a run has found.

    Raises
    ------
    NothingToShow
        If it has not come to a decision.
    """
    return Facts(
        run=run,
        snapshot=project.record(Snapshot, run.run_id),
        profile=project.record(Profile, run.run_id),
        split=project.record(Split, run.run_id),
        findings=project.record(Findings, run.run_id),
        exploration=project.record(Exploration, run.run_id),
        leaderboard=project.record(Training, run.run_id),
        evaluation=project.record(Evaluation, run.run_id),
        robustness=project.record(Robustness, run.run_id),
        decision=project.record(Decision, run.run_id),
        understanding=_later(project, run, Understanding),
        bundle=_later(project, run, Packed),
        deployment=_later(project, run, Deployment),
        diagnosis=_later(project, run, Diagnosis),
        improvement=_improvement(project, run),
    )


def _improvement(project: Project, run: RunState) -> Improvement | None:
    from mlwright.improving import improvement_of

    try:
        return improvement_of(project, run)
    except NothingToShow:
        return None


def _later(project: Project, run: RunState, kind: type[R]) -> R | None:
    try:
        return project.record(kind, run.run_id)
    except NothingToShow:
        return None
