"""Two columns are taken for each other."""

from __future__ import annotations

import itertools
from collections.abc import Iterator

import numpy as np
import pyarrow as pa

from mlwright.core.family import NotApplicable
from mlwright.judging.probes import Disturbed, Probe
from mlwright.judging.probes._cells import replaced
from mlwright.records.profile import ColumnProfile, Profile

N_COLUMNS, N_PAIRS = 10, 3


class SwappedColumns(Probe):
    """Two columns of one type and kind are exchanged in every row; of up to three pairs the worst is told."""

    title = "Two columns swapped"
    strengths = (1.0,)

    def disturb(self, table: pa.Table, profile: Profile, strength: float, rng: np.random.Generator) -> pa.Table:
        """Swap the two most important columns that are alike."""
        return next(self.ways(table, profile, strength, rng)).table

    def ways(self, table: pa.Table, profile: Profile, strength: float, rng: np.random.Generator) -> Iterator[Disturbed]:
        """Swap each of the most important pairs that are alike."""
        columns = [profile.column(name) for name in table.column_names if name in profile.roles.inputs][:N_COLUMNS]
        pairs = [pair for pair in itertools.combinations(columns, 2) if _alike(*pair)][:N_PAIRS]
        if not pairs:
            raise NotApplicable("no two of the most important inputs are alike")
        for one, other in pairs:
            swapped = replaced(table, {one.name: table[other.name], other.name: table[one.name]})
            names = f"{one.name} and {other.name}"
            yield Disturbed(swapped, names, f"'{one.name}' and '{other.name}' come in each other's place")

    def describe(self, strength: float) -> str:
        """What is tried."""
        return "two columns that are alike come in each other's place"


def _alike(one: ColumnProfile, other: ColumnProfile) -> bool:
    """Whether nobody would notice from the types, or for numbers from the ranges."""
    if one.kind != other.kind or one.type != other.type:
        return False
    if one.kind != "number" or not one.quantiles or not other.quantiles:
        return True
    return one.quantiles[1] <= other.quantiles[-2] and other.quantiles[1] <= one.quantiles[-2]
