"""Rows of one table that are equal to rows of another, beyond coincidence."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import ibis
import ibis.expr.types as ir

from mlwright.core.family import NotApplicable
from mlwright.data.compute.table import ROW, Table, open_parquet
from mlwright.data.two_tables import TwoTables

KEY = "__again__"
LEAST_ROWS = 5
LEAST_SHARE = 0.01
TIMES = 2.0
ERRORS = 6.0
MOST_COLUMNS = 200


class Again(NamedTuple):
    """Rows that were there before.

    Parameters
    ----------
    n : int
    expected : float
        The share of the rows that would be by coincidence.
    n_columns : int
        How many columns were compared.
    rows : tuple of int
        The first of them.
    """

    n: int
    expected: float
    n_columns: int
    rows: tuple[int, ...]


def rows_again(tables: TwoTables, before: Path, names: list[str]) -> Again | None:
    """The new rows that are equal, in some columns, to a row of a file; None if coincidence explains them.

    Rows of few or coarse columns are equal by coincidence. How often is seen in the file: the share of its rows that
    have a twin among the others is the share of new rows that have one, if nothing is delivered twice. 5 rows and 1 %
    or more count, if that is more than twice that share and six standard errors above it.

    Raises
    ------
    NotApplicable
        If there are fewer than two columns.
    """
    if len(names) < 2:
        raise NotApplicable("one column is too little to know a row again")
    names = names[:MOST_COLUMNS]
    both = open_parquet(before, names)
    old, new = _keyed(both.expr, names), _keyed(_beside(both, tables.now, names), names)
    n_old, n_again = _number(both, old), _number(both, new.semi_join(old, KEY))
    twins = old.group_by(KEY).aggregate(n=old.count())
    expected = _number(both, old.semi_join(twins.filter(twins.n > 1), KEY)) / n_old
    error = (max(expected, 1 / n_old) / min(tables.n_now, n_old)) ** 0.5
    share = n_again / tables.n_now
    if n_again < LEAST_ROWS or share < max(LEAST_SHARE, TIMES * expected, expected + ERRORS * error):
        return None
    first = both.rows_of(new.semi_join(old, KEY).order_by(ROW).select(ROW).limit(5))
    return Again(n_again, expected, len(names), tuple(int(row[ROW]) for row in first))


def _beside(table: Table, other: Table, names: list[str]) -> ir.Table:
    """Another table's rows in the engine of the first."""
    path = str(other.path).replace("'", "''")
    wanted = ", ".join('"' + name.replace('"', '""') + '"' for name in names)
    query = f"SELECT {wanted}, file_row_number AS {ROW} FROM read_parquet('{path}', file_row_number = true)"  # noqa: S608
    found: ir.Table = table.expr.get_backend().sql(query)
    return found


def _keyed(rows: ir.Table, names: list[str]) -> ir.Table:
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
