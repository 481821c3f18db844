"""``mlwright undo``."""

from __future__ import annotations

from typing import Annotated

import typer

from mlwright.faces.cli.arguments import HERE, ProjectDir


def undo(
    project: ProjectDir = HERE,
    why: Annotated[str, typer.Option(help="The reason, kept in the registry.")] = "",
) -> None:
    """Put the bundle back to use that was in use before; nothing is deleted."""
    from mlwright.project import Project

    chosen = Project(project)
    chosen.settings()
    champion = chosen.undo(why)
    typer.echo(f"Bundle {champion.bundle_id} of run {champion.run_id} is in use again.\n  -> mlwright status")
