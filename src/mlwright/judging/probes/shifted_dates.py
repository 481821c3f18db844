"""Dates move on."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from mlwright.data.words import counted
from mlwright.judging.probes import Probe
from mlwright.judging.probes._cells import columns_of, replaced
from mlwright.judging.probes._moments import moved
from mlwright.records.profile import Profile

DAYS_AT_MOST = 365
DAY_S = 86_400.0


class ShiftedDates(Probe):
    """The same rows some time later: every date is moved on, at most by a year."""

    title = "Later dates"

    def disturb(self, table: pa.Table, profile: Profile, strength: float, rng: np.random.Generator) -> pa.Table:
        """Add the same number of days to every date."""
        later_s = DAY_S * _days(strength)
        dates = columns_of(table, profile, "date")
        return replaced(table, {column.name: moved(table[column.name], column, later_s) for column in dates})

    def describe(self, strength: float) -> str:
        """How far dates are moved."""
        return f"all dates are {counted(_days(strength), 'day')} later"


def _days(strength: float) -> int:
    return round(DAYS_AT_MOST * strength)
