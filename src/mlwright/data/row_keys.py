"""A number for each row that is the same wherever the row is met, so that it counts once."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from numpy.typing import NDArray

from mlwright.core.run import Run
from mlwright.records.data import Snapshot

BATCH_ROWS = 100_000
GATHERED = "gathered"
"""The detail of a snapshot that names the blob of all rows that were at hand, where it holds a part of them."""
NEW_ROWS = "new rows"
"""The detail of a snapshot that says how many of its rows the model before has not learned from."""
Keys = NDArray[np.uint64]


def row_keys(table: pa.Table, names: Sequence[str]) -> Keys:
    """One number for each row, of some columns, shape (n_rows,); how a column is stored does not matter."""
    columns = {name: _plain(table[name]) for name in names}
    found: Keys = pd.util.hash_pandas_object(pd.DataFrame(columns), index=False).to_numpy()
    return found


def are_in(keys: Keys, names: Sequence[str], snapshot: Snapshot, run: Run) -> NDArray[np.bool_]:
    """Whether each of some rows, by their keys of these columns, equals a row of a snapshot; shape (n_rows,)."""
    found = np.zeros(len(keys), dtype=bool)
    for batch in pq.ParquetFile(run.path(snapshot.blob)).iter_batches(BATCH_ROWS, columns=list(names)):
        found |= np.isin(keys, row_keys(pa.Table.from_batches([batch]), names))
    return found


def whole_of(snapshot: Snapshot) -> Snapshot:
    """All rows that were at hand when a snapshot was made."""
    return snapshot.model_copy(update={"blob": snapshot.lineage.details.get(GATHERED, snapshot.blob)})


def n_new_of(snapshot: Snapshot) -> int | None:
    """How many rows are new since the model before; None where there was none."""
    said = snapshot.lineage.details.get(NEW_ROWS)
    return None if said is None else int(said)


def collected_by(run_id: str, run: Run) -> Snapshot | None:
    """The rows that an earlier run had; None if they are not there any more."""
    done = [e["key"] for e in run.store.journal(run_id) if e["event"] == "stage_done" and _collects(e.get("stage"))]
    snapshot = run.store.kept(done[-1], Snapshot) if done else None
    whole = snapshot and whole_of(snapshot)
    return whole if whole is not None and run.path(whole.blob).exists() else None


def _collects(stage: object) -> bool:
    return stage in ("collect", "gather")


def _plain(column: pa.ChunkedArray) -> pd.Series:
    """Values such that a number, or a text, hashes alike however it is stored."""
    if pa.types.is_dictionary(column.type):
        column = column.cast(column.type.value_type)
    kind = column.type
    if (
        pa.types.is_integer(kind)
        or pa.types.is_floating(kind)
        or pa.types.is_boolean(kind)
        or pa.types.is_decimal(kind)
    ):
        return pd.Series(pc.cast(column, pa.float64(), safe=False).to_numpy())
    return pd.Series(pc.cast(column, pa.string()).to_pylist(), dtype=object).fillna("")
