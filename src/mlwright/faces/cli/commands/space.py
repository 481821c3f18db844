"""``mlwright space``."""

from __future__ import annotations

from typing import Annotated

import typer

from mlwright.faces.cli.arguments import HERE, AsJson, ProjectDir


def space(
    project: ProjectDir = HERE,
    free: Annotated[bool, typer.Option("--free", help="Let go of old runs that nothing needs.")] = False,
    older: Annotated[float, typer.Option(help="Runs are old after so many days.", min=1.0)] = 90.0,
    json: AsJson = False,
) -> None:
    """Say what takes space in a project, and let go of old runs.

    Runs whose bundle was in use or may come to be, the latest of each sort, and all looks since the model in use was
    made always stay.
    """
    from mlwright.faces.cli.chosen import opened
    from mlwright.faces.cli.terminal import print_json, print_rich
    from mlwright.faces.render.terminal.space import space_shown

    found = opened(project).space(free=free, older_days=older)
    if json:
        print_json(found)
    else:
        print_rich(*space_shown(found))
