"""Values that stand in the first row of each thing alone."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from mlwright.core.family import NotApplicable
from mlwright.data.checks import Check, Specimen
from mlwright.data.checks._plain import plain_columns
from mlwright.data.columns import Rows, sampled_rows
from mlwright.data.compute.table import SplitTable
from mlwright.data.words import counted, named
from mlwright.records.findings import Finding
from mlwright.records.profile import Profile

FEWEST_BELOW = 20
LEAST_COLUMNS = 2
LEAST_FILLED = 0.9


class FirstRowsAlone(Check):
    """Rows that stand together under one key, of which the first alone has a value in two columns or more.

    So do shops write an order with its lines: what is said of the order stands in its first line. A key stands in one
    stretch of rows; the first of them has a value in nine of ten stretches, the others never, and there are 20 others.
    Nothing is said of more than 50,000 rows.
    """

    severity = "warning"
    title = "Values in the first row of each alone"
    action = (
        "The rows below are parts of the first (lines of an order). Make one row of each thing where the data comes "
        "from, with counts and sums of its parts, or write the values into all of its rows. As it is, they are missing."
    )

    def look(self, table: SplitTable, profile: Profile) -> Iterator[Finding]:
        """One finding, for the key of the most columns."""
        rows = sampled_rows(table, profile)
        if len(rows) < profile.n_rows or len(rows) <= FEWEST_BELOW:
            raise NotApplicable("there are too many rows to see all in their order, or too few")
        shown = [column for column in profile.columns if column.name in table.columns]
        sparse = [column.name for column in shown if column.n_missing >= FEWEST_BELOW]
        keys = [c.name for c in shown if not c.n_missing and c.kind in ("category", "id", "number", "text")]
        found = {key: names for key in keys if len(names := _first_alone(rows, key, sparse)) >= LEAST_COLUMNS}
        if found:
            key = max(found, key=lambda name: len(found[name]))
            n_things = len(rows.levels(key).names)
            yield self.found(
                f"{named(found[key])} stand in the first row of each '{key}' alone: in {counted(n_things, 'row')} "
                f"of {len(rows):,}.",
                key,
                *found[key],
            )

    @staticmethod
    def speaks() -> Specimen:
        """Orders of three lines, of which the first says who paid how."""
        lines = np.arange(300)
        return Specimen(
            plain_columns()
            | {
                "order": [f"#{1000 + line // 3}" for line in lines],
                "paid": ["card" if line % 3 == 0 else None for line in lines],
                "email": [f"c{line // 6}@example.com" if line % 3 == 0 else None for line in lines],
            }
        )

    @staticmethod
    def quiet() -> Specimen:
        """Every second line of an order has a remark and a discount."""
        lines = np.arange(300)
        return Specimen(
            plain_columns()
            | {
                "order": [f"#{1000 + line // 3}" for line in lines],
                "remark": ["gift" if line % 2 else None for line in lines],
                "discount": [0.1 if line % 2 else None for line in lines],
            }
        )


def _first_alone(rows: Rows, key: str, names: list[str]) -> list[str]:
    """Those of some columns that have a value in the first row of each stretch of a key alone."""
    places = rows.levels(key).places
    first: NDArray[np.bool_] = np.append(True, places[1:] != places[:-1])
    if int(first.sum()) != len(rows.levels(key).names) or int((~first).sum()) < FEWEST_BELOW:
        return []
    there = {name: ~rows.empty(name) for name in names}
    return [name for name, has in there.items() if not has[~first].any() and has[first].mean() >= LEAST_FILLED]
