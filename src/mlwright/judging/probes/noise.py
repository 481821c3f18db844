"""Numbers are measured less exactly."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from mlwright.data.words import percent
from mlwright.judging.probes import Probe
from mlwright.judging.probes._cells import columns_of, replaced, with_numbers
from mlwright.records.profile import Profile
from mlwright.scoring.spelling import to_number_array

SPREAD_AT_MOST = 0.5


class Noise(Probe):
    """Every number is off by chance, by at most half of its column's spread on average."""

    title = "Noise in numbers"
    usual = True

    def disturb(self, table: pa.Table, profile: Profile, strength: float, rng: np.random.Generator) -> pa.Table:
        """Add normal noise to every number."""
        new = {}
        for column in columns_of(table, profile, "number"):
            values = table[column.name]
            errors = SPREAD_AT_MOST * strength * (column.std or 0.0) * rng.standard_normal(table.num_rows)
            new[column.name] = with_numbers(values, to_number_array(values) + errors)
        return replaced(table, new)

    def describe(self, strength: float) -> str:
        """How far numbers are off."""
        return f"all numbers are off by {percent(SPREAD_AT_MOST * strength)} of their spread"
