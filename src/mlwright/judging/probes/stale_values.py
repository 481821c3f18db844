"""What is known of a record is not what is true now, but what was true the time before."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from mlwright.core.family import NotApplicable
from mlwright.data.words import percent
from mlwright.judging.probes import Probe
from mlwright.judging.probes._cells import replaced, some
from mlwright.records.profile import Profile
from mlwright.scoring.moments import to_moment_array
from mlwright.scoring.spelling import spelled, to_number_array

SHARE_AT_MOST = 1.0
FEWEST_ROWS = 30


class StaleValues(Probe):
    """A feed that is stuck: records come with the inputs of the record before, of the same group where there is one.

    The time itself and the group stay what they are.
    """

    title = "Stale values"

    def disturb(self, table: pa.Table, profile: Profile, strength: float, rng: np.random.Generator) -> pa.Table:
        """Give a share of the records the inputs of the record before."""
        before = _record_before(table, profile)
        has_one = before != np.arange(table.num_rows)
        if has_one.sum() < FEWEST_ROWS:
            raise NotApplicable(f"fewer than {FEWEST_ROWS} records have one before them")
        sources = np.where(some(rng, table.num_rows, SHARE_AT_MOST * strength), before, np.arange(table.num_rows))
        new = {}
        for name in table.column_names:
            if name not in (profile.roles.time, profile.roles.group):
                new[name] = table[name].take(pa.array(sources))
        return replaced(table, new)

    def describe(self, strength: float) -> str:
        """How many records are stale."""
        return f"{percent(SHARE_AT_MOST * strength)} of the records come with the inputs of the record before"


def _record_before(table: pa.Table, profile: Profile) -> NDArray[np.int64]:
    """The place of the latest earlier record of the same group, or a record's own place where there is none."""
    time, group = profile.roles.time, profile.roles.group
    if time is None or time not in table.column_names:
        raise NotApplicable("no column says which record came before")
    column, values = profile.column(time), table[time]
    moments = to_number_array(values) if column.kind == "number" else to_moment_array(values, column.date_format)
    groups = np.zeros(table.num_rows, dtype=np.int64)
    if group is not None and group in table.column_names:
        groups = spelled(table[group]).places
    order = np.lexsort((np.where(np.isfinite(moments), moments, -np.inf), groups))
    before = np.arange(table.num_rows)
    follows = groups[order][1:] == groups[order][:-1]
    before[order[1:][follows]] = order[:-1][follows]
    return before
