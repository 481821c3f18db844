"""Columns one after the other, read from the file in lots: a file of many columns is slow to open again and again."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import pyarrow as pa

from mlwright.data.compute.table import Table

MAX_CELLS = 10_000_000
MAX_COLUMNS = 200


def each_column(table: Table, names: Sequence[str]) -> Iterator[tuple[str, pa.ChunkedArray]]:
    """Names and values of columns, of which so many are in memory as `MAX_CELLS` allows."""
    size = max(1, min(MAX_COLUMNS, MAX_CELLS // max(1, table.n_rows)))
    for start in range(0, len(names), size):
        lot = table.arrow(names[start : start + size])
        yield from ((name, lot[name]) for name in lot.column_names)
