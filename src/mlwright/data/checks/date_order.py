"""Dates whose order cannot be."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import permutations
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from mlwright.core.family import NotApplicable
from mlwright.data.checks import Check, Specimen
from mlwright.data.checks._plain import plain_columns
from mlwright.data.checks._resolution import as_coarse
from mlwright.data.columns import Rows, sampled_rows
from mlwright.data.compute.table import SplitTable
from mlwright.data.words import counted, listing, percent
from mlwright.records.findings import Finding
from mlwright.records.profile import Profile

MIN_ROWS = 50
MAX_COLUMNS = 20
MOST_BROKEN = 0.02
LEAST_EXPECTED = 0.05
TIMES_FEWER = 10.0


class DateOrder(Check):
    """Two columns of dates of which one comes first in nearly all rows, and in a few does not: an end before its start.

    A rule is taken to hold if at most 2 % of the rows break it, and ten times fewer than would if the dates of one
    column were dealt to the rows at random, where 5 % of the rows or more would. A day without a time is compared with
    the days of moments, and a month with months. Looks at 50,000 rows at most.
    """

    severity = "warning"
    title = "Dates in the wrong order"
    action = "Look at these rows: a slip in a year, day and month exchanged, or columns swapped? Mend it at its source."

    def look(self, table: SplitTable, profile: Profile) -> Iterator[Finding]:
        """One finding for all pairs."""
        dates = [c.name for c in profile.columns if c.kind == "date" and c.name in table.columns][:MAX_COLUMNS]
        if len(dates) < 2:
            raise NotApplicable("there are fewer than two columns of dates")
        rows = sampled_rows(table, profile)
        found = [broken for pair in permutations(dates, 2) if (broken := _broken(rows, *pair))]
        if found:
            n = sum(broken.n for broken in found)
            yield self.found(
                f"In {counted(n, 'row')} of {len(rows):,} one date lies before another that comes first in nearly all "
                f"rows: {listing((broken.told() for broken in found), 3)}.",
                *dict.fromkeys(name for broken in found for name in (broken.first, broken.second)),
                rows=[row for broken in found for row in broken.rows][:6],
            )

    @staticmethod
    def speaks() -> Specimen:
        """Two orders were shipped before they came in."""
        return Specimen(plain_columns() | _orders(-3))

    @staticmethod
    def quiet() -> Specimen:
        """Orders were shipped within some days."""
        return Specimen(plain_columns() | _orders(3))


class Broken(NamedTuple):
    """An order of two columns that holds in nearly all rows, and the rows that break it."""

    first: str
    second: str
    n: int
    share: float
    rows: list[int]

    def told(self) -> str:
        """What it means."""
        return f"'{self.second}' before '{self.first}' in {self.n:,} ({percent(self.share)})"


def _broken(rows: Rows, first: str, second: str) -> Broken | None:
    one, two = rows.numbers(first), rows.numbers(second)
    known = ~np.isnan(one) & ~np.isnan(two)
    n_known = int(known.sum())
    one, two = as_coarse(one, two)
    wrong = known & (two < one)
    share = wrong.sum() / max(1, n_known)
    if n_known < MIN_ROWS or not 0 < share <= MOST_BROKEN:
        return None
    expected = _expected(one[known], two[known])
    if expected < max(LEAST_EXPECTED, TIMES_FEWER * share):
        return None
    return Broken(first, second, int(wrong.sum()), float(share), rows.positions[np.flatnonzero(wrong)[:3]].tolist())


def _expected(one: NDArray[np.float64], two: NDArray[np.float64]) -> float:
    """The share of all pairs of rows in which the second date of one lies before the first date of the other."""
    return float(np.searchsorted(np.sort(two), one, side="left").mean() / len(two))


def _orders(days: int) -> dict[str, list[str]]:
    start = np.datetime64("2023-01-01")
    came = [start + row * 7 % 365 for row in range(300)]
    shipped = [day + (days if row in (10, 200) else 1 + row % 5) for row, day in enumerate(came)]
    return {"came_in": [str(day) for day in came], "shipped": [str(day) for day in shipped]}
