"""Symmetric trees on columns and on numbers that are made of them."""

from __future__ import annotations

from typing import Self

from mlwright.scoring.arrays import arrays_from_bytes, arrays_to_bytes
from mlwright.scoring.cores._on_made import CoreOnMade
from mlwright.scoring.cores.symmetric import SymmetricCore
from mlwright.scoring.made_columns import NEEDED, OPTIONAL, MadeColumns
from mlwright.scoring.symmetric_trees import SymmetricTrees


class CraftedSymmetricCore(CoreOnMade[SymmetricCore]):
    """Symmetric trees and how their further columns are made; as safetensors."""

    form = "crafted_symmetric"
    open_byte_s = SymmetricCore.open_byte_s

    def to_bytes(self) -> bytes:
        """All arrays."""
        return arrays_to_bytes(self.made.to_arrays() | self.trees.trees.to_arrays())

    @classmethod
    def from_bytes(cls, data: bytes) -> Self:
        """Read the arrays."""
        needed = (*NEEDED, *SymmetricTrees.names())
        arrays = arrays_from_bytes(data, needed, "A core with made columns", also=OPTIONAL)
        return cls(MadeColumns.from_arrays(arrays), SymmetricCore(SymmetricTrees.from_arrays(arrays)))
