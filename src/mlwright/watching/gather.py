"""The stage that a training on new rows begins with: the rows of the run before, and what came since."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from mlwright.core.errors import NothingToShow, TableError
from mlwright.core.run import Run
from mlwright.data.compute.table import open_snapshot
from mlwright.data.row_keys import GATHERED, are_in, row_keys, whole_of
from mlwright.learning.quick import Question
from mlwright.learning.tasks import TASKS
from mlwright.records.contest import Parent
from mlwright.records.data import Lineage, Snapshot
from mlwright.records.settings import OperateSettings
from mlwright.records.watch import Window
from mlwright.scoring.spelling import canonical_array, to_moment_array
from mlwright.watching.stretch import choose_stretch, places_of

MOST_TRIED = 50_000
"""Of so many of the newest rows it is tried out which to learn from."""


def gather(window: Window, parent: Parent, settings: OperateSettings, run: Run) -> Snapshot:
    """The parent's rows and the labelled rows of the window that are new, from the oldest to the newest.

    Which of them the new model learns from (all, recent ones, all with the old ones thinned out) is chosen by the
    newest rows; see `stretch.choose_stretch`.

    Raises
    ------
    TableError
        If a value cannot be what its column holds.
    NothingToShow
        If no labelled row is new.
    """
    old = pq.read_table(run.path(whole_of(parent.snapshot).blob))
    new = _new_rows((*parent.windows, window.snapshot), parent, old.schema, run)
    if new.num_rows == 0:
        raise NothingToShow("No row with a true outcome has come since the last training.", "mlwright feedback FILE")
    whole = _in_time(pa.concat_tables([old, new]), parent)
    kept, told = _chosen(whole, new.num_rows, parent, run)
    run.note(told)
    return _snapshot((whole, kept), parent, window, told, run)


def _new_rows(windows: Sequence[Snapshot], parent: Parent, schema: pa.Schema, run: Run) -> pa.Table:
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


def _in_time(table: pa.Table, parent: Parent) -> pa.Table:
    """The rows from the oldest to the newest; where no column tells, those of the parent came first."""
    time = parent.profile.roles.time
    if time is None:
        return table
    moments = to_moment_array(table[time])
    return table.take(pa.array(np.argsort(np.where(np.isnan(moments), -np.inf, moments), kind="stable")))


def _chosen(table: pa.Table, n_new: int, parent: Parent, run: Run) -> tuple[pa.Table, str]:
    """The rows to learn from, and why."""
    question = Question(parent.profile, run.seed_for("stretch"), run.n_jobs)
    target = question.target(table)
    usable = np.flatnonzero(~np.isnan(target))[-MOST_TRIED:]
    n_newest = min(max(30, n_new // 2), len(usable) // 3)
    if n_newest < 30:
        return table, f"It learns from all {table.num_rows:,} rows: too few are new to tell whether the old ones hold."
    found = choose_stretch(table.take(pa.array(usable)), target[usable], n_newest, question)
    places: NDArray[np.int64] = places_of(found.stretch, table.num_rows, question.seed)
    figures = ", ".join(f"{name} {value:.4g}" for name, value in found.losses.items())
    which = {"all": "all rows", "recent": "the latest rows", "weighted": "all rows, the old ones thinned out"}
    told = (
        f"It learns from {which[found.stretch]}, {len(places):,} of {table.num_rows:,}: on the {n_newest:,} newest "
        f"ones a small model lost, by what it learned from: {figures}."
    )
    return table.take(pa.array(places)), told


def _snapshot(tables: tuple[pa.Table, pa.Table], parent: Parent, window: Window, told: str, run: Run) -> Snapshot:
    """The rows to learn from; all that were gathered are kept beside them, for the next time."""
    whole, kept = tables
    everything, _ = _adopted(whole, run)
    blob, size = _adopted(kept, run)
    lineage = Lineage(
        source=parent.snapshot.lineage.source,
        location=f"{parent.snapshot.lineage.location} and {window.snapshot.lineage.location}",
        read_at=datetime.now(UTC).isoformat(timespec="seconds"),
        details={"parent": parent.run_id, "rows": told, GATHERED: everything},
    )
    fields = parent.snapshot.fields
    return Snapshot(blob=blob, n_rows=kept.num_rows, fields=fields, lineage=lineage, size_bytes=size)


def _adopted(table: pa.Table, run: Run) -> tuple[str, int]:
    """The blob of a table, and its size in bytes."""
    file = run.scratch() / "gathered.parquet"
    pq.write_table(table, file, compression="zstd", store_schema=False)
    size = file.stat().st_size
    return run.store.blobs.adopt(file), size
