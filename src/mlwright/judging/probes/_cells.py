"""What probes share: choosing columns and cells, and writing values back in the column's own type."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from mlwright.core.family import NotApplicable
from mlwright.records.profile import ColumnProfile, Kind, Profile
from mlwright.scoring.spelling import to_number_array

Array = NDArray[np.float64]
Mask = NDArray[np.bool_]

MOST_EXACT = 2**53
"""Floats hold all whole numbers up to here."""


def columns_of(table: pa.Table, profile: Profile, *kinds: Kind) -> list[ColumnProfile]:
    """The inputs of some kinds, the most important first.

    Raises
    ------
    NotApplicable
        If there are none.
    """
    inputs = {column.name: column for column in profile.inputs if column.kind in kinds}
    wanted = [inputs[name] for name in table.column_names if name in inputs]
    if not wanted:
        raise NotApplicable(f"no input is a {' or a '.join(kinds)}")
    return wanted


def is_text(values: pa.ChunkedArray) -> bool:
    """Whether a column is stored as text."""
    kind = values.type.value_type if pa.types.is_dictionary(values.type) else values.type
    return bool(pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_string_view(kind))


def replaced(table: pa.Table, values: Mapping[str, pa.ChunkedArray | pa.Array]) -> pa.Table:
    """The table with other values in some columns; all at once, as each new table costs time for every column."""
    columns = [values.get(name, old) for name, old in zip(table.column_names, table.columns, strict=True)]
    return pa.Table.from_arrays(columns, schema=table.schema)


def where(cells: Mask, new: pa.ChunkedArray | pa.Array, old: pa.ChunkedArray) -> pa.ChunkedArray:
    """New values in some cells, in the type of the old ones."""
    if pa.types.is_dictionary(old.type):
        plain = old.cast(old.type.value_type)
        return pa.chunked_array(where(cells, new, plain)).cast(old.type)
    return pc.if_else(pa.array(cells), new.cast(old.type, safe=False), old)


def with_numbers(values: pa.ChunkedArray, numbers: Array) -> pa.ChunkedArray:
    """A column of numbers with others in their place; what is no number, or did not change, stays as it is."""
    old = to_number_array(values)
    cells = np.isfinite(old) & np.isfinite(numbers) & (numbers != old)
    return where(cells, _in_type(np.where(cells, numbers, 0.0), values), values)


def _in_type(numbers: Array, values: pa.ChunkedArray) -> pa.Array:
    if is_text(values):
        return pa.array([f"{number:.10g}" for number in numbers])
    kind = values.type
    if pa.types.is_integer(kind):
        limits = np.iinfo(kind.to_pandas_dtype())
        highest = min(int(limits.max), MOST_EXACT)
        return pa.array(np.clip(np.round(numbers), max(int(limits.min), -MOST_EXACT), highest).astype(np.int64))
    if pa.types.is_decimal(kind):
        most = 10.0 ** (kind.precision - kind.scale) - 1.0
        return pa.array([f"{number:.{max(kind.scale, 0)}f}" for number in np.clip(numbers, -most, most)])
    if pa.types.is_boolean(kind):
        return pa.array(numbers > 0.5)
    return pa.array(numbers)


def some(rng: np.random.Generator, n: int, share: float) -> Mask:
    """A share of `n` cells, at random."""
    return rng.random(n) < share
