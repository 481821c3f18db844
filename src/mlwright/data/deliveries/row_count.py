"""How many rows came."""

from __future__ import annotations

from collections.abc import Iterator

from mlwright.data.deliveries import DeliveryCheck, Specimen
from mlwright.data.deliveries._plain import now, then
from mlwright.data.two_tables import TwoTables
from mlwright.data.words import counted
from mlwright.records.findings import Finding

TIMES = 10
FEW = 30


class RowCount(DeliveryCheck):
    """Fewer rows than the contract demands, so few that hardly anything can be judged, or ten times as many as before.

    One table says nothing of how many rows the next one should have, so the contract demands one row until a person
    sets ``contract.least_rows``; fewer than that is critical, all else a note.
    """

    severity = "critical"
    title = "The number of rows"
    action = "Ask whether the delivery is whole."

    def look(self, tables: TwoTables) -> Iterator[Finding]:
        """One finding."""
        n, least = tables.n_now, tables.contract.least_rows
        if n < least:
            yield self.found(f"The new table has {counted(n, 'row')}; the contract demands {least:,} at least.")
        elif n < FEW and n * TIMES < tables.n_then:
            told = (
                f"The new table has {counted(n, 'row')}; the one before had {tables.n_then:,}. Most cannot be judged."
            )
            yield self.found(
                told, severity="note", action="Set contract.least_rows in mlwright.toml if that is too few."
            )
        elif n > TIMES * tables.n_then:
            times = n // tables.n_then
            yield self.found(
                f"The new table has {n:,} rows, {times} times as many as the one before ({tables.n_then:,}).",
                severity="note",
            )

    @staticmethod
    def speaks() -> Specimen:
        """Ten rows came."""
        return Specimen(then(), {name: list(values)[:10] for name, values in now().items()})

    @staticmethod
    def quiet() -> Specimen:
        """A hundred rows came."""
        return Specimen(then(), {name: list(values)[:100] for name, values in now().items()})
