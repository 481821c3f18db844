"""Boosted trees of several cores, looked up together.

The tables of bits of all cores (see `leaves`) are cut into blocks of one size, whatever the width of their words and
however many they are, so that one look into one table opens what a row leaves open of all trees.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from heapq import heapify, heappop, heappush
from itertools import accumulate, groupby
from math import prod
from operator import itemgetter
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from mlwright.scoring.blocks import Blocks, OneRow
from mlwright.scoring.forest import Ints
from mlwright.scoring.leaves import LeafTable, LookedUp
from mlwright.scoring.links import LINKS, LINKS_OF_ONE

Array = NDArray[np.float64]
Bits = NDArray[np.uint64]

BLOCK_BYTES = 512
"""Of the table, where cores differ in size. Smaller blocks are more to fetch, and of larger ones more stays empty."""

MOST_JOINED = 512
"""Rows that columns have together; a group of more takes memory for rows that are hardly ever opened."""

FEWEST_ROWS = 4
"""From so many on rows are looked up together: what is done once for all takes as long as three rows alone."""

PART_ROWS = 1024
"""Of a table that are read at once: more save no time, and what is in between would take memory by the row."""

CHUNK_BYTES = 1 << 18
"""Rows are looked up so many at once that a number for each of their words stays in the processor's own memory."""


class Boosted:
    """Cores of boosted trees that look at the same columns, with one link.

    Parameters
    ----------
    cores : sequence of (float, LookedUp)
        With their weights.
    """

    def __init__(self, cores: Sequence[tuple[float, LookedUp]]) -> None:
        cores = sorted(cores, key=lambda pair: _kind(pair[1].leaves))
        leaves, first = [core.leaves for _, core in cores], cores[0][1]
        self._link, self._link_of_one = LINKS[first.link], LINKS_OF_ONE[first.link]
        self._weights, self._n_outputs = [weight for weight, _ in cores], len(first.leaves.first_words)
        self._row_of, self._rows_of = first.row_of, first.rows_of
        block = _block_bytes(leaves)
        tables = [_in_blocks(each.table, block) for each in leaves]
        self._reading = _Reading(leaves)
        self._table = self._reading.joined(tables)
        starts = [block * place for place in accumulate((table.shape[1] for table in tables), initial=0)]
        alike = [list(places) for _, places in groupby(range(len(leaves)), lambda place: _kind(leaves[place]))]
        self._words = [_Words([leaves[at] for at in same], starts[same[0] : same[-1] + 2]) for same in alike]
        self._at_once = max(1, CHUNK_BYTES // (8 * sum(words.n_words for words in self._words)))

    def scores(self, row: OneRow) -> list[float]:
        """The weighted sum of their scores of one row."""
        opened = self._table.take(self._reading.rows_of_one(self._row_of(row)), axis=0)
        sums = self._added(np.bitwise_and.reduce(opened, axis=0)[None])
        if self._n_outputs == 1:
            return [self._weighed(self._link_of_one(sums[0].tolist()))]
        scores = [self._link_of_one(of_core) for of_core in sums.reshape(-1, self._n_outputs).tolist()]
        return [self._weighed(of_output) for of_output in zip(*scores, strict=True)]

    def _weighed(self, scores: Sequence[float]) -> float:
        """The weighted sum of the score of each core."""
        total = self._weights[0] * scores[0]
        for place in range(1, len(scores)):
            total += self._weights[place] * scores[place]
        return total

    def scores_of_many(self, blocks: Blocks) -> Array:
        """As `scores` of any number of rows, shape (n_rows, n_outputs)."""
        if 0 < len(blocks) < FEWEST_ROWS:
            return np.array([self.scores(row.first) for row in blocks.parts(1)])
        if len(blocks) <= PART_ROWS:
            return self._scores_of_part(blocks)
        return np.concatenate([self._scores_of_part(part) for part in blocks.parts(PART_ROWS)])

    def _scores_of_part(self, blocks: Blocks) -> Array:
        if not len(blocks):
            return np.empty((0, self._n_outputs))
        rows = self._reading.rows_of_many(self._rows_of(blocks))
        sums = np.concatenate([self._added(opened) for opened in self._opened(rows)])
        scores = self._link(sums.reshape(-1, self._n_outputs)).reshape(len(blocks), -1, self._n_outputs)
        total: Array = scores[:, 0] * self._weights[0]
        for place, weight in enumerate(self._weights[1:], start=1):
            total += scores[:, place] * weight
        return total

    def _opened(self, rows: Ints) -> Iterator[Bits]:
        """What all columns together leave open, some rows at a time; shape (n_some, n_blocks, words of a block).

        Parameters
        ----------
        rows : array of int, shape (n_groups, n_rows, n_blocks)
        """
        buffers = np.empty((2, self._at_once, rows.shape[2], self._table.shape[1]), dtype=np.uint64)
        for start in range(0, rows.shape[1], self._at_once):
            first, *others = rows[:, start : start + self._at_once]
            opened, more = buffers[:, : len(first)]
            self._table.take(first, axis=0, out=opened, mode="clip")  # the default mode copies once more
            for other in others:
                self._table.take(other, axis=0, out=more, mode="clip")
                opened &= more
            yield opened

    def _added(self, opened: Bits) -> Array:
        """What the leaves add up to, shape (n_rows, n_cores * n_outputs).

        Parameters
        ----------
        opened : array, shape (n_rows, n_blocks, words of a block)
        """
        as_bytes = opened.reshape(len(opened), -1).view(np.uint8)
        sums = [words.added(as_bytes) for words in self._words]
        return sums[0] if len(sums) == 1 else np.concatenate(sums, axis=1)


class _Words:
    """From the words of one kind to sums.

    Parameters
    ----------
    leaves : sequence of LeafTable
        Of neighbouring cores.
    places : sequence of int
        The first byte of each, and where the last one ends.

    Attributes
    ----------
    n_words : int
        Of one row.
    """

    def __init__(self, leaves: Sequence[LeafTable], places: Sequence[int]) -> None:
        self._bytes = slice(places[0], places[-1])
        self._dtype = leaves[0].table.dtype
        starts = np.array(places) // self._dtype.itemsize
        starts -= starts[0]
        self.n_words = int(starts[-1])
        self._is_place = leaves[0].is_place
        self._values = np.zeros((self.n_words, max(each.values.shape[1] for each in leaves)))
        for start, each in zip(starts.tolist(), leaves, strict=False):
            self._values[start : start + len(each.values), : each.values.shape[1]] = each.values
        self._first_words = np.concatenate(
            [each.first_words + start for start, each in zip(starts, leaves, strict=False)]
        )
        self._first_slots = np.arange(len(self._values)) * self._values.shape[1]

    def added(self, opened: NDArray[np.uint8]) -> Array:
        """The sums, shape (n_rows, n_cores * n_outputs), from the bytes of all cores."""
        words = opened[:, self._bytes].view(self._dtype)
        places = words if self._is_place else np.bitwise_count(words - self._dtype.type(1))  # the bits below the one
        slots = places.astype(np.intp)  # at once takes less than within the sum
        slots += self._first_slots
        sums: Array = np.add.reduceat(self._values.take(slots), self._first_words, axis=1)
        return sums


class _Column(NamedTuple):
    """A column that trees look at: its place, where what is left open changes, and how many rows it has."""

    place: int
    bends: Array
    n_rows: int


class _Reading:
    """From a row of columns to the rows of the tables of several cores that look at it.

    Columns of few rows are taken together, for what costs is how many rows of the table are opened: one for each pair
    of rows of two columns is what both of them leave open.

    Parameters
    ----------
    leaves : sequence of LeafTable
    """

    def __init__(self, leaves: Sequence[LeafTable]) -> None:
        self._own: dict[int, list[Ints]] = {}
        columns = []
        for place in sorted({column for each in leaves for column in each.bends}):
            bends = np.unique(np.concatenate([each.bends.get(place, np.zeros(0)) for each in leaves]))
            values = np.append(bends, [np.inf, np.nan])
            self._own[place] = [each.rows_of(place, values) for each in leaves]
            columns.append(_Column(place, values[:-1], len(values)))
        self._groups = _grouped(columns) or [[]]
        self._steps = [
            (
                j,
                column.place,
                column.bends[:-1].tolist(),
                column.n_rows - 1,
                prod(each.n_rows for each in group[i + 1 :]),
            )
            for j, group in enumerate(self._groups)
            for i, column in enumerate(group)
        ]
        self._columns = [column for group in self._groups for column in group]
        self._step_of = np.array([step for *_, step in self._steps], dtype=np.int64)[:, None]
        sizes = [len(group) for group in self._groups]
        self._first_columns = [*accumulate(sizes[:-1], initial=0)]

    def joined(self, tables: Sequence[Bits]) -> Bits:
        """The blocks of each group of columns, from the rows of each column.

        Parameters
        ----------
        tables : sequence of array, shape (n_rows, n_blocks, words of a block)
            Of each core.
        """
        parts: list[Bits] = []
        rows: list[Ints] = []
        starts, n_blocks = [], 0
        for group in self._groups:
            starts.append(sum(map(len, rows)))
            numbered = []
            for core, table in enumerate(tables):
                blocks = _all_of(table, [self._own[column.place][core] for column in group])
                parts.append(blocks.reshape(-1, blocks.shape[2]))
                numbered.append(n_blocks + np.arange(len(parts[-1])).reshape(blocks.shape[:2]))
                n_blocks += len(parts[-1])
            rows.append(np.hstack(numbered))
        self._starts, self._rows = starts, np.concatenate(rows)
        return np.concatenate(parts)

    def rows_of_one(self, row: Sequence[float]) -> Ints:
        """One for each group and block, shape (n_groups, n_blocks)."""
        places = list(self._starts)
        for j, column, bends, missing, step in self._steps:
            x = row[column]
            places[j] += step * (bisect_left(bends, x) if x == x else missing)
        return self._rows.take(places, axis=0)

    def rows_of_many(self, rows: NDArray[np.floating[Any]]) -> Ints:
        """As `rows_of_one` of several rows, shape (n_groups, n_rows, n_blocks)."""
        values = rows.T.astype(np.float64)
        places = np.empty((len(self._columns), len(rows)), dtype=np.int64)
        for j, column in enumerate(self._columns):
            places[j] = column.bends.searchsorted(values[column.place])  # which puts a missing value last
        if self._columns:
            places = np.add.reduceat(places * self._step_of, self._first_columns, axis=0)
        else:
            places = np.zeros((1, len(rows)), dtype=np.int64)
        places += np.array(self._starts)[:, None]
        return self._rows.take(places, axis=0)


def _kind(leaves: LeafTable) -> tuple[int, bool]:
    """Whose words are read alike: by width, and by what they say."""
    return -leaves.table.itemsize, leaves.is_place


def _block_bytes(leaves: Sequence[LeafTable]) -> int:
    """One block for each core where that leaves no more empty than small blocks do."""
    sizes = [each.table.shape[1] * each.table.itemsize for each in leaves]
    whole = -(-max(sizes) // 8) * 8
    return whole if whole * len(sizes) <= sum(-(-size // BLOCK_BYTES) for size in sizes) * BLOCK_BYTES else BLOCK_BYTES


def _in_blocks(table: NDArray[np.unsignedinteger[Any]], n_bytes: int) -> Bits:
    """The rows of a table, shape (n_rows, n_blocks, words of a block); what fills up leaves nothing open."""
    n_blocks = -(-table.shape[1] * table.itemsize // n_bytes)
    whole = np.zeros((len(table), n_blocks * n_bytes // table.itemsize), dtype=table.dtype)
    whole[:, : table.shape[1]] = table
    blocks: Bits = whole.view(np.uint64).reshape(len(table), n_blocks, -1)
    return blocks


def _all_of(table: Bits, rows: Sequence[Ints]) -> Bits:
    """What columns leave open for each combination of theirs, shape (n_combinations, n_blocks, words of a block).

    Parameters
    ----------
    table : array, shape (n_rows, n_blocks, words of a block)
    rows : sequence of array of int
        Of each column.
    """
    opened: Bits = table[-1:]  # which rules nothing out
    for of_column in rows:
        more = table.take(of_column, axis=0)
        opened = (opened[:, None] & more[None]).reshape(-1, *opened.shape[1:])
    return opened


def _grouped(columns: Sequence[_Column]) -> list[list[_Column]]:
    """Columns of few rows taken together, the smallest first, as long as the table grows to twice its size at most."""
    groups = [(column.n_rows, place, [column]) for place, column in enumerate(columns)]
    heapify(groups)
    room = sum(column.n_rows for column in columns)
    while len(groups) > 1:
        one, other = heappop(groups), heappop(groups)
        n_rows = one[0] * other[0]
        room -= n_rows - one[0] - other[0]
        if n_rows > MOST_JOINED or room < 0:
            groups += [one, other]
            break
        heappush(groups, (n_rows, min(one[1], other[1]), one[2] + other[2]))
    return [group for _, _, group in sorted(groups, key=itemgetter(1))]
