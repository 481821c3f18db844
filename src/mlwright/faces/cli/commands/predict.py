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
    from mlwright.fitting import load

    n_rows = score_file(load(model), source, query, output)
    typer.echo(f"{n_rows:,} rows were scored: {output}")
