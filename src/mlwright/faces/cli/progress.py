"""Shows the events of a run as they come: bars on a terminal, plain lines elsewhere."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import typer

from mlwright.core.store.journal import Event

Summary = Callable[[str, str], str]
"""Says in a line what a stage has made, from the stage's name and the key of its record."""

LINE_EVERY_S = 2.0


@contextmanager
def shown(summary: Summary, *, quiet: bool = False) -> Iterator[Callable[[Event], None]]:
    """A listener for the events of a run, for as long as the block lasts."""
    if quiet:
        yield lambda event: None
    elif sys.stderr.isatty():
        with _bars() as bars:
            yield _OnTerminal(bars, summary).listen
    else:
        yield _Lines(summary).listen


def _bars() -> Any:
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    return Progress(
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(bar_width=24),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        console=Console(stderr=True, highlight=False),
        transient=True,
    )


class _OnTerminal:
    """One moving line for the stage in work, a standing line for each that is done."""

    def __init__(self, bars: Any, summary: Summary) -> None:
        self.bars = bars
        self.summary = summary
        self.task: Any = None

    def listen(self, event: Event) -> None:
        kind = event["event"]
        if kind == "stage_started":
            self.task = self.bars.add_task(f"{event['stage']:<9}", total=None)
        elif kind == "item_done":
            label = f"{event['stage']:<9} {event['label']}"
            self.bars.update(self.task, description=label, completed=event["done"], total=event["total"])
        elif kind == "progress":
            self.bars.update(self.task, description=f"{event['stage']:<9} {event.get('message', '')}")
        elif kind == "note":
            self.bars.console.print(f"            [dim]{_escaped(event['message'])}[/dim]")
        elif kind == "stage_done":
            self.bars.remove_task(self.task)
            mark = "[green]✓[/green]"
            self.bars.console.print(f"{mark} {_escaped(_done_line(event, self.summary))}")


class _Lines:
    """A line for each stage that is done, and now and then one for the item in work."""

    def __init__(self, summary: Summary) -> None:
        self.summary = summary
        self.last = 0.0

    def listen(self, event: Event) -> None:
        kind = event["event"]
        if kind == "stage_done":
            self._say(_done_line(event, self.summary))
        elif kind == "note":
            self._say(f"          {event['message']}")
        elif kind == "item_done" and time.monotonic() - self.last > LINE_EVERY_S:
            self._say(f"          {event['done']} of {event['total']}: {event['label']}")

    def _say(self, line: str) -> None:
        self.last = time.monotonic()
        typer.echo(line, err=True)


def _done_line(event: Event, summary: Summary) -> str:
    took = "kept from before" if event["reused"] else f"{event['seconds']:.1f} s"
    return f"{event['stage']:<9} {summary(event['stage'], event['key'])}  ({took})"


def _escaped(text: str) -> str:
    from rich.markup import escape

    return escape(text)
