"""Text among numbers."""

from __future__ import annotations

from collections.abc import Iterator

from mlwright.data.checks import Check, Specimen
from mlwright.data.checks._plain import plain_columns
from mlwright.data.compute.table import SplitTable
from mlwright.data.words import counted, listing, quoted
from mlwright.records.findings import Finding
from mlwright.records.profile import ColumnProfile, Profile


class MixedTypes(Check):
    """Columns of numbers in which some values are no numbers."""

    severity = "warning"
    title = "Values of another kind"
    action = "mlwright treats the values that do not fit as missing. Mend them where the data comes from."

    def look(self, table: SplitTable, profile: Profile) -> Iterator[Finding]:
        """One finding for all columns, those with most misfits first."""
        found = [c for c in profile.used if c.n_unparsed and c.kind != "date"]
        found.sort(key=lambda column: -column.n_unparsed)
        if found:
            noun = "column holds" if len(found) == 1 else "columns hold"
            yield self.found(
                f"{len(found)} {noun} values that do not fit the rest: {listing(map(_told, found))}.",
                *(column.name for column in found),
                examples=[example for column in found for example in column.unparsed_examples][:5],
            )

    @staticmethod
    def speaks() -> Specimen:
        """Some prices are words."""
        prices = ["on request" if row % 60 == 0 else f"{row + 0.5}" for row in range(300)]
        return Specimen(plain_columns() | {"price": prices})

    @staticmethod
    def quiet() -> Specimen:
        """All prices are numbers, written as text."""
        return Specimen(plain_columns() | {"price": [f"{row + 0.5}" for row in range(300)]})


def _told(column: ColumnProfile) -> str:
    examples = f", such as {quoted(column.unparsed_examples, 2)}" if column.unparsed_examples else ""
    return f"{column.name} ({counted(column.n_unparsed, 'row')} that no {column.kind} can be read from{examples})"
