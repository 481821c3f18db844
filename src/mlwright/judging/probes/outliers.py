"""Some numbers are wildly wrong."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from mlwright.data.words import percent
from mlwright.judging.probes import Probe
from mlwright.judging.probes._cells import columns_of, replaced, some, with_numbers
from mlwright.records.profile import Profile
from mlwright.scoring.spelling import to_number_array

SHARE_AT_MOST = 0.1
SPREADS = 10.0


class Outliers(Probe):
    """A broken sensor, a slip of a digit: some numbers lie ten spreads away from the mean."""

    title = "Outliers"
    usual = True

    def disturb(self, table: pa.Table, profile: Profile, strength: float, rng: np.random.Generator) -> pa.Table:
        """Throw a share of the numbers far to either side."""
        new = {}
        for column in columns_of(table, profile, "number"):
            cells = some(rng, table.num_rows, SHARE_AT_MOST * strength)
            side = rng.choice([-1.0, 1.0], table.num_rows)
            far = (column.mean or 0.0) + side * SPREADS * (column.std or 1.0)
            values = table[column.name]
            thrown = np.where(cells, far, to_number_array(values))
            new[column.name] = with_numbers(values, thrown)
        return replaced(table, new)

    def describe(self, strength: float) -> str:
        """How many numbers are wrong."""
        return f"{percent(SHARE_AT_MOST * strength)} of the numbers are far out (ten spreads from the mean)"
