"""Values of an Arrow array, each distinct one read once."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, cast

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray


def distinct_values(values: pa.ChunkedArray | pa.Array) -> tuple[list[Any], NDArray[np.int64]]:
    """The distinct values as Python sees them, and the place of each row among them; -1 for null."""
    whole = plain_array(values)
    if pa.types.is_nested(whole.type):
        found = whole.to_pylist()
        return found, np.arange(len(found))
    coded = whole.dictionary_encode()
    indices = pc.fill_null(coded.indices, -1) if coded.null_count else coded.indices
    return coded.dictionary.to_pylist(), indices.to_numpy(zero_copy_only=False).astype(np.int64)


def plain_array(values: pa.ChunkedArray | pa.Array) -> pa.Array:
    """One array; strings of every sort as large strings, dictionaries taken apart, no type at all as strings."""
    whole = values.combine_chunks() if isinstance(values, pa.ChunkedArray) else values
    if isinstance(whole, pa.ChunkedArray):
        whole = pa.concat_arrays(whole.chunks)
    if pa.types.is_dictionary(whole.type):
        whole = whole.cast(whole.type.value_type)
    if pa.types.is_string(whole.type) or pa.types.is_string_view(whole.type) or pa.types.is_null(whole.type):
        whole = whole.cast(pa.large_string())
    if pa.types.is_timestamp(whole.type) and whole.type.unit == "ns":
        whole = whole.cast(pa.timestamp("us", tz=whole.type.tz), safe=False)
    return whole


def by_distinct(values: pa.Array, read: Callable[[object], float]) -> NDArray[np.float64]:
    """`read` of every value, each distinct one read once."""
    distinct, places = distinct_values(values)
    found = np.array([*map(read, distinct), math.nan])
    return cast("NDArray[np.float64]", found[places])


def quick_and_slow(
    values: pa.Array, plain: pa.Array, quick: pa.DataType, read: Callable[[object], float]
) -> NDArray[np.float64]:
    """The plain values by Arrow's own cast, the rest one by one."""
    try:
        cast_plain = pc.if_else(plain, values, None).cast(quick)
    except pa.ArrowInvalid:
        return by_distinct(values, read)
    if pa.types.is_timestamp(quick):
        numbers = floats(cast_plain.cast(pa.int64()).cast(pa.float64(), safe=False)) / 1e6
    else:
        numbers = floats(cast_plain)
    rest = ~plain.to_numpy(zero_copy_only=False)
    if rest.any():
        numbers[rest] = by_distinct(values.filter(pa.array(rest)), read)
    return numbers


def floats(values: pa.Array) -> NDArray[np.float64]:
    """Floats with NaN for null, free to be written to."""
    return np.array(values.to_numpy(zero_copy_only=False), dtype=np.float64)
