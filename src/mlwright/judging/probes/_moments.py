"""Moving the moments of a column, in whatever way they are written."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from mlwright.judging.probes._cells import is_text, where
from mlwright.records.profile import ColumnProfile
from mlwright.scoring.moments import DatePattern, to_moment_array, write_moment

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
FURTHEST_S = 2.5e11
"""Moments further from 1970 are left where they are: the calendar ends."""


def moved(values: pa.ChunkedArray, column: ColumnProfile, seconds: float) -> pa.ChunkedArray:
    """A column of dates, later by so many seconds; what is no date stays as it is."""
    moments = to_moment_array(values, column.date_format) + seconds
    known = np.isfinite(moments) & (np.abs(moments) < FURTHEST_S)
    return where(known, _written(np.where(known, moments, 0.0), values, column.date_format), values)


def _written(moments: NDArray[np.float64], values: pa.ChunkedArray, date_format: str | None) -> pa.Array:
    if not is_text(values):
        whole = pa.array(np.round(moments * 1e6).astype("datetime64[us]"))
        return whole if values.type != pa.date32() else whole.cast(pa.date32(), safe=False)
    days = [EPOCH + timedelta(seconds=moment) for moment in moments.tolist()]
    pattern = DatePattern.of(date_format).pattern if date_format else None
    return pa.array([write_moment(day, pattern) if pattern else day.isoformat() for day in days])
