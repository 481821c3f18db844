"""What symmetric trees look at: the bins of all features, or the numbers of rows and the class of each combination."""

from __future__ import annotations

import math
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from functools import cached_property, reduce
from itertools import accumulate
from math import prod
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from mlwright.scoring.blocks import Blocks, OneRow
from mlwright.scoring.symmetric_trees import (
    ABOVE,
    CODE,
    LEVEL,
    MULTIPLIER,
    Combination,
    Ints,
    Part,
    SymmetricTrees,
    joined,
)

Array = NDArray[np.float64]
Places = NDArray[np.int64]

MOST_PLACES = 65_536
"""Combinations of so many names have a table of their classes; those of more are found by their hash."""

AT_ONCE = 1 << 15
"""Classes that are found at once: what is in between stays in the processor's own memory."""

WORD = (1 << 64) - 1
FACTOR = int(MULTIPLIER)


class SymmetricRows:
    """From rows to what trees look at.

    Parameters
    ----------
    trees : SymmetricTrees

    Attributes
    ----------
    bin_type : type
        The narrowest that holds all bins.
    """

    def __init__(self, trees: SymmetricTrees) -> None:
        self._trees = trees
        self._sizes = trees.code_sizes.astype(np.int64)
        self._classes = _Classes(trees)
        most = max(int(trees.n_borders.max(initial=0)), int(trees.told_bin.max(initial=0)))
        self.bin_type = np.uint8 if most < 256 else np.uint16

    def row(self, one: OneRow) -> list[float]:
        """The columns of one row: its numbers, then the class of each combination."""
        numbers = one.numbers
        if not self._of_one:
            return numbers
        places = [
            other + 1 if code < 0 else min(code, other) for code, other in zip(one.codes, self._others, strict=True)
        ]
        return [*numbers, *[each.of(numbers, places) for each in self._of_one]]

    def rows(self, blocks: Blocks) -> Array:
        """As `row` of several rows, shape (n_rows, n_columns)."""
        columns = np.empty((self._trees.n_numbers + len(self._trees.combinations), len(blocks)))
        columns[: self._trees.n_numbers] = blocks.numbers.T
        for rows, classes in self._classes.of(self._number_bins(blocks), self._places(blocks)):
            columns[self._trees.n_numbers :, rows] = classes
        return columns.T

    def bins(self, blocks: Blocks) -> Ints:
        """The bins of all features, shape (n_features, n_rows)."""
        trees = self._trees
        found: Ints = np.empty((trees.n_numbers + len(self._first_bins), len(blocks)), dtype=self.bin_type)
        found[: trees.n_numbers] = self._number_bins(blocks)
        for rows, classes in self._classes.of(found[: trees.n_numbers], self._places(blocks)):
            at = classes.take(self._combination_of, axis=0)
            at *= self._n_told
            at += self._first_bins
            found[trees.n_numbers :, rows] = self._told.take(at)
        return found

    def _number_bins(self, blocks: Blocks) -> Ints:
        """The bins of the numbers, shape (n_numbers, n_rows)."""
        found: Ints = np.empty((self._trees.n_numbers, len(blocks)), dtype=self.bin_type)
        for column, borders in enumerate(self._trees.borders_of):
            found[column] = borders.searchsorted(blocks.numbers[:, column])
        np.copyto(found, self._missing, where=np.isnan(blocks.numbers.T))
        return found

    def _places(self, blocks: Blocks) -> Places:
        """Codes as places, shape (n_codes, n_rows): a missing one is the last."""
        codes = blocks.codes.astype(np.int64)
        return np.ascontiguousarray(np.where(codes < 0, self._sizes - 1, np.minimum(codes, self._sizes - 2)).T)

    @cached_property
    def _missing(self) -> Ints:
        bins: Ints = self._trees.missing_bin.astype(self.bin_type)
        return bins[:, None]

    @cached_property
    def _others(self) -> list[int]:
        others: list[int] = (self._sizes - 2).tolist()
        return others

    @cached_property
    def _of_one(self) -> list[_OfOne]:
        return [_OfOne(self._trees, combination) for combination in self._trees.combinations]

    @cached_property
    def _told(self) -> Ints:
        return self._trees.told_bin.astype(self.bin_type)

    @cached_property
    def _combination_of(self) -> Ints:
        """Of each feature that a combination tells."""
        found: Ints = np.repeat(np.arange(len(self._trees.n_told)), self._trees.n_told)
        return found

    @cached_property
    def _n_told(self) -> Ints:
        return self._trees.n_told[self._combination_of].astype(np.int64)[:, None]

    @cached_property
    def _first_bins(self) -> Ints:
        """Where the bin of each feature stands for the first class of its combination."""
        trees = self._trees
        sizes = trees.n_classes.astype(np.int64) * trees.n_told
        within = np.arange(len(self._combination_of)) - (trees.first_told - trees.n_numbers)[self._combination_of]
        firsts: Ints = (np.cumsum(sizes) - sizes)[self._combination_of] + within
        return firsts[:, None]


class _Classes:
    """The classes of all combinations, of several rows at once.

    Parameters
    ----------
    trees : SymmetricTrees
    """

    def __init__(self, trees: SymmetricTrees) -> None:
        self._trees = trees
        self._parts = _Parts(trees.combinations)
        self._n = len(trees.combinations)
        tabled = [n_places(trees, each) <= MOST_PLACES for each in trees.combinations]
        self._tabled = [place for place, is_tabled in enumerate(tabled) if is_tabled]
        self._hashed = [place for place, is_tabled in enumerate(tabled) if not is_tabled]

    def of(self, number_bins: Ints, places: Places) -> Iterator[tuple[slice, Places]]:
        """Some rows, and the classes of theirs, shape (n_combinations, n_some).

        Parameters
        ----------
        number_bins : array of int, shape (n_numbers, n_rows)
        places : array of int, shape (n_codes, n_rows)
        """
        n_rows = number_bins.shape[1] if len(number_bins) else places.shape[1]
        n_some = max(64, AT_ONCE // self._n) if self._n else n_rows
        for start in range(0, n_rows if self._n else 0, n_some):
            rows = slice(start, start + n_some)
            of_parts = self._parts.of(number_bins[:, rows], places[:, rows])
            classes = np.empty((self._n, of_parts.shape[1]), dtype=np.int64)
            if self._tabled:
                classes[self._tabled] = self._in_tables(of_parts)
            for place in self._hashed:
                classes[place] = self._by_hash(self._trees.combinations[place], of_parts)
            yield rows, classes

    def _in_tables(self, of_parts: Places) -> Ints:
        at = np.zeros((len(self._tabled), of_parts.shape[1]), dtype=np.int64)
        for sizes, parts in self._steps:
            at *= sizes
            at += of_parts.take(parts, axis=0)
        at += self._starts
        return self._table.take(at)

    def _by_hash(self, combination: Combination, of_parts: Places) -> Places:
        keys = np.zeros(1, dtype=np.uint64)
        for part in combination.parts:
            keys = joined(keys, self._trees.values_of(part).take(of_parts[self._parts.place[part]]))
        return _classes_of(keys, combination)

    @cached_property
    def _steps(self) -> list[tuple[Ints, Ints]]:
        """Of each step, for all that have a table: how many places the part has, and which of the parts it is."""
        combinations = [self._trees.combinations[place] for place in self._tabled]
        steps = []
        for j in range(max(len(each.parts) for each in combinations)):
            parts = [each.parts[j] if j < len(each.parts) else None for each in combinations]
            sizes = [1 if part is None else len(self._trees.values_of(part)) for part in parts]
            steps.append((np.array(sizes)[:, None], np.array([self._parts.place[part] for part in parts])))
        return steps

    @cached_property
    def _tables(self) -> list[Ints]:
        return [class_table(self._trees, self._trees.combinations[place]) for place in self._tabled]

    @cached_property
    def _table(self) -> Ints:
        return np.concatenate(self._tables)

    @cached_property
    def _starts(self) -> Places:
        return np.array([*accumulate(map(len, self._tables[:-1]), initial=0)])[:, None]


class _Parts:
    """All parts of some combinations, once each.

    Attributes
    ----------
    place : dict of Part to int
        Where each stands; None is a part that is the same for all rows.
    """

    def __init__(self, combinations: Sequence[Combination]) -> None:
        known = sorted({part for combination in combinations for part in combination.parts})
        self.place: dict[Part | None, int] = {part: place for place, part in enumerate(known)}
        self.place[None] = len(known)
        self._of_kind = [_columns([part for part in known if part.kind == kind]) for kind in (CODE, ABOVE, LEVEL)]

    def of(self, number_bins: Ints, places: Places) -> Places:
        """Which place of each part rows have, shape (n_parts + 1, n_rows)."""
        codes, above, levels = self._of_kind
        found = np.zeros((len(self.place), places.shape[1]), dtype=np.int64)
        n_codes, n_above = len(codes.column), len(above.column)
        found[:n_codes] = places[codes.column]
        found[n_codes : n_codes + n_above] = number_bins[above.column] > above.value
        found[n_codes + n_above : -1] = places[levels.column] == levels.value
        return found


class _Columns(NamedTuple):
    column: Ints
    value: Ints


def _columns(parts: Sequence[Part]) -> _Columns:
    columns, values = [part.column for part in parts], [part.value for part in parts]
    return _Columns(np.array(columns, dtype=np.int64), np.array(values, dtype=np.int64)[:, None])


class _OfOne:
    """The class of a combination of one row."""

    def __init__(self, trees: SymmetricTrees, combination: Combination) -> None:
        self._parts = [_OfPart(part, trees) for part in combination.parts]
        self._alone = combination.parts[0].column if [part.kind for part in combination.parts] == [CODE] else None
        self._table: memoryview[int] | None = None
        if n_places(trees, combination) <= MOST_PLACES:
            self._table = class_table(trees, combination).data
        self._keys, self._key_class = combination.keys.data, combination.classes.data

    def of(self, numbers: Sequence[float], places: Sequence[int]) -> int:
        """From the numbers and the places of codes."""
        if self._table is None:
            return self._by_hash(numbers, places)
        if self._alone is not None:
            return self._table[places[self._alone]]
        at = 0
        for part in self._parts:
            at = at * len(part.values) + part.place(numbers, places)
        return self._table[at]

    def _by_hash(self, numbers: Sequence[float], places: Sequence[int]) -> int:
        key = 0
        for part in self._parts:
            key = FACTOR * (key + FACTOR * part.values[part.place(numbers, places)]) & WORD
        at = bisect_left(self._keys, key)
        return self._key_class[at] if at < len(self._keys) and self._keys[at] == key else 0


class _OfPart:
    """Which place of a part one row has."""

    def __init__(self, part: Part, trees: SymmetricTrees) -> None:
        self.values = trees.values_of(part).tolist()
        self._kind, self._column, self._value = part
        self._border, self._missing = math.inf, False
        if part.kind == ABOVE:
            borders = trees.borders_of[part.column]
            self._border = float(borders[part.value]) if part.value < len(borders) else math.inf
            self._missing = int(trees.missing_bin[part.column]) > part.value

    def place(self, numbers: Sequence[float], places: Sequence[int]) -> int:
        """From the numbers and the places of codes."""
        if self._kind == CODE:
            return places[self._column]
        if self._kind == ABOVE:
            x = numbers[self._column]
            return x > self._border if x == x else self._missing
        return places[self._column] == self._value


def n_places(trees: SymmetricTrees, combination: Combination) -> int:
    """How many combinations of the places of parts there are."""
    return prod(len(trees.values_of(part)) for part in combination.parts)


def class_table(trees: SymmetricTrees, combination: Combination) -> Ints:
    """The class of every combination of the places of parts, the last of which changes quickest; in the narrowest type.

    There may be hundreds of such tables.
    """
    keys = reduce(
        lambda before, part: joined(before[:, None], trees.values_of(part)[None]).ravel(),
        combination.parts,
        np.zeros(1, dtype=np.uint64),
    )
    return _classes_of(keys, combination).astype(np.min_scalar_type(len(combination.bins) - 1))


def _classes_of(keys: NDArray[np.uint64], combination: Combination) -> Places:
    """By the hashes; those that are not known are of class 0."""
    if not len(combination.keys):
        return np.zeros(len(keys), dtype=np.int64)
    at = np.minimum(combination.keys.searchsorted(keys), len(combination.keys) - 1)
    return np.where(combination.keys[at] == keys, combination.classes[at], 0).astype(np.int64)
