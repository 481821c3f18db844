"""A segment of a log that is still written to: a stream of Arrow, to which a batch of rows is appended at a time."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pyarrow as pa


def as_bytes(table: pa.Table, *, first: bool) -> bytes:
    """Rows as they are appended; the first ones of a segment say what columns it has."""
    batches = [batch.serialize() for batch in table.combine_chunks().to_batches()]
    return b"".join([table.schema.serialize(), *batches] if first else batches)


def read_open(path: Path) -> pa.Table | None:
    """The rows of a segment up to the last batch that is whole, for a crash may have cut one short; None if none is."""
    import pyarrow as pa

    data = path.read_bytes()
    batches: list[pa.RecordBatch] = []
    try:
        with pa.ipc.open_stream(data) as stream:
            for batch in stream:
                batches.append(batch)  # noqa: PERF402  those before an error count
    except (pa.ArrowException, OSError):  # the rest is not whole
        pass
    return pa.Table.from_batches(batches) if batches else None
