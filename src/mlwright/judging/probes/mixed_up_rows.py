"""Values land in the wrong rows."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from mlwright.core.family import NotApplicable
from mlwright.data.words import percent
from mlwright.judging.probes import Probe
from mlwright.judging.probes._cells import replaced, some
from mlwright.records.profile import Profile

SHARE_AT_MOST = 0.2
"""A join that slips or a refresh that fails touches some cells, seldom more than one in five."""


class MixedUpRows(Probe):
    """A join on the wrong key, or a value that was not refreshed: some cells hold what belongs to another row."""

    title = "Values of other rows"
    usual = True

    def disturb(self, table: pa.Table, profile: Profile, strength: float, rng: np.random.Generator) -> pa.Table:
        """Take a share of the cells from random other rows."""
        n = table.num_rows
        if n < 2:
            raise NotApplicable("there is only one row")
        new = {}
        for name in table.column_names:
            sources = np.where(some(rng, n, SHARE_AT_MOST * strength), rng.integers(n, size=n), np.arange(n))
            new[name] = table[name].take(pa.array(sources))
        return replaced(table, new)

    def describe(self, strength: float) -> str:
        """How many values belong to other rows."""
        return f"{percent(SHARE_AT_MOST * strength)} of all values belong to another row"
