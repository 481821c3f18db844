"""``mlwright explore``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from mlwright.faces.cli.arguments import AsJson, Looked, LookedIn, LookedTarget, Query, SampleRows

Page = Annotated[
    Path | None,
    typer.Option("--output", "-o", help="The page to write; default: exploration.html here or in reports/."),
]
PngDir = Annotated[Path | None, typer.Option("--png", metavar="DIR", help="Write each picture as PNG into DIR, too.")]
SvgDir = Annotated[Path | None, typer.Option("--svg", metavar="DIR", help="Write each picture as SVG into DIR, too.")]


def explore(
    source: Looked = None,
    target: LookedTarget = None,
    query: Query = None,
    project: LookedIn = None,
    sample_rows: SampleRows = None,
    output: Page = None,
    show: Annotated[bool, typer.Option("--open", help="Open the page in the browser.")] = False,
    png: PngDir = None,
    svg: SvgDir = None,
    json: AsJson = False,
) -> None:
    """Look at data: sentences on what there is to know, and a page.

    DATA is a file or a database; without it, that of the project.
    """
    import webbrowser

    from mlwright.faces.cli.looking import Asked, look
    from mlwright.faces.cli.terminal import print_json, print_rich
    from mlwright.faces.render.exploration import write_exploration
    from mlwright.faces.render.stills import write_stills
    from mlwright.faces.render.terminal.text import insights_shown
    from mlwright.records.exploration import Exploration

    with look(Asked(source, target, query, project, sample_rows), until="explore", quiet=json) as looked:
        exploration = looked.record(Exploration)
        state = next(state for state in reversed(looked.runs()) if state.has_done("explore"))
        home = Path("exploration.html") if source is not None else looked.path / "reports" / "exploration.html"
        page = write_exploration(looked, state, output or home).resolve()
        if png is not None:
            write_stills(looked, exploration, png, "png")
        if svg is not None:
            write_stills(looked, exploration, svg, "svg")
    if json:
        print_json(exploration)
    else:
        print_rich(*insights_shown(exploration, limit=10))
        typer.echo(str(page))
    if show:
        webbrowser.open(page.as_uri())
