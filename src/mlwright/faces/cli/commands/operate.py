"""``mlwright operate``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def operate(
    projects: Annotated[list[Path] | None, typer.Argument(metavar="PROJECT...", help="Any number of projects.")] = None,
    once: Annotated[bool, typer.Option("--once", help="Look once at each, and end; for a scheduler.")] = False,
    every: Annotated[str | None, typer.Option(help="Time between two looks (15m, 1h); default: operate.every.")] = None,
    train: Annotated[
        str | None, typer.Option(help="Train again now, on your word; the reason is kept. For one project.")
    ] = None,
    write: Annotated[
        Path | None,
        typer.Option(
            help="Write a CronJob for Kubernetes and its image, a dashboard for Grafana and alert rules there, and end."
        ),
    ] = None,
) -> None:
    """Look after projects: watch, train again, compare, promote.

    Runs until Ctrl-C. A kill at any instant loses nothing: the next one goes on.
    """
    from mlwright.faces.cli.arguments import HERE
    from mlwright.faces.cli.chosen import opened
    from mlwright.operating.manifests import left_behind, write_manifests
    from mlwright.operating.operator import Operator
    from mlwright.operating.rounds import operate as look_after
    from mlwright.overrides import length_of

    chosen = [opened(path) for path in projects or [HERE]]
    if write is not None:
        for file in write_manifests(chosen, write):
            typer.echo(str(file))
        for project in chosen:
            if outside := left_behind(project):
                typer.echo(
                    f"The new rows of {project.path.name} lie in {outside}, outside of its folder, and a pod "
                    "sees nothing else.\n  -> Have them written into the folder, or into a database: watch.source",
                    err=True,
                )
        return
    if train is not None:
        for project in chosen:
            Operator(project, tell=typer.echo).train(train)
        return
    every_s = None if every is None else length_of(every, "--every")
    if look_after(chosen, once=once, every=every_s, tell=_say):
        raise typer.Exit(2)


def _say(said: str) -> None:
    from datetime import datetime

    typer.echo(f"{datetime.now():%Y-%m-%d %H:%M:%S}  {said}")
