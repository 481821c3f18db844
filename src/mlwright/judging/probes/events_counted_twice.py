"""Events are delivered again, and counted again."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from mlwright.core.family import NotApplicable
from mlwright.data.words import percent
from mlwright.judging.probes import Probe
from mlwright.judging.probes._cells import replaced, some, with_numbers
from mlwright.judging.probes.shifted_hours import is_hour
from mlwright.records.profile import ColumnProfile, Profile
from mlwright.scoring.spelling import to_number_array

SHARE_AT_MOST = 0.5
FEWEST_VALUES = 4
LEAST = (0.0, 1.0)


class EventsCountedTwice(Probe):
    """Events arrive twice and nobody drops the second: of some records all counts are twice what they are.

    A count is a column of whole numbers from 0 or 1 up, of four values or more.
    """

    title = "Events counted twice"

    def disturb(self, table: pa.Table, profile: Profile, strength: float, rng: np.random.Generator) -> pa.Table:
        """Double the counts of a share of the records."""
        twice, new = some(rng, table.num_rows, SHARE_AT_MOST * strength), {}
        there = set(table.column_names)
        for column in profile.inputs:
            if column.name in there and _may_count(column):
                numbers = to_number_array(table[column.name])
                known = numbers[np.isfinite(numbers)]
                if len(known) and (known == np.round(known)).all():
                    new[column.name] = with_numbers(table[column.name], np.where(twice, 2 * numbers, numbers))
        if not new:
            raise NotApplicable("no input counts anything")
        return replaced(table, new)

    def describe(self, strength: float) -> str:
        """How many records are hit."""
        return f"{percent(SHARE_AT_MOST * strength)} of the records have their events counted twice"


def _may_count(column: ColumnProfile) -> bool:
    return (
        column.kind == "number"
        and column.minimum in LEAST
        and column.n_distinct >= FEWEST_VALUES
        and not is_hour(column)
    )
