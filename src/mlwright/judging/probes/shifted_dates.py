"""Dates move on."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from mlwright.data.words import counted
from mlwright.judging.probes import Probe
from mlwright.judging.probes._cells import columns_of, is_text, replaced, where
from mlwright.records.profile import Profile
from mlwright.scoring.spelling import to_moment_array

DAYS_AT_MOST = 365
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class ShiftedDates(Probe):
    """The same rows some time later: every date is moved on, at most by a year."""

    title = "Later dates"

    def disturb(self, table: pa.Table, profile: Profile, strength: float, rng: np.random.Generator) -> pa.Table:
        """Add the same number of days to every date."""
        seconds = 86400.0 * _days(strength)
        for column in columns_of(table, profile, "date"):
            values = table[column.name]
            moments = to_moment_array(values, column.date_format) + seconds
            known = np.isfinite(moments) & (np.abs(moments) < 2.5e11)
            moved = _written(np.where(known, moments, 0.0), values, column.date_format)
            table = replaced(table, column.name, where(known, moved, values))
        return table

    def describe(self, strength: float) -> str:
        """How far dates are moved."""
        return f"all dates are {counted(_days(strength), 'day')} later"


def _days(strength: float) -> int:
    return round(DAYS_AT_MOST * strength)


def _written(moments: NDArray[np.float64], values: pa.ChunkedArray, date_format: str | None) -> pa.Array:
    if not is_text(values):
        whole = pa.array(np.round(moments * 1e6).astype("datetime64[us]"))
        return whole if values.type != pa.date32() else whole.cast(pa.date32(), safe=False)
    days = [EPOCH + timedelta(seconds=moment) for moment in moments.tolist()]
    return pa.array([day.strftime(date_format) if date_format else day.isoformat() for day in days])
