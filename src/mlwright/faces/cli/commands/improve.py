"""``mlwright improve``."""

from __future__ import annotations

from typing import Annotated

import typer

from mlwright.faces.cli.arguments import HERE, AsJson, ProjectDir, RunId


def improve(
    project: ProjectDir = HERE,
    run: RunId = None,
    attempt: Annotated[
        bool, typer.Option("--try", help="Try the steps that need nobody, each as a run of its own.")
    ] = False,
    json: AsJson = False,
) -> None:
    """List the next steps, by what they are likely to bring.

    Each with its evidence and its cost. A trial is kept, and brought to its end, only if it is surely better than its
    parent on rows that neither has learned from.
    """
    from mlwright.faces.cli.chosen import opened
    from mlwright.faces.cli.progress import shown
    from mlwright.faces.cli.terminal import print_json, print_rich
    from mlwright.faces.render.summary import summary_of
    from mlwright.faces.render.terminal.text import render

    known = opened(project, run)
    if attempt:
        with shown(summary_of(known), quiet=json) as listen:
            found = known.improve(run, attempt=True, listen=listen)
    else:
        found = known.improve(run)
    if json:
        print_json(found)
    else:
        print_rich(*render(found))
