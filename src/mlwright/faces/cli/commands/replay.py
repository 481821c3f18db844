"""``mlwright replay``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from mlwright.faces.cli.arguments import HERE, AsJson


def replay(
    project: Annotated[Path, typer.Argument(metavar="PROJECT", help="The project folder.")] = HERE,
    data: Annotated[
        str | None, typer.Argument(metavar="DATA", help="A history with the target; default: collect.source.")
    ] = None,
    time: Annotated[str | None, typer.Option(help="The column that tells the time; default: collect.time.")] = None,
    every: Annotated[
        str | None, typer.Option(help="A period: a length of time (1d), or rows (500); default: 50 periods of rows.")
    ] = None,
    start: Annotated[float, typer.Option(min=0.01, max=0.9, help="Share of the rows for the first model.")] = 0.25,
    late: Annotated[int, typer.Option(min=0, help="Periods after which the outcomes of a period are known.")] = 0,
    picture: Annotated[Path | None, typer.Option("-o", help="Draw the loss over time into this PNG or SVG.")] = None,
    json: AsJson = False,
) -> None:
    """Play a history as if live, and say what the loop was worth.

    Beside never training again, and training after every period.
    """
    from mlwright.faces.cli.chosen import opened
    from mlwright.faces.cli.main import process_start
    from mlwright.faces.cli.progress import shown
    from mlwright.faces.cli.terminal import print_json, print_rich
    from mlwright.faces.render.replays import draw_replay
    from mlwright.faces.render.summary import summary_of
    from mlwright.faces.render.terminal.replays import replay_shown
    from mlwright.overrides import length_of
    from mlwright.records.replay import ReplayPlan

    chosen = opened(project)
    plan = ReplayPlan(start=start, late=late)
    if every is not None:
        by_rows = every.isdigit()
        plan = ReplayPlan(
            start=start,
            late=late,
            period_rows=int(every) if by_rows else None,
            period_s=None if by_rows else length_of(every, "--every"),
        )
    with shown(summary_of(chosen), quiet=json) as listen:
        replayed = chosen.replay(data, time=time, plan=plan, began=process_start(), listen=listen)
    if json:
        print_json(replayed)
    else:
        print_rich(*replay_shown(replayed))
    if picture is not None:
        draw_replay(replayed, picture)
        typer.echo(f"The loss over time is drawn in {picture}.", err=True)
