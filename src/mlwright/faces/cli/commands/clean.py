"""``mlwright clean``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer

from mlwright.faces.cli.arguments import AsJson, Query


def clean(
    source: Annotated[str, typer.Argument(metavar="DATA", help="A file or database with the rows to clean.")],
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="Where to write the cleaned rows: .csv or .parquet.")
    ] = None,
    plan: Annotated[Path | None, typer.Option(help="A plan to go by; default: one is learned from the data.")] = None,
    save_plan: Annotated[
        Path | None, typer.Option(help="Where to write the plan, to be read, edited and used.")
    ] = None,
    diff: Annotated[
        Path | None, typer.Option(help="Where to write what changed: .html to read, .csv or .parquet for every cell.")
    ] = None,
    target: Annotated[str | None, typer.Option("--target", "-t", help="A column that is left as it is.")] = None,
    query: Query = None,
    repair: Annotated[
        bool,
        typer.Option("--repair/--no-repair", help="Whether to change what values say, or how they are written only."),
    ] = True,
    values: Annotated[
        Literal["text", "types"] | None,
        typer.Option(
            "--as",
            help="text: cells stay as they are written, and changed ones are written as most of their column are, for "
            "people and for files that are compared; types: numbers, dates and truth values become what they are, "
            "for programs. Default: types for .parquet, which keeps types; text for .csv, which has none.",
        ),
    ] = None,
    drop_repeats: Annotated[bool, typer.Option(help="Leave out rows that equal an earlier one.")] = False,
    json: AsJson = False,
) -> None:
    """Clean data into a new file, and say what was changed and why.

    The data itself is never changed. Cells that are probably wrong but cannot be mended for sure are named and left.
    """
    from mlwright.faces.cleaning import Wanted, clean_file
    from mlwright.faces.cli.terminal import print_json, print_rich
    from mlwright.faces.render.terminal.text import render

    done = clean_file(Wanted(source, output, query, target, plan, save_plan, diff, repair, drop_repeats, values))
    if json:
        print_json(done)
        return
    print_rich(*render(done))
    for path, told in ((output, "The cleaned rows"), (save_plan, "The plan"), (diff, "What was changed")):
        if path is not None:
            typer.echo(f"{told}: {path}")
