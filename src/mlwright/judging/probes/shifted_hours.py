"""Times come from another time zone."""

from __future__ import annotations

import re

import numpy as np
import pyarrow as pa

from mlwright.core.family import NotApplicable
from mlwright.data.words import counted
from mlwright.judging.probes import Probe
from mlwright.judging.probes._cells import replaced, with_numbers
from mlwright.judging.probes._moments import moved
from mlwright.records.profile import ColumnProfile, Profile
from mlwright.scoring.moments import to_moment_array
from mlwright.scoring.spelling import to_number_array

HOURS_AT_MOST = 12
DAY_S, HOUR_S = 86_400.0, 3_600.0
HOURS_OF_A_DAY = 24
HOUR = re.compile(r"(?:.*[^a-z])?(?:h|hr|hrs|hour|hours|stunde|heure|hora)", re.IGNORECASE)


class ShiftedHours(Probe):
    """Another time zone, or summer time forgotten: all times of the day are later, by an hour up to half a day.

    Of dates those that have a time of the day, which may move them to the next day; and columns of hours (0 to 23, by
    their name), which go round.
    """

    title = "Another time zone"

    def disturb(self, table: pa.Table, profile: Profile, strength: float, rng: np.random.Generator) -> pa.Table:
        """Add the same number of hours to every time."""
        new, hours, there = {}, _hours(strength), set(table.column_names)
        for column in profile.inputs:
            if column.name not in there:
                continue
            values = table[column.name]
            if _has_hours(values, column):
                new[column.name] = moved(values, column, HOUR_S * hours)
            elif is_hour(column):
                later = (to_number_array(values) + hours) % HOURS_OF_A_DAY
                new[column.name] = with_numbers(values, later)
        if not new:
            raise NotApplicable("no input has a time of the day")
        return replaced(table, new)

    def describe(self, strength: float) -> str:
        """How far times are moved."""
        return f"all times of the day are {counted(_hours(strength), 'hour')} later"


def _hours(strength: float) -> int:
    return max(1, round(HOURS_AT_MOST * strength))


def _has_hours(values: pa.ChunkedArray, column: ColumnProfile) -> bool:
    if column.kind != "date" or values.type == pa.date32():
        return False
    moments = to_moment_array(values, column.date_format)
    return bool((np.mod(moments[np.isfinite(moments)], DAY_S) != 0).any())


def is_hour(column: ColumnProfile) -> bool:
    """Whether a column holds the hours of the day, by its name and its range."""
    is_day = (column.minimum, column.maximum, column.n_distinct) == (0, HOURS_OF_A_DAY - 1, HOURS_OF_A_DAY)
    return column.kind == "number" and is_day and HOUR.fullmatch(column.name) is not None
