"""``mlwright cancel``."""

from __future__ import annotations

import typer

from mlwright.faces.cli.arguments import HERE, ProjectDir


def cancel(project: ProjectDir = HERE) -> None:
    """Ask the run that works now to end; what it has finished is kept."""
    from mlwright.project import Project

    run_id = Project(project).cancel()
    typer.echo(f"Run {run_id} was asked to end.\n  -> mlwright run --resume   (to go on with it)")
