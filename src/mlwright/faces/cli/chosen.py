"""Which project, run and model a command takes."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from mlwright.config import FILE_NAME, located, read_settings
from mlwright.core.errors import NothingToShow, ProjectMissing, SettingsError, name_list, nearest
from mlwright.shipping.in_use import LEASE, in_use_at

if TYPE_CHECKING:
    from mlwright.core.history import RunState
    from mlwright.project import Project
    from mlwright.records.settings import ServeSettings


def opened(path: Path, run_id: str | None = None) -> Project:
    """The project in a folder, after a look whether it is there and has that run.

    Raises
    ------
    ProjectMissing
        If the folder holds none.
    NothingToShow
        If it has no such run.
    """
    from mlwright.project import Project

    project = Project(path)
    if not (project.path / FILE_NAME).exists():
        below = _projects_below(project.path)
        raise ProjectMissing(
            f"{project.path} holds no project: there is no {FILE_NAME}.",
            f"Name it with --project: {below}" if below else "mlwright init DATA --target COLUMN",
        )
    known = project.store.run_ids()
    if run_id is not None and run_id not in known:
        offers = nearest(run_id, known) or known[-3:] or ["none yet"]
        raise NothingToShow(f"{project.path} has no run {run_id!r}.", f"Runs are: {', '.join(offers)}")
    return project


def _projects_below(path: Path) -> str:
    """The names of the projects in a folder; empty where there are none."""
    return name_list(sorted(file.parent.name for file in path.glob(f"*/{FILE_NAME}")))


def is_bundle(path: Path) -> bool:
    """Whether a folder holds a bundle of its own."""
    from mlwright.scoring.folder import MANIFEST

    return not (path / FILE_NAME).exists() and (path / MANIFEST).exists()


def bundle_at(path: Path) -> Path:
    """The bundle at `path`; of a project the one in use, else its latest one. Says which.

    Of a service in the background the one that is to answer.

    Raises
    ------
    ProjectMissing
        If it is none of these.
    """
    if is_bundle(path):
        return path
    if in_use := in_use_at(path):
        return path / in_use.folder
    if not (path / FILE_NAME).exists():
        below = _projects_below(path)
        raise ProjectMissing(
            f"{path.resolve()} holds neither a project nor a bundle.",
            f"Name a project: {below}" if below else f"Name the folder with {FILE_NAME}, or that of a bundle.",
        )
    project = opened(path)
    say_which(project)
    return project.model_path()


def options_of(words: list[str] | None, **given: Any) -> dict[str, Any]:
    """Options of a place by name; those with an option of their own are left out where they are not given.

    Raises
    ------
    SettingsError
        If a word names no value.
    """
    options = {name: value for name, value in given.items() if value is not None}
    for word in words or []:
        name, equals, value = word.partition("=")
        if not equals:
            raise SettingsError(f"--set {word} names no value.", "--set NAME=VALUE")
        options[name] = value
    return options


def settled_options(path: Path, place: str) -> dict[str, Any]:
    """What the project at `path` says about a place in ``[deploy]``; nothing for a bundle, or about another place."""
    if not (path / FILE_NAME).exists():
        return {}
    said = opened(path).settings().deploy
    return dict(said.options) if said.target == place else {}


def decided(project: Project, run_id: str | None = None) -> RunState:
    """The run of that name, or the latest, that has come to a decision.

    Raises
    ------
    NothingToShow
        If there is none.
    """
    found = [state for state in project.runs() if run_id in (None, state.run_id) and state.has_done("decide")]
    if not found:
        raise NothingToShow(f"No run in {project.path} has come to a decision yet.", "mlwright run")
    return found[-1]


def following(path: Path) -> Callable[[], Path] | None:
    """What tells the bundle that is due at `path` whenever it is asked: of a project the one in use, else its latest.

    None for a bundle, which is always the same.
    """
    if in_use_at(path):
        return lambda: bundle_at(path).resolve()
    if not (path / FILE_NAME).exists():
        return None
    project = opened(path)
    return lambda: project.model_path().resolve()


def lease_of(path: Path) -> Path | None:
    """What the service holds while it lives; None for one that is not in the background."""
    return path / LEASE if in_use_at(path) else None


def settings_at(path: Path) -> ServeSettings | None:
    """What the project at `path` says about its service, its places as seen from anywhere; None for a bundle.

    Of a service in the background what the project says for which it answers.
    """
    if in_use := in_use_at(path):
        return settings_at((path / in_use.home).resolve())
    if not (path / FILE_NAME).exists():
        return None
    said = read_settings(path / FILE_NAME).serve
    folder = said.log.folder and located(said.log.folder, path)
    shadow = said.shadow and located(said.shadow, path)
    return said.model_copy(update={"log": said.log.model_copy(update={"folder": folder}), "shadow": shadow})


def say_which(project: Project) -> None:
    """Say on standard error which bundle of a project is taken."""
    model = project.in_use()
    how = "in use" if model.is_champion else "the latest; none is in use yet"
    typer.echo(f"bundle {model.bundle_id} of run {model.run_id} ({how})", err=True)
