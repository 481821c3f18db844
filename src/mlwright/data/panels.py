"""Dates that run in each of several things: the weeks of every shop, however the rows are sorted."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from mlwright.data.compute.table import Table
from mlwright.data.date_parts import is_year
from mlwright.data.kinds import Order
from mlwright.records.profile import ColumnProfile
from mlwright.scoring.distinct import distinct_values

FEWEST_MOMENTS, FEWEST_YEARS, FEWEST_ROWS = 10, 5, 50
LEAST_FILLED = 0.6
MOST_KEYS = 12


def with_panels(
    table: Table, columns: Sequence[ColumnProfile], orders: Mapping[str, Order], target: str | None
) -> dict[str, Order]:
    """The orders of columns, with the dates and years that run in each of several things.

    One or two categories (a shop; a shop and a product) and the date never have the same values in two rows, and of all
    their combinations six in ten are there at least. Dates in the life of people or things are never so: among 50 rows
    of six in ten combinations, chance would bring hundreds of pairs.

    Parameters
    ----------
    table : Table
    columns : sequence of ColumnProfile
        All of the table.
    orders : mapping
        Whether the rows are sorted by a column.
    target : str or None
        What is predicted, which names no things.
    """
    found = dict(orders)
    for column in columns:
        if column.name != target and _may_run(column, orders) and things_of(table, column, columns, target):
            found[column.name] = "panel"
    return found


def _may_run(column: ColumnProfile, orders: Mapping[str, Order]) -> bool:
    return is_year(column) or (column.kind == "date" and orders[column.name] == "none")


def things_of(
    table: Table, column: ColumnProfile, columns: Sequence[ColumnProfile], target: str | None
) -> tuple[str, ...] | None:
    """The columns that name the things in each of which a date or a year runs, as `with_panels` says.

    None of them where each moment comes once; None where the rows of one moment are not told apart so.

    Parameters
    ----------
    table : Table
    column : ColumnProfile
        The date or the year.
    columns : sequence of ColumnProfile
        All of the table.
    target : str or None
    """
    n_rows, whole = table.n_rows, column.n_missing + column.n_unparsed == 0
    if whole and column.distinct_is_exact and column.n_distinct == n_rows:
        return ()
    fewest = FEWEST_MOMENTS if column.kind == "date" else FEWEST_YEARS
    if not whole or n_rows < FEWEST_ROWS or not fewest <= column.n_distinct <= n_rows / 2:
        return None
    kinds = ("category", "number", "boolean")
    keys = [c for c in columns if c.name not in (target, column.name) and c.kind in kinds and c.n_distinct > 1]
    grids = _grids(column, keys, n_rows)
    return next((tuple(things) for things in grids if _never_twice(table, [column.name, *things])), None)


def _grids(date: ColumnProfile, keys: Sequence[ColumnProfile], n_rows: int) -> Iterator[list[str]]:
    """One or two columns of which and the date there are hardly more combinations than rows."""
    likely = sorted((key for key in keys if not key.n_missing), key=lambda key: key.n_distinct)
    likely = [key for key in likely if key.n_distinct * date.n_distinct <= n_rows / LEAST_FILLED][-MOST_KEYS:]
    for n_keys in (1, 2):
        for things in combinations(likely, n_keys):
            n_cells = float(np.prod([date.n_distinct, *(key.n_distinct for key in things)]))
            if n_rows <= n_cells <= n_rows / LEAST_FILLED:
                yield [key.name for key in things]


def _never_twice(table: Table, names: Sequence[str]) -> bool:
    rows = table.arrow(list(names))
    cells: NDArray[np.int64] = np.zeros(table.n_rows, dtype=np.int64)
    for name in names:
        levels, places = distinct_values(rows[name])
        cells = cells * (len(levels) + 1) + places + 1
    return len(np.unique(cells)) == table.n_rows
