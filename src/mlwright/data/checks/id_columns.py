"""Columns that name rows."""

from __future__ import annotations

from collections.abc import Iterator

from mlwright.data.checks import Check, Specimen
from mlwright.data.checks._plain import plain_columns
from mlwright.data.compute.table import SplitTable
from mlwright.data.words import listing
from mlwright.records.findings import Finding
from mlwright.records.profile import Profile


class IdColumns(Check):
    """Columns whose values name single rows (customer numbers, row counters): a model would learn them by heart."""

    severity = "note"
    title = "Columns that only name rows"
    action = 'mlwright leaves them out. If one of them means something, say so: profile.kinds = {NAME = "number"}.'

    def look(self, table: SplitTable, profile: Profile) -> Iterator[Finding]:
        """One finding for all of them."""
        roles = profile.roles
        parts = {roles.asked and roles.target, roles.time, roles.group, *roles.inputs}
        found = [column for column in profile.columns if column.kind == "id" and column.name not in parts]
        if found:
            noun = "column names" if len(found) == 1 else "columns name"
            told = listing(f"{column.name} ({column.n_distinct:,} values)" for column in found)
            yield self.found(
                f"{len(found)} {noun} rows and cannot say anything about new ones: {told}.",
                *(column.name for column in found),
            )

    @staticmethod
    def speaks() -> Specimen:
        """Every customer has a number."""
        return Specimen({"customer_id": [f"C-{number:05d}" for number in range(300)]} | plain_columns())

    @staticmethod
    def quiet() -> Specimen:
        """The shop that a customer went to comes again and again."""
        return Specimen({"shop": [f"S-{number % 7}" for number in range(300)]} | plain_columns())
