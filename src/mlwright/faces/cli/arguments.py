"""The arguments and options that several commands share."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

ProjectDir = Annotated[Path, typer.Option("--project", "-p", help="The project folder.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON, for programs.")]
RunId = Annotated[str | None, typer.Option("--run", help="Which run; default: the latest.")]
ProjectOrBundle = Annotated[Path, typer.Argument(metavar="PROJECT_OR_BUNDLE", help="A project folder, or a bundle.")]
Looked = Annotated[str | None, typer.Argument(metavar="DATA", help="A file or database; default: that of the project.")]
LookedTarget = Annotated[str | None, typer.Option("--target", "-t", help="The column that is to be predicted, if any.")]
Query = Annotated[
    str | None, typer.Option("--query", help="Of a database: a table, or a select; of a workbook: a sheet.")
]
LookedIn = Annotated[
    Path | None, typer.Option("--project", "-p", help="The project folder; without it, a look at DATA leaves nothing.")
]
SampleRows = Annotated[
    int | None,
    typer.Option(help="Of a table in PostgreSQL or Spark fetch about so many rows; all are looked at there."),
]
Unique = Annotated[
    list[str] | None,
    typer.Option(metavar="COLUMNS", help='Columns whose values, together, come once: "order, line"; may be repeated.'),
]
Refers = Annotated[
    list[str] | None,
    typer.Option(
        metavar="COLUMNS=[DATA:]COLUMNS",
        help='Values that must be there elsewhere: "customer=customers.csv:id", "shop, till=tills.csv:shop, no".',
    ),
]

PLACES = "local (a service on this machine), docker, kubernetes, sagemaker, vertex, azure or mlflow"
PlaceOptions = Annotated[
    list[str] | None, typer.Option("--set", metavar="NAME=VALUE", help="An option of the place; may be repeated.")
]

HERE = Path(".")
