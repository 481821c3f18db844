"""Which model a command takes."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import typer

from mlwright.config import FILE_NAME

if TYPE_CHECKING:
    from mlwright.project import Project


def bundle_at(path: Path) -> Path:
    """The bundle at `path`; of a project the one in use, else its latest one. Says which."""
    if not (path / FILE_NAME).exists():
        return path
    from mlwright.project import Project

    project = Project(path)
    say_which(project)
    return project.model_path()


def say_which(project: Project) -> None:
    """Say on standard error which bundle of a project is taken."""
    model = project.in_use()
    how = "in use" if model.is_champion else "the latest; none is in use yet"
    typer.echo(f"bundle {model.bundle_id} of run {model.run_id} ({how})", err=True)
