"""Values that begin or cease to be missing from one row to the next."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from mlwright.core.family import NotApplicable
from mlwright.data.checks import Check, Specimen
from mlwright.data.checks._breaks import Break, breaks, in_order, unsorted, where_told
from mlwright.data.checks._plain import plain_columns
from mlwright.data.columns import Rows, sampled_rows
from mlwright.data.compute.table import SplitTable
from mlwright.data.words import counted, listing, percent
from mlwright.records.findings import Finding
from mlwright.records.profile import Profile

MIN_ROWS = 200
LEAST_SHARE = 0.02


class MissingStretch(Check):
    """Inputs of which nearly all values are missing from one row on, or for one stretch of rows, and few elsewhere.

    The rows stand in the order of the time column where it is known, else as they come; see `_breaks.breaks` for what
    counts as a step and why chance makes none. Quiet if a column of few values changes at the same row: then the rows
    are merely sorted by it. Looks at 50,000 rows at most.
    """

    severity = "warning"
    title = "Values that are missing for a stretch"
    action = (
        "Find out what happened there: a column that was introduced, given up, or lost on the way? If it is given up, "
        "leave it out (mlwright run --ignore)."
    )

    def look(self, table: SplitTable, profile: Profile) -> Iterator[Finding]:
        """One finding for all columns."""
        names = [c.name for c in profile.inputs if LEAST_SHARE < c.n_missing / profile.n_rows < 1 - LEAST_SHARE]
        rows = sampled_rows(table, profile)
        if len(rows) < MIN_ROWS:
            raise NotApplicable(f"{len(rows)} rows are too few to judge an order")
        order = in_order(rows)
        steps = {name: breaks(rows.empty(name)[order].astype(np.float64)) for name in names}
        found = unsorted(steps, rows, table)
        if found:
            told = listing((_told(rows, name, each) for name, each in found.items()), 3)
            noun = counted(len(found), "input has", "inputs have")
            yield self.found(
                f"{noun} hardly any value for a stretch of rows: {told}.",
                *found,
                rows=[int(rows.positions[order[each[0].place]]) for each in found.values()][:6],
            )

    @staticmethod
    def speaks() -> Specimen:
        """Up to row 250 nobody asked for the height."""
        columns = plain_columns(600)
        return Specimen(columns | {"height": [None if row < 250 else h for row, h in enumerate(columns["height"])]})

    @staticmethod
    def quiet() -> Specimen:
        """Some people do not tell their height."""
        columns = plain_columns(600)
        missing = np.random.default_rng(0).random(600) < 0.4
        told = [None if gap else height for gap, height in zip(missing, columns["height"], strict=True)]
        return Specimen(columns | {"height": told})


def _told(rows: Rows, name: str, found: list[Break]) -> str:
    missing = rows.empty(name)[in_order(rows)]
    places = sorted(step.place for step in found)
    shares = [percent(float(part.mean())) for part in np.split(missing, places)]
    where = listing(where_told(rows, place) for place in places)
    return f"'{name}' lacks {', then '.join(shares)} of its values, changing at {where}"
