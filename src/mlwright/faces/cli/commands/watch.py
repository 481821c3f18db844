"""``mlwright watch``."""

from __future__ import annotations

from typing import Annotated

import typer

from mlwright.faces.cli.arguments import HERE, AsJson, ProjectDir, Query

ACT = 3


def watch(
    data: Annotated[
        str | None, typer.Option("--data", "-d", help="The new rows: a file or a database; default: watch.source.")
    ] = None,
    query: Query = None,
    project: ProjectDir = HERE,
    json: AsJson = False,
) -> None:
    """Compare new rows with what the model has learned from.

    Exit status 3 if there is something to do.
    """
    from mlwright.faces.cli.chosen import opened, say_which
    from mlwright.faces.cli.main import process_start
    from mlwright.faces.cli.progress import shown
    from mlwright.faces.cli.terminal import print_json, print_rich
    from mlwright.faces.render.summary import summary_of
    from mlwright.faces.render.terminal.text import render

    chosen = opened(project)
    say_which(chosen)
    with shown(summary_of(chosen), quiet=json) as listen:
        response = chosen.watch(data, query=query, began=process_start(), listen=listen)
    if json:
        print_json(response)
    else:
        print_rich(*render(response))
    if response.action != "nothing":
        raise typer.Exit(ACT)
