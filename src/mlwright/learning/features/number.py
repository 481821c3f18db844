"""Numbers: the range that they were seen in."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from mlwright.records.model import NumberColumn
from mlwright.records.profile import ColumnProfile
from mlwright.scoring.readers import NumberReader


def learn_number(column: ColumnProfile, values: pa.Array) -> NumberColumn | None:
    """The plan of a number column, or None if it holds no number."""
    blank = NumberColumn(name=column.name, missing_codes=column.missing_codes, low=0.0, high=0.0)
    numbers = NumberReader(blank).array(values)
    numbers = numbers[~np.isnan(numbers)]
    if not len(numbers):
        return None
    return blank.model_copy(update={"low": float(numbers.min()), "high": float(numbers.max())})
