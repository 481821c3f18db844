"""``mlwright compare``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from mlwright.faces.cli.arguments import HERE, AsJson, ProjectDir

First = Annotated[str, typer.Argument(metavar="FIRST", help="A run of the project, a project folder, or a bundle.")]
Second = Annotated[str, typer.Argument(metavar="SECOND", help="What it is compared with.")]
Page = Annotated[Path | None, typer.Option("--output", "-o", help="Write it as a page, too: an HTML file.")]


def compare(
    first: First,
    second: Second,
    project: ProjectDir = HERE,
    output: Page = None,
    show: Annotated[bool, typer.Option("--open", help="Open the page in the browser; needs -o.")] = False,
    json: AsJson = False,
) -> None:
    """Say which of two models is better, how sure, and what differs.

    Where both were tested on the same rows, they are compared row by row.
    """
    import webbrowser

    from mlwright.comparing.compare import compare as compared
    from mlwright.core.errors import SettingsError
    from mlwright.core.store.blobs import write_atomically
    from mlwright.faces.cli.terminal import print_json, print_rich
    from mlwright.faces.render.terminal.versus import versus_shown
    from mlwright.faces.render.versus import render_versus

    if show and output is None:
        raise SettingsError("There is no page to open.", "Say where to write it: -o compare.html --open")
    found = compared(first, second, project)
    if output is not None:
        write_atomically(output, render_versus(found).encode("utf-8", "replace"))
    if json:
        print_json(found)
    else:
        print_rich(*versus_shown(found))
        if output is not None:
            typer.echo(str(output))
    if show and output is not None:
        webbrowser.open(output.resolve().as_uri())
