"""Rows that were delivered before."""

from __future__ import annotations

from collections.abc import Iterator

from mlwright.data.deliveries import DeliveryCheck, Specimen
from mlwright.data.deliveries._plain import now, then, unchanged
from mlwright.data.deliveries._same_rows import rows_again
from mlwright.data.two_tables import TwoTables
from mlwright.data.words import percent
from mlwright.records.findings import Finding


class RowsAgain(DeliveryCheck):
    """New rows that are equal to a row before in every column that both tables have (the first 200 of them).

    What coincidence makes of few or coarse columns is left out of account, see `_same_rows.rows_again`.
    """

    severity = "warning"
    title = "Rows that were delivered before"
    action = (
        "Do not count them twice, and do not test on them: take them out, or ask for the rows since the last delivery."
    )

    def look(self, tables: TwoTables) -> Iterator[Finding]:
        """One finding with a few of the rows."""
        again = rows_again(tables, tables.then.path, [clause.name for clause in tables.common])
        if again is not None:
            yield self.found(
                f"{again.n:,} of {tables.n_now:,} new rows ({percent(again.n / tables.n_now)}) are equal to a row "
                f"before in all {again.n_columns} columns; by coincidence {percent(again.expected)} would be.",
                rows=again.rows,
            )

    @staticmethod
    def speaks() -> Specimen:
        """A quarter of the rows were delivered before."""
        return Specimen(then(), {name: [*list(then()[name])[:100], *list(now()[name])[:300]] for name in then()})

    @staticmethod
    def quiet() -> Specimen:
        """None was."""
        return unchanged()
