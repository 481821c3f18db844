"""The stage that collects: whatever the source, the data becomes one Parquet file that is never changed."""

from __future__ import annotations

from mlwright.core.run import Run
from mlwright.data.snapshots import take_snapshot
from mlwright.records.data import Snapshot
from mlwright.records.settings import CollectSettings


def collect(settings: CollectSettings, run: Run) -> Snapshot:
    """Read the source, batch by batch, into one Parquet file of the store, and say what had to be mended."""
    snapshot = take_snapshot(settings, run)
    for notice in snapshot.notices:
        run.note(notice)
    return snapshot
