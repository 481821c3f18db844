"""Texts are cut off."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from mlwright.data.words import percent
from mlwright.judging.probes import Probe
from mlwright.judging.probes._cells import columns_of, replaced
from mlwright.records.profile import Profile

CUT_AT_MOST = 0.8


class CutText(Probe):
    """A database field that is too short: texts lose their end, down to a fifth of the longest."""

    title = "Texts are cut off"

    def disturb(self, table: pa.Table, profile: Profile, strength: float, rng: np.random.Generator) -> pa.Table:
        """Cut every text at a share of the longest one's length."""
        new = {}
        for column in columns_of(table, profile, "text"):
            values = table[column.name].cast(pa.string())
            longest = pc.max(pc.utf8_length(values)).as_py() or 0
            cut = pc.utf8_slice_codeunits(values, 0, max(1, round(longest * (1 - CUT_AT_MOST * strength))))
            new[column.name] = cut.cast(table[column.name].type)
        return replaced(table, new)

    def describe(self, strength: float) -> str:
        """Where texts end."""
        return f"texts are cut at {percent(1 - CUT_AT_MOST * strength)} of the length of the longest"
