"""``mlwright report``."""

from __future__ import annotations

from typing import Annotated

import typer

from mlwright.faces.cli.arguments import HERE, AsJson, ProjectDir, RunId


def report(
    project: ProjectDir = HERE,
    run: RunId = None,
    show: Annotated[bool, typer.Option("--open", help="Open it in the browser.")] = False,
    pdf: Annotated[bool, typer.Option("--pdf", help="Write it as PDF, too; needs Chromium or Chrome.")] = False,
    json: AsJson = False,
) -> None:
    """Write the report: one HTML file that needs no network.

    Beside it, the leaderboard and the findings as a workbook, and the model card.
    """
    import webbrowser

    from mlwright.core.store.blobs import write_atomically
    from mlwright.faces.cli.chosen import decided, opened
    from mlwright.faces.cli.terminal import print_json
    from mlwright.faces.render.paper import print_page
    from mlwright.faces.render.report import write_report

    chosen = opened(project, run)
    state = decided(chosen, run)
    path = write_report(chosen, state)
    paths = [path]
    if pdf:
        paths.append(path.with_suffix(".pdf"))
        write_atomically(paths[-1], print_page(path.read_text("utf-8")))
    if json:
        print_json({"run_id": state.run_id, "report": str(path)} | ({"pdf": str(paths[-1])} if pdf else {}))
    else:
        typer.echo("\n".join(map(str, paths)))
    if show:
        webbrowser.open(path.as_uri())
