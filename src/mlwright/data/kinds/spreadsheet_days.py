"""Days as spreadsheets count them: 45292 is the first of January 2024."""

from __future__ import annotations

from datetime import date, timedelta

from mlwright.data.kinds.names import says_amount, says_moment, words_of
from mlwright.records.profile import ColumnProfile

FIRST, LAST = 25_569, 55_153
"""1970 to 2050."""
LEAST_DAYS = 12
_ORIGIN = date(1899, 12, 30)
_NO_DAYS = frozenset({"time", "week", "month", "ts", "timestamp"})


def are_days(column: ColumnProfile) -> bool:
    """Whether a column of numbers is called a date and lies where spreadsheets count the days of 1970 to 2050."""
    low, high = column.minimum, column.maximum
    if column.kind != "number" or low is None or high is None or column.n_distinct < LEAST_DAYS:
        return False
    words = set(words_of(column.name))
    is_called_so = "date" in words or (says_moment(column.name) and not says_amount(column.name))
    return is_called_so and not _NO_DAYS & words and FIRST <= low <= high <= LAST


def day_of(number: float) -> date:
    """The day that a spreadsheet means by a number.

    >>> day_of(45292).isoformat()
    '2024-01-01'
    """
    return _ORIGIN + timedelta(days=int(number))
