"""``mlwright rollback``."""

from __future__ import annotations

from typing import Annotated

import typer

from mlwright.faces.cli.arguments import HERE, AsJson, ProjectDir


def rollback(
    project: ProjectDir = HERE,
    to: Annotated[str | None, typer.Option(help="The bundle to go back to; default: the one just before.")] = None,
    why: Annotated[str, typer.Option(help="The reason, kept in the history.")] = "",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would be done.")] = False,
    json: AsJson = False,
) -> None:
    """Put a bundle that the project has used before back to use.

    What will be done is said first. Nothing is deleted, and what was carried elsewhere stays: see `mlwright undo`.
    """
    from mlwright.faces.cli.commands.undo import take
    from mlwright.faces.cli.going_back import PROJECT, way_back

    take(lambda: way_back(project, PROJECT, {}, to, why), project, dry_run=dry_run, json=json)
