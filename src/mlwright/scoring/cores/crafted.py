"""Boosted trees of LightGBM on columns and on numbers that are made of them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Self

import numpy as np
from numpy.typing import NDArray

from mlwright.scoring.arrays import arrays_from_bytes, arrays_to_bytes
from mlwright.scoring.blocks import Blocks, OneRow
from mlwright.scoring.cores import Core
from mlwright.scoring.cores.lightgbm import LightGBMCore
from mlwright.scoring.craft import Craft
from mlwright.scoring.leaves import LookedUp
from mlwright.scoring.term_sums import TermSums


class CraftedCore(Core):
    """A LightGBM model and how its further columns are made; as safetensors, the model's text among them as bytes.

    Parameters
    ----------
    craft : Craft
        On the columns and the sums.
    trees : LightGBMCore
        On the extended blocks.
    sums : TermSums or None
        Where there are texts.
    """

    form = "crafted"
    open_byte_s = LightGBMCore.open_byte_s

    def __init__(self, craft: Craft, trees: LightGBMCore, sums: TermSums | None = None) -> None:
        self.craft = craft
        self.trees = trees
        self.sums = sums

    @property
    def needs(self) -> frozenset[str]:
        """Sums of terms, which came later than the form."""
        return frozenset() if self.sums is None else frozenset({"sums of terms"})

    def predict(self, blocks: Blocks) -> NDArray[np.float64]:
        """Scores of the rows."""
        if len(blocks) == 1:
            return self.trees.rows.scores(np.array(self.row(blocks.first), dtype=np.float32))
        return self.trees.predict(self.extended(blocks))

    def looked_up(self, n_levels: Sequence[int]) -> LookedUp | None:
        """As that of the trees, on the columns that are made."""
        found = self.trees.looked_up(n_levels)
        return None if found is None else found._replace(row_of=self.row, rows_of=self._rows)

    def extended(self, blocks: Blocks) -> Blocks:
        """The blocks with all made numbers after their own."""
        return self.craft.extended(blocks if self.sums is None else self.sums.extended(blocks))

    def row(self, one: OneRow) -> list[float]:
        """As a row of `extended(blocks).matrix`."""
        return self.craft.row(one if self.sums is None else self.sums.row(one))

    def _rows(self, blocks: Blocks) -> NDArray[np.float32]:
        return self.extended(blocks).matrix()

    def to_bytes(self) -> bytes:
        """All arrays."""
        text = np.frombuffer(self.trees.to_bytes(), dtype=np.uint8)
        sums = {} if self.sums is None else self.sums.to_arrays()
        return arrays_to_bytes(self.craft.to_arrays() | {"trees": text} | sums)

    @classmethod
    def from_bytes(cls, data: bytes) -> Self:
        """Read the arrays."""
        arrays = arrays_from_bytes(data, (*Craft.names(), "trees"), "A core with made columns", also=TermSums.names())
        has_sums = all(name in arrays for name in TermSums.names())
        sums = TermSums.from_arrays(arrays) if has_sums else None
        return cls(Craft.from_arrays(arrays), LightGBMCore.from_bytes(arrays["trees"].tobytes()), sums)
