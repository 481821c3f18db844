"""Keys that come twice."""

from __future__ import annotations

from collections.abc import Iterator

from mlwright.core.family import NotApplicable
from mlwright.data.deliveries import DeliveryCheck, Specimen
from mlwright.data.deliveries._plain import changed, now, unchanged
from mlwright.data.two_tables import TwoTables
from mlwright.data.words import counted, percent, quoted
from mlwright.records.contract import Clause
from mlwright.records.findings import Finding
from mlwright.scoring.spelling import spelled


class RepeatedKeys(DeliveryCheck):
    """Values of a column that never had one twice, and now has: within the new table, or in both tables.

    No chance excuses a key that repeats within one table; that keys of the table before come again is a note, as rows
    may be delivered anew with later values.
    """

    severity = "warning"
    title = "Keys that come twice"
    action = "Ask which of the rows holds; a join on this key would multiply rows."

    def look(self, tables: TwoTables) -> Iterator[Finding]:
        """One finding a column for the new table, and one for both tables."""
        clauses = [clause for clause in tables.common if clause.unique]
        if not clauses:
            raise NotApplicable("no column of the contract is a key")
        for clause in clauses:
            twice = tables.column(clause).twice
            if twice.n:
                yield self.found(
                    f"{counted(twice.n, 'row')} of '{clause.name}' {'holds' if twice.n == 1 else 'hold'} a value that "
                    f"came in an earlier row, as {quoted(twice.examples)}.",
                    clause.name,
                    rows=twice.rows,
                    examples=twice.examples,
                )
        for clause in clauses:
            if finding := self._in_both(clause, tables):
                yield finding

    def _in_both(self, clause: Clause, tables: TwoTables) -> Finding | None:
        try:
            before = spelled(tables.then.arrow([clause.name])[0]).levels
        except NotApplicable:
            return None
        after = spelled(tables.now.arrow([clause.name])[0]).levels
        again = sorted({*after} & {*before})
        if not again:
            return None
        return self.found(
            f"{len(again):,} of {len(after):,} values of '{clause.name}' ({percent(len(again) / len(after))}) were in "
            f"the table before, as {quoted(again)}.",
            clause.name,
            severity="note",
            examples=again[:3],
            action="If rows are delivered anew with later values, keep the later ones; else ask for the new rows only.",
        )

    @staticmethod
    def speaks() -> Specimen:
        """Two orders have one number."""
        return changed(order=["A-000401", *list(now()["order"])[1:]])

    @staticmethod
    def quiet() -> Specimen:
        """Each has its own."""
        return unchanged()
