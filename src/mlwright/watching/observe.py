"""The stage that takes in new rows."""

from __future__ import annotations

from mlwright.core.errors import SettingsError
from mlwright.core.run import Run
from mlwright.data.snapshots import take_snapshot
from mlwright.records.settings import CollectSettings, WatchSettings
from mlwright.records.watch import Window


def observe(settings: WatchSettings, run: Run) -> Window:
    """Read new rows into the store; they stay as they came.

    Raises
    ------
    SettingsError
        If it is not said where they are.
    SourceError
        If they cannot be had.
    """
    if settings.source is None:
        raise SettingsError(
            "It is not said where the new rows are.", "mlwright watch --data new.csv, or set watch.source"
        )
    asked = settings.model_dump(include={"source", "query", "sheet", "decimal", "time"})
    collect = CollectSettings(**asked)
    return Window(snapshot=take_snapshot(collect, run))
