"""``mlwright show``."""

from __future__ import annotations

from typing import Annotated

import typer

from mlwright.faces.cli.arguments import HERE, AsJson, ProjectDir, RunId


def show(
    what: Annotated[
        str,
        typer.Argument(
            metavar="WHAT",
            help="findings, profile, leaderboard, evaluation, understanding (what counts, how answers move, single "
            "rows), robustness, decision, runs, ...",
        ),
    ] = "decision",
    project: ProjectDir = HERE,
    run: RunId = None,
    json: AsJson = False,
) -> None:
    """Show what a run has found."""
    from mlwright.faces.cli.chosen import opened
    from mlwright.faces.cli.commands.runs import runs
    from mlwright.faces.cli.terminal import print_json, print_rich
    from mlwright.faces.render.terminal.panel import typed_here
    from mlwright.faces.render.terminal.text import render
    from mlwright.records.decision import Decision

    if what == "runs":
        runs(project, json)
        return
    record = opened(project, run).show(what, run)
    if json:
        print_json(record)
        return
    print_rich(*render(typed_here(record, project.resolve()) if isinstance(record, Decision) else record))
