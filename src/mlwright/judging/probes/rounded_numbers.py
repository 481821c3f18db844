"""Numbers lose their digits."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from mlwright.data.words import percent
from mlwright.judging.probes import Probe
from mlwright.judging.probes._cells import columns_of, replaced, with_numbers
from mlwright.records.profile import Profile
from mlwright.scoring.spelling import to_number_array


class RoundedNumbers(Probe):
    """An export keeps fewer digits: numbers are rounded to steps, at most as wide as the column's spread."""

    title = "Rounded numbers"

    def disturb(self, table: pa.Table, profile: Profile, strength: float, rng: np.random.Generator) -> pa.Table:
        """Round every number."""
        new = {}
        for column in columns_of(table, profile, "number"):
            step = strength * (column.std or 0.0)
            if step > 0:
                values = table[column.name]
                rounded = np.round(to_number_array(values) / step) * step
                new[column.name] = with_numbers(values, rounded)
        return replaced(table, new)

    def describe(self, strength: float) -> str:
        """How wide the steps are."""
        return f"all numbers are rounded to steps of {percent(strength)} of their spread"
