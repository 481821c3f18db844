"""Rows that were delivered before."""

from __future__ import annotations

from collections.abc import Iterator

import ibis
import ibis.expr.types as ir

from mlwright.core.family import NotApplicable
from mlwright.data.compute.table import ROW, Table, open_parquet
from mlwright.data.deliveries import DeliveryCheck, Specimen
from mlwright.data.deliveries._plain import now, then, unchanged
from mlwright.data.two_tables import TwoTables
from mlwright.data.words import percent
from mlwright.records.findings import Finding

KEY = "__again__"
LEAST_ROWS = 5
LEAST_SHARE = 0.01
TIMES = 2.0
ERRORS = 6.0
MOST_COLUMNS = 200


class RowsAgain(DeliveryCheck):
    """New rows that are equal to a row before in every column that both tables have (the first 200 of them).

    Rows of few or coarse columns are equal by coincidence. How often is seen in the table before: the share of its
    rows that have a twin among the others is the share of new rows that have one, if nothing is delivered twice. It
    speaks of 5 rows and 1 % or more, if that is more than twice that share and six standard errors above it.
    """

    severity = "warning"
    title = "Rows that were delivered before"
    action = (
        "Do not count them twice, and do not test on them: take them out, or ask for the rows since the last delivery."
    )

    def look(self, tables: TwoTables) -> Iterator[Finding]:
        """One finding with a few of the rows."""
        names = [clause.name for clause in tables.common][:MOST_COLUMNS]
        if len(names) < 2:
            raise NotApplicable("one column is too little to know a row again")
        both = open_parquet(tables.then.path, names)
        before, after = _keyed(both, both.expr, names), _keyed(both, _beside(both, tables.now, names), names)
        n_again = _number(both, after.semi_join(before, KEY))
        twins = before.group_by(KEY).aggregate(n=before.count())
        expected = _number(both, before.semi_join(twins.filter(twins.n > 1), KEY)) / tables.n_then
        share = n_again / tables.n_now
        error = (max(expected, 1 / tables.n_then) / min(tables.n_now, tables.n_then)) ** 0.5
        if n_again < LEAST_ROWS or share < max(LEAST_SHARE, TIMES * expected, expected + ERRORS * error):
            return
        first = both.rows_of(after.semi_join(before, KEY).order_by(ROW).select(ROW).limit(5))
        yield self.found(
            f"{n_again:,} of {tables.n_now:,} new rows ({percent(share)}) are equal to a row before in all "
            f"{len(names)} columns; by coincidence {percent(expected)} would be.",
            rows=[int(row[ROW]) for row in first],
        )

    @staticmethod
    def speaks() -> Specimen:
        """A quarter of the rows were delivered before."""
        return Specimen(then(), {name: [*list(then()[name])[:100], *list(now()[name])[:300]] for name in then()})

    @staticmethod
    def quiet() -> Specimen:
        """None was."""
        return unchanged()


def _beside(table: Table, other: Table, names: list[str]) -> ir.Table:
    """Another table's rows in the engine of the first."""
    path = str(other.path).replace("'", "''")
    wanted = ", ".join('"' + name.replace('"', '""') + '"' for name in names)
    query = f"SELECT {wanted}, file_row_number AS {ROW} FROM read_parquet('{path}', file_row_number = true)"  # noqa: S608
    found: ir.Table = table.expr.get_backend().sql(query)
    return found


def _keyed(table: Table, rows: ir.Table, names: list[str]) -> ir.Table:
    """Rows with a key that is equal where all columns are, however they are stored."""
    values = {f"c{place}": _spelled(rows[name]) for place, name in enumerate(names)}
    return rows.select(ROW, **{KEY: ibis.struct(values).hash()})


def _spelled(column: ir.Value) -> ir.Value:
    """A value by its spelling: numbers as fractions, dates as moments, whatever their type."""
    kind = column.type()
    if kind.is_numeric():
        column = column.cast("float64")
    elif kind.is_date():
        column = column.cast("timestamp")
    return column.cast("string").fill_null("")


def _number(table: Table, rows: ir.Table) -> int:
    return int(table.rows_of(rows.aggregate(n=rows.count()))[0]["n"])
