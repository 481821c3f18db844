"""Numbers in another unit."""

from __future__ import annotations

from collections.abc import Iterator

from mlwright.data.deliveries import DeliveryCheck, Specimen
from mlwright.data.deliveries._plain import changed, now
from mlwright.data.deliveries._rescaling import rescaled
from mlwright.data.two_tables import TwoTables
from mlwright.data.words import figure, percent
from mlwright.records.findings import Finding


class UnitChange(DeliveryCheck):
    """Numbers that drifted far, and lie where they lay once another unit is undone; see `_rescaling.rescaled`."""

    severity = "critical"
    title = "Another unit"
    action = "Ask the source for the unit, and convert the column before the model sees it."

    def look(self, tables: TwoTables) -> Iterator[Finding]:
        """One finding a column."""
        for name, found in rescaled(tables).items():
            clause = tables.contract.clause(name)
            yield self.found(
                f"'{name}' seems to be {found.unit.told}: {percent(found.before)} of its values lie elsewhere than "
                f"before, and {percent(found.after)} once that is undone. "
                f"The median is {figure(found.median_now)}; it was {figure(found.median_then)}.",
                name,
                severity=None if clause.part != "other" else "warning",
            )

    @staticmethod
    def speaks() -> Specimen:
        """The weight comes in grams."""
        return changed(weight=[1000 * value for value in now()["weight"]])

    @staticmethod
    def quiet() -> Specimen:
        """The weights are twice as large, which is no unit."""
        return changed(weight=[2 * value for value in now()["weight"]])
