"""``mlwright approve``."""

from __future__ import annotations

from typing import Annotated

import typer

from mlwright.faces.cli.arguments import HERE, AsJson, ProjectDir, RunId


def approve(
    why: Annotated[str, typer.Option(help="The reason, kept in the registry with your name.")],
    project: ProjectDir = HERE,
    run: RunId = None,
    json: AsJson = False,
) -> None:
    """Put the bundle of a run to use on your word.

    Whatever its verdict; `mlwright undo` takes it back.
    """
    from mlwright.faces.cli.chosen import opened
    from mlwright.faces.cli.terminal import print_json

    champion = opened(project).approve(why, run)
    if json:
        print_json(champion)
    else:
        typer.echo(
            f"Bundle {champion.bundle_id} of run {champion.run_id} is in use by the word of {champion.by}: "
            f"{champion.why}.\n  -> mlwright status"
        )
