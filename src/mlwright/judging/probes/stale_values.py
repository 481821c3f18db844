"""What is known of a record is not what is true now, but what was true the time before."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray
from scipy.stats import rankdata

from mlwright.core.family import NotApplicable
from mlwright.data.words import percent
from mlwright.judging.probes import Probe
from mlwright.judging.probes._cells import replaced, some
from mlwright.records.profile import Profile
from mlwright.scoring.moments import to_moment_array
from mlwright.scoring.spelling import spelled, to_number_array

SHARE_AT_MOST = 1.0
FEWEST_ROWS = 30
LEAST_LIKE_THE_LAST = 0.5
"""Of a feed, a value tells half of how the next one differs from the usual; of cases of their own, it tells nothing."""


class StaleValues(Probe):
    """A feed that is stuck: records come with the inputs of the record before, of the same group where there is one.

    Without a group, inputs that are a feed are known by being like the ones before (a rank correlation of 0.5 at
    least, or as much more agreement of names than chance has): what belongs to a case of its own cannot be stuck. The
    time itself and the group stay what they are.
    """

    title = "Stale values"

    def disturb(self, table: pa.Table, profile: Profile, strength: float, rng: np.random.Generator) -> pa.Table:
        """Give a share of the records the inputs of the record before."""
        before = _record_before(table, profile)
        has_one = before != np.arange(table.num_rows)
        if has_one.sum() < FEWEST_ROWS:
            raise NotApplicable(f"fewer than {FEWEST_ROWS} records have one before them")
        feeds = _feeds(table, profile, before, has_one)
        if not feeds:
            raise NotApplicable("no input is like the one of the record before, as it would be in a feed")
        sources = pa.array(
            np.where(some(rng, table.num_rows, SHARE_AT_MOST * strength), before, np.arange(len(before)))
        )
        return replaced(table, {name: table[name].take(sources) for name in feeds})

    def describe(self, strength: float) -> str:
        """How many records are stale."""
        return f"{percent(SHARE_AT_MOST * strength)} of the records come with the inputs of the record before"


def _feeds(table: pa.Table, profile: Profile, before: NDArray[np.int64], has_one: NDArray[np.bool_]) -> list[str]:
    """The columns that can be stuck."""
    time, group = profile.roles.time, profile.roles.group
    names = [name for name in table.column_names if name not in (time, group)]
    if group in table.column_names:
        return names
    kinds = {column.name: column.kind for column in profile.inputs}
    now = np.flatnonzero(has_one)
    return [
        name
        for name in names
        if _likeness(table[name], before[now], now, is_number=kinds.get(name) == "number") >= LEAST_LIKE_THE_LAST
    ]


def _likeness(values: pa.ChunkedArray, before: NDArray[np.int64], now: NDArray[np.int64], *, is_number: bool) -> float:
    """How far a value tells the next one: rank correlation of numbers, Cohen's kappa of names; 0 if it never varies."""
    if is_number:
        numbers = to_number_array(values)
        both = np.isfinite(numbers[now]) & np.isfinite(numbers[before])
        first, second = rankdata(numbers[before][both]), rankdata(numbers[now][both])
        return float(np.corrcoef(first, second)[0, 1]) if both.sum() > 1 and np.ptp(first) and np.ptp(second) else 0.0
    places = spelled(values).places
    share = np.unique(places, return_counts=True)[1] / max(1, len(places))
    by_chance = float((share**2).sum())
    return float((places[before] == places[now]).mean() - by_chance) / (1 - by_chance) if by_chance < 1 else 0.0


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
