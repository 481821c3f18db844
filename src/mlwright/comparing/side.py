"""One of two models that are compared: a run of a project, or a bundle that came from elsewhere."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from mlwright.config import FILE_NAME
from mlwright.core.errors import NothingToShow
from mlwright.core.run import Clock, Run
from mlwright.project import Project
from mlwright.records.bundle import Manifest, Packed
from mlwright.records.data import Snapshot
from mlwright.records.decision import Decision
from mlwright.records.evaluation import Evaluation
from mlwright.records.model import ModelSpec
from mlwright.records.profile import Profile
from mlwright.records.robustness import Robustness
from mlwright.records.split import Split
from mlwright.records.trials import Training
from mlwright.scoring.bundle import Bundle
from mlwright.scoring.folder import MANIFEST


@dataclass(frozen=True)
class Traced:
    """What only a run in its project knows."""

    project: Project
    run_id: str
    snapshot: Snapshot
    profile: Profile
    split: Split
    training: Training
    robustness: Robustness


@dataclass(frozen=True)
class Side:
    """A model, how it was tested and what was decided.

    Parameters
    ----------
    name : str
    target : str
    location : str
        Where its data came from.
    model : ModelSpec
    evaluation : Evaluation
    decision : Decision
    manifest : Manifest or None
        None where the run has packed no bundle.
    packed : Packed or None
        None where the bundle came alone.
    traced : Traced or None
        None where the bundle came alone.
    """

    name: str
    target: str
    location: str
    model: ModelSpec
    evaluation: Evaluation
    decision: Decision
    manifest: Manifest | None
    packed: Packed | None
    traced: Traced | None


def reader(traced: Traced) -> Run:
    """What reads the blobs of a run; nothing is written."""
    return Run(traced.run_id, traced.project.store, Clock(Path(os.devnull), None))


def side_at(what: str | os.PathLike[str], home: Project) -> Side:
    """The model that a word means: a project, a bundle, or a run of the project `home`.

    Raises
    ------
    NothingToShow
        If it means none of these, or the run has come to no decision.
    BundleError
        If a bundle is changed or incomplete.
    """
    path = Path(what)
    if (path / FILE_NAME).exists():
        project = Project(path)
        return _of_run(project, _latest(project), str(what))
    if (path / MANIFEST).exists():
        return _of_bundle(path)
    if str(what) in home.store.run_ids():
        return _of_run(home, str(what), f"run {what}")
    known = ", ".join(home.store.run_ids()[-3:]) or "none yet"
    raise NothingToShow(
        f"{str(what)!r} is no project, no bundle, and no run of {home.path}.", f"Runs there are: {known}"
    )


def _latest(project: Project) -> str:
    decided = [state.run_id for state in project.runs() if state.has_done("decide")]
    if not decided:
        raise NothingToShow(f"No run in {project.path} has come to a decision yet.", "mlwright run")
    return decided[-1]


def _of_run(project: Project, run_id: str, name: str) -> Side:
    snapshot, profile, training = (
        project.record(Snapshot, run_id),
        project.record(Profile, run_id),
        project.record(Training, run_id),
    )
    packed = _packed(project, run_id)
    split, robustness = project.record(Split, run_id), project.record(Robustness, run_id)
    return Side(
        name=name,
        target=profile.roles.target,
        location=snapshot.lineage.location,
        model=training.model,
        evaluation=project.record(Evaluation, run_id),
        decision=project.record(Decision, run_id),
        manifest=None if packed is None else project.manifest(packed),
        packed=packed,
        traced=Traced(project, run_id, snapshot, profile, split, training, robustness),
    )


def _packed(project: Project, run_id: str) -> Packed | None:
    try:
        return project.record(Packed, run_id)
    except NothingToShow:
        return None


def _of_bundle(path: Path) -> Side:
    """A bundle; one that still lies in its project is traced to its run."""
    manifest = Bundle.load(path).manifest
    home = Project(path.resolve().parent.parent)
    if (home.path / FILE_NAME).exists() and manifest.run_id in home.store.run_ids():
        return _of_run(home, manifest.run_id, f"bundle {manifest.bundle_id}")
    return Side(
        name=f"bundle {manifest.bundle_id}",
        target=manifest.target,
        location=manifest.lineage.location,
        model=manifest.model,
        evaluation=manifest.evaluation,
        decision=manifest.decision,
        manifest=manifest,
        packed=None,
        traced=None,
    )
