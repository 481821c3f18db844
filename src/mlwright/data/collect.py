"""Collect: whatever the source, the data becomes one Parquet file that is never changed."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from mlwright.core.errors import Fault, SettingsError, SourceEmpty, SourceRefused
from mlwright.core.run import Run
from mlwright.core.store.blobs import explain_disk_errors
from mlwright.data.sources import SOURCES, Reading, Source, Tick
from mlwright.data.sources._columns import mend_names, refuse_width
from mlwright.records.data import Field, Lineage, Snapshot
from mlwright.records.settings import CollectSettings

GROUP_ROWS = 100_000
GROUP_BYTES = 256 << 20
TELL_EVERY_S = 1.0
PLAIN_TYPES = {pa.int64(), pa.float64(), pa.bool_(), pa.string(), pa.date32(), pa.timestamp("us")}


def collect(settings: CollectSettings, run: Run) -> Snapshot:
    """Read the source, batch by batch, into one Parquet file of the store.

    The same data gives the same bytes, and so the same blob.

    Raises
    ------
    SourceError
        If the data cannot be had.
    StorageError
        If the disk is full; nothing is left behind.
    """
    name, kind = source_for(settings)
    source = kind(settings, _ticker(run))
    reading = source.read()
    names, renamed = _checked_columns(reading, source)
    schema = pa.schema([pa.field(*pair) for pair in zip(names, reading.schema.types, strict=True)])
    file = run.scratch() / "collected.parquet"
    n_rows = _write(reading, schema, file, run)
    if n_rows == 0:
        file.unlink()
        raise SourceEmpty(f"{source.shown_location()} holds no rows.", "Name a source with rows.")
    size = file.stat().st_size
    return Snapshot(
        blob=run.store.blobs.adopt(file),
        n_rows=n_rows,
        fields=tuple(Field(name=field.name, type=str(field.type)) for field in schema),
        lineage=_lineage(name, source, reading),
        size_bytes=size,
        notices=(*reading.notices, *renamed, *_unused(name, settings)),
    )


def source_for(settings: CollectSettings) -> tuple[str, type[Source]]:
    """The name and the class of the source that reads a location.

    Raises
    ------
    SourceError
        If none does.
    """
    if not settings.source:
        raise SettingsError("No source is set.", "Set collect.source in mlwright.toml, or: mlwright run sales.csv")
    for name, kind in SOURCES:
        if kind.accepts(settings.source):
            return name, kind
    shown = re.sub(r"//[^/@]*@", "//***@", settings.source)
    raise SourceRefused(
        f"No source reads {shown!r}.",
        "Download it and name the file, or name the URL of a database (postgresql://...).",
    )


def _ticker(run: Run) -> Tick:
    """Looks for a cancel at every tick, and tells now and then how far the reading is."""
    told = time.monotonic()

    def tick(share: float) -> None:
        nonlocal told
        run.clock.check()
        if time.monotonic() - told > TELL_EVERY_S:
            told = time.monotonic()
            run.tell("progress", share=round(share, 3), label="reading")

    return tick


def _checked_columns(reading: Reading, source: Source) -> tuple[list[str], list[str]]:
    refuse_width(len(reading.schema), source.shown_location())
    if not reading.schema:
        raise SourceEmpty(f"{source.shown_location()} has no columns.", "Name a source with columns and rows.")
    if strange := [str(kind) for kind in reading.schema.types if kind not in PLAIN_TYPES]:
        raise Fault(f"Source {type(source).__name__} gave columns of the types {strange}.")
    return mend_names(reading.schema.names)


def _write(reading: Reading, schema: pa.Schema, file: Path, run: Run) -> int:
    """Write all batches and return the number of rows; a file that is not finished is removed."""
    n_rows = 0
    try:
        with explain_disk_errors(file.parent):
            writer = pq.ParquetWriter(file, schema, compression="zstd", store_schema=False)
        try:
            for group in _groups(reading.batches, schema, run.clock.check):
                with explain_disk_errors(file.parent):
                    writer.write_table(group, row_group_size=group.num_rows)
                n_rows += group.num_rows
        finally:
            with explain_disk_errors(file.parent):
                writer.close()
    except BaseException:
        file.unlink(missing_ok=True)
        raise
    return n_rows


def _groups(batches: Iterator[pa.RecordBatch], schema: pa.Schema, check: Callable[[], None]) -> Iterator[pa.Table]:
    """Batches joined to tables of about `GROUP_ROWS` rows, or less where rows are large."""
    waiting: list[pa.RecordBatch] = []
    n_rows = n_bytes = 0
    for batch in batches:
        check()
        if batch.num_rows:
            waiting.append(pa.RecordBatch.from_arrays(batch.columns, schema=schema))
            n_rows, n_bytes = n_rows + batch.num_rows, n_bytes + batch.nbytes
        if n_rows >= GROUP_ROWS or n_bytes >= GROUP_BYTES:
            yield pa.Table.from_batches(waiting, schema)
            waiting, n_rows, n_bytes = [], 0, 0
    if waiting:
        yield pa.Table.from_batches(waiting, schema)


def _lineage(name: str, source: Source, reading: Reading) -> Lineage:
    return Lineage(
        source=name,
        location=source.shown_location(),
        query=source.settings.query,
        read_at=datetime.now(UTC).isoformat(timespec="seconds"),
        details=reading.details,
    )


def _unused(name: str, settings: CollectSettings) -> list[str]:
    given = {"sheet": settings.sheet, "query": settings.query}
    meant_for = {"sheet": "excel", "query": "sql"}
    return [
        f"collect.{key} was not used: the source is a {name} file."
        for key, value in given.items()
        if value is not None and name in ("csv", "json", "parquet", "excel", "sql") and meant_for[key] != name
    ]
