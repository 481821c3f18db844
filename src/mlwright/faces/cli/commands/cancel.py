"""``mlwright cancel``."""

from __future__ import annotations

import typer

from mlwright.faces.cli.arguments import HERE, AsJson, ProjectDir


def cancel(project: ProjectDir = HERE, json: AsJson = False) -> None:
    """Ask the run that works now to end, keeping what is finished."""
    from mlwright.faces.cli.chosen import opened
    from mlwright.faces.cli.terminal import print_json

    run_id = opened(project).cancel()
    if json:
        print_json({"run_id": run_id})
    else:
        typer.echo(f"Run {run_id} was asked to end.\n  -> mlwright run --resume   (to go on with it)")
