"""``mlwright score``."""

from __future__ import annotations

from typing import Annotated

import typer

from mlwright.faces.cli.arguments import AsJson, ProjectOrBundle, Query


def score(
    model: ProjectOrBundle,
    source: Annotated[
        str, typer.Argument(metavar="NEW_DATA", help="A file, a folder of Parquet files, or a database.")
    ],
    output: Annotated[
        str,
        typer.Option(
            "--output", "-o", help="A folder for Parquet files, a file (scored.csv), or a database (with --table)."
        ),
    ],
    table: Annotated[str | None, typer.Option(help="For databases: the name of the new table.")] = None,
    query: Query = None,
    level: Annotated[
        float | None,
        typer.Option(help="Also an interval, or the classes that are possible, at this level: 0.8, 0.9 or 0.95."),
    ] = None,
    jobs: Annotated[
        int | None, typer.Option(min=1, help="Parts that are worked on at a time.  Default: one a processor.")
    ] = None,
    json: AsJson = False,
) -> None:
    """Score more rows than fit into memory.

    If it is stopped, the same command goes on where it was: no row is lost, and none is there twice. For one file of
    a size that fits, there is  mlwright predict.
    """
    from mlwright.data.words import counted
    from mlwright.faces.batch import unread_told
    from mlwright.faces.cli.chosen import bundle_at
    from mlwright.faces.cli.counting import counting
    from mlwright.faces.cli.terminal import print_json
    from mlwright.records.settings import CollectSettings
    from mlwright.scoring.bundle import Bundle
    from mlwright.shipping.scored_whole import score_into
    from mlwright.shipping.scoring_job import Job

    bundle = Bundle.load(bundle_at(model))
    wanted = CollectSettings(source=source, query=query, decimal=bundle.manifest.lineage.decimal)
    with counting("scoring", quiet=json) as tell:
        done = score_into(Job(bundle, wanted, level, jobs, tell), output, table)
    if json:
        print_json(done.model_dump())
        return
    kept = f" ({done.n_kept} of them from before)" if done.n_kept else ""
    scored = f"{counted(done.n_rows, 'row was', 'rows were')} scored into {counted(done.n_parts, 'part')}"
    typer.echo(f"{scored}{kept}: {done.folder}")
    for notice in done.notices:
        typer.echo(notice, err=True)
    if told := unread_told(done.unread, done.n_rows, source, str(model)):
        typer.echo(told, err=True)
