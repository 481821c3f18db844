"""Symmetric trees of CatBoost on columns and on numbers that are made of them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Self

import numpy as np
from numpy.typing import NDArray

from mlwright.scoring.arrays import arrays_from_bytes, arrays_to_bytes
from mlwright.scoring.blocks import Blocks
from mlwright.scoring.cores import Core
from mlwright.scoring.cores.catboost import CatBoostCore
from mlwright.scoring.leaves import LookedUp
from mlwright.scoring.made_columns import NEEDED, OPTIONAL, MadeColumns


class CraftedCatBoostCore(Core):
    """A CatBoost model and how its further columns are made, of bundles as those of `CatBoostCore`; as safetensors.

    Parameters
    ----------
    made : MadeColumns
    trees : CatBoostCore
        On the extended blocks.
    """

    form = "crafted_catboost"
    open_byte_s = CatBoostCore.open_byte_s

    def __init__(self, made: MadeColumns, trees: CatBoostCore) -> None:
        self.made = made
        self.trees = trees

    def predict(self, blocks: Blocks) -> NDArray[np.float64]:
        """Scores of the rows."""
        return self.trees.predict(self.made.extended(blocks))

    def looked_up(self, n_levels: Sequence[int]) -> LookedUp | None:
        """As that of the trees, on the columns that are made."""
        found = self.trees.looked_up(n_levels)
        return None if found is None else found.on(self.made.extended_row, self.made.extended)

    def to_bytes(self) -> bytes:
        """All arrays."""
        cbm = np.frombuffer(self.trees.to_bytes(), dtype=np.uint8)
        return arrays_to_bytes(self.made.to_arrays() | {"trees": cbm})

    @classmethod
    def from_bytes(cls, data: bytes) -> Self:
        """Read the arrays."""
        arrays = arrays_from_bytes(data, (*NEEDED, "trees"), "A core with made columns", also=OPTIONAL)
        return cls(MadeColumns.from_arrays(arrays), CatBoostCore.from_bytes(arrays["trees"].tobytes()))
