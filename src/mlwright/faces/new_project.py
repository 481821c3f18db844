"""From a source and a target on the command line to a project folder."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from mlwright.config import FILE_NAME, write_settings
from mlwright.core.errors import SettingsError, UserMistake
from mlwright.core.history import StageState
from mlwright.core.store.journal import Event
from mlwright.project import Project
from mlwright.records.profile import Profile

_NONE = StageState(name="", status="running")


def new_project(source: str, target: str, query: str | None = None, path: Path | None = None) -> Project:
    """The project that asks this question of this source; made if it is not there yet.

    Raises
    ------
    SettingsError
        If the folder holds a project with another question.
    """
    folder = (path or Path(_name_of(source, query))).resolve()
    located = _relative(source, folder)
    if not (folder / FILE_NAME).exists():
        collect = {"source": located, "query": query}
        return Project.create(folder, {"project": {"target": target}, "collect": collect})
    project = Project(folder)
    settings = project.settings()
    asked = (settings.project.target, settings.collect.source, settings.collect.query)
    if asked != (target, _absolute(located, folder), query):
        raise SettingsError(
            f"{folder} holds a project with another question: it predicts {asked[0]!r} from {asked[1]!r}.",
            "Choose another folder with --project, or type: mlwright run -p " + str(folder),
        )
    return project


@contextmanager
def removed_if_refused(project: Project) -> Iterator[None]:
    """Take a project that has never been run away again if its very question is refused."""
    untouched = not project.runs() and {file.name for file in project.path.glob("*")} == {FILE_NAME}
    try:
        yield
    except UserMistake:
        if untouched and not any((state.stage("profile") or _NONE).status == "done" for state in project.runs()):
            shutil.rmtree(project.path, ignore_errors=True)
        raise


def describe(project: Project, listen: Callable[[Event], None]) -> Profile:
    """Look at the data and write what was inferred, with its reasons, into the settings file."""
    project.run(until="profile", listen=listen)
    profile = project.show("profile")
    assert isinstance(profile, Profile)
    sections, comments = _inferred(project, profile)
    write_settings(project.path / FILE_NAME, sections, comments)
    return profile


def _inferred(project: Project, profile: Profile) -> tuple[dict[str, dict[str, Any]], dict[str, str]]:
    settings, roles = project.settings(), profile.roles
    sections: dict[str, dict[str, Any]] = {
        "project": {"name": settings.project.name, "target": roles.target, "task": roles.task},
        "collect": {
            "source": _relative(str(settings.collect.source), project.path),
            "query": settings.collect.query,
            "time": roles.time,
            "group": roles.group,
        },
        "train": {"budget": "5m"},
        "decide": {"must": list(settings.decide.must)},
    }
    if len(roles.classes) == 2:
        sections["project"]["positive"] = roles.classes[1]
    comments = {
        "project.task": roles.task_reason,
        "project.positive": "the class that the decision is about",
        "collect.time": roles.time_reason,
        "collect.group": roles.group_reason,
        "train.budget": "wall clock of the whole run",
        "decide.must": "rules that have to be kept for a deployment",
    }
    return sections, comments


def _name_of(source: str, query: str | None) -> str:
    stem = query if query and re.fullmatch(r"[\w. ]+", query) else re.split(r"[/?]", source.rstrip("/"))[-1]
    name = re.sub(r"\W+", "_", stem.split(".")[0]).strip("_")
    return name or "project"


def _relative(source: str, folder: Path) -> str:
    if "://" in source or source.startswith("env:"):
        return source
    return os.path.relpath(Path(source).resolve(), folder)


def _absolute(located: str, folder: Path) -> str:
    return located if "://" in located or located.startswith("env:") else str((folder / located).resolve())
