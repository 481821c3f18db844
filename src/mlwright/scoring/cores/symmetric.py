"""Boosted symmetric trees, as arrays of our own."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import Self

import numpy as np
from numpy.typing import NDArray

from mlwright.core.family import NotApplicable
from mlwright.scoring.arrays import arrays_from_bytes, arrays_to_bytes
from mlwright.scoring.blocks import Blocks
from mlwright.scoring.cores import Core
from mlwright.scoring.leaves import LookedUp
from mlwright.scoring.links import LINKS
from mlwright.scoring.symmetric import SymmetricTable
from mlwright.scoring.symmetric_rows import SymmetricRows
from mlwright.scoring.symmetric_sums import SymmetricSums
from mlwright.scoring.symmetric_trees import SymmetricTrees


class SymmetricCore(Core):
    """Symmetric trees, as CatBoost grows them, and what they know of names; as safetensors.

    Parameters
    ----------
    trees : SymmetricTrees
    """

    form = "symmetric"
    open_byte_s = 3e-8

    def __init__(self, trees: SymmetricTrees) -> None:
        self.trees = trees

    def predict(self, blocks: Blocks) -> NDArray[np.float64]:
        """Scores of the rows."""
        if not len(blocks):
            return np.empty((0, self.trees.n_outputs))
        return LINKS[self.trees.link](self._sums.of(blocks))

    def looked_up(self, n_levels: Sequence[int]) -> LookedUp | None:
        """A quicker way for a few rows, where the trees are not too deep and the table does not grow too large."""
        try:
            return LookedUp(SymmetricTable(self.trees), self._rows.row, self._rows.rows, self.trees.link)
        except NotApplicable:
            return None

    @cached_property
    def _rows(self) -> SymmetricRows:
        return SymmetricRows(self.trees)

    @cached_property
    def _sums(self) -> SymmetricSums:
        return SymmetricSums(self.trees, self._rows)

    def to_bytes(self) -> bytes:
        """All arrays."""
        return arrays_to_bytes(self.trees.to_arrays())

    @classmethod
    def from_bytes(cls, data: bytes) -> Self:
        """Read the arrays."""
        return cls(
            SymmetricTrees.from_arrays(arrays_from_bytes(data, SymmetricTrees.names(), "A core of symmetric trees"))
        )
