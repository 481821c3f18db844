"""``mlwright report``."""

from __future__ import annotations

from typing import Annotated

import typer

from mlwright.faces.cli.arguments import HERE, ProjectDir, RunId


def report(
    project: ProjectDir = HERE,
    run: RunId = None,
    show: Annotated[bool, typer.Option("--open", help="Open it in the browser.")] = False,
) -> None:
    """Write the report: one HTML file that needs no network, and the model card."""
    import webbrowser

    from mlwright.core.errors import NothingToShow
    from mlwright.faces.render.report import write_report
    from mlwright.project import Project

    chosen = Project(project)
    chosen.show("decision", run)
    states = [state for state in chosen.runs() if run in (None, state.run_id) and state.stage("decide")]
    if not states:
        raise NothingToShow(f"No run called {run!r} has come to a decision.", "mlwright runs")
    path = write_report(chosen, states[-1])
    typer.echo(str(path))
    if show:
        webbrowser.open(path.as_uri())
