"""The next steps of a run, and runs that try those that need nobody."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping

import numpy as np

from mlwright.core.history import RunState
from mlwright.core.run import Clock, Run
from mlwright.core.store.journal import Event
from mlwright.data.compute.table import open_snapshot, train_rows
from mlwright.data.words import figure
from mlwright.folder import ProjectFolder
from mlwright.judging.rules import Evidence
from mlwright.judging.steps import steps_of
from mlwright.judging.words import between, inside
from mlwright.learning.amounts import decisive_on, learned_target
from mlwright.learning.owed import moved
from mlwright.learning.tasks import TASKS
from mlwright.learning.unseen import Unseen, kept_scores
from mlwright.learning.yardstick import Scored, yardstick
from mlwright.pipeline import Settings
from mlwright.records.data import Snapshot
from mlwright.records.decision import Decision
from mlwright.records.diagnosis import Diagnosis
from mlwright.records.evaluation import Estimate, Evaluation
from mlwright.records.findings import Findings
from mlwright.records.improvement import Improvement, Step, Tried
from mlwright.records.profile import Profile
from mlwright.records.robustness import Robustness
from mlwright.records.split import Split
from mlwright.records.trials import Corrected, Training
from mlwright.running import Attempt, carry_out, next_id
from mlwright.statistics.sampling import Draws

KEPT_UNLESS_WORSE = frozenset({"drop_suspects"})
"""What such a step drops has to earn its place: it is kept unless the model gets surely worse by it."""


def improvement_of(project: ProjectFolder, state: RunState) -> Improvement:
    """What to do next after a run that has come to a decision.

    Raises
    ------
    NothingToShow
        If it has not.
    """
    evidence, settings = _evidence(project, state.run_id), project.settings()
    snapshot = project.record(Snapshot, state.run_id)
    steps = steps_of(evidence, snapshot, settings.profile, settings.clean, settings.train)
    return Improvement(run_id=state.run_id, metric=evidence.training.metric, steps=steps)


def tried(project: ProjectFolder, found: Improvement, listen: Callable[[Event], None] | None = None) -> Improvement:
    """Try the steps that need nobody, each as a run of its own that names its parent.

    A trial learns with the changed settings, and its model is compared with the parent's on the training rows, each
    answered by cores that have not learned from it: the test rows choose nothing. Only a trial that is kept goes on to
    the end. The next trial starts from the best that was kept.
    """
    parent, settings, done = found.run_id, project.settings(), list[Tried]()
    for step in found.steps:
        if step.changes:
            changed = with_changes(settings, step.changes)
            outcome = _tried(project, step, parent, changed, listen)
            done.append(outcome)
            if outcome.kept:
                parent, settings = outcome.run_id, changed
    return found.model_copy(update={"tried": tuple(done)})


def with_changes(settings: Settings, changes: Mapping[str, Mapping[str, object]]) -> Settings:
    """The same settings with some keys changed."""
    sections = settings.model_dump()
    return Settings.model_validate(sections | {name: sections[name] | dict(keys) for name, keys in changes.items()})


def _tried(
    project: ProjectFolder, step: Step, parent: str, settings: Settings, listen: Callable[[Event], None] | None
) -> Tried:
    run_id = next_id(project.store)
    attempt = Attempt(
        run_id,
        "build",
        seed=settings.project.seed,
        budget_s=settings.train.limit_s,
        began=time.time(),
        parent=parent,
        listen=listen,
    )
    carry_out(project.store, attempt, settings.sections(), until="train")
    gain = _gain(project, run_id, parent)
    kept = gain is not None and (gain.high > 0 if step.name in KEPT_UNLESS_WORSE else gain.low > 0)
    if kept:
        carry_out(project.store, attempt, settings.sections(), finish=project.write_out)
    metric = project.record(Training, run_id).metric
    return Tried(step=step.name, run_id=run_id, gain=gain, kept=kept, sentence=_told(step, gain, metric, kept=kept))


def _gain(project: ProjectFolder, run_id: str, parent: str) -> Estimate | None:
    """Over the parent on the training rows that both held out; None where they did not have the same rows."""
    (ours, our_split), (theirs, their_split) = (
        (project.record(Snapshot, each), project.record(Split, each)) for each in (run_id, parent)
    )
    new, old = (project.record(Training, each) for each in (run_id, parent))
    same = (ours.blob, our_split.roles, new.metric) == (theirs.blob, their_split.roles, old.metric)
    if not same or not (new.out_of_fold and old.out_of_fold):
        return None
    run = Run(run_id, project.store, Clock(project.store.run_folder(run_id) / "cancel", None))
    return _paired(project.record(Profile, run_id), ours, our_split, new, old, run)


def _paired(
    profile: Profile, snapshot: Snapshot, split: Split, new: Training, old: Training, run: Run
) -> Estimate | None:
    """The difference on the same rows, less what the new one is flattered more by having been chosen by them."""
    positions, table = train_rows(split, run), open_snapshot(snapshot, run)
    target = learned_target(table, positions, profile)
    said = [kept_scores(training.out_of_fold, len(positions), run) for training in (new, old)]
    known = np.flatnonzero(np.isfinite(np.hstack(said)).all(axis=1))
    if not len(known):
        return None
    one, other = (
        Scored(scores, decisive_on(training.model, table, positions)).take(known)
        for scores, training in zip(said, (new, old), strict=True)
    )
    loss = TASKS.get(profile.roles.task)().row_loss(target[known], other.prediction)
    keys = [name for name in (profile.roles.time, profile.roles.group) if name is not None]
    rows = Unseen(positions[known], table.arrow([*profile.roles.inputs, *keys], positions[known]), profile, split)
    measure = yardstick(new.metric, target[known], Draws(rows.sampling(loss), run.seed_for("improve")))
    gain = measure.gain(one, other)
    mine, theirs = _flattered(new.corrected), _flattered(old.corrected)
    return moved(gain, theirs[0] - mine[0], float(np.hypot(mine[1], theirs[1])))


def _flattered(corrected: Corrected | None) -> tuple[float, float]:
    """By how much a model looks better on held-out rows than it is, and the standard error of that."""
    if corrected is None:
        return 0.0, 0.0
    return corrected.flattery + corrected.stopping - corrected.together, corrected.error


def _told(step: Step, gain: Estimate | None, metric: str, *, kept: bool) -> str:
    if gain is None:
        return "It cannot be compared: the data or the metric is another one. It was not kept."
    title = inside(metric.replace("_", " "))
    if gain.low > 0:
        found = f"surely better by {figure(gain.value)} in {title} ({between(gain)})"
    elif gain.high < 0:
        found = f"surely worse by {figure(-gain.value)} in {title} ({between(gain)})"
    else:
        side = "better" if gain.value >= 0 else "worse"
        found = f"{figure(abs(gain.value))} {side} in {title}, which may be chance (the gain lies {between(gain)})"
    settings = ", ".join(
        f"[{name}] {key} = {value}" for name, keys in step.changes.items() for key, value in keys.items()
    )
    end = f"It was kept and brought to its end; to keep it for good, set {settings}." if kept else "It was not kept."
    return f"On rows that neither has learned from it is {found}. {end}"


def _evidence(project: ProjectFolder, run_id: str) -> Evidence:
    return Evidence(
        profile=project.record(Profile, run_id),
        findings=project.record(Findings, run_id),
        training=project.record(Training, run_id),
        evaluation=project.record(Evaluation, run_id),
        robustness=project.record(Robustness, run_id),
        worth=project.record(Decision, run_id).worth,
        diagnosis=project.record(Diagnosis, run_id),
    )
