"""Columns that were not there before."""

from __future__ import annotations

from collections.abc import Iterator

from mlwright.data.deliveries import DeliveryCheck, Specimen
from mlwright.data.deliveries._plain import changed, unchanged
from mlwright.data.deliveries._renames import renames
from mlwright.data.two_tables import TwoTables
from mlwright.data.words import counted, quoted
from mlwright.records.findings import Finding


class NewColumns(DeliveryCheck):
    """Columns that the contract does not know; a model does not use them."""

    severity = "note"
    title = "New columns"
    action = "The model does not use them; train again with them if they are known when it is asked."

    def look(self, tables: TwoTables) -> Iterator[Finding]:
        """One finding."""
        known = set(renames(tables).values())
        names = [name for name in tables.new if name not in known]
        if names:
            verb = "is" if len(names) == 1 else "are"
            yield self.found(f"{counted(len(names), 'column')} {verb} new: {quoted(names, 5)}.", *names)

    @staticmethod
    def speaks() -> Specimen:
        """There is a column of the weather."""
        return changed(weather=["dry", "wet"] * 200)

    @staticmethod
    def quiet() -> Specimen:
        """There is not."""
        return unchanged()
