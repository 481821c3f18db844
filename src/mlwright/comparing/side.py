"""One of two models that are compared: a run of a project, or a bundle that came from elsewhere."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from mlwright.config import FILE_NAME
from mlwright.core.errors import NothingToShow
from mlwright.core.record import Record
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

R = TypeVar("R", bound=Record)


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
    def record(what: str, kind: type[R]) -> R:
        found = project.show(what, run_id)
        assert isinstance(found, kind)
        return found

    training, snapshot, profile = (
        record("leaderboard", Training),
        record("snapshot", Snapshot),
        record("profile", Profile),
    )
    packed = _packed(project, run_id)
    manifest = None
    if packed is not None:
        manifest = Manifest.model_validate_json(project.store.blobs.get(packed.files[MANIFEST]))
    split, robustness = record("split", Split), record("robustness", Robustness)
    return Side(
        name=name,
        target=profile.roles.target,
        location=snapshot.lineage.location,
        model=training.model,
        evaluation=record("evaluation", Evaluation),
        decision=record("decision", Decision),
        manifest=manifest,
        packed=packed,
        traced=Traced(project, run_id, snapshot, profile, split, training, robustness),
    )


def _packed(project: Project, run_id: str) -> Packed | None:
    try:
        found = project.show("bundle", run_id)
    except NothingToShow:
        return None
    assert isinstance(found, Packed)
    return found


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
