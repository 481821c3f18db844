"""Who follows whom: challengers of a project, how they stand against the champion, promotion and the way back."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from typing import Any

from mlwright.core.errors import NothingToShow, SettingsError
from mlwright.core.history import RunState
from mlwright.core.record import Record
from mlwright.core.record import Settings as Section
from mlwright.core.store.registry import Challenger, Champion
from mlwright.folder import ProjectFolder
from mlwright.overrides import with_budget
from mlwright.pipeline import Settings
from mlwright.records.bundle import Packed
from mlwright.records.challenge import Challenge
from mlwright.records.contest import Contender, Contest, Parent, Shadow, Trial
from mlwright.records.data import Snapshot
from mlwright.records.decision import Decision
from mlwright.records.profile import Profile
from mlwright.records.touched import Touched, Touching
from mlwright.records.watch import Window
from mlwright.running import Attempt, carry_out, next_id, outcome
from mlwright.scoring.folder import MANIFEST


def contest_of(project: ProjectFolder) -> Contest:
    """Who is compared with the champion now: those that challenge it, and the champion before it."""
    registry = project.store.registry
    contenders = [
        Contender(bundle_id=one.bundle_id, manifest=one.manifest, run_id=one.run_id, part="challenger")
        for one in registry.challengers()
    ]
    before = registry.before()
    if before is not None:
        fields = before.model_dump(include={"bundle_id", "manifest", "run_id"})
        contenders.append(Contender(**fields, part="predecessor"))
    shadow = last_shadow(project)
    return Contest(contenders=tuple(contenders), before=shadow.trials, fresh=shadow.fresh)


def trials(project: ProjectFolder) -> tuple[Trial, ...]:
    """How those that are compared with the champion stood last."""
    waiting = {contender.bundle_id for contender in contest_of(project).contenders}
    return tuple(trial for trial in last_shadow(project).trials if trial.contender in waiting)


def last_shadow(project: ProjectFolder) -> Shadow:
    """What was counted so far for the champion; nothing if it is champion since."""
    try:
        shadow = project.record(Shadow)
    except NothingToShow:
        return Shadow()
    return shadow if shadow.champion == project.trained().bundle_id else Shadow()


def try_out(project: ProjectFolder, window: Window, run_id: str | None = None) -> Shadow:
    """Count the labelled rows of a window for all who are compared with the champion; as a run of that name."""
    settings = project.settings()
    attempt = Attempt(run_id or next_id(project.store), "trial", seed=settings.project.seed)
    given: list[Section | Record] = [*settings.sections(), project.trained(), window, contest_of(project)]
    return outcome(project.store, attempt, given, Shadow)


def touch_up(
    project: ProjectFolder, run_id: str, windows: Sequence[Snapshot], before: Touched | None
) -> tuple[Touched, Packed]:
    """How the answers of the model in use stand touched up, and the bundle that is to answer; as a run of that name.

    Parameters
    ----------
    project : ProjectFolder
    run_id : str
        A run of that name that was attempted before goes on where it ended.
    windows : sequence of Snapshot
        All that was looked at; rows without a true outcome are passed over.
    before : Touched or None
        How they stood after the look before.
    """
    settings = project.settings()
    touching = Touching(base=project.trained(), parent=parent_of(project, windows), before=before)
    packed = outcome(
        project.store,
        Attempt(run_id, "touch", seed=settings.project.seed),
        (*settings.sections(), touching),
        Packed,
    )
    return project.record(Touched, run_id), packed


def use_touched(project: ProjectFolder, touched: Touched, packed: Packed, by: str) -> Champion | None:
    """Put that bundle to use where the project deploys to; None if it is in use already.

    Where touching up does not help any more, the bundle as it was trained is in use again.
    """
    now = project.current()
    if now is None or now.trained != touched.base or now.bundle_id == packed.bundle_id:
        return None
    if not touched.helps:
        return roll_back(project, touched.sentence, to=touched.base, by=by)
    manifest = packed.files[MANIFEST]
    project.target(now.target).deploy(project.written(packed.bundle_id, manifest))
    fields = {"bundle_id": packed.bundle_id, "manifest": manifest, "base": touched.base, "why": touched.sentence}
    return project.store.registry.crown(**fields, **now.model_dump(include={"run_id", "verdict", "target"}), by=by)


def retrain(
    project: ProjectFolder, window: Window, run_id: str | None = None, windows: Sequence[Snapshot] = (), **attempt: Any
) -> RunState:
    """Build a new model from the rows of the one in use and labelled new ones; it becomes a challenger.

    Parameters
    ----------
    project : ProjectFolder
    window : Window
        New rows; those without a true outcome are passed over.
    run_id : str, optional
        A run of that name that was attempted before goes on where it ended.
    windows : sequence of Snapshot
        Earlier windows, of which the labelled rows are taken too.
    **attempt
        Further parts of the `Attempt`, such as who listens.
    """
    run_id = run_id or next_id(project.store)
    parent = parent_of(project, windows)
    settings = _asked_as_before(with_budget(project.settings(), project.settings().operate.budget), parent)
    carried = Attempt(
        run_id,
        "retrain",
        seed=settings.project.seed,
        budget_s=settings.train.limit_s,
        began=time.time(),
        **attempt,
    )
    given: list[Section | Record] = [*settings.sections(), window, parent]

    def finish(results: Mapping[str, Record]) -> None:
        _challenge(project, run_id, results)

    return carry_out(project.store, carried, given, finish=finish)


def _asked_as_before(settings: Settings, parent: Parent) -> Settings:
    """With the positive class of the parent, or without an order of classes where that has none.

    Which class is the rarer one may turn with new rows, and with it what every amount of money is paid for. Callers
    that read probabilities by place rely on the order. What the user has set counts.
    """
    roles, project = parent.profile.roles, settings.project
    update: dict[str, Any] = {}
    if roles.task == "binary" and project.positive is None:
        update["positive"] = roles.classes[-1]
    elif roles.task == "multiclass" and project.order is None and not roles.are_ordered:
        update["order"] = ()
    return settings.model_copy(update={"project": project.model_copy(update=update)})


def parent_of(project: ProjectFolder, windows: Sequence[Snapshot] = ()) -> Parent:
    """The run that made the model in use, and what was looked at since."""
    model = project.trained()
    return Parent(
        run_id=model.run_id,
        bundle_id=model.bundle_id,
        snapshot=project.record(Snapshot, model.run_id),
        profile=project.record(Profile, model.run_id),
        windows=tuple(windows),
    )


def _challenge(project: ProjectFolder, run_id: str, results: Mapping[str, Record]) -> None:
    packed, decision, compared = results["pack"], results["decide"], results["challenge"]
    assert isinstance(packed, Packed)
    assert isinstance(decision, Decision)
    assert isinstance(compared, Challenge)
    project.write_out(results)
    project.store.registry.challenge(
        bundle_id=packed.bundle_id,
        manifest=packed.files[MANIFEST],
        run_id=run_id,
        verdict=decision.verdict,
        why=compared.sentence,
    )


def approve(project: ProjectFolder, run_id: str | None, why: str) -> Champion:
    """Put the bundle of a run to use where the project deploys to, whatever its verdict.

    Raises
    ------
    NothingToShow
        If no run has packed a bundle.
    """
    packed, decision = project.record(Packed, run_id), project.record(Decision, run_id)
    manifest, target = packed.files[MANIFEST], project.settings().deploy.target
    project.target(target).deploy(project.written(packed.bundle_id, manifest))
    return project.store.registry.crown(
        bundle_id=packed.bundle_id,
        manifest=manifest,
        run_id=project.manifest(packed).run_id,
        verdict=decision.verdict,
        target=target,
        why=why,
    )


def promote(project: ProjectFolder, bundle_id: str | None, why: str, by: str | None = None) -> Champion:
    """Put a challenger to use where the project deploys to.

    Raises
    ------
    NothingToShow
        If it does not challenge.
    """
    challenger, target = project.store.registry.challenger(bundle_id), project.settings().deploy.target
    project.target(target).deploy(project.written(challenger.bundle_id, challenger.manifest))
    fields = challenger.model_dump(include={"bundle_id", "manifest", "run_id", "verdict"})
    return project.store.registry.crown(**fields, target=target, why=why, by=by)


def reject(project: ProjectFolder, bundle_id: str | None, why: str, by: str | None = None) -> Challenger:
    """Turn a challenger down.

    Raises
    ------
    NothingToShow
        If it does not challenge.
    """
    challenger = project.store.registry.challenger(bundle_id)
    return project.store.registry.reject(challenger.bundle_id, why, by)


def roll_back(project: ProjectFolder, why: str, to: str | None = None, by: str | None = None) -> Champion:
    """Put a champion from before back to use; nothing is deleted.

    Raises
    ------
    NothingToShow
        If there has been none before, or not that one.
    """
    before = project.store.registry.earlier(to)
    project.target(before.target).deploy(project.written(before.bundle_id, before.manifest))
    return project.store.registry.undo(why, by, to)


def with_reason(why: str) -> str:
    """The reason that a person gave.

    Raises
    ------
    SettingsError
        If there is none.
    """
    if not why.strip():
        raise SettingsError("Nobody's word is without a reason.", 'Say why: --why "compared for four weeks"')
    return why.strip()
