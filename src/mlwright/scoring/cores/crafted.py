"""Boosted trees of LightGBM on columns and on numbers that are made of them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Self

import numpy as np
from numpy.typing import NDArray

from mlwright.scoring.arrays import arrays_from_bytes, arrays_to_bytes
from mlwright.scoring.blocks import Blocks
from mlwright.scoring.cores._on_made import CoreOnMade
from mlwright.scoring.cores.lightgbm import LightGBMCore
from mlwright.scoring.leaves import LookedUp
from mlwright.scoring.made_columns import NEEDED, OPTIONAL, MadeColumns


class CraftedCore(CoreOnMade[LightGBMCore]):
    """A LightGBM model and how its further columns are made; as safetensors, the model's text among them as bytes."""

    form = "crafted"
    open_byte_s = LightGBMCore.open_byte_s

    def predict(self, blocks: Blocks) -> NDArray[np.float64]:
        """Scores of the rows."""
        if len(blocks) == 1:
            return self.trees.rows.scores(np.array(self.made.row(blocks.first), dtype=np.float32))
        return super().predict(blocks)

    def looked_up(self, n_levels: Sequence[int]) -> LookedUp | None:
        """As that of the trees, on the columns that are made."""
        found = self.trees.looked_up(n_levels)
        return None if found is None else found._replace(row_of=self.made.row, rows_of=self._rows)

    def _rows(self, blocks: Blocks) -> NDArray[np.float32]:
        return self.made.extended(blocks).matrix()

    def to_bytes(self) -> bytes:
        """All arrays."""
        text = np.frombuffer(self.trees.to_bytes(), dtype=np.uint8)
        return arrays_to_bytes(self.made.to_arrays() | {"trees": text})

    @classmethod
    def from_bytes(cls, data: bytes) -> Self:
        """Read the arrays."""
        arrays = arrays_from_bytes(data, (*NEEDED, "trees"), "A core with made columns", also=OPTIONAL)
        return cls(MadeColumns.from_arrays(arrays), LightGBMCore.from_bytes(arrays["trees"].tobytes()))
