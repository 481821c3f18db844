"""``mlwright demo``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def demo(
    path: Annotated[Path, typer.Option("--project", "-p", help="The folder to make.")] = Path("demo"),
    budget: Annotated[str, typer.Option("--budget", "-b", help="Wall clock for the whole job.")] = "75s",
) -> None:
    """Do the main job on the data that comes with mlwright.

    The question: whom should a bank call?
    """
    from mlwright.faces.cli.ending import tell_the_end
    from mlwright.faces.cli.progress import shown
    from mlwright.faces.cli.terminal import print_rich
    from mlwright.faces.demonstration import STORY, first_look, heed_the_finding, make_demo_project
    from mlwright.faces.render.summary import summary_of
    from mlwright.faces.render.terminal.findings import findings_table

    print_rich(STORY)
    project = make_demo_project(path)
    with shown(summary_of(project)) as listen:
        findings = first_look(project, listen)
    print_rich(findings_table(findings), heed_the_finding(project))
    with shown(summary_of(project)) as listen:
        state = project.run(budget=budget, listen=listen)
    tell_the_end(project, state)
