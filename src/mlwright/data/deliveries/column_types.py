"""Columns that are stored as something else, or hold what cannot be read."""

from __future__ import annotations

from collections.abc import Iterator

from scipy.stats import hypergeom

from mlwright.data.clauses.chance import ALARMS
from mlwright.data.deliveries import DeliveryCheck, Specimen
from mlwright.data.deliveries._plain import changed, now
from mlwright.data.two_tables import TwoTables
from mlwright.data.words import percent, quoted
from mlwright.records.contract import Clause
from mlwright.records.findings import Finding, Severity

MOST = 0.5
_SORTS = {"text": ("string", "large_string"), "date": ("date", "timestamp"), "truth value": ("bool",)}


class ColumnTypes(DeliveryCheck):
    """Columns of numbers or dates with values that are neither, and columns of another type.

    Critical where half of the values cannot be read; a warning where more cannot than chance explains (Fisher's exact
    test at 0.5 % over all columns); a note where only the way of storing has changed and all values can be read.
    """

    severity = "critical"
    title = "Columns of another type"
    action = "Ask what has changed at the source; values that cannot be read count as missing."

    def look(self, tables: TwoTables) -> Iterator[Finding]:
        """One finding a column."""
        clauses = [clause for clause in tables.common if clause.kind in ("number", "date")]
        for clause in clauses:
            if finding := self._unreadable(clause, tables, len(clauses)):
                yield finding
        for clause in tables.common:
            was, now_ = _sort(clause.type), _sort(tables.type_now[clause.name])
            if was != now_ and not tables.column(clause).unreadable.n:
                sentence = f"'{clause.name}' comes as {now_}; it came as {was}. All its values can be read."
                yield self.found(
                    sentence, clause.name, severity="note", action="Nothing needs to be done for mlwright."
                )

    def _unreadable(self, clause: Clause, tables: TwoTables, n_columns: int) -> Finding | None:
        column = tables.column(clause)
        there = column.n_there + column.unreadable.n
        share = column.unreadable.n / max(1, there)
        if _chance(clause, column.unreadable.n, tables) * n_columns > ALARMS:
            return None
        severity: Severity = "critical" if share >= MOST and clause.required else "warning"
        found = (
            f"{column.unreadable.n:,} of {there:,} values of '{clause.name}' ({percent(share)}) are no {clause.kind}"
        )
        return self.found(
            f"{found}, as {quoted(column.unreadable.examples)}.", clause.name, severity=severity,
            rows=column.unreadable.rows, examples=column.unreadable.examples,
        )  # fmt: skip

    @staticmethod
    def speaks() -> Specimen:
        """The weight comes in words."""
        return changed(weight=[("heavy", "light")[row % 2] for row in range(400)])

    @staticmethod
    def quiet() -> Specimen:
        """The number of items comes with a fraction, which is a number too."""
        return changed(items=[float(value) for value in now()["items"]])


def _sort(kind: str) -> str:
    """How a column is stored, as far as people tell it apart."""
    return next((sort for sort, types in _SORTS.items() if kind.startswith(types)), "number")


def _chance(clause: Clause, n: int, tables: TwoTables) -> float:
    """Chance that so many of all values that cannot be read are in the new table."""
    drawn = hypergeom(tables.n_then + tables.n_now, clause.n_unreadable + n, tables.n_now)
    return float(drawn.sf(n - 1)) if n else 1.0
