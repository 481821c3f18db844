"""The cores of one model, worked out together for a single row or a few."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Sequence
from heapq import heapify, heappop, heappush
from math import prod
from operator import itemgetter
from typing import Any, NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from mlwright.scoring.blocks import Blocks, OneRow
from mlwright.scoring.cores import Core
from mlwright.scoring.cores.linear import LinearCore
from mlwright.scoring.forest import Ints
from mlwright.scoring.leaves import BEFORE_ONE, Leaves, LookedUp, Words, exponents_of, places_of
from mlwright.scoring.links import LINKS, LINKS_OF_ONE
from mlwright.scoring.tables import Tables, tables_of

Array = NDArray[np.float64]
Weighted = tuple[float, Core]


MOST_ROWS = 512
"""Up to so many rows boosted trees are looked up rather than walked; what is in between takes no memory to speak of."""

MOST_JOINED = 512
"""Rows that columns have together; a group of more takes memory for rows that are hardly ever opened."""

CHUNK_ROWS = 32
"""Rows that are looked up at once: what one column of theirs leaves open stays in the processor's own memory."""


class Joined(Protocol):
    """Some of the cores."""

    def scores(self, row: OneRow) -> list[float]:
        """The weighted sum of their scores of one row, one for each output."""


class Together:
    """The weighted sum of the scores of several cores, of a single row or a few.

    Parameters
    ----------
    weighted : sequence of (float, Core)
        Of a model; linear cores are taken together where there are several, boosted trees are looked up, and the
        others are asked one by one.
    """

    def __init__(self, weighted: Sequence[Weighted]) -> None:
        self._boosted, self._others = _boosted(weighted)
        linear, self._alone = _linear(self._others)
        self._joined: list[Joined] = [*linear, *self._boosted]

    def scores(self, row: OneRow) -> list[float]:
        """The weighted sum of the scores of one row, one for each output."""
        parts = [[weight * score for score in core.predict_one(row)] for weight, core in self._alone]
        parts += [each.scores(row) for each in self._joined]
        return parts[0] if len(parts) == 1 else _added(parts)

    def scores_of_few(self, blocks: Blocks) -> Array:
        """As `scores` of several rows, shape (n_rows, n_outputs): `MOST_ROWS` at most are quicker so than alone."""
        parts = [weight * core.predict(blocks) for weight, core in self._others]
        parts += [each.scores_of_few(blocks) for each in self._boosted]
        total: Array = sum(parts[1:], parts[0])
        return total


def _added(parts: Sequence[Sequence[float]]) -> list[float]:
    """The sums of what stands at each place, one after another, as numpy adds whole arrays."""
    total = list(parts[0])
    for part in parts[1:]:
        total = [so_far + more for so_far, more in zip(total, part, strict=True)]
    return total


class _Linear(NamedTuple):
    """Several linear cores of one link."""

    tables: Tables
    intercepts: Array
    link: Callable[[Array], Array]
    weights: Array

    def scores(self, row: OneRow) -> list[float]:
        """The weighted sum of their scores."""
        sums = self.tables.sums(row).reshape(self.intercepts.shape)
        total: list[float] = (self.weights @ self.link(sums + self.intercepts)).tolist()
        return total


class _Boosted:
    """Cores of boosted trees with one link.

    Parameters
    ----------
    link : int
        Place in `LINKS`.
    cores : sequence of (float, LookedUp)
        With their weights.
    """

    def __init__(self, link: int, cores: Sequence[tuple[float, LookedUp]]) -> None:
        self._link, self._link_of_one = LINKS[link], LINKS_OF_ONE[link]
        self._weights = [weight for weight, _ in cores]
        leaves = [core.leaves for _, core in cores]
        n_words = max(len(each.values) for each in leaves)
        # every word has a bit left, those that only fill up too: theirs adds nothing
        self._table = np.vstack([_widened(each.table, n_words, 1) for each in leaves])
        n_bits = max(each.values.shape[1] for each in leaves)
        values = np.concatenate([_widened(_widened(each.values, n_bits, 0).T, n_words, 0).T for each in leaves])
        self._values, self._is_narrow = values, all(each.is_narrow for each in leaves)
        self._first_slots = np.arange(len(values)).reshape(len(leaves), n_words) * values.shape[1] - BEFORE_ONE
        self._shape = (-1, len(leaves), len(leaves[0].first_words))
        self._first_words = np.concatenate([each.first_words + n_words * place for place, each in enumerate(leaves)])
        starts = [0, *np.cumsum([len(each.table) for each in leaves]).tolist()]
        self._readings = []
        parts, n_rows = [self._table.take([start - 1 for start in starts[1:]], axis=0)], len(leaves)
        for row_of, rows_of in dict.fromkeys((core.row_of, core.rows_of) for _, core in cores):
            places = [place for place, (_, core) in enumerate(cores) if core.row_of == row_of]
            reading = _Reading([leaves[place] for place in places], [starts[place] for place in places])
            parts.append(reading.joined(self._table, n_rows))
            n_rows += len(parts[-1])
            self._readings.append((row_of, rows_of, places, reading))
        self._table = np.concatenate(parts)
        width = max(1, *(reading.width for *_, reading in self._readings))
        self._rows = np.repeat(np.arange(len(leaves))[None, :], width, axis=0)

    def scores(self, row: OneRow) -> list[float]:
        """The weighted sum of their scores of one row."""
        opened = self._table.take(self._rows_of_one(row), axis=0)
        sums = self._added(np.bitwise_and.reduce(opened, axis=0)[None])
        if self._shape[2] == 1:
            return [self._weighed(self._link_of_one(sums[0].tolist()))]
        scores = [self._link_of_one(of_core) for of_core in sums.reshape(self._shape[1:]).tolist()]
        return [self._weighed(of_output) for of_output in zip(*scores, strict=True)]

    def _weighed(self, scores: Sequence[float]) -> float:
        """The weighted sum of the score of each core."""
        total = self._weights[0] * scores[0]
        for place in range(1, len(scores)):
            total += self._weights[place] * scores[place]
        return total

    def scores_of_few(self, blocks: Blocks) -> Array:
        """As `scores` of several rows, shape (n_rows, n_outputs)."""
        rows = np.repeat(self._rows[None], len(blocks), axis=0)
        for _, rows_of, places, reading in self._readings:
            rows[:, : reading.width, places] = reading.rows_of_few(rows_of(blocks))
        chunks = [rows[start : start + CHUNK_ROWS] for start in range(0, len(rows), CHUNK_ROWS)]
        sums = np.concatenate([self._added(self._opened(chunk)) for chunk in chunks])
        scores = self._link(sums.reshape(-1, self._shape[2])).reshape(self._shape)
        total: Array = scores[:, 0] * self._weights[0]
        for place, weight in enumerate(self._weights[1:], start=1):
            total += scores[:, place] * weight
        return total

    def _opened(self, rows: Ints) -> Words:
        """What all columns together leave open of several rows, column by column."""
        opened: Words = self._table.take(rows[:, 0], axis=0)
        for column in range(1, rows.shape[1]):
            opened &= self._table.take(rows[:, column], axis=0)
        return opened

    def _added(self, words: Words) -> Array:
        """What the leaves add up to, shape (n_rows, n_cores * n_outputs).

        Parameters
        ----------
        words : array of unsigned int, shape (n_rows, n_cores, n_words)
            What is left open.
        """
        slots = exponents_of(words) if self._is_narrow else places_of(words) + BEFORE_ONE
        slots += self._first_slots
        sums: Array = np.add.reduceat(self._values.take(slots).reshape(len(words), -1), self._first_words, axis=1)
        return sums

    def _rows_of_one(self, row: OneRow) -> Ints:
        """The rows of the table for one row, shape (n_groups, n_cores)."""
        if len(self._readings) == 1 and self._readings[0][-1].width:
            row_of, _, _, reading = self._readings[0]
            return reading.rows_of_one(row_of(row))
        rows = self._rows.copy()
        for row_of, _, places, reading in self._readings:
            rows[: reading.width, places] = reading.rows_of_one(row_of(row))
        return rows


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
    leaves : sequence of Leaves
    starts : sequence of int
        Where the rows of each begin in a table that all share.
    """

    def __init__(self, leaves: Sequence[Leaves], starts: Sequence[int]) -> None:
        self._n_cores = len(leaves)
        self._own: dict[int, Ints] = {}
        columns = []
        for place in sorted({column for each in leaves for column in each.bends}):
            bends = np.unique(np.concatenate([each.bends.get(place, np.zeros(0)) for each in leaves]))
            values = np.append(bends, [np.inf, np.nan])
            own = [each.rows_of(place, values) + first for each, first in zip(leaves, starts, strict=True)]
            self._own[place] = np.array(own)
            columns.append(_Column(place, bends, len(values)))
        self._groups = _grouped(columns)
        self.width = len(self._groups)
        self._steps = [
            (j, column.place, column.bends.tolist(), column.n_rows - 1, prod(each.n_rows for each in group[i + 1 :]))
            for j, group in enumerate(self._groups)
            for i, column in enumerate(group)
        ]

    def joined(self, table: Words, first: int) -> Words:
        """The rows of each group of columns, core by core, from the rows of each column; the first gets that number."""
        parts: list[Words] = [table[:0]]
        rows: list[Ints] = [np.zeros((0, self._n_cores), dtype=np.int64)]
        self._starts = []
        for group in self._groups:
            self._starts.append(sum(map(len, rows)))
            opened = [table.take(self._own[group[0].place][core], axis=0) for core in range(self._n_cores)]
            for column in group[1:]:
                more = [table.take(own, axis=0) for own in self._own[column.place]]
                opened = [(a[:, None] & b[None]).reshape(-1, a.shape[1]) for a, b in zip(opened, more, strict=True)]
            n_rows = len(opened[0])
            rows.append(first + np.arange(n_rows)[:, None] + n_rows * np.arange(self._n_cores))
            first += n_rows * self._n_cores
            parts += opened
        self._rows = np.concatenate(rows)
        return np.concatenate(parts)

    def rows_of_one(self, row: Sequence[float]) -> Ints:
        """One for each group and core, shape (n_groups, n_cores)."""
        places = list(self._starts)
        for j, column, bends, missing, step in self._steps:
            x = row[column]
            places[j] += step * (bisect_left(bends, x) if x == x else missing)
        return self._rows.take(places, axis=0)

    def rows_of_few(self, rows: NDArray[np.float32]) -> Ints:
        """As `rows_of_one` of several rows, shape (n_rows, n_groups, n_cores)."""
        places = np.repeat(np.array([self._starts], dtype=np.int64), len(rows), axis=0)
        for j, group in enumerate(self._groups):
            place: Any = 0
            for column, bends, n_rows in group:
                values = rows[:, column]
                place = place * n_rows + np.searchsorted(bends, values) + np.isnan(values)
            places[:, j] += place
        return self._rows.take(places, axis=0)


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


def _widened(table: NDArray[Any], n_columns: int, fill: int) -> NDArray[Any]:
    return np.pad(table, ((0, 0), (0, n_columns - table.shape[1])), constant_values=fill)


def _boosted(weighted: Sequence[Weighted]) -> tuple[list[_Boosted], list[Weighted]]:
    """What can be looked up, by link, and the rest."""
    of_link: dict[int, list[tuple[float, LookedUp]]] = {}
    rest: list[Weighted] = []
    for weight, core in weighted:
        found = core.looked_up()
        if found is None:
            rest.append((weight, core))
        else:
            of_link.setdefault(found.link, []).append((weight, found))
    return [_Boosted(link, cores) for link, cores in of_link.items()], rest


def _linear(weighted: Sequence[Weighted]) -> tuple[list[Joined], list[Weighted]]:
    """Linear cores where they can be taken together, and the rest."""
    linear = [(weight, core) for weight, core in weighted if isinstance(core, LinearCore)]
    cores = [core for _, core in linear]
    if len(cores) < 2 or len({core.link for core in cores}) > 1:
        return [], list(weighted)
    tables = tables_of([core.design for core in cores], [core.weights for core in cores])
    if tables is None:
        return [], list(weighted)
    weights = np.array([weight for weight, _ in linear])
    joined = _Linear(tables, np.array([core.intercept for core in cores]), LINKS[cores[0].link], weights)
    return [joined], [pair for pair in weighted if not isinstance(pair[1], LinearCore)]
