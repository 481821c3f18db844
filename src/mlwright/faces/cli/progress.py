"""Shows the events of a run as they come: bars on a terminal, plain lines elsewhere."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import typer

from mlwright.core.store.journal import Event
from mlwright.faces.render.visible import visible

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID

Summary = Callable[[str, str], str]
"""Says in a line what a stage has made, from the stage's name and the key of its record."""

LINE_EVERY_S = 2.0
WIDTH = 9
"""Columns for the name of a stage."""


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


def _bars() -> Progress:
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    return Progress(
        SpinnerColumn(),
        TextColumn("{task.description}", markup=False),
        BarColumn(bar_width=24),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        console=Console(stderr=True, highlight=False),
        transient=True,
    )


class _OnTerminal:
    """One moving line for the stage in work, a standing line for each that is done."""

    def __init__(self, bars: Progress, summary: Summary) -> None:
        self.bars = bars
        self.summary = summary
        self.task: TaskID | None = None

    def listen(self, event: Event) -> None:
        kind = event["event"]
        if kind == "stage_started":
            self.task = self.bars.add_task(_line(event, ""), total=None)
        elif kind == "note":
            self._print("", event["message"], "dim")
        elif kind == "stage_done":
            self._print(event["stage"], _done(event, self.summary))
            if self.task is not None:
                self.bars.remove_task(self.task)
                self.task = None
        elif self.task is not None and kind == "item_done":
            description = _line(event, event["label"])
            self.bars.update(self.task, description=description, completed=event["done"], total=event["total"])
        elif self.task is not None and kind == "progress":
            self.bars.update(self.task, description=_line(event, event["message"]))

    def _print(self, stage: str, text: str, style: str = "") -> None:
        """Print a line that stands; what does not fit goes on below the text."""
        from rich.table import Table
        from rich.text import Text

        line = Table.grid(padding=(0, 1, 0, 0))
        line.add_column(width=WIDTH)
        line.add_column(overflow="fold")
        line.add_row(Text(stage, "bold"), Text(visible(text), style))
        self.bars.console.print(line)


class _Lines:
    """A line for each stage that is done, and now and then one for the item in work."""

    def __init__(self, summary: Summary) -> None:
        self.summary = summary
        self.last = time.monotonic()

    def listen(self, event: Event) -> None:
        kind = event["event"]
        if kind == "stage_done":
            self._say(_line(event, _done(event, self.summary)))
        elif kind == "note":
            self._say(_line({"stage": ""}, event["message"]))
        elif time.monotonic() - self.last > LINE_EVERY_S:
            if kind == "item_done":
                self._say(_line(event, f"{event['done']} of {event['total']}: {event['label']}"))
            elif kind == "progress":
                self._say(_line(event, event["message"]))

    def _say(self, line: str) -> None:
        self.last = time.monotonic()
        typer.echo(line, err=True)


def _line(event: Event, text: str) -> str:
    return visible(f"{event['stage']:<{WIDTH}} {text}".rstrip())


def _done(event: Event, summary: Summary) -> str:
    took = "kept from before" if event["reused"] else f"{event['seconds']:.1f} s"
    return f"{summary(event['stage'], event['key'])}  ({took})"
