"""``mlwright run``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from mlwright.core.errors import SettingsError
from mlwright.faces.cli.arguments import HERE, AsJson


def run(
    source: Annotated[
        str | None, typer.Argument(help="A file or database; without it, the project in this folder is run.")
    ] = None,
    target: Annotated[str | None, typer.Option("--target", "-t", help="The column to predict.")] = None,
    query: Annotated[str | None, typer.Option(help="For databases: a table, or a select.")] = None,
    budget: Annotated[
        str | None, typer.Option("--budget", "-b", help="Wall clock for all of it: 60s, 5m, 1h30m.")
    ] = None,
    until: Annotated[str | None, typer.Option(help="The last stage to run.")] = None,
    start_from: Annotated[str | None, typer.Option("--from", help="The first stage to do anew.")] = None,
    resume: Annotated[bool, typer.Option("--resume", help="Go on with the run that did not come to its end.")] = False,
    fresh: Annotated[bool, typer.Option("--fresh", help="Do everything anew.")] = False,
    jobs: Annotated[int | None, typer.Option("--jobs", "-j", min=1, help="Fits at the same time.")] = None,
    path: Annotated[Path | None, typer.Option("--project", "-p", help="The project folder.")] = None,
    json: AsJson = False,
) -> None:
    """Do the whole job: collect, check, explore, train, test, decide and pack."""
    from mlwright.faces.cli.main import process_start
    from mlwright.faces.cli.progress import shown
    from mlwright.faces.new_project import new_project, removed_if_refused
    from mlwright.faces.render.summary import summary_of
    from mlwright.project import Project

    if source is not None and target is None:
        raise SettingsError("Which column is to be predicted?", f"mlwright run {source} --target COLUMN")
    project = Project(path or HERE) if source is None else new_project(source, str(target), query, path)
    with removed_if_refused(project), shown(summary_of(project), quiet=json) as listen:
        state = project.run(
            until=until,
            start_from=start_from,
            resume=resume,
            fresh=fresh,
            budget=budget,
            n_jobs=jobs,
            began=process_start(),
            listen=listen,
        )
    tell(project, state, json)


def tell(project: object, state: object, json: bool) -> None:
    """Write the report and say how the run ended."""
    from mlwright.core.history import RunState
    from mlwright.faces.cli.terminal import print_json, print_rich
    from mlwright.faces.render.closing import closing
    from mlwright.faces.render.report import write_report
    from mlwright.project import Project

    assert isinstance(project, Project)
    assert isinstance(state, RunState)
    report = write_report(project, state) if state.stage("decide") else None
    if json:
        print_json({**state.model_dump(mode="json"), "report": report and str(report)})
    else:
        print_rich(*closing(project, state, report))
