"""Texts that no longer look as all texts of their column did."""

from __future__ import annotations

from collections.abc import Iterator

from mlwright.core.family import NotApplicable
from mlwright.data.clauses.chance import ALARMS, chance_beyond
from mlwright.data.deliveries import DeliveryCheck, Specimen
from mlwright.data.deliveries._plain import changed, unchanged
from mlwright.data.two_tables import TwoTables
from mlwright.data.words import counted, percent, quoted
from mlwright.records.findings import Finding


class TextPattern(DeliveryCheck):
    """Texts unlike the pattern that all texts of their column had, more than chance explains.

    The chance is exact for any bound that was drawn round all texts before (`chance.chance_beyond`); below 0.5 % over
    all columns it speaks, and wherever a person has set the pattern.
    """

    severity = "warning"
    title = "Texts of another form"
    action = "Ask what has changed at the source: keys of another form find no partner in other tables."

    def look(self, tables: TwoTables) -> Iterator[Finding]:
        """One finding a column."""
        clauses = [clause for clause in tables.common if clause.pattern is not None]
        if not clauses:
            raise NotApplicable("no column of the contract has a pattern")
        for clause in clauses:
            column = tables.column(clause)
            n = column.unlike.n
            is_hard = n > 0 and "pattern" in clause.edited
            if is_hard or chance_beyond(n, tables.n_then, tables.n_now) * len(clauses) <= ALARMS:
                yield self.found(
                    f"{counted(n, 'text')} of '{clause.name}' ({percent(n / max(1, column.n_there))}) "
                    f"{'is' if n == 1 else 'are'} unlike the pattern {clause.pattern} that all had, as "
                    f"{quoted(column.unlike.examples)}.",
                    clause.name,
                    rows=column.unlike.rows,
                    examples=column.unlike.examples,
                    severity=None if clause.required or is_hard else "note",
                )

    @staticmethod
    def speaks() -> Specimen:
        """The numbers of the orders have lost their letter."""
        return changed(order=[f"{row:06d}" for row in range(400, 800)])

    @staticmethod
    def quiet() -> Specimen:
        """They go on."""
        return unchanged()
