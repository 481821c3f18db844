"""Columns that hold one value now, or no longer do."""

from __future__ import annotations

from collections.abc import Iterator

from mlwright.data.clauses.chance import ALARMS
from mlwright.data.deliveries import DeliveryCheck, Specimen
from mlwright.data.deliveries._plain import changed, unchanged
from mlwright.data.two_tables import TwoTables
from mlwright.data.words import counted, listing
from mlwright.records.contract import Clause
from mlwright.records.findings import Finding

LEAST_ROWS = 20


class ConstantColumns(DeliveryCheck):
    """Columns that varied and hold one value now, or held one value and vary now.

    Names: if the most frequent one had the share `p` of the rows, all of the new rows hold it with chance ``p`` to
    the power of their number; below 0.5 % over all columns it speaks. Numbers: of those that had two values or more,
    the most frequent of which is known, in the same way; of all others from 20 rows on.
    """

    severity = "warning"
    title = "Columns that hold one value now"
    action = "Ask whether the column is still filled in, or the delivery holds a part of the data only."

    def look(self, tables: TwoTables) -> Iterator[Finding]:
        """One finding for those that no longer vary, one for those that do now."""
        clauses = [
            c for c in tables.common if tables.column(c).n_distinct >= 0 and tables.column(c).n_there >= LEAST_ROWS
        ]
        still = [c for c in clauses if tables.column(c).n_distinct == 1 and _is_odd(c, tables, len(clauses))]
        alive = [c for c in clauses if c.kind == "constant" and tables.column(c).n_distinct > 1]
        if still:
            names = [clause.name for clause in still]
            told = listing([f"'{name}'" for name in names])
            yield self.found(f"{counted(len(names), 'column')} held several values and one only now: {told}.", *names)
        if alive:
            told = listing([f"'{c.name}' ({counted(tables.column(c).n_distinct, 'value')})" for c in alive])
            yield self.found(
                f"{counted(len(alive), 'column')} held one value and several now: {told}.",
                *[c.name for c in alive],
                severity="note",
                action="The model does not use it; train again if it says something now.",
            )

    @staticmethod
    def speaks() -> Specimen:
        """All weights are alike."""
        return changed(weight=[70.0] * 400)

    @staticmethod
    def quiet() -> Specimen:
        """They vary."""
        return unchanged()


def _is_odd(clause: Clause, tables: TwoTables, n_columns: int) -> bool:
    if clause.kind in ("constant", "empty", "date") or clause.order != "none":
        return False
    reference = tables.reference(clause)
    top = reference.profile.top[0].count if reference and reference.profile.top else 1
    share = min(1.0, top / max(1, tables.n_then - clause.n_missing))
    return bool(share ** tables.column(clause).n_there * n_columns <= ALARMS)
