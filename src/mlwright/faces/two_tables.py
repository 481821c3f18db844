"""Two tables from anywhere, as Parquet files for as long as they are compared."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from shutil import rmtree
from tempfile import mkdtemp

from mlwright.core.run import Clock, Run
from mlwright.core.store import Store
from mlwright.core.store.journal import Event
from mlwright.data.compute.stretches import Parquet
from mlwright.data.snapshots import take_snapshot
from mlwright.data.sources import source_for
from mlwright.data.two_tables.drift import drift
from mlwright.records.drift import Drift
from mlwright.records.settings import CollectSettings


def drift_between(
    then: str,
    now: str,
    *,
    queries: tuple[str | None, str | None] = (None, None),
    alarms: float = 0.05,
    least: float = 0.02,
    listen: Callable[[Event], None] | None = None,
) -> Drift:
    """Compare two tables; nothing is kept.

    A Parquet file of plain types is read where it is. All else becomes one, in a folder that is gone afterwards.

    Parameters
    ----------
    then, now : str
        Files or databases.
    queries : tuple of str or None
        For databases: the name of a table, or a ``select``.
    alarms, least : float
        See `data.two_tables.drift.drift`.
    listen : callable, optional
        Called with every event of reading.

    Raises
    ------
    SourceError
        If one of them cannot be had.
    TableError
        If they have no column in common.
    """
    with ExitStack() as stack:
        folder = mkdtemp(prefix="mlwright-")
        stack.callback(rmtree, folder, ignore_errors=True)
        store = Store(Path(folder))
        run = Run("drift", store, Clock(Path(folder) / "cancel", None), seed=0, listen=listen)
        tables = [
            _parquet(CollectSettings(source=where, query=query), run)
            for where, query in zip((then, now), queries, strict=True)
        ]
        return drift(tables[0], tables[1], alarms, least)


def _parquet(settings: CollectSettings, run: Run) -> Parquet:
    _, kind = source_for(settings)
    source = kind(settings)
    whole = source.read().whole if str(settings.source).endswith(".parquet") else None
    if whole is not None:
        return Parquet(whole, source.shown_location())
    snapshot = take_snapshot(settings, run)
    return Parquet(run.path(snapshot.blob), snapshot.lineage.location)
