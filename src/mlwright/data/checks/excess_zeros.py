"""Numbers that are mostly nothing."""

from __future__ import annotations

from collections.abc import Iterator

from mlwright.core.family import NotApplicable
from mlwright.data.checks import Check, Specimen
from mlwright.data.checks._plain import plain_columns
from mlwright.data.compute.table import SplitTable
from mlwright.data.words import counted, listing, percent
from mlwright.records.findings import Finding
from mlwright.records.profile import ColumnProfile, Profile

LEAST_SHARE = 0.25
MIN_DISTINCT = 50
TIMES_NEXT = 5.0


class ExcessZeros(Check):
    """Numeric inputs of 50 different values or more in which a quarter of the rows or more are zero.

    Zero must be five times as frequent as the next most frequent value, so that small counts are left alone.
    """

    severity = "note"
    title = "Many zeros"
    action = (
        "mlwright's models can treat zero apart, so nothing needs to be done; averages and correlations of such a "
        "column say little. Make sure that zero means 'none' and not 'not known'."
    )

    def look(self, table: SplitTable, profile: Profile) -> Iterator[Finding]:
        """One finding for all columns, those with most zeros first."""
        numbers = [column for column in profile.inputs if column.kind == "number" and column.n_zero is not None]
        if not numbers:
            raise NotApplicable("there is no numeric input")
        shares = {c.name: (c.n_zero or 0) / max(1, profile.n_rows - c.n_missing) for c in numbers if _is_heap(c)}
        found = sorted((name for name, share in shares.items() if share >= LEAST_SHARE), key=lambda n: -shares[n])
        if found:
            told = listing(f"{name} ({percent(shares[name])} of its rows)" for name in found)
            noun = counted(len(found), "numeric input is", "numeric inputs are")
            yield self.found(f"{noun} zero far more often than anything else: {told}.", *found)

    @staticmethod
    def speaks() -> Specimen:
        """Two customers of three buy nothing."""
        return Specimen(plain_columns() | {"spent": [row * 1.25 if row % 3 == 0 else 0.0 for row in range(300)]})

    @staticmethod
    def quiet() -> Specimen:
        """Few have many children."""
        return Specimen(plain_columns() | {"children": [max(0, row % 7 - 3) for row in range(300)]})


def _is_heap(column: ColumnProfile) -> bool:
    if column.n_distinct < MIN_DISTINCT or not column.top or column.top[0].value not in ("0", "-0"):
        return False
    return len(column.top) < 2 or column.top[0].count >= TIMES_NEXT * column.top[1].count
