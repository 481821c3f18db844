"""What the columns of a row leave open of all trees: which rows of one table have to be put together.

Columns of few values are taken together, for what costs is how many rows of the table are opened: one for each
combination of their values is what all of them leave open.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from heapq import heapify, heapreplace
from itertools import accumulate
from math import prod
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from mlwright.scoring.forest import Ints
from mlwright.scoring.leaves import LeafTable, Words

Bits = NDArray[np.uint64]

LINE_BYTES = 64
"""That a processor reads of its memory at once: what begins with a line is copied and combined sooner."""

MOST_TIMES = 2
"""How many times its size the table may have because columns are taken together."""


class Openings:
    """One row of a table for each value of a column, or combination of values of several, over the trees of all cores.

    Parameters
    ----------
    leaves : sequence of LeafTable
        Of cores that look at the same columns; those with wider words come first.

    Attributes
    ----------
    table : array of uint64, shape (n_rows, words of a row)
        The tables of all cores side by side; what fills up a row leaves nothing open.
    places : list of int
        The first byte of each core within a row.
    """

    def __init__(self, leaves: Sequence[LeafTable]) -> None:
        own: dict[int, list[Ints]] = {}
        columns = []
        for place in sorted({column for each in leaves for column in each.bends}):
            bends = np.unique(np.concatenate([each.bends.get(place, np.zeros(0)) for each in leaves]))
            values = np.append(bends, [np.inf, np.nan])
            own[place] = [each.rows_of(place, values) for each in leaves]
            columns.append(_Column(place, values[:-1], len(values)))
        groups = _grouped(columns) or [[]]
        sizes = [prod(column.n_rows for column in group) for group in groups]
        self._starts = [*accumulate(sizes[:-1], initial=0)]
        widths = [each.table.shape[1] * each.table.itemsize for each in leaves]
        self.places = [*accumulate(widths[:-1], initial=0)]
        self.table = in_lines((sum(sizes), -(-sum(widths) // LINE_BYTES) * LINE_BYTES // 8))
        as_bytes = self.table.view(np.uint8)
        as_bytes[:, sum(widths) :] = 0
        for first, n_rows, group in zip(self._starts, sizes, groups, strict=True):
            for core, (place, width) in enumerate(zip(self.places, widths, strict=True)):
                opened = _all_of(leaves[core].table, [own[column.place][core] for column in group])
                as_bytes[first : first + n_rows, place : place + width] = opened.view(np.uint8)
        self._steps = [
            (
                j,
                column.place,
                column.bends[:-1].tolist(),
                column.n_rows - 1,
                prod(each.n_rows for each in group[i + 1 :]),
            )
            for j, group in enumerate(groups)
            for i, column in enumerate(group)
        ]
        self._columns = [column for group in groups for column in group]
        self._step_of = np.array([step for *_, step in self._steps], dtype=np.int64)[:, None]
        self._first_columns = [*accumulate(map(len, groups[:-1]), initial=0)]

    def rows_of_one(self, row: Sequence[float]) -> list[int]:
        """The rows of the table that a row of columns opens: one for each group."""
        places = list(self._starts)
        for j, column, bends, missing, step in self._steps:
            x = row[column]
            places[j] += step * (bisect_left(bends, x) if x == x else missing)
        return places

    def rows_of_many(self, rows: NDArray[np.floating[Any]]) -> Ints:
        """As `rows_of_one` of several rows, shape (n_groups, n_rows)."""
        values = rows.T.astype(np.float64)
        places = np.empty((len(self._columns), len(rows)), dtype=np.int64)
        for j, column in enumerate(self._columns):
            places[j] = column.bends.searchsorted(values[column.place])  # which puts a missing value last
        if self._columns:
            places = np.add.reduceat(places * self._step_of, self._first_columns, axis=0)
        else:
            places = np.zeros((1, len(rows)), dtype=np.int64)
        places += np.array(self._starts)[:, None]
        return places


class _Column(NamedTuple):
    """A column that trees look at: its place, where what is left open changes, and how many rows it has."""

    place: int
    bends: NDArray[np.float64]
    n_rows: int


def in_lines(shape: tuple[int, ...]) -> Bits:
    """Memory whose first byte begins a line; what it holds is left open."""
    n_bytes = 8 * prod(shape)
    memory = np.empty(n_bytes + LINE_BYTES, dtype=np.uint8)
    start = -memory.__array_interface__["data"][0] % LINE_BYTES
    return memory[start : start + n_bytes].view(np.uint64).reshape(shape)


def _all_of(table: Words, rows: Sequence[Ints]) -> Words:
    """What columns leave open for each combination of theirs, shape (n_combinations, n_words).

    Parameters
    ----------
    table : array, shape (n_rows, n_words)
    rows : sequence of array of int
        Of each column.
    """
    opened: Words = table[-1:]  # which rules nothing out
    for of_column in rows:
        opened = (opened[:, None] & table.take(of_column, axis=0)[None]).reshape(-1, table.shape[1])
    return opened


def _grouped(columns: Sequence[_Column]) -> list[list[_Column]]:
    """As few groups of columns as the table has room for."""
    room = MOST_TIMES * sum(column.n_rows for column in columns)
    tries = range(1, len(columns) + 1)
    n_groups = bisect_left(tries, True, key=lambda n: _in_groups(columns, n, room) is not None)
    return (_in_groups(columns, n_groups + 1, room) if columns else None) or []


def _in_groups(columns: Sequence[_Column], n_groups: int, room: int) -> list[list[_Column]] | None:
    """So many groups, each column with those that have the fewest rows so far; None where there is no room for them."""
    largest_first = sorted(columns, key=lambda column: -column.n_rows)
    groups = [(column.n_rows, place, [column]) for place, column in enumerate(largest_first[:n_groups])]
    heapify(groups)
    n_rows = sum(rows for rows, *_ in groups)
    for column in largest_first[n_groups:]:
        rows, place, group = groups[0]
        n_rows += rows * (column.n_rows - 1)
        if n_rows > room:
            return None
        heapreplace(groups, (rows * column.n_rows, place, [*group, column]))
    return [group for *_, group in sorted(groups, key=lambda each: each[1])]
