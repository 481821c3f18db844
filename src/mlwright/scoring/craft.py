"""Numbers that are made of other columns: sums, differences, products, ratios, and what is known of a code.

What is known of a code, or of two codes together, is a table: the mean of the target, or of a number, among the
training rows that had it. It stands as it is, or is subtracted from a number.
"""

from __future__ import annotations

import math
from array import array
from dataclasses import dataclass, replace
from functools import cached_property
from typing import ClassVar, Final

import numpy as np
from numpy.typing import NDArray

from mlwright.scoring.arrays import ArrayFields
from mlwright.scoring.blocks import Blocks, OneRow

Array = NDArray[np.float64]
Places = NDArray[np.int64]

OPERATIONS: Final = ("+", "-", "*", "/")
LARGEST = 1e30
NONE = -1


@dataclass(frozen=True)
class Craft(ArrayFields):
    """Which numbers are made.

    Parameters
    ----------
    left, right : array of int, shape (n_pairs,)
        The numbers of each calculation.
    operation : array of int, shape (n_pairs,)
        Its place in `OPERATIONS`.
    first, second : array of int, shape (n_tables,)
        The codes that each table is for; `second` may be -1.
    minuend : array of int, shape (n_tables,)
        The number that the table's entry is subtracted from; -1 for the entry itself.
    n_levels : array of int, shape (n_codes,)
        As in `BlockNames`.
    entries : array of float32
        The tables one after the other; each has an entry for every level, for any other name and for a missing code,
        times as many of the second code.
    """

    what: ClassVar[str] = "made columns"

    left: Places
    right: Places
    operation: Places
    first: Places
    second: Places
    minuend: Places
    n_levels: Places
    entries: NDArray[np.float32]

    @property
    def width(self) -> int:
        """How many numbers are made."""
        return len(self.left) + len(self.first)

    def extended(self, blocks: Blocks) -> Blocks:
        """The blocks with the made numbers after their own."""
        return Blocks(np.hstack([blocks.numbers, self.made(blocks)]), blocks.codes, blocks.text)

    def made(self, blocks: Blocks) -> NDArray[np.float32]:
        """The made numbers, shape (n_rows, width); NaN where one cannot be made."""
        numbers = blocks.numbers.astype(np.float64)
        made = np.hstack([self._calculated(numbers), self._looked_up(numbers, blocks)])
        made[np.abs(made) > LARGEST] = np.nan
        return made.astype(np.float32)

    def row(self, one: OneRow) -> list[float]:
        """As a row of `extended(blocks).matrix`, the quick way for a single row."""
        numbers, codes = one.numbers, one.codes
        made = [_calculate(kind, numbers[a], numbers[b]) for a, b, kind in self._pairs]
        entry_of = self.entries.item
        for start, first, last, second, beside, last_beside, minuend in self._lookups:
            code = codes[first]
            place = last if code < 0 or code > last else code
            if beside:
                code = codes[second]
                place = place * beside + (last_beside if code < 0 or code > last_beside else code)
            entry = entry_of(start + place)
            made.append(entry if minuend == NONE else numbers[minuend] - entry)
        known = [math.nan if abs(number) > LARGEST else number for number in made]
        return [*numbers, *array("f", known).tolist(), *[math.nan if code < 0 else code for code in codes]]

    def rows_of_table(self, blocks: Blocks, table: int) -> Places:
        """Which entry of a table each row has, shape (n_rows,)."""
        first, second = int(self.first[table]), int(self.second[table])
        entry = _level(blocks.codes[:, first], int(self._sizes[first]))
        if second == NONE:
            return entry
        beside: Places = entry * self._sizes[second] + _level(blocks.codes[:, second], int(self._sizes[second]))
        return beside

    def with_entries(self, entries: NDArray[np.float32]) -> Craft:
        """The same with these entries."""
        return replace(self, entries=entries)

    def _calculated(self, numbers: Array) -> Array:
        a, b = numbers[:, self.left], numbers[:, self.right]
        with np.errstate(all="ignore"):
            results = (a + b, a - b, a * b, np.where(b == 0, np.nan, a / b))
        calculated: Array = np.choose(self.operation, results) if len(self.left) else np.empty((len(numbers), 0))
        return calculated

    def _looked_up(self, numbers: Array, blocks: Blocks) -> Array:
        """What the tables say, all of them at once: one by one they took most of the time of a few rows."""
        codes = blocks.codes.T
        levels = np.zeros((len(codes) + 1, len(numbers)), dtype=np.int64)  # the last for a code that is not there
        levels[:-1] = _level(codes, self._sizes[:, None])
        places = levels[self.first] * self._beside[:, None] + levels[self.second] + self._starts[:, None]
        found = self.entries.take(places).astype(np.float64)
        is_difference = self.minuend != NONE
        found[is_difference] = numbers.T[self.minuend[is_difference]] - found[is_difference]
        return found.T

    @cached_property
    def _pairs(self) -> list[tuple[int, int, int]]:
        """The two numbers of each calculation, and the place of its operation."""
        return list(zip(self.left.tolist(), self.right.tolist(), self.operation.tolist(), strict=True))

    @cached_property
    def _lookups(self) -> list[tuple[int, ...]]:
        """Of each table: where it begins, its code and that code's last level, the other code, how many levels that
        has, and its last one (all 0 if there is none), and the number from which its entry is subtracted.
        """
        sizes = self._sizes.tolist()
        sizes_beside = [0 if second == NONE else sizes[second] for second in self.second.tolist()]
        parts = zip(
            self._starts.tolist(),
            self.first.tolist(),
            [sizes[first] - 1 for first in self.first.tolist()],
            self.second.tolist(),
            sizes_beside,
            [size - 1 for size in sizes_beside],
            self.minuend.tolist(),
            strict=True,
        )
        return list(parts)

    @cached_property
    def _sizes(self) -> Places:
        return self.n_levels + 2

    @cached_property
    def _beside(self) -> Places:
        """How many entries each table has for each level of its first code."""
        sizes: Places = np.append(self._sizes, 1)  # which a code of -1 finds
        return sizes[self.second]

    @cached_property
    def lengths(self) -> Places:
        """How many entries each table has."""
        return self._sizes[self.first] * self._beside

    @cached_property
    def _starts(self) -> Places:
        return np.cumsum(self.lengths) - self.lengths

    def _fits_together(self) -> bool:
        whole = [self.left, self.right, self.operation, self.first, self.second, self.minuend, self.n_levels]
        kinds = all(array.dtype.kind == "i" and array.ndim == 1 for array in whole)
        pairs = self.left.shape == self.right.shape == self.operation.shape
        tables = self.first.shape == self.second.shape == self.minuend.shape
        if not (kinds and pairs and tables) or not ((self.operation >= 0) & (self.operation < len(OPERATIONS))).all():
            return False
        codes = np.concatenate([self.first, self.second])
        known = bool(((codes >= NONE) & (codes < len(self.n_levels))).all() and (self.first >= 0).all())
        return known and int(self.lengths.sum()) == len(self.entries)


def _calculate(kind: int, a: float, b: float) -> float:
    """As `Craft._calculated` of one pair; `kind` is the place in `OPERATIONS`."""
    if kind == 0:
        return a + b
    if kind == 1:
        return a - b
    if kind == 2:
        return a * b
    return a / b if b else math.nan


def _level(codes: NDArray[np.int32], size: int | Places) -> Places:
    """The codes with a missing one as the last level."""
    level: Places = np.where(codes < 0, size - 1, np.minimum(codes, size - 1)).astype(np.int64)
    return level
