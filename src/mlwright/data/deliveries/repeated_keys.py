"""Keys that come twice."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from mlwright.core.family import NotApplicable
from mlwright.data.deliveries import DeliveryCheck, Specimen
from mlwright.data.deliveries._plain import changed, now, unchanged
from mlwright.data.two_tables import TwoTables
from mlwright.data.words import counted, named, percent, quoted
from mlwright.records.contract import Clause
from mlwright.records.findings import Finding
from mlwright.scoring.spelling import spelled


class RepeatedKeys(DeliveryCheck):
    """Values of a column that never had one twice, and now has: within the new table, or in both tables.

    Where ``collect.unique`` names several columns, their values together must come once in the new table. No chance
    excuses a key that repeats within one table; that keys of the table before come again is a note, as rows
    may be delivered anew with later values.
    """

    severity = "warning"
    title = "Keys that come twice"
    action = "Ask which of the rows holds; a join on this key would multiply rows."

    def look(self, tables: TwoTables) -> Iterator[Finding]:
        """One finding a column for the new table, and one for both tables."""
        clauses = [clause for clause in tables.common if clause.unique]
        together = [columns for columns in tables.contract.unique if _is_there(columns, tables)]
        if not clauses and not together:
            raise NotApplicable("no column of the contract is a key")
        for columns in together:
            if finding := self._together(columns, tables):
                yield finding
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

    def _together(self, columns: tuple[str, ...], tables: TwoTables) -> Finding | None:
        table = tables.now.arrow(columns)
        levels = [spelled(table[name]) for name in columns]
        places = np.stack([each.places for each in levels])
        there = np.flatnonzero((places >= 0).all(axis=0))
        _, first = np.unique(places[:, there], axis=1, return_index=True)
        again = np.delete(there, first)
        if not len(again):
            return None
        few = again[:3].tolist()
        shown = [", ".join(each.levels[each.places[row]] for each in levels) for row in few]
        return self.found(
            f"{counted(len(again), 'row holds', 'rows hold')} values of {named(columns)} that "
            f"came together in an earlier row, as {quoted(shown)}.",
            *columns,
            rows=few,
            examples=shown,
        )

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


def _is_there(columns: tuple[str, ...], tables: TwoTables) -> bool:
    """Whether the new table has several columns, or one that is no key by itself."""
    clauses = {clause.name: clause for clause in tables.common}
    return set(columns) <= set(clauses) and not (len(columns) == 1 and clauses[columns[0]].unique)
