"""Numbers that change their level from one row to the next."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from mlwright.core.family import NotApplicable
from mlwright.data.checks import Check, Specimen
from mlwright.data.checks._breaks import Break, breaks, in_order, unsorted, where_told
from mlwright.data.checks._plain import plain_columns
from mlwright.data.columns import Rows, sampled_rows
from mlwright.data.compute.table import SplitTable
from mlwright.data.words import counted, figure, listing
from mlwright.records.findings import Finding
from mlwright.records.profile import Profile

MIN_ROWS = 200
MIN_DISTINCT = 20


class LevelShift(Check):
    """Numeric inputs that jump to another level at one row, or for a stretch of rows, and are steady before and after.

    The rows stand in the order of the time column where it is known, else as they come. What a step is, and why noise,
    trends and seasons are none, is told by `_breaks.breaks`. Quiet if a column of few values changes at the same row,
    or, where no time is known, the class of the target: then the rows are merely sorted by it. Looks at 50,000 rows at
    most.
    """

    severity = "warning"
    title = "A sudden change of level"
    action = (
        "Find out what happened there: another unit, another device, a pipeline that broke? Mend the rows on one side, "
        "or learn only from those that are like the ones to come."
    )

    def look(self, table: SplitTable, profile: Profile) -> Iterator[Finding]:
        """One finding for all columns."""
        names = [c.name for c in profile.inputs if c.kind == "number" and c.n_distinct >= MIN_DISTINCT]
        rows = sampled_rows(table, profile)
        if not names or len(rows) < MIN_ROWS:
            raise NotApplicable("there is no numeric input, or there are too few rows")
        order = in_order(rows)
        steps = {name: breaks(rows.numbers(name)[order]) for name in names}
        found = unsorted(steps, rows, table)
        if found:
            told = listing((_told(rows, name, each) for name, each in found.items()), 3)
            yield self.found(
                f"{counted(len(found), 'numeric input jumps', 'numeric inputs jump')} to another level: {told}.",
                *found,
                rows=[int(rows.positions[order[each[0].place]]) for each in found.values()][:6],
            )

    @staticmethod
    def speaks() -> Specimen:
        """From row 400 on heights are in inches."""
        columns = plain_columns(600)
        heights = [round(height / 2.54, 2) if row >= 400 else height for row, height in enumerate(columns["height"])]
        return Specimen(columns | {"height": heights})

    @staticmethod
    def quiet() -> Specimen:
        """Heights grow slowly."""
        columns = plain_columns(600)
        return Specimen(columns | {"height": [height + row / 8 for row, height in enumerate(columns["height"])]})


def _told(rows: Rows, name: str, found: list[Break]) -> str:
    values = rows.numbers(name)[in_order(rows)]
    first = min(found, key=lambda step: step.place)
    ends = sorted(step.place for step in found)[1:] or [len(values)]
    sides = (values[: first.place], values[first.place : ends[0]])
    before, after = (figure(float(np.nanmedian(side))) for side in sides)
    return f"'{name}' from about {before} to about {after} at {where_told(rows, first.place)}"
