"""``mlwright undo``."""

from __future__ import annotations

from typing import Annotated

import typer

from mlwright.faces.cli.arguments import HERE, AsJson, ProjectDir


def undo(
    project: ProjectDir = HERE,
    why: Annotated[str, typer.Option(help="The reason, kept in the registry.")] = "",
    json: AsJson = False,
) -> None:
    """Put the bundle that was in use before back to use.

    Nothing is deleted.
    """
    from mlwright.faces.cli.chosen import opened
    from mlwright.faces.cli.terminal import print_json

    champion = opened(project).undo(why)
    if json:
        print_json(champion)
    else:
        typer.echo(f"Bundle {champion.bundle_id} of run {champion.run_id} is in use again.\n  -> mlwright status")
