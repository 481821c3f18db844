"""Values that are there and say nothing to a model: no number where it learned from numbers, no date where from dates.

A model takes them for missing, and answers. Where a person or a program does not look at each answer, that they were
there has to be told: a file in which a column holds something else than before is scored without a word otherwise.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from mlwright.scoring.columns import Columns, plain_columns, read_columns
from mlwright.scoring.readers import DateReader, NumberReader
from mlwright.scoring.spelling import missing_array, to_number_array

if TYPE_CHECKING:
    import pyarrow as pa

    from mlwright.scoring.encoder import Encoder


def unread_values(encoder: Encoder, rows: pa.Table) -> dict[str, int]:
    """How many values of each input are neither missing nor what the model can read; only inputs that have some.

    Columns of numbers, and of moments, are not looked at, so that this costs nothing for most tables.

    Raises
    ------
    TableError
        If inputs are missing.
    """
    columns = read_columns(rows, coded=True)
    columns.pick(encoder.inputs)
    texts = [reader for reader in encoder.measuring if _may_hold_anything(columns.by_name[reader.name])]
    if not texts:
        return {}
    given = Columns({name: columns.by_name[name] for name in encoder.inputs}, columns.n_rows)
    cleaned = encoder.clean(plain_columns(given)).by_name
    found = {reader.name: _n_unread(reader, cleaned[reader.name]) for reader in texts}
    return {name: n for name, n in found.items() if n}


def _may_hold_anything(values: pa.Array | list[object]) -> bool:
    import pyarrow as pa

    if isinstance(values, list):
        return False
    kind = values.type.value_type if pa.types.is_dictionary(values.type) else values.type
    return bool(pa.types.is_string(kind) or pa.types.is_large_string(kind))


def _n_unread(reader: NumberReader | DateReader, values: pa.Array | list[object]) -> int:
    import pyarrow as pa

    if isinstance(values, list) or not _may_hold_anything(values):
        return 0  # it was cleaned into numbers
    odd = np.isnan(np.asarray(reader.values(values), dtype=np.float64))
    if not odd.any():
        return 0
    rest = values.filter(pa.array(odd))
    unread = ~missing_array(rest, reader.column.missing_codes)
    if isinstance(reader, NumberReader):
        unread &= np.isnan(to_number_array(rest))  # others are codes for "missing" in another spelling, or infinite
    return int(unread.sum())
