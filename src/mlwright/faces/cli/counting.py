"""Shows how far a long piece of work has come: a bar on a terminal, now and then a line elsewhere."""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import typer

LINE_EVERY_S = 10.0


@contextmanager
def counting(what: str, *, quiet: bool = False) -> Iterator[Callable[[float, int], None]]:
    """Something to tell the share that is done (below 0: as before) and the rows that were added."""
    if quiet:
        yield lambda share, n_rows: None
    elif sys.stderr.isatty():
        with _bar(what) as told:
            yield told
    else:
        yield _Lines(what).told


@contextmanager
def _bar(what: str) -> Iterator[Callable[[float, int], None]]:
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

    columns = TextColumn("{task.description}"), BarColumn(bar_width=24), TextColumn("{task.percentage:3.0f} %")
    with Progress(
        *columns,
        TextColumn("{task.fields[rows]:,} rows"),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
        console=Console(stderr=True, highlight=False),
        transient=True,
    ) as progress:
        task, rows, lock = progress.add_task(what, total=1.0, rows=0), [0], threading.Lock()

        def told(share: float, n_rows: int) -> None:
            with lock:
                rows[0] += n_rows
                progress.update(task, completed=None if share < 0 else share, rows=rows[0])

        yield told


class _Lines:
    """A line every few seconds."""

    def __init__(self, what: str) -> None:
        self._what = what
        self._lock = threading.Lock()
        self._n_rows, self._share = 0, 0.0
        self._began = self._last = time.monotonic()

    def told(self, share: float, n_rows: int) -> None:
        """Remember, and say it if it is time."""
        with self._lock:
            self._n_rows += n_rows
            self._share = self._share if share < 0 else share
            now = time.monotonic()
            if now - self._last >= LINE_EVERY_S:
                self._last = now
                rate = self._n_rows / (now - self._began)
                typer.echo(f"{self._what}: {self._share:.0%}, {self._n_rows:,} rows, {rate:,.0f} a second", err=True)
