"""``mlwright init``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from mlwright.faces.cli.arguments import AsJson, Query


def init(
    source: Annotated[str, typer.Argument(metavar="DATA", help="A file, or the URL of a database.")],
    target: Annotated[str, typer.Option("--target", "-t", help="The column to predict.")],
    query: Query = None,
    path: Annotated[
        Path | None, typer.Option("--project", "-p", help="The folder to make; default: from the source's name.")
    ] = None,
    json: AsJson = False,
) -> None:
    """Make a project folder, and say what each column is and why.

    What was inferred is written into mlwright.toml, the only file that you edit.
    """
    from mlwright.faces.cli.progress import shown
    from mlwright.faces.cli.terminal import print_json, print_rich
    from mlwright.faces.new_project import Question, describe, new_project
    from mlwright.faces.render.summary import summary_of
    from mlwright.faces.render.terminal.text import render

    made = new_project(Question(source, target, query, path))
    with made as project, shown(summary_of(project), quiet=json) as listen:
        profile = describe(project, listen)
    if json:
        print_json(profile)
    else:
        print_rich(*render(profile), f"\nThe project is {project.path}\n  -> mlwright run -p {project.path}")
