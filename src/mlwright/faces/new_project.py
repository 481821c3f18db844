"""From a source and a target on the command line to a project folder."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

from mlwright.config import FILE_NAME, located, relative, write_settings
from mlwright.core.errors import SettingsError, UserMistake
from mlwright.core.store.journal import Event
from mlwright.faces.keys import Keys
from mlwright.project import Project
from mlwright.records.profile import Profile, Roles


class Question(NamedTuple):
    """What is asked of which data.

    Parameters
    ----------
    source : str
        A file, or the URL of a database.
    target : str or None
        None to look at the data only.
    query : str or None
        For databases.
    path : Path or None
        The project folder; None: named after the source.
    sample_rows : int or None
        For a table in PostgreSQL or Spark: how many of its rows are fetched.
    in_place : bool
        Whether a Parquet file is read where it lies.
    keys : Keys
        What names its rows, and what they refer to.
    """

    source: str
    target: str | None
    query: str | None = None
    path: Path | None = None
    sample_rows: int | None = None
    in_place: bool = False
    keys: Keys = Keys()

    @property
    def folder(self) -> Path:
        """Where the project is, or will be."""
        return (self.path or Path(_name_of(self.source, self.query))).resolve()


@contextmanager
def new_project(question: Question) -> Iterator[Project]:
    """A project that is made now, and taken away again if its very question is refused.

    Raises
    ------
    SettingsError
        If the folder holds a project already, or the data is a project itself.
    """
    if (Path(question.source) / FILE_NAME).exists():
        raise SettingsError(f"{question.source} is a project, not data.", f"Name it so: --project {question.source}")
    folder = question.folder
    if (folder / FILE_NAME).exists():
        raise SettingsError(
            f"{folder} holds a project already.",
            f"mlwright run -p {folder}   (or choose another folder with --project)",
        )
    was_there = folder.exists()
    collect: dict[str, Any] = {
        "source": relative(located(question.source, Path.cwd()), folder),
        "query": question.query,
    }
    collect |= {"sample_rows": question.sample_rows, "in_place": question.in_place or None}
    collect |= question.keys.as_settings()
    asked = {"task": "none"} if question.target is None else {"target": question.target}
    project = Project.create(folder, {"project": asked, "collect": collect})
    try:
        yield project
    except UserMistake:
        if not _is_known(project):
            _take_away(folder, was_there)
        raise


@contextmanager
def project_that_asks(question: Question) -> Iterator[Project]:
    """The project that asks this question; made if it is not there yet, see `new_project`.

    Raises
    ------
    SettingsError
        If the folder holds a project with another question.
    """
    folder = question.folder
    if not (folder / FILE_NAME).exists():
        with new_project(question) as project:
            yield project
        return
    project = Project(folder)
    settings = project.settings()
    asked = (settings.project.target, settings.collect.source, settings.collect.query)
    if asked != (question.target, located(question.source, Path.cwd()), question.query):
        raise SettingsError(
            f"{folder} holds a project with another question: it predicts {asked[0]!r} from {asked[1]!r}.",
            f"Choose another folder with --project, or type: mlwright run -p {folder}",
        )
    yield project


@contextmanager
def project_to_look_at(question: Question) -> Iterator[Project]:
    """A project for a look at data: at the question's path if there is one, else one that is gone after the look."""
    if question.path is not None:
        with project_that_asks(question) as project:
            yield project
        return
    with TemporaryDirectory(prefix="mlwright-") as folder:
        path = Path(folder) / _name_of(question.source, question.query)
        with new_project(question._replace(path=path, in_place=True)) as project:
            yield project


def describe(project: Project, listen: Callable[[Event], None]) -> Profile:
    """Look at the data and write what was inferred, with its reasons, into the settings file."""
    project.run(until="profile", listen=listen)
    profile = project.record(Profile)
    comments = {key: _one_line(reason) for key, reason in _reasons(profile.roles).items()}
    write_settings(project.path / FILE_NAME, _inferred(project, profile.roles), comments)
    return profile


def _inferred(project: Project, roles: Roles) -> dict[str, dict[str, Any]]:
    settings = project.settings()
    return {
        "project": {
            "name": settings.project.name,
            "target": roles.target,
            "task": roles.task,
            "positive": roles.classes[1] if len(roles.classes) == 2 else None,
        },
        "collect": {
            "source": relative(str(settings.collect.source), project.path),
            "query": settings.collect.query,
            "sample_rows": settings.collect.sample_rows,
            "time": roles.time,
            "group": roles.group,
        },
        "train": {"budget": "5m"},
        "decide": {"must": list(settings.decide.must)},
    }


def _reasons(roles: Roles) -> dict[str, str]:
    return {
        "project.task": roles.asked.reason if roles.asked else "",
        "project.positive": "the class that the decision is about",
        "collect.time": roles.time_reason,
        "collect.group": roles.group_reason,
        "train.budget": "wall clock of the whole run",
        "decide.must": "rules that have to be kept for a deployment",
    }


def _one_line(text: str) -> str:
    """Text as it may stand in a comment, whatever the names in it hold."""
    return " ".join("".join(letter if letter.isprintable() else " " for letter in text).split())


def _is_known(project: Project) -> bool:
    """Whether the data was looked at already."""
    return any(state.has_done("profile") for state in project.runs())


def _take_away(folder: Path, was_there: bool) -> None:
    (folder / FILE_NAME).unlink(missing_ok=True)
    shutil.rmtree(folder if not was_there else folder / ".mlwright", ignore_errors=True)


def _name_of(source: str, query: str | None) -> str:
    stem = query if query and re.fullmatch(r"[\w. ]+", query) else re.split(r"[/?]", source.rstrip("/"))[-1]
    name = re.sub(r"\W+", "_", stem.split(".")[0]).strip("_")
    return name or "project"
