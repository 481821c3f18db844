"""How the log of a service spells values: as columns of Arrow."""

from __future__ import annotations

import hmac
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from mlwright.records.served import KeptColumn
from mlwright.scoring.spelling import canonical, to_number

if TYPE_CHECKING:
    import pyarrow as pa

HASH_CHARACTERS = 32
TEXTS = frozenset({str, type(None)})
NUMBERS = frozenset({int, float, type(None)})


def column_of(values: Sequence[Any], column: KeptColumn, key: bytes) -> pa.Array:
    """Numbers as such, with null for what is none; everything else as it is spelled; hashed with `key` where asked."""
    import pyarrow as pa

    if column.treatment == "hashed":
        return pa.array([hashed(value, key) for value in values], pa.string())
    if column.kind != "number":
        return pa.array(spellings(values), pa.string())
    plain = values if NUMBERS.issuperset(map(type, values)) else list(map(to_number, values))
    return finite(np.array(plain, dtype=np.float64))


def spellings(values: Sequence[Any]) -> list[str | None]:
    """`canonical` of values, each distinct text spelled once."""
    if not TEXTS.issuperset(map(type, values)):
        return list(map(canonical, values))
    spelling = {text: canonical(text) for text in set(values)}
    return [spelling[text] for text in values]


def hashed(value: Any, key: bytes) -> str | None:
    """The same for equal values, and of no use to who does not know the key."""
    spelling = canonical(value)
    return None if spelling is None else hmac.new(key, spelling.encode(), "sha256").hexdigest()[:HASH_CHARACTERS]


def finite(numbers: NDArray[np.float64]) -> pa.Array:
    """Numbers, with null for what is none."""
    import pyarrow as pa

    is_number = np.isfinite(numbers)
    return pa.array(numbers, pa.float64(), mask=None if is_number.all() else ~is_number)


def moments(seconds: NDArray[np.float64]) -> pa.Array:
    """Seconds since 1970 as moments."""
    import pyarrow as pa

    return pa.array(np.round(seconds * 1e6).astype(np.int64), pa.timestamp("us", tz="UTC"))


def lists(values: NDArray[np.float64], n_lists: int) -> pa.Array:
    """As many lists of one length."""
    import pyarrow as pa

    ends = np.arange(n_lists + 1, dtype=np.int32) * (len(values) // max(n_lists, 1))
    return pa.ListArray.from_arrays(ends, values)
