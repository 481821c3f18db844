"""``mlwright export``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from mlwright.faces.cli.arguments import HERE, AsJson, ProjectOrBundle

if TYPE_CHECKING:
    from mlwright.exporting import Exported


def export(
    model: ProjectOrBundle = HERE,
    form: Annotated[str, typer.Option("--as", help="python, c, sql or onnx.")] = "python",
    output: Annotated[Path | None, typer.Option("--output", "-o", help="A folder; default: NAME-FORM.")] = None,
    dialect: Annotated[str | None, typer.Option(help="For SQL: duckdb, postgres or sqlite.")] = None,
    table: Annotated[str | None, typer.Option(help="For SQL: the table to score.  Default: new_rows.")] = None,
    keep: Annotated[list[str] | None, typer.Option(help="For SQL: a column to hand on; may be repeated.")] = None,
    server: Annotated[
        str | None, typer.Option(help="For PostgreSQL: where the proof is run, or env:NAME.  Nothing stays there.")
    ] = None,
    trees: Annotated[
        str | None,
        typer.Option(help="For SQL: auto, query (one query), or table (large trees are rows that it goes down)."),
    ] = None,
    json: AsJson = False,
) -> None:
    """Write a model for somebody else's program, without mlwright.

    As plain Python, C (with a header for C++), one SQL query, or an ONNX graph. The export is really run first, on
    rows with missing, unknown and extreme values, and written only if it answers what the model answers.
    """
    from mlwright.exporting import export as write
    from mlwright.faces.cli.chosen import bundle_at
    from mlwright.scoring.bundle import Bundle

    bundle = Bundle.load(bundle_at(model))
    options = {"dialect": dialect, "table": table, "keep": keep or None, "server": _known(server), "trees": trees}
    given: dict[str, Any] = {name: value for name, value in options.items() if value is not None}
    made = write(bundle, form, output or Path(f"{bundle.name}-{form}"), **given)
    _tell(made, as_json=json)


def _known(server: str | None) -> str | None:
    """An address that may stand in a variable of the environment, as it holds a password."""
    import os

    from mlwright.core.errors import SettingsError

    if server is None or not server.startswith("env:"):
        return server
    name = server.removeprefix("env:")
    if name not in os.environ:
        raise SettingsError(f"--server names the variable {name}, which is not set.", f"export {name}=postgresql://...")
    return os.environ[name]


def _tell(made: Exported, *, as_json: bool) -> None:
    if as_json:
        import json
        from dataclasses import asdict

        typer.echo(json.dumps(asdict(made)))
        return
    typer.echo(f"Written as {made.title} ({made.n_bytes / 1e6:.1f} MB) into {made.folder}: {', '.join(made.files)}")
    if made.largest_difference is None:
        typer.echo(f"Not proved here: {made.unproved_because}.", err=True)
        return
    typer.echo(
        f"Proved: it was run on {made.n_rows:,} rows, with missing, unknown and extreme values among them; its answers "
        f"are at most {made.largest_difference:.1g} from those of the model."
    )
