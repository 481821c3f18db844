"""Rows that came with an earlier delivery."""

from __future__ import annotations

from collections.abc import Iterator

from mlwright.core.family import NotApplicable
from mlwright.data.deliveries import DeliveryCheck, Specimen
from mlwright.data.deliveries._plain import now, then, unchanged
from mlwright.data.deliveries._same_rows import rows_again
from mlwright.data.two_tables import Earlier, TwoTables
from mlwright.data.words import percent
from mlwright.records.findings import Finding

MOST_LOOKED_AT = 10


class DeliveredAgain(DeliveryCheck):
    """Rows that a delivery before this one had brought already: yesterday's file once more, or an overlapping export.

    A project remembers what it was asked about; the ten latest deliveries are compared row by row, in the columns that
    both have (see `_same_rows.rows_again` for coincidence). The very same rows from the very same place are a note:
    somebody may have asked twice. It speaks of the latest delivery that it knows again.
    """

    severity = "warning"
    title = "A delivery that came before"
    action = "Ask for the rows since the last delivery, and do not count these twice."

    def look(self, tables: TwoTables) -> Iterator[Finding]:
        """One finding about the latest delivery that shares rows with this one."""
        if not tables.earlier:
            raise NotApplicable("no delivery was looked at before")
        for earlier in reversed(tables.earlier[-MOST_LOOKED_AT:]):
            if (finding := self._finding(tables, earlier)) is not None:
                yield finding
                return

    def _finding(self, tables: TwoTables, earlier: Earlier) -> Finding | None:
        lineage = earlier.snapshot.lineage
        when = f"{lineage.location}, read {lineage.read_at[:16].replace('T', ' ')}"
        if earlier.snapshot.blob == tables.snapshot.blob:
            is_same_place = lineage.location == tables.snapshot.lineage.location
            return self.found(
                f"All {tables.n_now:,} rows are those of an earlier delivery ({when}).",
                severity="note" if is_same_place else None,
            )
        names = [name for name in tables.snapshot.column_names if name in earlier.snapshot.column_names]
        again = rows_again(tables, earlier.path, names) if len(names) >= 2 else None
        if again is None:
            return None
        return self.found(
            f"{again.n:,} of {tables.n_now:,} rows ({percent(again.n / tables.n_now)}) came with an earlier delivery "
            f"({when}); by coincidence {percent(again.expected)} would be equal.",
            rows=again.rows,
        )

    @staticmethod
    def speaks() -> Specimen:
        """A quarter of the rows came yesterday."""
        half = {name: [*list(now()[name])[:100], *list(then()[name])[100:400]] for name in now()}
        return Specimen(then(), half, earlier=(now(),))

    @staticmethod
    def quiet() -> Specimen:
        """Yesterday's rows were others."""
        return Specimen(then(), unchanged().now, earlier=(then(),))
