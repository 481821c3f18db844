"""Which rows an earlier run has had, so that its model may have learned from them."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from numpy.typing import NDArray

from mlwright.core.family import NotApplicable
from mlwright.core.run import Run
from mlwright.data.compute.table import open_snapshot
from mlwright.records.data import Snapshot
from mlwright.records.profile import Profile

BATCH_ROWS = 100_000


def known_to(
    run_id: str, snapshot: Snapshot, profile: Profile, positions: NDArray[np.int64], run: Run
) -> NDArray[np.bool_]:
    """Whether each of some rows equals a row of the table that an earlier run collected; shape (n_rows,).

    Rows are equal if the inputs and the target are. In coarse tables some are so by coincidence: they count as known,
    which costs a few rows and flatters nobody.

    Raises
    ------
    NotApplicable
        If what the earlier run collected is not there any more.
    """
    keys = [event["key"] for event in run.store.journal(run_id) if _is_collected(event)]
    earlier = run.store.kept(keys[-1], Snapshot) if keys else None
    if earlier is None or not run.path(earlier.blob).exists():
        raise NotApplicable("it is not known any more which rows it has learned from")
    if earlier.blob == snapshot.blob:
        return np.ones(len(positions), dtype=bool)
    names = [name for name in (*profile.roles.inputs, profile.roles.target) if name in earlier.column_names]
    here = _hashes(open_snapshot(snapshot, run).arrow(names, positions), names)
    known = np.zeros(len(positions), dtype=bool)
    for batch in pq.ParquetFile(run.path(earlier.blob)).iter_batches(BATCH_ROWS, columns=names):
        known |= np.isin(here, _hashes(pa.Table.from_batches([batch]), names))
    return known


def _is_collected(event: dict[str, object]) -> bool:
    return event["event"] == "stage_done" and event.get("stage") == "collect"


def _hashes(table: pa.Table, names: list[str]) -> NDArray[np.uint64]:
    """One number for each row; how a column is stored does not matter."""
    columns = {name: _plain(table[name]) for name in names}
    found: NDArray[np.uint64] = pd.util.hash_pandas_object(pd.DataFrame(columns), index=False).to_numpy()
    return found


def _plain(column: pa.ChunkedArray) -> pd.Series:
    kind = column.type
    if pa.types.is_dictionary(kind):
        column = column.cast(kind.value_type)
    if (
        pa.types.is_integer(kind)
        or pa.types.is_floating(kind)
        or pa.types.is_boolean(kind)
        or pa.types.is_decimal(kind)
    ):
        return pd.Series(pc.cast(column, pa.float64(), safe=False).to_numpy())
    return pd.Series(pc.cast(column, pa.string()).to_pylist(), dtype=object).fillna("")
