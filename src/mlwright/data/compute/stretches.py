"""Tables in Parquet files, read a stretch at a time, so that they may be of any size."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from mlwright.core.machine import processors

Places = NDArray[np.int64]
SEED = 0
ROWS_AT_ONCE = 50_000
CELLS_AT_ONCE, MOST_COLUMNS = 2_000_000, 200
"""Of a small table so many columns are read together."""
MOST_OPENINGS = 48
"""A file is opened so often at most: of thousands of columns that takes longer than to read one."""
BYTES_AT_ONCE = 1 << 20
"""Read from a file; else all that a row group holds of a column is read at once."""


class Parquet(NamedTuple):
    """A table in a file, and where it came from."""

    path: Path
    location: str

    @property
    def n_rows(self) -> int:
        """Its rows."""
        return int(pq.read_metadata(self.path).num_rows)

    @property
    def names(self) -> list[str]:
        """Its columns."""
        return list(pq.read_schema(self.path).names)


def drawn(path: Path, names: Sequence[str], n: int) -> pa.Table:
    """Random rows of a Parquet file, every set of `n` of them as likely as any other; the same ones every time.

    A few columns are read at a time, a stretch at a time, and only what was drawn of them is kept: memory grows neither
    with the rows nor with how many of them are in a row group.

    Parameters
    ----------
    path : Path
    names : sequence of str
        Columns.
    n : int
        Rows; all of them where the file has no more.

    Returns
    -------
    pyarrow.Table
        In the order of the file.
    """
    with pq.ParquetFile(path) as file:
        n_rows = file.metadata.num_rows
        if n_rows <= n:
            return file.read(columns=list(names))
    with ThreadPoolExecutor(processors()) as pool:
        parts = pool.map(lambda lot: pa.concat_tables(stretches(path, lot, n)), lots_of(names, n_rows))
        columns = [column for part in parts for column in part.columns]
    return pa.table(columns, names=list(names))


def lots_of(names: Sequence[str], n_rows: int) -> list[list[str]]:
    """Columns that are read together: one of a long table, many of a wide one."""
    fits = min(MOST_COLUMNS, CELLS_AT_ONCE // max(1, n_rows))
    size = max(1, fits, math.ceil(len(names) / MOST_OPENINGS))
    return [list(names[start : start + size]) for start in range(0, len(names), size)]


def stretches(path: Path, names: Sequence[str], most: int | None = None) -> Iterator[pa.Table]:
    """Columns of all rows, or of `most` random ones, a stretch at a time."""
    # What is buffered before it is asked for is kept until the end of the file: the whole column.
    with pq.ParquetFile(path, buffer_size=BYTES_AT_ONCE, pre_buffer=False) as file:
        chosen = None if most is None or file.metadata.num_rows <= most else _chosen(file.metadata.num_rows, most)
        start = 0
        for batch in file.iter_batches(ROWS_AT_ONCE, columns=list(names), use_threads=False):
            values = pa.Table.from_batches([batch])
            yield values if chosen is None else values.take(pa.array(_between(chosen, start, len(batch))))
            start += len(batch)


def some_of(values: pa.ChunkedArray, n: int) -> pa.ChunkedArray:
    """At most `n` random values."""
    return values if len(values) <= n else values.take(pa.array(_chosen(len(values), n)))


def _chosen(n_rows: int, n: int) -> Places:
    """Positions of `n` random rows, rising."""
    return np.sort(np.random.default_rng(SEED).choice(n_rows, n, replace=False, shuffle=False))


def _between(positions: Places, start: int, n: int) -> Places:
    """Which of the `n` rows from `start` on are meant."""
    first, last = np.searchsorted(positions, [start, start + n])
    return positions[first:last] - start
