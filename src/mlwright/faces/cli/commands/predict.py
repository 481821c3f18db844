"""``mlwright predict``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from mlwright.faces.cli.arguments import ProjectOrBundle


def predict(
    model: ProjectOrBundle,
    source: Annotated[str, typer.Argument(metavar="NEW_DATA", help="A file with the rows to score, or a database.")],
    output: Annotated[Path, typer.Option("--output", "-o", help="Where to write the scored rows: .csv or .parquet.")],
    query: Annotated[str | None, typer.Option(help="For databases: a table, or a select.")] = None,
) -> None:
    """Score new rows: writes them with the prediction, and probabilities for classes."""
    from mlwright.faces.batch import score_file
    from mlwright.faces.cli.chosen import bundle_at
    from mlwright.scoring.bundle import Bundle

    n_rows = score_file(Bundle.load(bundle_at(model)), source, query, output)
    typer.echo(f"{n_rows:,} rows were scored: {output}")
