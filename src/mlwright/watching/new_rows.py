"""Labelled rows that came since a model was trained, as the table that it learned from has them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pyarrow as pa

from mlwright.core.errors import TableError
from mlwright.core.run import Run
from mlwright.data.compute.table import open_snapshot
from mlwright.data.row_keys import are_in, row_keys, whole_of
from mlwright.learning.tasks import TASKS
from mlwright.records.contest import Parent
from mlwright.records.data import Snapshot
from mlwright.scoring.moments import to_moment_array
from mlwright.scoring.spelling import canonical_array


def new_rows(windows: Sequence[Snapshot], parent: Parent, schema: pa.Schema, run: Run) -> pa.Table:
    """Rows of the windows with a true outcome that the parent has not had, as the parent's table has them."""
    different = {snapshot.blob: snapshot for snapshot in windows}.values()
    table = pa.concat_tables([_labelled_rows(snapshot, parent, schema, run) for snapshot in different])
    there = [set(snapshot.column_names) for snapshot in different]
    names = sorted(set(schema.names).intersection(*there))
    keys = row_keys(table, names)
    _, first = np.unique(keys, return_index=True)
    first.sort()
    return table.take(pa.array(first[~are_in(keys[first], names, whole_of(parent.snapshot), run)]))


def _labelled_rows(snapshot: Snapshot, parent: Parent, schema: pa.Schema, run: Run) -> pa.Table:
    there, roles = open_snapshot(snapshot, run), parent.profile.roles
    named = [name for name in schema.names if name in there.columns]
    if missing := sorted({*roles.inputs, roles.target} - set(named)):
        raise TableError(f"New rows lack the column {missing[0]!r}.", "Name rows with all inputs and the target.")
    truth = TASKS.get(roles.task)().target(there.arrow([roles.target])[roles.target], roles.classes, ())
    positions = np.flatnonzero(~np.isnan(truth))
    found = there.arrow(named, positions)
    return pa.table([_like(found, field) for field in schema], schema=schema)


def _like(table: pa.Table, field: pa.Field) -> pa.ChunkedArray:
    """A column as another one of the same name is stored; nothing where it is not there."""
    if field.name not in table.column_names:
        return pa.chunked_array([pa.nulls(table.num_rows, field.type)])
    column = table[field.name]
    if column.type == field.type:
        return column
    try:
        if pa.types.is_string(field.type):
            return pa.chunked_array([pa.array(canonical_array(column), pa.string())])
        return column.cast(field.type)
    except pa.ArrowException as error:
        raise TableError(
            f"Column {field.name!r} of the new rows is no {field.type} as in training ({error}).", "Mend it there."
        ) from None


def in_time(table: pa.Table, parent: Parent) -> pa.Table:
    """The rows from the oldest to the newest; where no column tells, those of the parent came first."""
    time = parent.profile.roles.time
    if time is None:
        return table
    moments = to_moment_array(table[time])
    return table.take(pa.array(np.argsort(np.where(np.isnan(moments), -np.inf, moments), kind="stable")))
