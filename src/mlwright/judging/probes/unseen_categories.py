"""Names turn up that were never seen."""

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
NEW_NAME = "mlwright: a new name"


class UnseenCategories(Probe):
    """A new branch, product or code: some cells of category columns hold a name that training had not."""

    title = "New categories"
    usual = True

    def disturb(self, table: pa.Table, profile: Profile, strength: float, rng: np.random.Generator) -> pa.Table:
        """Put a new name, or a number above all codes, into a share of the cells."""
        new = {}
        for column in columns_of(table, profile, "category"):
            values = table[column.name]
            name = _new_value(values)
            if name is not None:
                cells = some(rng, table.num_rows, SHARE_AT_MOST * strength) & ~np.asarray(values.is_null())
                new[column.name] = where(cells, name, values)
        if not new:
            raise NotApplicable("no category column can hold a new name")
        return replaced(table, new)

    def describe(self, strength: float) -> str:
        """How many names are new."""
        return f"{percent(SHARE_AT_MOST * strength)} of the categories are names that were never seen"


def _new_value(values: pa.ChunkedArray) -> pa.Array | None:
    """A column full of a value that is not among these; None if its type has no room for one."""
    if is_text(values):
        return pa.array([NEW_NAME] * len(values))
    if not pa.types.is_integer(values.type):
        return None
    highest = pc.max(values).as_py()
    fits = highest is not None and highest < np.iinfo(values.type.to_pandas_dtype()).max
    return pa.array([highest + 1] * len(values), values.type) if fits else None
