"""Symmetric trees of CatBoost on columns and on numbers that are made of them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Self

import numpy as np
from numpy.typing import NDArray

from mlwright.scoring.arrays import arrays_from_bytes, arrays_to_bytes
from mlwright.scoring.blocks import Blocks, OneRow
from mlwright.scoring.cores import Core
from mlwright.scoring.cores.catboost import CatBoostCore
from mlwright.scoring.craft import Craft
from mlwright.scoring.leaves import LookedUp
from mlwright.scoring.term_sums import TermSums


class CraftedCatBoostCore(Core):
    """A CatBoost model and how its further columns are made; as safetensors, the cbm among them as bytes.

    Parameters
    ----------
    craft : Craft
        On the columns and the sums.
    trees : CatBoostCore
        On the extended blocks.
    sums : TermSums or None
        Where there are texts.
    """

    form = "crafted_catboost"
    open_byte_s = CatBoostCore.open_byte_s

    def __init__(self, craft: Craft, trees: CatBoostCore, sums: TermSums | None = None) -> None:
        self.craft = craft
        self.trees = trees
        self.sums = sums

    def predict(self, blocks: Blocks) -> NDArray[np.float64]:
        """Scores of the rows."""
        return self.trees.predict(self.extended(blocks))

    def looked_up(self, n_levels: Sequence[int]) -> LookedUp | None:
        """As that of the trees, on the columns that are made."""
        found = self.trees.looked_up(n_levels)
        if found is None:
            return None
        row_of, rows_of = found.row_of, found.rows_of
        return found._replace(
            row_of=lambda one: row_of(self.extended_row(one)), rows_of=lambda blocks: rows_of(self.extended(blocks))
        )

    def extended(self, blocks: Blocks) -> Blocks:
        """The blocks with all made numbers after their own."""
        return self.craft.extended(blocks if self.sums is None else self.sums.extended(blocks))

    def extended_row(self, one: OneRow) -> OneRow:
        """The same of a single row."""
        columns = self.craft.row(one if self.sums is None else self.sums.row(one))
        return OneRow(columns[: len(columns) - len(one.codes)], one.codes)

    def to_bytes(self) -> bytes:
        """All arrays."""
        cbm = np.frombuffer(self.trees.to_bytes(), dtype=np.uint8)
        sums = {} if self.sums is None else self.sums.to_arrays()
        return arrays_to_bytes(self.craft.to_arrays() | {"trees": cbm} | sums)

    @classmethod
    def from_bytes(cls, data: bytes) -> Self:
        """Read the arrays."""
        arrays = arrays_from_bytes(data, (*Craft.names(), "trees"), "A core with made columns", also=TermSums.names())
        has_sums = all(name in arrays for name in TermSums.names())
        sums = TermSums.from_arrays(arrays) if has_sums else None
        return cls(Craft.from_arrays(arrays), CatBoostCore.from_bytes(arrays["trees"].tobytes()), sums)
