"""Symmetric trees of many rows: all trees are asked the same question of their level at once."""

from __future__ import annotations

from functools import cached_property
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from mlwright.scoring.blocks import Blocks
from mlwright.scoring.symmetric_rows import SymmetricRows
from mlwright.scoring.symmetric_trees import Ints, SymmetricTrees

Array = NDArray[np.float64]

AT_ONCE = 1 << 17
"""Leaves that are added at once: what is in between stays in the processor's own memory."""

PART_ROWS = 8_192
"""Rows whose bins are found at once."""


class SymmetricSums:
    """What the trees add up to.

    Parameters
    ----------
    trees : SymmetricTrees
    rows : SymmetricRows
    """

    def __init__(self, trees: SymmetricTrees, rows: SymmetricRows) -> None:
        self._trees = trees
        self._rows = rows
        self._place_type = np.uint8 if trees.depths.max() <= 8 else np.uint16

    def of(self, blocks: Blocks) -> Array:
        """The sums, shape (n_rows, n_outputs)."""
        parts = [self._of_bins(self._rows.bins(part)) for part in blocks.parts(PART_ROWS)]
        return np.concatenate(parts) if parts else np.empty((0, self._trees.n_outputs))

    def _of_bins(self, bins: Ints) -> Array:
        n_trees = len(self._trees.depths)
        n_some = max(16, AT_ONCE // n_trees)
        sums = np.empty((bins.shape[1], len(self._leaves)))
        for start in range(0, bins.shape[1], n_some):
            some = np.ascontiguousarray(bins[:, start : start + n_some])
            places = np.zeros((n_trees, some.shape[1]), dtype=self._place_type)
            for level in reversed(self._levels):
                places += places
                places += some.take(level.feature, axis=0) > level.cut
            slots = places + self._first_slots
            for output, values in enumerate(self._leaves):
                values.take(slots, mode="clip").sum(axis=0, out=sums[start : start + n_some, output])
        sums += self._trees.bias
        return sums

    @cached_property
    def _levels(self) -> list[_Level]:
        """The questions of each level; a tree that asks fewer is asked one that is answered by 0."""
        trees, levels = self._trees, []
        for bit in range(int(trees.depths.max())):
            asked = np.flatnonzero(trees.bit == bit)
            feature = np.zeros(len(trees.depths), dtype=np.int64)
            cut = np.full(len(trees.depths), np.iinfo(self._rows.bin_type).max)
            feature[trees.tree[asked]], cut[trees.tree[asked]] = trees.feature[asked], trees.cut[asked]
            levels.append(_Level(feature, cut[:, None].astype(self._rows.bin_type)))
        return levels

    @cached_property
    def _leaves(self) -> list[Array]:
        """The leaves of each output, those of all trees one after the other."""
        return [np.ascontiguousarray(each).ravel() for each in self._trees.leaves.transpose(2, 0, 1)]

    @cached_property
    def _first_slots(self) -> Ints:
        n_trees, n_places, _ = self._trees.leaves.shape
        firsts: Ints = np.arange(n_trees) * n_places
        return firsts[:, None]


class _Level(NamedTuple):
    feature: Ints
    cut: Ints
