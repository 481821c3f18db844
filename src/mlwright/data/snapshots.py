"""Whatever the source, its rows become one Parquet file of the store that is never changed."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from mlwright.core.errors import Fault, SourceEmpty, SourceError
from mlwright.core.run import Run
from mlwright.core.store.blobs import explain_disk_errors
from mlwright.data.compute.borrowing import borrow
from mlwright.data.references import read_references, read_unique
from mlwright.data.sources import Reading, Source, source_for
from mlwright.data.sources._columns import refuse_width
from mlwright.data.sources._files import fingerprint, refuse_change
from mlwright.data.sources._style import TextStyle
from mlwright.data.sources.csv import Csv
from mlwright.records.data import Borrowed, Field, Lineage, Snapshot
from mlwright.records.settings import CollectSettings

GROUP_ROWS = 100_000
GROUP_BYTES = 256 << 20
COPIED_BYTES = 8 << 20
TELL_EVERY_S = 1.0
PLAIN_TYPES = {pa.int64(), pa.float64(), pa.bool_(), pa.string(), pa.date32(), pa.timestamp("us")}


def take_snapshot(settings: CollectSettings, run: Run) -> Snapshot:
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
    progress = _Progress(run)
    source = kind(settings, progress.tick)
    before = fingerprint(str(settings.source))
    reading = source.read()
    where = _described(source)
    _check_columns(reading, source, where)
    file = run.scratch() / "collected.parquet"
    borrowed = borrow(reading.whole) if reading.whole is not None and settings.in_place else None
    n_rows, name_of_blob = _filled(file, reading, borrowed, progress)
    try:
        if not source.grows:
            refuse_change(str(settings.source), before)
    except SourceError:
        file.unlink()
        raise
    if n_rows == 0:
        file.unlink()
        raise SourceEmpty(f"{where} holds no rows.", "Name a source with rows.")
    size = file.stat().st_size
    references, unique = read_references(settings, reading, run), read_unique(settings, reading.schema.names)
    return Snapshot(
        blob=run.store.blobs.adopt(file, name_of_blob),
        borrowed=borrowed,
        n_rows=n_rows,
        fields=tuple(Field(name=field.name, type=str(field.type)) for field in reading.schema),
        lineage=_lineage(name, source, reading),
        size_bytes=size,
        notices=(*reading.notices, *_unused(name, settings)),
        references=references,
        unique=unique,
        counted_references=tuple(reading.counted_references),
        n_rows_there=reading.n_rows_there,
    )


def write_spelled(settings: CollectSettings, run: Run) -> tuple[Path, TextStyle] | None:
    """The rows of a file of text with every value as it is written, as a Parquet file; None for other sources.

    The rows are those of `take_snapshot`, in its order.
    """
    kind = source_for(settings)[1]
    if not issubclass(kind, Csv) or (found := kind(settings, _Progress(run).tick).read_spelled()) is None:
        return None
    file = run.scratch() / "spelled.parquet"
    _write(found[0], file, _Progress(run))
    return file, found[1]


class _Progress:
    """Looks for a cancel at every tick, and tells now and then how far the reading is."""

    def __init__(self, run: Run) -> None:
        self.run = run
        self.n_rows = 0
        self._told = time.monotonic()

    def tick(self, share: float) -> None:
        self.run.clock.check()
        if time.monotonic() - self._told > TELL_EVERY_S:
            self._told = time.monotonic()
            parts = [
                f"{self.n_rows:,} rows" if self.n_rows else "looking at the columns",
                f"{share:.0%}" if share else "",
            ]
            self.run.tell("progress", message=", ".join(filter(None, parts)), share=round(share, 3), n_rows=self.n_rows)


def _described(source: Source) -> str:
    query = source.settings.query
    return source.shown_location() + (f" ({query})" if query else "")


def _check_columns(reading: Reading, source: Source, where: str) -> None:
    refuse_width(len(reading.schema), where)
    if not reading.schema:
        raise SourceEmpty(f"{where} has no columns.", "Name a source with columns and rows.")
    if strange := [str(kind) for kind in reading.schema.types if kind not in PLAIN_TYPES]:
        raise Fault(f"Source {type(source).__name__} gave columns of the types {strange}.")


def _filled(file: Path, reading: Reading, borrowed: Borrowed | None, progress: _Progress) -> tuple[int, str | None]:
    """Link, copy or write the rows to a file: how many they are, and the name of the blob where it is known already."""
    if borrowed is not None:
        return _link(borrowed, file)
    if reading.whole is not None:
        return _copy(reading.whole, file, progress)
    return _write(reading, file, progress), None


def _write(reading: Reading, file: Path, progress: _Progress) -> int:
    """Write all batches and return the number of rows; a file that is not finished is removed."""
    try:
        with explain_disk_errors(file.parent):
            writer = pq.ParquetWriter(file, reading.schema, compression="zstd", store_schema=False)
        try:
            for group in _groups(reading, progress):
                with explain_disk_errors(file.parent):
                    writer.write_table(group, row_group_size=group.num_rows)
        finally:
            with explain_disk_errors(file.parent):
                writer.close()
    except BaseException:
        file.unlink(missing_ok=True)
        raise
    return progress.n_rows


def _link(borrowed: Borrowed, file: Path) -> tuple[int, str]:
    """Point to a file that stays where it is; the number of its rows, and a name that changes when it does."""
    with explain_disk_errors(file.parent):
        file.symlink_to(borrowed.path)
    return pq.ParquetFile(file).metadata.num_rows, borrowed.digest()


def _copy(whole: Path, file: Path, progress: _Progress) -> tuple[int, str]:
    """Copy a Parquet file that needs no change; the number of its rows, and the SHA-256 of its bytes.

    Each part is hashed while the next one is written.
    """
    digest = hashlib.sha256()
    try:
        with (
            explain_disk_errors(file.parent),
            open(whole, "rb") as given,
            open(file, "wb") as copy,
            ThreadPoolExecutor(1) as beside,
        ):
            size, hashed = max(1, whole.stat().st_size), beside.submit(lambda: None)
            while chunk := given.read(COPIED_BYTES):
                hashed.result()
                hashed = beside.submit(digest.update, chunk)
                copy.write(chunk)
                progress.tick(given.tell() / size)
        progress.n_rows = pq.ParquetFile(file).metadata.num_rows
    except BaseException:
        file.unlink(missing_ok=True)
        raise
    return progress.n_rows, digest.hexdigest()


def _groups(reading: Reading, progress: _Progress) -> Iterator[pa.Table]:
    """Batches joined to tables of about `GROUP_ROWS` rows, or less where rows are large."""
    waiting: list[pa.RecordBatch] = []
    n_rows = n_bytes = 0
    for batch in reading.batches:
        progress.run.clock.check()
        progress.n_rows += batch.num_rows
        if batch.num_rows:
            waiting.append(batch)
            n_rows, n_bytes = n_rows + batch.num_rows, n_bytes + batch.nbytes
        if n_rows >= GROUP_ROWS or n_bytes >= GROUP_BYTES:
            yield pa.Table.from_batches(waiting, reading.schema)
            waiting, n_rows, n_bytes = [], 0, 0
    if waiting:
        yield pa.Table.from_batches(waiting, reading.schema)


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
    meant_for = {"sheet": ("excel",), "query": ("sql", "excel")}
    return [
        f"collect.{key} was not used: the source is of the kind {name!r}."
        for key, value in given.items()
        if value is not None and name in ("csv", "json", "parquet", "excel", "sql") and name not in meant_for[key]
    ]
