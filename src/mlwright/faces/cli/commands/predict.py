"""``mlwright predict``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from mlwright.faces.cli.arguments import AsJson, ProjectOrBundle


def predict(
    model: ProjectOrBundle,
    source: Annotated[str, typer.Argument(metavar="NEW_DATA", help="A file with the rows to score, or a database.")],
    output: Annotated[Path, typer.Option("--output", "-o", help="Where to write the scored rows: .csv or .parquet.")],
    query: Annotated[str | None, typer.Option(help="For databases: a table, or a select.")] = None,
    level: Annotated[
        float | None,
        typer.Option(help="Also an interval, or the classes that are possible, at this level: 0.8, 0.9 or 0.95."),
    ] = None,
    json: AsJson = False,
) -> None:
    """Score new rows and write them with their predictions.

    For classes, the probability of each is written too.
    """
    from mlwright.faces.batch import score_file
    from mlwright.faces.cli.chosen import bundle_at
    from mlwright.faces.cli.terminal import print_json
    from mlwright.scoring.bundle import Bundle

    bundle = Bundle.load(bundle_at(model))
    n_rows = score_file(bundle, source, query, output, level)
    if json:
        print_json({"bundle_id": bundle.manifest.bundle_id, "n_rows": n_rows, "output": str(output)})
    else:
        typer.echo(f"{n_rows:,} rows were scored: {output}")
