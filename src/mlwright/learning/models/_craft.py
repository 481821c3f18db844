"""Learns numbers that are made of other columns: many are proposed, few are kept."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from mlwright.learning.models import Rows
from mlwright.scoring.blocks import BlockNames, Blocks
from mlwright.scoring.craft import NONE, OPERATIONS, Craft

Array = NDArray[np.float64]

MOST_NUMBERS, MOST_CODES, MOST_GROUPED = 8, 6, 4
LARGEST_TABLE = 20_000
PRIOR_ROWS = 10.0
"""The mean of all rows counts as so many rows in every entry of a table."""
N_FOLDS = 5


class Pair(NamedTuple):
    """A calculation with two numbers."""

    left: int
    right: int
    operation: int


class Table(NamedTuple):
    """What is known of a code, or of two: the mean of a column of the target (0, 1, ...), or of a number (-1, -2, ...).

    `minuend` is the number that it is subtracted from, -1 for none.
    """

    first: int
    second: int
    mean_of: int
    minuend: int = NONE


class Recipe(NamedTuple):
    """What is to be made, in the order of `Craft`."""

    pairs: Sequence[Pair]
    tables: Sequence[Table]

    def keep(self, places: Sequence[int]) -> Recipe:
        """Some of it."""
        n_pairs = len(self.pairs)
        pairs = [self.pairs[place] for place in places if place < n_pairs]
        return Recipe(pairs, [self.tables[place - n_pairs] for place in places if place >= n_pairs])


def propose(names: BlockNames, worth: Array, n_targets: int) -> Recipe:
    """Everything that might be worth making of the columns that count most.

    Parameters
    ----------
    names : BlockNames
    worth : array, shape (n_numbers + n_codes,)
        How much each column counts.
    n_targets : int
        Columns of the target.
    """
    n_numbers = len(names.numbers)
    numbers = _first(worth[:n_numbers], MOST_NUMBERS)
    codes = _first(worth[n_numbers:], MOST_CODES)
    pairs = [Pair(a, b, at) for a, b in combinations(numbers, 2) for at in range(len(OPERATIONS))]
    sizes = np.array(names.n_levels, dtype=np.int64) + 2
    crossed = [(a, b) for a, b in combinations(codes, 2) if sizes[a] * sizes[b] <= LARGEST_TABLE]
    alone = [(code, NONE) for code in codes if sizes[code] > 4]
    tables = [Table(*of, target) for of in [*alone, *crossed] for target in range(n_targets)]
    grouped = [(number, code) for number in numbers[:MOST_GROUPED] for code in codes[:MOST_GROUPED]]
    tables += [Table(code, NONE, NONE - number, minuend) for number, code in grouped for minuend in (NONE, number)]
    return Recipe(pairs, tables)


def learn(recipe: Recipe, rows: Rows, targets: Array, names: BlockNames) -> Craft:
    """The recipe with its tables, from these rows.

    Parameters
    ----------
    recipe : Recipe
    rows : Rows
    targets : array, shape (n_rows, n_targets)
    names : BlockNames
        Of the blocks of these rows.
    """
    pairs = np.array(recipe.pairs, dtype=np.int64).reshape(-1, 3)
    tables = np.array(recipe.tables, dtype=np.int64).reshape(-1, 4)
    blank = Craft(
        left=pairs[:, 0].copy(),
        right=pairs[:, 1].copy(),
        operation=pairs[:, 2].copy(),
        first=tables[:, 0].copy(),
        second=tables[:, 1].copy(),
        minuend=tables[:, 3].copy(),
        n_levels=np.array(names.n_levels, dtype=np.int64),
        entries=np.empty(0, dtype=np.float32),
    )
    means = [
        _means(blank.rows_of_table(rows.blocks, place), _column(table.mean_of, rows.blocks, targets), length)
        for place, (table, length) in enumerate(zip(recipe.tables, blank.lengths, strict=True))
    ]
    return blank.with_entries(np.concatenate(means or [np.empty(0)]).astype(np.float32))


def make_out_of_fold(
    recipe: Recipe, rows: Rows, targets: Array, names: BlockNames, rng: np.random.Generator
) -> NDArray[np.float32]:
    """What the recipe makes of these rows, each by tables of other rows only; shape (n_rows, n_made).

    A row's own target would else be told to whoever learns from it.
    """
    fold = rng.permutation(len(rows)) % N_FOLDS
    made = np.empty((len(rows), len(recipe.pairs) + len(recipe.tables)), dtype=np.float32)
    for number in range(N_FOLDS):
        inside, others = np.flatnonzero(fold == number), np.flatnonzero(fold != number)
        known = Rows(rows.blocks.take(others), rows.target[others])
        made[inside] = learn(recipe, known, targets[others], names).made(rows.blocks.take(inside))
    return made


def _first(worth: Array, most: int) -> list[int]:
    """The places of what counts, most first."""
    return [int(place) for place in np.argsort(-worth, kind="stable")[:most] if worth[place] > 0]


def _column(mean_of: int, blocks: Blocks, targets: Array) -> Array:
    return targets[:, mean_of] if mean_of >= 0 else blocks.numbers[:, NONE - mean_of].astype(np.float64)


def _means(entry: NDArray[np.int64], values: Array, length: int) -> Array:
    """The mean of the values in each entry, drawn towards that of all; missing values do not count."""
    known = np.isfinite(values)
    overall = float(values[known].mean()) if known.any() else 0.0
    sums = np.bincount(entry[known], weights=values[known] - overall, minlength=length)
    counts = np.bincount(entry[known], minlength=length)
    means: Array = overall + sums / (counts + PRIOR_ROWS)
    return means
