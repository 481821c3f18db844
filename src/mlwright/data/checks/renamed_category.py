"""Names that end where another begins."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from mlwright.core.family import NotApplicable
from mlwright.data.checks import Check, Specimen
from mlwright.data.checks._breaks import in_order, where_told
from mlwright.data.checks._plain import plain_columns
from mlwright.data.columns import Rows, sampled_rows
from mlwright.data.compute.table import SplitTable
from mlwright.data.words import counted, listing, percent
from mlwright.records.findings import Finding
from mlwright.records.profile import Profile

MAX_NAMES = 200
MIN_ROWS = 200
LEAST_SHARE = 0.05
LEAST_ROWS = 20
ALIKE = 1.5
EDGE = 0.1
SLACK = 8.0
SLACK_SHARE = 0.005


class RenamedCategory(Check):
    """In the order of time one name of a column ends where another begins, and is as frequent as that was.

    Both must make up 5 % of the rows of their time, and 20 rows, their shares differ by a factor of 1.5 at most, and
    both must have come often enough before and after that chance would not keep them apart once in 1,000 tables, over
    all pairs of all columns (Bonferroni, rows independent). Asked only where the time column is known; looks at 50,000
    rows at most.
    """

    severity = "note"
    title = "Names that end where another begins"
    action = (
        "Was it renamed? Then write both alike where the data comes from, so that what was learned about the old name "
        "holds for the new one."
    )

    def look(self, table: SplitTable, profile: Profile) -> Iterator[Finding]:
        """One finding for all columns."""
        if profile.roles.time is None:
            raise NotApplicable("no column is known to order the rows in time")
        names = [c.name for c in profile.inputs if c.kind in ("category", "boolean") and 3 <= c.n_distinct <= MAX_NAMES]
        rows = sampled_rows(table, profile)
        if not names or len(rows) < MIN_ROWS:
            raise NotApplicable("there is no category of several names, or there are too few rows")
        found = {name: renamed for name in names if (renamed := _renamed(rows, name, len(names)))}
        if found:
            told = listing((f"'{name}' ({each.told(rows)})" for name, each in found.items()), 3)
            noun = counted(len(found), "column", "columns")
            yield self.found(f"In {noun} a name ends where another one begins: {told}.", *found)

    @staticmethod
    def speaks() -> Specimen:
        """Blue was renamed to azure."""
        return Specimen(_colours("azure"), settings={"time": "day"})

    @staticmethod
    def quiet() -> Specimen:
        """Blue has always been blue."""
        return Specimen(_colours("blue"), settings={"time": "day"})


class Renamed(NamedTuple):
    """A name that ends, the one that begins, their shares, and where among the ordered rows."""

    old: str
    new: str
    share: float
    place: int

    def told(self, rows: Rows) -> str:
        """What it means."""
        return f"'{self.old}' by '{self.new}', {percent(self.share)} of the rows, at {where_told(rows, self.place)}"


def _renamed(rows: Rows, name: str, n_columns: int) -> Renamed | None:
    names, places = rows.levels(name)
    ordered = places[in_order(rows)]
    n = len(ordered)
    known = np.flatnonzero(ordered >= 0)
    counts = np.bincount(ordered[known], minlength=len(names))
    last, first = np.full(len(names), -1), np.full(len(names), n)
    last[ordered[known]] = known
    first[ordered[known[::-1]]] = known[::-1]
    for old in np.flatnonzero((counts >= LEAST_ROWS) & (last < (1 - EDGE) * n)):
        share = counts[old] / (last[old] + 1)
        is_next = np.abs(first - last[old]) <= max(SLACK / share, SLACK_SHARE * n)
        for new in np.flatnonzero((counts >= LEAST_ROWS) & (first > EDGE * n) & is_next):
            later = counts[new] / (n - first[new])
            chance = (1 - share) ** (n - last[old]) + (1 - later) ** first[new]
            is_sure = chance * len(names) ** 2 * n_columns < 0.001
            if min(share, later) >= LEAST_SHARE and max(share, later) <= ALIKE * min(share, later) and is_sure:
                return Renamed(names[old], names[new], float(share), int(first[new]))
    return None


def _colours(later: str) -> dict[str, list[object]]:
    columns = {name: list(values) for name, values in plain_columns(400).items()}
    columns["colour"] = [later if c == "blue" and row >= 200 else c for row, c in enumerate(columns["colour"])]
    return columns | {"day": [str(np.datetime64("2023-01-01") + row) for row in range(400)]}
