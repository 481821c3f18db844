"""Symmetric trees on columns and on numbers that are made of them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Self

import numpy as np
from numpy.typing import NDArray

from mlwright.scoring.arrays import arrays_from_bytes, arrays_to_bytes
from mlwright.scoring.blocks import Blocks
from mlwright.scoring.cores import Core
from mlwright.scoring.cores.symmetric import SymmetricCore
from mlwright.scoring.leaves import LookedUp
from mlwright.scoring.made_columns import NEEDED, OPTIONAL, MadeColumns
from mlwright.scoring.symmetric_trees import SymmetricTrees


class CraftedSymmetricCore(Core):
    """Symmetric trees and how their further columns are made; as safetensors.

    Parameters
    ----------
    made : MadeColumns
    trees : SymmetricCore
        On the extended blocks.
    """

    form = "crafted_symmetric"
    open_byte_s = SymmetricCore.open_byte_s

    def __init__(self, made: MadeColumns, trees: SymmetricCore) -> None:
        self.made = made
        self.trees = trees

    @property
    def needs(self) -> frozenset[str]:
        """As what is made."""
        return self.made.needs

    def predict(self, blocks: Blocks) -> NDArray[np.float64]:
        """Scores of the rows."""
        return self.trees.predict(self.made.extended(blocks))

    def looked_up(self, n_levels: Sequence[int]) -> LookedUp | None:
        """As that of the trees, on the columns that are made."""
        found = self.trees.looked_up(n_levels)
        return None if found is None else found.on(self.made.extended_row, self.made.extended)

    def to_bytes(self) -> bytes:
        """All arrays."""
        return arrays_to_bytes(self.made.to_arrays() | self.trees.trees.to_arrays())

    @classmethod
    def from_bytes(cls, data: bytes) -> Self:
        """Read the arrays."""
        needed = (*NEEDED, *SymmetricTrees.names())
        arrays = arrays_from_bytes(data, needed, "A core with made columns", also=OPTIONAL)
        return cls(MadeColumns.from_arrays(arrays), SymmetricCore(SymmetricTrees.from_arrays(arrays)))
