"""A column stops coming."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pyarrow as pa

from mlwright.core.family import NotApplicable
from mlwright.judging.probes import Disturbed, Probe
from mlwright.judging.probes._cells import replaced
from mlwright.records.profile import Profile

N_COLUMNS = 5


class ColumnGone(Probe):
    """One of the most important columns is empty in every row; each of five is tried, the worst is told."""

    title = "A column is gone"
    strengths = (1.0,)

    def disturb(self, table: pa.Table, profile: Profile, strength: float, rng: np.random.Generator) -> pa.Table:
        """Empty the most important column."""
        return next(self.ways(table, profile, strength, rng)).table

    def ways(self, table: pa.Table, profile: Profile, strength: float, rng: np.random.Generator) -> Iterator[Disturbed]:
        """Empty each of the most important columns."""
        names = [name for name in table.column_names if name in profile.roles.inputs][:N_COLUMNS]
        if len(names) < 2:
            raise NotApplicable("there is only one input")
        for name in names:
            empty = pa.nulls(table.num_rows, table[name].type)
            yield Disturbed(replaced(table, {name: empty}), name, f"'{name}' comes empty in every row")

    def describe(self, strength: float) -> str:
        """What is tried."""
        return "one of the most important columns comes empty in every row"
