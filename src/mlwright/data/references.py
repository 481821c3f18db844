"""What the columns of a table refer to: keys of other tables are read once and kept beside the snapshot."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import pyarrow as pa
import pyarrow.parquet as pq

from mlwright.core.errors import SettingsError, SourceError, offers
from mlwright.core.run import Run
from mlwright.core.store.blobs import explain_disk_errors
from mlwright.data.sources import ForeignKey, Reading, source_for
from mlwright.data.words import counted, named
from mlwright.records.data import Reference
from mlwright.records.settings import CollectSettings


def read_references(settings: CollectSettings, reading: Reading, run: Run) -> tuple[Reference, ...]:
    """Everything that the settings or the database say of the columns, with the keys that are there.

    Raises
    ------
    SettingsError
        If ``collect.keys`` names a column or a table that is not there, or more columns than the key has.
    SourceError
        If another table cannot be read.
    """
    said = tuple(_said(settings, reading.schema.names, run))
    taken = {reference.columns for reference in said}
    declared = (_declared(settings, key, run) for key in reading.foreign_keys if (key.column,) not in taken)
    return (*said, *(reference for reference in declared if reference is not None))


def read_unique(settings: CollectSettings, names: Sequence[str]) -> tuple[tuple[str, ...], ...]:
    """The columns that together should name each row.

    Raises
    ------
    SettingsError
        If ``collect.unique`` names a column that is not there.
    """
    found = [_columns(each, names) for each in settings.unique]
    for column in (column for columns in found for column in columns):
        _require(column, names, "collect.unique names the column")
    return tuple(found)


def _columns(said: str, names: Sequence[str] = ()) -> tuple[str, ...]:
    """The columns that are named one after another; a comma may belong to the name of a column."""
    return (said,) if said in names else tuple(part.strip() for part in said.split(","))


def _said(settings: CollectSettings, names: Sequence[str], run: Run) -> Iterator[Reference]:
    """What ``collect.keys`` says."""
    for said, where in settings.keys.items():
        columns, (table, keys) = _columns(said, names), _parts(where, names)
        for column in columns:
            _require(column, names, "collect.keys names the column")
        if len(columns) != len(keys):
            raise SettingsError(
                f"collect.keys says that {named(columns)} must be there in {named(keys)}: "
                f"{counted(len(columns), 'column')} and {len(keys)}.",
                f'Name as many columns of the key, in the same order: "{said}" = "{table or "TABLE"}.A, B".',
            )
        if not table:
            for key in keys:
                _require(key, names, f"collect.keys.{said} names the column")
            yield Reference(columns=columns, keys=keys)
            continue
        _require(table, list(settings.tables), f"collect.keys.{said} names the table")
        other = CollectSettings(source=settings.tables[table])
        yield _with_keys(Reference(columns=columns, table=table, keys=keys), other, run)


def _parts(where: str, names: Sequence[str]) -> tuple[str, tuple[str, ...]]:
    """The table and the columns of a key; the table may be said once, or with each column."""
    if where in names:
        return "", (where,)
    first, *others = _columns(where)
    table, _, key = first.rpartition(".")
    return table, (key, *(other.removeprefix(f"{table}.") for other in others))


def _declared(settings: CollectSettings, declared: ForeignKey, run: Run) -> Reference | None:
    """What the database says; None where the other table must not be read, which nobody has asked for."""
    reference = Reference(columns=(declared.column,), table=declared.table, keys=(declared.key,), is_declared=True)
    try:
        return _with_keys(reference, settings.model_copy(update={"query": declared.query}), run)
    except SourceError as refused:
        run.note(f"The keys of {declared.table!r} could not be read: {refused.message}")
        return None


def _with_keys(reference: Reference, other: CollectSettings, run: Run) -> Reference:
    """The reference with the keys of the other table, read batch by batch."""
    reading = source_for(other)[1](other, lambda share: run.clock.check()).read()
    for key in reference.keys:
        _require(key, reading.schema.names, f"collect.keys.{', '.join(reference.columns)} names the column")
    names = [f"key_{place}" for place in range(len(reference.keys))]
    distinct, n_rows = None, 0
    for batch in reading.batches:
        run.clock.check()
        there = pa.table([batch.column(key) for key in reference.keys], names).drop_null()
        n_rows += len(there)
        both = there if distinct is None else pa.concat_tables([distinct, there])
        distinct = both.group_by(names).aggregate([])
    if distinct is None:
        distinct = pa.table([pa.array([], reading.schema.field(key).type) for key in reference.keys], names)
    file = run.scratch() / "keys.parquet"
    with explain_disk_errors(file.parent):
        ordered = distinct.sort_by([(name, "ascending") for name in names])
        pq.write_table(ordered, file, compression="zstd", store_schema=False)
    blob = run.store.blobs.adopt(file)
    return reference.model_copy(update={"blob": blob, "n_rows": n_rows, "n_keys": len(distinct)})


def _require(name: str, names: Sequence[str], said: str) -> None:
    if name not in names:
        raise SettingsError(
            f"{said} {name!r}, which is not there.",
            f"Did you mean: {offers(name, names)}?" if names else "Name it in collect.tables.",
        )
