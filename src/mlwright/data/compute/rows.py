"""Rows of a Parquet file as arrays; a small file is read once and held."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

MOST_HELD_CELLS, MOST_HELD_BYTES = 500_000, 16_000_000
"""A file of so much at most is held: to open and read one of thousands of columns takes a tenth of a second."""

Stamp = tuple[Path, int, int]


def n_rows_of(path: Path) -> int:
    """How many rows a file has."""
    return int(_metadata(_stamp(path)).num_rows)


def whole_columns(path: Path, columns: Sequence[str]) -> pa.Table:
    """Columns of all rows."""
    held = _held(path)
    return pq.read_table(path, columns=list(columns)) if held is None else held.select(list(columns))


def rows_at(path: Path, columns: Sequence[str], positions: NDArray[np.int64]) -> pa.Table:
    """Some rows of a file, in the order asked for; row groups without any of them are not read."""
    held = _held(path)
    if held is not None:
        return held.select(list(columns)).take(pa.array(positions))
    order = np.argsort(positions, kind="stable")
    rising = positions[order]
    parts = []
    with pq.ParquetFile(path, metadata=_metadata(_stamp(path))) as file:
        sizes = [file.metadata.row_group(group).num_rows for group in range(file.metadata.num_row_groups)]
        ends = np.cumsum([0, *sizes])
        for group in np.unique(np.searchsorted(ends, rising, side="right") - 1).tolist():
            low, high = np.searchsorted(rising, ends[group : group + 2])
            whole = file.read_row_group(group, columns=list(columns))
            parts.append(whole.take(pa.array(rising[low:high] - ends[group])).select(list(columns)))
        if not parts:
            return file.schema_arrow.empty_table().select(list(columns))
    found = pa.concat_tables(parts)
    return found if (order[1:] > order[:-1]).all() else found.take(pa.array(np.argsort(order)))


def _held(path: Path) -> pa.Table | None:
    """The whole of a small file; None of a larger one."""
    stamp = _stamp(path)
    metadata = _metadata(stamp)
    if metadata.num_rows * metadata.num_columns > MOST_HELD_CELLS or _unpacked_bytes(metadata) > MOST_HELD_BYTES:
        return None
    return _read(stamp)


def _stamp(path: Path) -> Stamp:
    """A file as it is now: one that was read in place may change."""
    state = path.stat()
    return path, state.st_mtime_ns, state.st_size


@lru_cache(maxsize=4)
def _metadata(stamp: Stamp) -> pq.FileMetaData:
    return pq.read_metadata(stamp[0])


@lru_cache(maxsize=1)
def _read(stamp: Stamp) -> pa.Table:
    return pq.read_table(stamp[0]).combine_chunks()


def _unpacked_bytes(metadata: pq.FileMetaData) -> int:
    return sum(metadata.row_group(place).total_byte_size for place in range(metadata.num_row_groups))
