"""What the columns of a table refer to: keys of other tables are read once and kept beside the snapshot."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from mlwright.core.errors import SettingsError, SourceError, nearest
from mlwright.core.run import Run
from mlwright.core.store.blobs import explain_disk_errors
from mlwright.data.sources import ForeignKey, Reading, source_for
from mlwright.records.data import Reference
from mlwright.records.settings import CollectSettings


def read_references(settings: CollectSettings, reading: Reading, run: Run) -> tuple[Reference, ...]:
    """Everything that the settings or the database say of the columns, with the keys that are there.

    Raises
    ------
    SettingsError
        If ``collect.keys`` names a column or a table that is not there.
    SourceError
        If another table cannot be read.
    """
    said = tuple(_said(settings, reading.schema.names, run))
    named = {reference.column for reference in said}
    declared = (_declared(settings, key, run) for key in reading.foreign_keys if key.column not in named)
    return (*said, *(reference for reference in declared if reference is not None))


def _said(settings: CollectSettings, names: Sequence[str], run: Run) -> Iterator[Reference]:
    """What ``collect.keys`` says."""
    for column, where in settings.keys.items():
        _require(column, names, "collect.keys names the column")
        table, _, key = where.rpartition(".")
        if not table:
            _require(key, names, f"collect.keys.{column} names the column")
            yield Reference(column=column, key=key)
            continue
        _require(table, list(settings.tables), f"collect.keys.{column} names the table")
        other = CollectSettings(source=settings.tables[table])
        yield _with_keys(Reference(column=column, table=table, key=key), other, run)


def _declared(settings: CollectSettings, declared: ForeignKey, run: Run) -> Reference | None:
    """What the database says; None where the other table must not be read, which nobody has asked for."""
    reference = Reference(column=declared.column, table=declared.table, key=declared.key, is_declared=True)
    try:
        return _with_keys(reference, settings.model_copy(update={"query": declared.query}), run)
    except SourceError as refused:
        run.note(f"The keys of {declared.table!r} could not be read: {refused.message}")
        return None


def _with_keys(reference: Reference, other: CollectSettings, run: Run) -> Reference:
    """The reference with the keys of the other table, read batch by batch."""
    reading = source_for(other)[1](other, lambda share: run.clock.check()).read()
    _require(reference.key, reading.schema.names, f"collect.keys.{reference.column} names the column")
    distinct, n_rows = pa.array([], reading.schema.field(reference.key).type), 0
    for batch in reading.batches:
        run.clock.check()
        there = batch.column(reference.key).drop_null()
        n_rows += len(there)
        distinct = pc.unique(pa.chunked_array([distinct, there]))
    ordered = distinct.take(pc.sort_indices(distinct))
    file = run.scratch() / "keys.parquet"
    with explain_disk_errors(file.parent):
        pq.write_table(pa.table({"key": ordered}), file, compression="zstd", store_schema=False)
    blob = run.store.blobs.adopt(file)
    return reference.model_copy(update={"blob": blob, "n_rows": n_rows, "n_keys": len(ordered)})


def _require(name: str, names: Sequence[str], said: str) -> None:
    if name not in names:
        offers = nearest(name, names) or list(names)[:5]
        raise SettingsError(
            f"{said} {name!r}, which is not there.",
            f"Did you mean: {', '.join(offers)}?" if offers else "Name it in collect.tables.",
        )
