"""``mlwright rollback``."""

from __future__ import annotations

from typing import Annotated

import typer

from mlwright.faces.cli.arguments import HERE, AsJson, ProjectDir


def rollback(
    project: ProjectDir = HERE,
    to: Annotated[str | None, typer.Option(help="The bundle to go back to; default: the one just before.")] = None,
    why: Annotated[str, typer.Option(help="The reason, kept in the history.")] = "",
    json: AsJson = False,
) -> None:
    """Put a bundle that was in use before back to use.

    Nothing is deleted.
    """
    from mlwright.faces.cli.chosen import opened
    from mlwright.faces.cli.terminal import print_json

    champion = opened(project).rollback(why, to=to)
    if json:
        print_json(champion)
    else:
        typer.echo(f"Bundle {champion.bundle_id} of run {champion.run_id} is in use again.\n  -> mlwright status")
