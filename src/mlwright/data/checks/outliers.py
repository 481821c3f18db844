"""Inputs with values that stand apart."""

from __future__ import annotations

from collections.abc import Iterator

from mlwright.core.family import NotApplicable
from mlwright.data.checks import Check, Specimen
from mlwright.data.checks._extremes import values_apart
from mlwright.data.checks._plain import plain_columns
from mlwright.data.columns import sampled_rows
from mlwright.data.compute.table import SplitTable
from mlwright.data.words import counted, figure, listing
from mlwright.records.findings import Finding
from mlwright.records.profile import Profile

FALSE_ALARMS = 0.001


class Outliers(Check):
    """Numeric inputs with values beyond a gap that no natural tail explains (see `_extremes.values_apart`).

    The chance of any false alarm is held below 0.1 % over all columns together (Bonferroni). Looks at
    50,000 rows at most.
    """

    severity = "note"
    title = "Values that stand apart"
    action = (
        "Look at these rows: a slipped point, another unit or a code for 'not known'? If it is a code, say so: "
        'profile.missing = {COLUMN = ["999"]}.'
    )

    def look(self, table: SplitTable, profile: Profile) -> Iterator[Finding]:
        """One finding for all columns."""
        names = [column.name for column in profile.inputs if column.kind == "number"]
        if not names:
            raise NotApplicable("there is no numeric input")
        rows = sampled_rows(table, profile)
        told, places = {}, []
        for name in names:
            for apart in values_apart(rows.numbers(name), FALSE_ALARMS / len(names)):
                far = figure(float(rows.numbers(name)[apart.rows[0]]))
                few = counted(len(apart.rows), "row")
                told[name] = f"{name} ({few} up to {far}, where the rest ends at {figure(apart.bound)})"
                places += rows.positions[apart.rows][:2].tolist()
        if told:
            noun = counted(len(told), "input has a few values", "inputs have a few values")
            yield self.found(f"{noun} far from all others: {listing(told.values(), 4)}.", *told, rows=places[:6])

    @staticmethod
    def speaks() -> Specimen:
        """Three heights are 99999."""
        columns = plain_columns(1000)
        heights = [99999.0 if row in (3, 333, 700) else value for row, value in enumerate(columns["height"])]
        return Specimen(columns | {"height": heights})

    @staticmethod
    def quiet() -> Specimen:
        """Incomes spread over four powers of ten."""
        columns = plain_columns(1000)
        return Specimen(columns | {"income": [1.05 ** float(height) for height in columns["height"]]})
