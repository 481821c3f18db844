"""Columns without any value."""

from __future__ import annotations

from collections.abc import Iterator

from mlwright.data.checks import Check, Specimen
from mlwright.data.checks._plain import plain_columns
from mlwright.data.compute.table import SplitTable
from mlwright.data.words import counted, listing
from mlwright.records.findings import Finding
from mlwright.records.profile import Profile


class EmptyColumns(Check):
    """Columns in which no row has a value: often a join or an export that failed."""

    severity = "note"
    title = "Empty columns"
    action = "mlwright leaves them out. Look whether a join or an export lost their values."

    def look(self, table: SplitTable, profile: Profile) -> Iterator[Finding]:
        """One finding for all of them."""
        found = [column.name for column in profile.columns if column.kind == "empty"]
        if found:
            verb = "has" if len(found) == 1 else "have"
            yield self.found(f"{counted(len(found), 'column')} {verb} no value at all: {listing(found)}.", *found)

    @staticmethod
    def speaks() -> Specimen:
        """Nobody's fax number is known."""
        return Specimen(plain_columns() | {"fax": [None] * 300})

    @staticmethod
    def quiet() -> Specimen:
        """Some fax numbers are known."""
        return Specimen(plain_columns() | {"fax": ["yes", None, "no"] * 100})
