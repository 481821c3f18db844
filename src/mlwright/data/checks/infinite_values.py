"""Numbers without an end."""

from __future__ import annotations

from collections.abc import Iterator

from mlwright.data.checks import Check, Specimen
from mlwright.data.checks._plain import plain_columns
from mlwright.data.compute.table import SplitTable
from mlwright.data.words import counted, listing
from mlwright.records.findings import Finding
from mlwright.records.profile import Profile


class InfiniteValues(Check):
    """Infinite numbers: the trace of a division by zero or of a logarithm of zero."""

    severity = "warning"
    title = "Infinite numbers"
    action = "mlwright treats them as missing. Look for a division by zero where the column is computed."

    def look(self, table: SplitTable, profile: Profile) -> Iterator[Finding]:
        """One finding for all columns."""
        found = [column for column in profile.used if column.n_infinite]
        if found:
            told = listing(f"{column.name} ({counted(column.n_infinite or 0, 'row')})" for column in found)
            yield self.found(f"Infinite numbers stand in {told}.", *(column.name for column in found))

    @staticmethod
    def speaks() -> Specimen:
        """A ratio was divided by zero three times."""
        ratio = [float("inf") if row % 100 == 0 else row / 7 for row in range(300)]
        return Specimen(plain_columns() | {"ratio": ratio})

    @staticmethod
    def quiet() -> Specimen:
        """The ratio is not known three times."""
        ratio = [None if row % 100 == 0 else row / 7 for row in range(300)]
        return Specimen(plain_columns() | {"ratio": ratio})
