"""What ``undo`` and ``rollback`` take back, and what ``status`` tells: the project's own ledger, and places."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from mlwright.config import FILE_NAME
from mlwright.core.errors import DeploymentError, MlwrightError, NothingToShow
from mlwright.faces.cli.chosen import bundle_at, is_bundle, opened, settled_options

if TYPE_CHECKING:
    from mlwright.project import Project
    from mlwright.scoring.bundle import Bundle
    from mlwright.shipping.places import Placed, Places
    from mlwright.shipping.steps import Plan, Step
    from mlwright.shipping.targets import State, Target

PROJECT = "project"
"""The place that is the project itself: what it uses is in its registry."""


class WayBack(NamedTuple):
    """What will be done, where, which bundle answers then (None: the place knows), and the same as a sentence."""

    target: str
    bundle_id: str | None
    plan: Plan
    sentence: str


class Standing(NamedTuple):
    """How it stands at a place: its state, or why that cannot be told; and what `undo` would bring back there.

    `cut_off` is a bundle that was begun to be carried there, and has not come to its end.
    """

    target: str
    state: State | None
    error: str
    before: str | None
    cut_off: str | None


def way_back(path: Path, at: str | None, options: Mapping[str, Any], to: str | None, why: str) -> WayBack:
    """How the latest change is taken back, or the latest one at a place; nothing is done yet.

    Raises
    ------
    NothingToShow
        If the project has used no other bundle before.
    DeploymentError
        If nothing was in use at the place before.
    """
    target = at or _latest(path)
    if target == PROJECT and is_bundle(path):
        raise NothingToShow("Nothing was carried elsewhere from here, so there is nothing to undo.", "mlwright status")
    return _in_project(opened(path), to, why) if target == PROJECT else _at_place(path, target, options)


def standings(path: Path, at: str | None, options: Mapping[str, Any]) -> list[Standing]:
    """How it stands at a place, or at every one that a bundle was carried to from here, or the project deploys to."""
    places = places_at(path)
    carried = [placed.target for placed in places.now()]
    wanted = [at] if at else [*carried, *(own for own in _own_place(path) if own not in carried)]
    if not wanted:
        return []
    bundle = _bundle(path)
    found = []
    for name in wanted:
        if name in carried or at:
            found.append(_standing(bundle, name, places, options))
        else:  # what was in use before is the project's, and its undo goes back there
            settled = {**settled_options(path, name), **options}
            found.append(_standing(bundle, name, places, settled)._replace(before=None))
    return found


def _own_place(path: Path) -> list[str]:
    """The place that the project deploys to, where that is another one than itself and something is in use."""
    if not (path / FILE_NAME).exists():
        return []
    project = opened(path)
    champion, target = project.current(), project.settings().deploy.target
    return [target] if champion is not None and champion.target == target != PROJECT else []


def places_at(path: Path) -> Places:
    """What was put where from a project or a bundle."""
    from mlwright.shipping.places import Places, home_of

    return Places(path.resolve() if (path / FILE_NAME).exists() else home_of(path))


def _bundle(path: Path) -> Bundle:
    from mlwright.scoring.bundle import Bundle

    return Bundle.load(bundle_at(path))


def _latest(path: Path) -> str:
    """Where the latest change was made."""
    placed = places_at(path).now()[-1:]
    if not (path / FILE_NAME).exists():
        return placed[0].target if placed else PROJECT
    champion = opened(path).current()
    return placed[0].target if placed and (champion is None or placed[0].since > champion.since) else PROJECT


def _in_project(project: Project, to: str | None, why: str) -> WayBack:
    from mlwright.shipping.steps import Call, Plan

    registry = project.store.registry
    before, now = registry.earlier(to), registry.now()
    assert now is not None
    step = Call(
        f"let bundle {before.bundle_id} of run {before.run_id} answer in place of {now.bundle_id}",
        f"the project {project.path.name}, which deploys to {before.target}",
        lambda: project.undo(why, to=to),
    )
    sentence = f"Bundle {before.bundle_id} of run {before.run_id} is in use again."
    return WayBack(PROJECT, before.bundle_id, Plan(project.path, {}, (step,), before.target), sentence)


def _at_place(path: Path, target: str, options: Mapping[str, Any]) -> WayBack:
    from mlwright.shipping.steps import Call

    places = places_at(path)
    reign, begun = places.at(target), places.unfinished(target)
    if begun is not None:
        return _from_unfinished(path, begun, reign, options)
    if len(reign) == 1:
        raise DeploymentError(
            f"Bundle {reign[0].bundle_id} is the first that was put to use at {target}: nothing was there before.",
            f"To take it away:  mlwright deploy {path} --to {target} --remove",
        )
    bundle, place = _bundle(path), _place(target, reign, options)
    plan = place.back(bundle)
    steps, before = plan.steps, reign[-2].bundle_id if reign else None
    if before is not None and before != reign[-1].bundle_id:
        steps = _steps_back(path, plan, place, before, reign[-1].bundle_id)
    if reign:
        note = Call("remember that it was taken back", str(places.journal.path), lambda: places.take_back(target))
        steps = (*steps, note)
    who = f"Bundle {before}" if before else "What was in use before"
    return WayBack(target, before, plan._replace(steps=steps), f"{who} answers at {plan.address} again.")


def _from_unfinished(path: Path, begun: Placed, reign: Sequence[Placed], options: Mapping[str, Any]) -> WayBack:
    """Back to what answered before a deployment that was cut off, wherever it was cut."""
    from mlwright.shipping.steps import Call

    if not reign:
        raise DeploymentError(
            f"Putting bundle {begun.bundle_id} to use at {begun.target} was cut off, and nothing was there before.",
            f"mlwright deploy {path} --to {begun.target}   goes on with it; with --remove it takes away what is there",
        )
    bundle, place, places = _bundle(path), _place(begun.target, [begun], options), places_at(path)
    plan, before = place.back(bundle), reign[-1].bundle_id
    note = Call("remember that it is not to come", str(places.journal.path), lambda: places.keep(begun.target))
    steps = (*_steps_back(path, plan, place, before, begun.bundle_id), note)
    sentence = f"Bundle {before} answers at {plan.address}, as before."
    return WayBack(begun.target, before, plan._replace(steps=steps), sentence)


def _steps_back(path: Path, plan: Plan, place: Target, before: str, newer: str) -> tuple[Step, ...]:
    """The steps of a plan where the newer bundle is there; else a start of the one before, if it stands still."""
    from mlwright.shipping.steps import Call, Unless

    bundle = _bundle(path)
    is_back = cache(lambda: place.state(bundle).bundles.keys() & {before, newer} == {before})
    start = Call(
        "start it again if a kill has stopped it",
        f"{place.title} whether bundle {before} answers there",
        lambda: place.deploy(_folder_of(path, before)),
    )
    return (
        *(Unless(step, is_back) for step in plan.steps),
        Unless(start, lambda: not is_back() or place.state(bundle).ready),
    )


def _folder_of(path: Path, bundle_id: str) -> Path:
    """Where a bundle lies: in the project, or beside another one."""
    home = places_at(path).journal.path.parent.parent
    for folder in (home / "bundles" / bundle_id, home / bundle_id, path):
        if is_bundle(folder) and _bundle(folder).bundle_id == bundle_id:
            return folder
    raise DeploymentError(
        f"Bundle {bundle_id} does not answer, and does not lie in {home} to be started again.",
        "mlwright deploy BUNDLE --to PLACE   with the folder of that bundle",
    )


def _standing(bundle: Bundle, target: str, places: Places, options: Mapping[str, Any]) -> Standing:
    reign, begun = places.at(target), places.unfinished(target)
    known = [*reign, begun] if begun else reign
    before, cut = (known[-2].bundle_id if len(known) > 1 else None), (begun.bundle_id if begun else None)
    try:
        state = _place(target, known, options).state(bundle)
    except MlwrightError as error:
        return Standing(target, None, str(error), before, cut)
    return Standing(target, state, "", before if known else state.before, cut)


def _place(name: str, reign: Sequence[Placed], options: Mapping[str, Any]) -> Target:
    """The place with the options that it had last, unless others are given."""
    from mlwright.shipping.targets import target

    return target(name, {**(reign[-1].options if reign else {}), **options})
