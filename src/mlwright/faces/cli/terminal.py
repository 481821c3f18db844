"""How the command line speaks: to people through rich, to programs as JSON."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING, Any

import typer

from mlwright.core.record import Record
from mlwright.faces.render.visible import visible

if TYPE_CHECKING:
    from rich.console import RenderableType

    from mlwright.core.errors import MlwrightError

PLAIN_WIDTH = 120
"""Columns of what is printed where there is no terminal."""


def complain(error: MlwrightError, *, as_json: bool = False) -> None:
    """Say what went wrong and what to do: on standard error, or to programs as JSON on standard output."""
    if as_json:
        print_json({"error": {"code": error.code, "message": error.message, "hint": error.hint}})
        return
    typer.secho(visible(error.message), fg="red", err=True)
    if error.hint:
        typer.echo(f"  -> {visible(error.hint)}", err=True)


def print_json(fact: Record | list[Any] | dict[str, Any]) -> None:
    """Print a record, or plain values, as one JSON document."""
    typer.echo(json.dumps(_plain(fact), indent=2, ensure_ascii=False))


def _plain(fact: Any) -> Any:
    if isinstance(fact, Record):
        return json.loads(fact.model_dump_json())  # which spells NaN as text, as JSON has no word for it
    return [_plain(item) for item in fact] if isinstance(fact, list) else fact


def print_rich(*things: RenderableType) -> None:
    """Print rich renderables; without a terminal they come as plain text, without blanks at the ends of lines."""
    from rich.console import Console, Group

    if sys.stdout.isatty():
        Console(highlight=False).print(Group(*things))
        return
    console = Console(width=PLAIN_WIDTH, highlight=False)
    with console.capture() as written:
        console.print(Group(*things))
    typer.echo("\n".join(line.rstrip() for line in written.get().splitlines()))
