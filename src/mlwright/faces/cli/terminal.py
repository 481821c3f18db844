"""How the command line speaks: to people through rich, to programs as JSON."""

from __future__ import annotations

import json
import sys
from typing import Any

import typer

from mlwright.core.record import Record


def complain(message: str, hint: str | None = None) -> None:
    """Say what went wrong and what to do, on standard error."""
    typer.secho(message, fg="red", err=True)
    if hint:
        typer.echo(f"  -> {hint}", err=True)


def print_json(fact: Record | list[Any] | dict[str, Any]) -> None:
    """Print a record, or plain values, as one JSON document."""
    if isinstance(fact, Record):
        plain: Any = fact.model_dump(mode="json")
    elif isinstance(fact, list):
        plain = [item.model_dump(mode="json") if isinstance(item, Record) else item for item in fact]
    else:
        plain = fact
    typer.echo(json.dumps(plain, indent=2, ensure_ascii=False))


def print_rich(*things: Any) -> None:
    """Print rich renderables; without a terminal they come as plain text, 120 columns wide."""
    from rich.console import Console

    console = Console(width=None if sys.stdout.isatty() else 120, soft_wrap=False, highlight=False)
    for thing in things:
        console.print(thing)
