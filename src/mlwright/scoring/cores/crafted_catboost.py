"""Symmetric trees of CatBoost on columns and on numbers that are made of them."""

from __future__ import annotations

from typing import Self

import numpy as np

from mlwright.scoring.arrays import arrays_from_bytes, arrays_to_bytes
from mlwright.scoring.cores._on_made import CoreOnMade
from mlwright.scoring.cores.catboost import CatBoostCore
from mlwright.scoring.made_columns import NEEDED, OPTIONAL, MadeColumns


class CraftedCatBoostCore(CoreOnMade[CatBoostCore]):
    """A CatBoost model and how its further columns are made, of bundles as those of `CatBoostCore`; as safetensors."""

    form = "crafted_catboost"
    open_byte_s = CatBoostCore.open_byte_s

    def to_bytes(self) -> bytes:
        """All arrays."""
        cbm = np.frombuffer(self.trees.to_bytes(), dtype=np.uint8)
        return arrays_to_bytes(self.made.to_arrays() | {"trees": cbm})

    @classmethod
    def from_bytes(cls, data: bytes) -> Self:
        """Read the arrays."""
        arrays = arrays_from_bytes(data, (*NEEDED, "trees"), "A core with made columns", also=OPTIONAL)
        return cls(MadeColumns.from_arrays(arrays), CatBoostCore.from_bytes(arrays["trees"].tobytes()))
