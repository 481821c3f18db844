"""Values get lost."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from mlwright.data.words import percent
from mlwright.judging.probes import Probe
from mlwright.judging.probes._cells import replaced, some
from mlwright.records.profile import Profile

SHARE_AT_MOST = 0.5


class MissingValues(Probe):
    """Random cells of all columns become empty, at most half of them."""

    title = "Missing values"
    usual = True

    def disturb(self, table: pa.Table, profile: Profile, strength: float, rng: np.random.Generator) -> pa.Table:
        """Empty a share of the cells."""
        new = {}
        for name in table.column_names:
            gone = pa.array(some(rng, table.num_rows, SHARE_AT_MOST * strength))
            values = table[name]
            new[name] = pc.if_else(gone, pa.scalar(None, values.type), values)
        return replaced(table, new)

    def describe(self, strength: float) -> str:
        """How many values are gone."""
        return f"{percent(SHARE_AT_MOST * strength)} of all values are missing"
