"""Known names come in another spelling."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from mlwright.core.family import NotApplicable
from mlwright.data.words import percent
from mlwright.judging.probes import Probe
from mlwright.judging.probes._cells import columns_of, is_text, replaced, some, where
from mlwright.records.profile import Profile

SHARE_AT_MOST = 0.5


class RespelledCategories(Probe):
    """Another program sends the same names in capitals, or in small letters where they are capitals already."""

    title = "Respelled categories"

    def disturb(self, table: pa.Table, profile: Profile, strength: float, rng: np.random.Generator) -> pa.Table:
        """Turn the case of a share of the cells."""
        new = {}
        for column in columns_of(table, profile, "category", "boolean"):
            if is_text(values := table[column.name]):
                plain = values.cast(pa.string())
                turned = pc.if_else(pc.equal(pc.utf8_upper(plain), plain), pc.utf8_lower(plain), pc.utf8_upper(plain))
                cells = some(rng, table.num_rows, SHARE_AT_MOST * strength)
                new[column.name] = where(cells, turned, values)
        if not new:
            raise NotApplicable("no category is stored as text")
        return replaced(table, new)

    def describe(self, strength: float) -> str:
        """How many names are spelled otherwise."""
        return f"{percent(SHARE_AT_MOST * strength)} of the categories come in capitals (or small letters)"
