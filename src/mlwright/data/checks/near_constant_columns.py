"""Columns that nearly always hold one value."""

from __future__ import annotations

from collections.abc import Iterator

from mlwright.data.checks import Check, Specimen
from mlwright.data.checks._plain import plain_columns
from mlwright.data.compute.table import SplitTable
from mlwright.data.words import counted, listing, shortened
from mlwright.records.findings import Finding
from mlwright.records.profile import ColumnProfile, Profile

OTHER_SHARE = 0.005


class NearConstantColumns(Check):
    """Inputs whose most frequent value fills 99.5 % of the rows that have one; needs 200 such rows."""

    severity = "note"
    title = "Nearly one value"
    action = "mlwright keeps them; what so few rows say can hardly be learned. Nothing needs to be done."

    def look(self, table: SplitTable, profile: Profile) -> Iterator[Finding]:
        """One finding for all of them."""
        found = [column for column in profile.inputs if _is_near_constant(column, profile.n_rows)]
        if found:
            verb = "holds" if len(found) == 1 else "hold"
            told = listing(_told(column, profile.n_rows) for column in found)
            yield self.found(
                f"{counted(len(found), 'input')} {verb} one value nearly everywhere: {told}.",
                *(column.name for column in found),
            )

    @staticmethod
    def speaks() -> Specimen:
        """One house of 300 has no electricity."""
        return Specimen(plain_columns() | {"supply": ["mains"] * 299 + ["none"]})

    @staticmethod
    def quiet() -> Specimen:
        """Twenty houses have none."""
        return Specimen(plain_columns() | {"supply": (["mains"] * 14 + ["none"]) * 20})


def _others(column: ColumnProfile, n_rows: int) -> int:
    return n_rows - column.n_missing - column.top[0].count


def _is_near_constant(column: ColumnProfile, n_rows: int) -> bool:
    n_known = n_rows - column.n_missing
    return bool(column.top) and n_known >= 200 and 0 < _others(column, n_rows) <= OTHER_SHARE * n_known


def _told(column: ColumnProfile, n_rows: int) -> str:
    others = counted(_others(column, n_rows), "other row")
    return f"{column.name} ('{shortened(column.top[0].value)}', {others})"
