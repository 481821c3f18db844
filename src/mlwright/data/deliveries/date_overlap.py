"""When the new rows came about, beside those before."""

from __future__ import annotations

from collections.abc import Iterator

from mlwright.core.family import NotApplicable
from mlwright.data.deliveries import DeliveryCheck, Specimen
from mlwright.data.deliveries._plain import changed, orders, unchanged
from mlwright.data.two_tables import TwoTables
from mlwright.data.words import moment_spelling
from mlwright.records.findings import Finding


class DateOverlap(DeliveryCheck):
    """New rows that do not come after those before, by the time column: earlier ones, or ones of the same time.

    A note: some deliveries are meant to overlap. Whether the very rows came again is for `rows_again` to say.
    """

    severity = "note"
    title = "Dates that overlap"
    action = (
        "If this was to be the next delivery, ask whether the right days were exported; a test on these rows flatters."
    )

    def look(self, tables: TwoTables) -> Iterator[Finding]:
        """One finding for the time column."""
        name = tables.contract.time
        clause = next((clause for clause in tables.common if clause.name == name), None)
        if clause is None or clause.low is None or clause.high is None:
            raise NotApplicable("no column says when rows came about")
        column = tables.column(clause)
        if column.low is None or column.high is None or column.low > clause.high:
            return
        spell = moment_spelling(min(clause.low, column.low), max(clause.high, column.high))
        how = "all lie before those" if column.high < clause.low else "overlap with those"
        yield self.found(
            f"By '{clause.name}' the new rows ({spell(column.low)} to {spell(column.high)}) {how} from before "
            f"({spell(clause.low)} to {spell(clause.high)}).",
            clause.name,
        )

    @staticmethod
    def speaks() -> Specimen:
        """The new rows begin a month before the others end."""
        return changed(day=orders(seed=1, first=280)["day"])

    @staticmethod
    def quiet() -> Specimen:
        """They begin when the others end."""
        return unchanged()
