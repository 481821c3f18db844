"""Dates that cannot be right."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from mlwright.core.family import NotApplicable
from mlwright.data.checks import Check, Specimen
from mlwright.data.checks._plain import plain_columns
from mlwright.data.columns import Levels, rows_for_test, training_rows
from mlwright.data.compute.table import SplitTable
from mlwright.data.kinds.date_ways import date_ways
from mlwright.data.words import counted, day, quoted
from mlwright.records.findings import Finding
from mlwright.records.profile import ColumnProfile, Profile
from mlwright.scoring.moments import to_moment

DAY_S = 86_400.0
MOST_FUTURE_SHARE = 0.2
LEAST_DEFAULT_ROWS = 3
DEFAULT_DAYS = tuple(
    to_moment(text)
    for text in (
        "0001-01-01",
        "1753-01-01",
        "1899-12-30",
        "1899-12-31",
        "1900-01-01",
        "1970-01-01",
        "2099-12-31",
        "9999-12-31",
    )
)
"""Days that programs write where no day is known."""


class ImpossibleDates(Check):
    """Dates that cannot be read, lie after the day of collecting, or are a program's way to say that none is known.

    Days to come are left alone where they fill a fifth of the column or more: then it holds plans. A default day
    counts if it comes three times, and lies more than a year before or after all other values.
    """

    severity = "warning"
    title = "Dates that cannot be right"
    action = (
        "Mend them where the data comes from, or name the default day as missing: profile.missing = {COLUMN = "
        '["1900-01-01"]}. What cannot be read counts as missing.'
    )

    def look(self, table: SplitTable, profile: Profile) -> Iterator[Finding]:
        """One finding for each column."""
        dates = [column for column in profile.inputs if column.kind == "date"]
        if not dates:
            raise NotApplicable("there is no column of dates")
        train, test = training_rows(table, profile), rows_for_test(table, profile)
        for column in dates:
            moments = np.concatenate([train.numbers(column.name), test.numbers(column.name)])
            known = moments[~np.isnan(moments)]
            faults = [*_future(known, table.as_of), *_defaults(known)]
            if column.n_unparsed:
                faults += _unreadable(column, [train.levels(column.name), test.levels(column.name)])
            if faults:
                yield self.found(f"In '{column.name}' {'; '.join(faults)}.", column.name)

    @staticmethod
    def speaks() -> Specimen:
        """Some days are 1900-01-01."""
        days = ["1900-01-01" if row % 20 == 0 else f"2024-{1 + row % 12:02d}-{1 + row % 27:02d}" for row in range(300)]
        return Specimen(plain_columns() | {"joined": days})

    @staticmethod
    def quiet() -> Specimen:
        """All days lie in 2024."""
        days = [f"2024-{1 + row % 12:02d}-{1 + row % 27:02d}" for row in range(300)]
        return Specimen(plain_columns() | {"joined": days})


def _unreadable(column: ColumnProfile, parts: Sequence[Levels]) -> Iterator[str]:
    """Values that no way of the column reads; where dates are written in several ways, models read all of them."""
    counts = Counter[str]()
    for names, places in parts:
        counts.update(dict(zip(names, np.bincount(places[places >= 0], minlength=len(names)).tolist(), strict=True)))
    ways = date_ways(+counts)
    if ways is not None and len(ways.formats) > 1:
        examples, n = ways.unread, sum(counts[name] for name in ways.unread)
    else:
        examples, n = list(column.unparsed_examples), column.n_unparsed
    if n:
        shown = f", such as {quoted(examples, 2)}" if examples else ""
        yield f"{counted(n, 'value')} cannot be read as a date{shown}"


def _future(known: NDArray[np.float64], as_of: float) -> Iterator[str]:
    ahead = known[known > as_of + DAY_S]
    if 0 < len(ahead) < MOST_FUTURE_SHARE * len(known) and not np.isin(ahead, DEFAULT_DAYS).all():
        yield f"{counted(len(ahead), 'day')} lie after the day of collecting, up to {day(float(ahead.max()))}"


def _defaults(known: NDArray[np.float64]) -> Iterator[str]:
    others = known[~np.isin(known, DEFAULT_DAYS)]
    for default in DEFAULT_DAYS:
        n = int((known == default).sum())
        if n >= LEAST_DEFAULT_ROWS and (not len(others) or _far(default, others)):
            yield f"{counted(n, 'row')} have {day(default)}, which programs write where no day is known"


def _far(moment: float, others: NDArray[np.float64]) -> bool:
    return bool(moment < others.min() - 365 * DAY_S or moment > others.max() + 365 * DAY_S)
