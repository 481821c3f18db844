"""``mlwright drift``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from mlwright.faces.cli.arguments import AsJson

MOVED = 3


def drift(
    then: Annotated[str, typer.Argument(metavar="A", help="The table as it was: a file or a database.")],
    now: Annotated[str, typer.Argument(metavar="B", help="The table as it is now.")],
    query: Annotated[
        str | None,
        typer.Option(
            help="Of a database: a table, or a select; of a workbook: a sheet; for B as well without --query-now."
        ),
    ] = None,
    query_now: Annotated[str | None, typer.Option(help="The same for B.")] = None,
    alarms: Annotated[
        float, typer.Option(min=1e-6, max=0.5, help="Of tables that are alike, so many are said to differ.")
    ] = 0.05,
    least: Annotated[
        float, typer.Option(min=0.0, max=1.0, help="The share of the rows from which a difference is no small one.")
    ] = 0.02,
    html: Annotated[Path | None, typer.Option(help="Write a page to this file.")] = None,
    json: AsJson = False,
) -> None:
    """Say what has changed between two tables, column by column.

    Exit status 3 if something has moved, if columns came, went or changed their type, or if nothing could be compared.
    """
    from mlwright.config import located
    from mlwright.faces.cli.terminal import print_json, print_rich
    from mlwright.faces.render.drift import write_drift
    from mlwright.faces.render.terminal.drift import drift_shown
    from mlwright.faces.two_tables import drift_between

    places = [located(where, Path.cwd()) for where in (then, now)]
    found = drift_between(places[0], places[1], queries=(query, query_now or query), alarms=alarms, least=least)
    if html is not None:
        write_drift(found, html)
    if json:
        print_json(found)
    else:
        print_rich(*drift_shown(found))
        if html is not None:
            typer.echo(f"The page: {html}")
    if not found.is_alike:
        raise typer.Exit(MOVED)
