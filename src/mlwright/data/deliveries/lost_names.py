"""Names that no longer come."""

from __future__ import annotations

from collections.abc import Iterator

from mlwright.data.clauses.chance import ALARMS
from mlwright.data.deliveries import DeliveryCheck, Specimen
from mlwright.data.deliveries._plain import changed, now, unchanged
from mlwright.data.two_tables import TwoTables
from mlwright.data.two_tables.reference import NAMED
from mlwright.data.words import listing, percent
from mlwright.records.findings import Finding


class LostNames(DeliveryCheck):
    """Names that had their share of the rows before and have none now.

    If nothing has changed, each row that holds the name is one of those before with chance ``n_then / n``; that all
    of them are has that chance to the power of their number. Spoken of if that is below 0.5 % over all names of all
    columns.
    """

    severity = "note"
    title = "Names that no longer come"
    action = "Ask whether a part of the data was left out, or these names are spelled otherwise now."

    def look(self, tables: TwoTables) -> Iterator[Finding]:
        """One finding for all columns."""
        clauses = [clause for clause in tables.common if clause.kind in NAMED and clause.levels]
        n_names = sum(len(clause.levels) for clause in clauses)
        told, columns = [], []
        for clause in clauses:
            column = tables.column(clause)
            n_then, n_now = sum(clause.counts), column.n_there
            if not n_now or column.is_foreign:
                continue
            stay = n_then / (n_then + n_now)
            for name, n in zip(clause.levels, clause.counts, strict=True):
                if name not in column.names and stay**n * n_names <= ALARMS:
                    told.append(f"'{name}' of '{clause.name}' ({percent(n / n_then)} before)")
                    columns.append(clause.name)
        if told:
            yield self.found(f"No new row holds {listing(told)}.", *dict.fromkeys(columns))

    @staticmethod
    def speaks() -> Specimen:
        """Nobody from Riga orders any more."""
        return changed(town=["Lund" if town == "Riga" else town for town in now()["town"]])

    @staticmethod
    def quiet() -> Specimen:
        """All towns come."""
        return unchanged()
