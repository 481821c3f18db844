"""Inputs that are no longer filled in."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from mlwright.core.family import NotApplicable
from mlwright.data.checks import Check, Specimen
from mlwright.data.checks._plain import plain_columns
from mlwright.data.checks._sequence import in_order
from mlwright.data.columns import Rows
from mlwright.data.compute.table import SplitTable
from mlwright.data.date_parts import is_year
from mlwright.data.kinds.look import order_of
from mlwright.data.words import percent
from mlwright.records.findings import Finding
from mlwright.records.profile import Profile

MIN_ROWS = 100
LEAST_SHARE = 0.03
MIN_LATE = 20
FALSE_ALARMS = 0.001


class MissingLately(Check):
    """Inputs that have values up to some row and none after it, though they were mostly filled before.

    The newest rows by the time column; without one, the last rows of the table, or the first ones if a year or a date
    falls from row to row, as in tables that begin with the newest. At least 3 % of the rows and 20 in a
    row must lack a value, and such a run at the end has a chance below 0.1 %, over all columns together, at the rate
    of missing values before it. Quiet where half of the inputs end together: then the rows are of two kinds.
    """

    group = "leaks"
    severity = "warning"
    title = "No longer filled in"
    action = (
        "Will it be there when the model is used? If it was given up, or is filled in only when the outcome is known, "
        "leave it out (mlwright run --ignore); if it comes back, vouch for it (mlwright run --known-in-time)."
    )

    def look(self, table: SplitTable, profile: Profile) -> Iterator[Finding]:
        """One finding for each column."""
        rows = _newest_last(in_order(table, profile))
        if len(rows) < MIN_ROWS:
            raise NotApplicable(f"{len(rows)} rows are too few to see where a column ends")
        names = profile.roles.inputs
        ends = {name: n for name in names if (n := _n_late(rows.empty(name), len(names)))}
        if len(ends) >= max(2, len(names) / 2):
            return
        place = "first" if rows.positions[0] > rows.positions[-1] else "last"
        where = f"the newest by '{profile.roles.time}'" if profile.roles.time else f"the {place} of the table"
        for name, n_late in ends.items():
            before = float((~rows.empty(name)[:-n_late]).mean())
            yield self.found(
                f"'{name}' is empty in the {n_late:,} rows that are {where} ({percent(n_late / len(rows))} of the rows "
                f"looked at); before them it is filled in {percent(before)} of the rows.",
                name,
            )

    @staticmethod
    def speaks() -> Specimen:
        """The weight was measured until the scale broke."""
        columns = plain_columns()
        return Specimen(columns | {"weight": [*columns["weight"][:260], *[None] * 40]})

    @staticmethod
    def quiet() -> Specimen:
        """The weight is missing here and there."""
        columns = plain_columns()
        weight = [value if row * row % 7 else None for row, value in enumerate(columns["weight"])]
        return Specimen(columns | {"weight": weight})


def _newest_last(rows: Rows) -> Rows:
    """Rows in their order, turned round where no column is the time and a year or a date falls from row to row."""
    profile = rows.profile
    moments = [column.name for column in profile.inputs if column.kind == "date" or is_year(column)]
    if profile.roles.time is not None or not any(order_of(rows.numbers(name)) == "falling" for name in moments):
        return rows
    back = np.arange(len(rows))[::-1]
    return Rows(profile, rows.positions[back], rows.arrow.take(back), rows.seed)


def _n_late(missing: NDArray[np.bool_], n_columns: int) -> int:
    """How many rows at the end lack a value; 0 where that may be chance or the column is rarely filled."""
    filled = np.flatnonzero(~missing)
    n_late = len(missing) - int(filled[-1]) - 1 if len(filled) else 0
    if n_late < max(MIN_LATE, LEAST_SHARE * len(missing)) or n_late == len(missing):
        return 0
    gaps = float((missing[:-n_late].sum() + 1) / (len(missing) - n_late + 1))
    return n_late if gaps**n_late * n_columns < FALSE_ALARMS and gaps < 0.9 else 0
