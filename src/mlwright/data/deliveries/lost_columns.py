"""Columns that are gone."""

from __future__ import annotations

from collections.abc import Iterator

from mlwright.data.deliveries import DeliveryCheck, Specimen
from mlwright.data.deliveries._plain import now, then, unchanged
from mlwright.data.deliveries._renames import renames
from mlwright.data.two_tables import TwoTables
from mlwright.data.words import counted, quoted
from mlwright.records.findings import Finding


class LostColumns(DeliveryCheck):
    """Columns of the contract that the new table lacks; those with a new name are left to `renamed_columns`.

    Critical for what the contract requires, that is mostly the inputs of the model; a note for others. The target may
    be missing: new rows seldom have it.
    """

    severity = "critical"
    title = "Columns are missing"
    action = "Ask for a delivery with these columns: the model cannot answer without them."

    def look(self, tables: TwoTables) -> Iterator[Finding]:
        """One finding for what is required, one for the rest."""
        lost = [clause for clause in tables.lost if clause.name not in renames(tables) and clause.part != "target"]
        needed = [clause.name for clause in lost if clause.required]
        others = [clause.name for clause in lost if not clause.required]
        if needed:
            yield self._finding(needed, tables, "that the contract requires")
        if others:
            finding = self._finding(others, tables, "that no model needs")
            yield finding.model_copy(update={"severity": "note", "action": "Nothing needs to be done."})

    def _finding(self, names: list[str], tables: TwoTables, which: str) -> Finding:
        total = counted(len(tables.contract.columns), "column")
        lacking = f"lacks {counted(len(names), 'column')} of {total} {which}: {quoted(names, 5)}"
        return self.found(f"The new table {lacking}.", *names)

    @staticmethod
    def speaks() -> Specimen:
        """The weight is gone."""
        return Specimen(then(), {name: values for name, values in now().items() if name != "weight"})

    @staticmethod
    def quiet() -> Specimen:
        """All columns are there."""
        return unchanged()
