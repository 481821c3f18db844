"""``mlwright undo``."""

from __future__ import annotations

from typing import Annotated

import typer

from mlwright.faces.cli.arguments import HERE, ProjectDir


def undo(
    project: ProjectDir = HERE,
    why: Annotated[str, typer.Option(help="The reason, kept in the registry.")] = "",
) -> None:
    """Put the bundle that was in use before back to use.

    Nothing is deleted.
    """
    from mlwright.faces.cli.chosen import opened

    chosen = opened(project)
    champion = chosen.undo(why)
    typer.echo(f"Bundle {champion.bundle_id} of run {champion.run_id} is in use again.\n  -> mlwright status")
