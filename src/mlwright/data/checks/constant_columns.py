"""Columns that hold one value."""

from __future__ import annotations

from collections.abc import Iterator

from mlwright.data.checks import Check, Specimen
from mlwright.data.checks._plain import plain_columns
from mlwright.data.compute.table import SplitTable
from mlwright.data.words import counted, listing, shortened
from mlwright.records.findings import Finding
from mlwright.records.profile import ColumnProfile, Profile


class ConstantColumns(Check):
    """Columns with the same value in every row: they cannot tell rows apart."""

    severity = "note"
    title = "Columns with one value"
    action = "mlwright leaves them out. Look whether something went wrong where the data comes from."

    def look(self, table: SplitTable, profile: Profile) -> Iterator[Finding]:
        """One finding for all of them."""
        found = [column for column in profile.columns if column.kind == "constant"]
        if found:
            verb = "holds" if len(found) == 1 else "hold"
            yield self.found(
                f"{counted(len(found), 'column')} {verb} the same value in every row: {listing(map(_told, found))}.",
                *(column.name for column in found),
            )

    @staticmethod
    def speaks() -> Specimen:
        """The country is the same everywhere."""
        return Specimen(plain_columns() | {"country": ["PT"] * 300})

    @staticmethod
    def quiet() -> Specimen:
        """There are two countries."""
        return Specimen(plain_columns() | {"country": ["PT", "ES", "PT"] * 100})


def _told(column: ColumnProfile) -> str:
    value = f" ('{shortened(column.top[0].value)}')" if column.top else ""
    return f"{column.name}{value}"
