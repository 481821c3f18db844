"""Weighted sums of the terms of texts, as further numbers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from mlwright.scoring.arrays import ArrayFields
from mlwright.scoring.blocks import Blocks, OneRow


@dataclass(frozen=True)
class TermSums(ArrayFields):
    """What a linear model makes of the text block, told to trees.

    Parameters
    ----------
    term_weights : array of float32, shape (n_terms, n_sums)
    """

    what: ClassVar[str] = "sums of terms"

    term_weights: NDArray[np.float32]

    @property
    def width(self) -> int:
        """How many sums there are."""
        return int(self.term_weights.shape[1])

    def extended(self, blocks: Blocks) -> Blocks:
        """The blocks with the sums after their numbers."""
        return Blocks(np.hstack([blocks.numbers, self.of(blocks)]), blocks.codes, blocks.text)

    def of(self, blocks: Blocks) -> NDArray[np.float32]:
        """The sums, shape (n_rows, n_sums)."""
        assert blocks.text is not None
        sums: NDArray[np.float32] = blocks.text @ self.term_weights
        return sums

    def row(self, one: OneRow) -> OneRow:
        """As `extended`, of a single row."""
        return OneRow([*one.numbers, *self.of(one.blocks)[0].tolist()], one.codes)

    def _fits_together(self) -> bool:
        return self.term_weights.dtype == np.float32 and self.term_weights.ndim == 2
