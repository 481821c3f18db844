"""``mlwright report``."""

from __future__ import annotations

from typing import Annotated

import typer

from mlwright.faces.cli.arguments import HERE, AsJson, ProjectDir, RunId


def report(
    project: ProjectDir = HERE,
    run: RunId = None,
    show: Annotated[bool, typer.Option("--open", help="Open it in the browser.")] = False,
    json: AsJson = False,
) -> None:
    """Write the report: one HTML file that needs no network.

    Beside it, the leaderboard and the findings as a workbook, and the model card.
    """
    import webbrowser

    from mlwright.core.errors import NothingToShow
    from mlwright.faces.cli.chosen import opened
    from mlwright.faces.cli.terminal import print_json
    from mlwright.faces.render.report import write_report

    chosen = opened(project, run)
    decided = [state for state in chosen.runs() if run in (None, state.run_id) and state.has_done("decide")]
    if not decided:
        raise NothingToShow(f"No run in {chosen.path} has come to a decision yet.", "mlwright run")
    path = write_report(chosen, decided[-1])
    if json:
        print_json({"run_id": decided[-1].run_id, "report": str(path)})
    else:
        typer.echo(str(path))
    if show:
        webbrowser.open(path.as_uri())
