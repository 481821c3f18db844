"""``mlwright predict``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from mlwright.faces.cli.arguments import AsJson, ProjectOrBundle, Query

if TYPE_CHECKING:
    from mlwright.scoring.bundle import Bundle


def predict(
    model: ProjectOrBundle,
    source: Annotated[str, typer.Argument(metavar="NEW_DATA", help="A file with the rows to score, or a database.")],
    output: Annotated[
        Path | None,
        typer.Option(
            "--output", "-o", help="Where to write the scored rows: .csv or .parquet; default: show the first."
        ),
    ] = None,
    query: Query = None,
    level: Annotated[
        float | None,
        typer.Option(help="Also an interval, or the classes that are possible, at this level: 0.8, 0.9 or 0.95."),
    ] = None,
    json: AsJson = False,
) -> None:
    """Score new rows and write them with their predictions.

    For classes, the probability of each is written too.
    """
    from mlwright.data.words import counted
    from mlwright.faces.batch import score_file, unread_told
    from mlwright.faces.cli.chosen import bundle_at
    from mlwright.faces.cli.terminal import print_json
    from mlwright.scoring.bundle import Bundle

    bundle = Bundle.load(bundle_at(model))
    if output is None:
        _show_first(bundle, source, query, level, json=json)
        return
    done = score_file(bundle, source, query, output, level)
    if json:
        print_json({"bundle_id": bundle.bundle_id, "n_rows": done.n_rows, "output": str(output), "unread": done.unread})
        return
    typer.echo(f"{counted(done.n_rows, 'row was', 'rows were')} scored: {output}")
    for notice in done.notices:
        typer.echo(notice, err=True)
    if told := unread_told(done.unread, done.n_rows, source, str(model)):
        typer.echo(told, err=True)


def _show_first(bundle: Bundle, source: str, query: str | None, level: float | None, *, json: bool) -> None:
    """The first rows with their predictions, where nobody said into which file they go."""
    from mlwright.faces.batch import first_scored
    from mlwright.faces.cli.terminal import print_json, print_rich
    from mlwright.faces.render.terminal.scored import scored_shown

    rows = first_scored(bundle, source, query, level)
    if json:
        print_json({"bundle_id": bundle.bundle_id, "first_rows": rows.to_pylist()})
    else:
        print_rich(scored_shown(rows))
        typer.echo("All rows, into a file: add -o scored.csv")
