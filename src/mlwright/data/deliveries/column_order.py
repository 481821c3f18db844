"""Columns in another order."""

from __future__ import annotations

from collections.abc import Iterator

from mlwright.data.deliveries import DeliveryCheck, Specimen
from mlwright.data.deliveries._plain import now, then, unchanged
from mlwright.data.two_tables import TwoTables
from mlwright.data.words import counted, quoted
from mlwright.records.findings import Finding


class ColumnOrder(DeliveryCheck):
    """Columns that both tables have stand in another order; mlwright goes by the names."""

    severity = "note"
    title = "Columns in another order"
    action = "Nothing needs to be done for mlwright; what reads columns by their place must be changed."

    def look(self, tables: TwoTables) -> Iterator[Finding]:
        """One finding with the first columns that moved."""
        before = [clause.name for clause in tables.common]
        names = set(before)
        after = [name for name in tables.snapshot.column_names if name in names]
        moved = [name for name, was in zip(after, before, strict=True) if name != was]
        if moved:
            yield self.found(
                f"{counted(len(moved), 'column')} of {len(before):,} stand at another place: {quoted(moved, 3)}.",
                *moved,
            )

    @staticmethod
    def speaks() -> Specimen:
        """The columns are sorted by their names."""
        return Specimen(then(), dict(sorted(now().items())))

    @staticmethod
    def quiet() -> Specimen:
        """They stand as before."""
        return unchanged()
