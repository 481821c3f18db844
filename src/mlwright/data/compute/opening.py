"""Opens a table where it stays, with the engine of that place."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager

from mlwright.data.compute.remote import RemoteTable
from mlwright.data.sources._spark import is_spark
from mlwright.records.data import Snapshot
from mlwright.records.settings import CollectSettings


@contextmanager
def open_remote(snapshot: Snapshot, settings: CollectSettings) -> Iterator[RemoteTable]:
    """The table that a snapshot is a sample of, where it is; nothing is ever written there.

    Raises
    ------
    SourceUnreadable
        If the database or Spark does not answer as it did when the sample was drawn.
    """
    opened: AbstractContextManager[RemoteTable]
    if is_spark(str(settings.source)):
        from mlwright.data.compute.in_spark import open_spark

        opened = open_spark(snapshot, settings)
    else:
        from mlwright.data.compute.in_postgresql import open_postgresql

        opened = open_postgresql(snapshot, settings)
    with opened as table:
        yield table
