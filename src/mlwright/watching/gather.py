"""The stage that a training on new rows begins with: the rows of the run before, and what came since."""

from __future__ import annotations

from datetime import UTC, datetime

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from mlwright.core.errors import NothingToShow
from mlwright.core.run import Run
from mlwright.data.row_keys import GATHERED, NEW_ROWS, whole_of
from mlwright.learning.quick import Question
from mlwright.records.contest import Parent
from mlwright.records.data import Lineage, Snapshot
from mlwright.records.watch import Window
from mlwright.watching.new_rows import in_time, new_rows
from mlwright.watching.stretch import choose_stretch, places_of

MOST_TRIED = 50_000
"""Of so many of the newest rows it is tried out which to learn from."""


def gather(window: Window, parent: Parent, run: Run) -> Snapshot:
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
    new = new_rows((*parent.windows, window.snapshot), parent, old.schema, run)
    if new.num_rows == 0:
        raise NothingToShow("No row with a true outcome has come since the last training.", "mlwright feedback FILE")
    whole = in_time(pa.concat_tables([old, new]), parent)
    kept, told = _chosen(whole, new.num_rows, parent, run)
    run.note(told)
    details = {"parent": parent.run_id, "rows": told, NEW_ROWS: str(new.num_rows)}
    return _snapshot((whole, kept), parent, window, details, run)


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


def _snapshot(
    tables: tuple[pa.Table, pa.Table], parent: Parent, window: Window, details: dict[str, str], run: Run
) -> Snapshot:
    """The rows to learn from; all that were gathered are kept beside them, for the next time."""
    whole, kept = tables
    everything, _ = _adopted(whole, run)
    blob, size = _adopted(kept, run)
    lineage = Lineage(
        source=parent.snapshot.lineage.source,
        location=f"{parent.snapshot.lineage.location} and {window.snapshot.lineage.location}",
        read_at=datetime.now(UTC).isoformat(timespec="seconds"),
        details=details | {GATHERED: everything},
    )
    fields = parent.snapshot.fields
    return Snapshot(blob=blob, n_rows=kept.num_rows, fields=fields, lineage=lineage, size_bytes=size)


def _adopted(table: pa.Table, run: Run) -> tuple[str, int]:
    """The blob of a table, and its size in bytes."""
    file = run.scratch() / "gathered.parquet"
    pq.write_table(table, file, compression="zstd", store_schema=False)
    size = file.stat().st_size
    return run.store.blobs.adopt(file), size
