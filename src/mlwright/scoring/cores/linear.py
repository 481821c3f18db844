"""A weighted sum of well-scaled columns."""

from __future__ import annotations

from functools import cached_property
from typing import Self

import numpy as np
from numpy.typing import NDArray

from mlwright.core.errors import BundleError
from mlwright.scoring.arrays import arrays_from_bytes, arrays_to_bytes
from mlwright.scoring.blocks import Blocks, OneRow
from mlwright.scoring.cores import Core
from mlwright.scoring.dense import Design
from mlwright.scoring.links import LINKS, LINKS_OF_ONE
from mlwright.scoring.tables import Tables, tables_of

Array = NDArray[np.float64]


class LinearCore(Core):
    """Link of (columns times weights plus intercept); as safetensors.

    Parameters
    ----------
    design : Design
    weights : array, shape (design.width, n_outputs)
    intercept : array, shape (n_outputs,)
    link : int
        Place in `LINKS`.
    """

    form = "linear"

    def __init__(self, design: Design, weights: Array, intercept: Array, link: int) -> None:
        self.design = design
        self.weights = weights
        self.intercept = intercept
        self.link = link

    def predict(self, blocks: Blocks) -> Array:
        """Scores of the rows."""
        if len(blocks) == 1:
            return np.array([self.predict_one(blocks.first)])
        return LINKS[self.link](self.design.times(blocks, self.weights) + self.intercept)

    def predict_one(self, row: OneRow) -> list[float]:
        """Scores of one row, looked up where the tables are small enough."""
        quick = self._tables
        sums = self.design.times(row.blocks, self.weights) if quick is None else quick.sums(row)
        return LINKS_OF_ONE[self.link]((sums[0] + self.intercept).tolist())

    @cached_property
    def _tables(self) -> Tables | None:
        return tables_of([self.design], [self.weights])

    def to_bytes(self) -> bytes:
        """All arrays."""
        own = {"weights": self.weights, "intercept": self.intercept, "link": np.array([self.link])}
        return arrays_to_bytes(self.design.to_arrays() | own)

    @classmethod
    def from_bytes(cls, data: bytes) -> Self:
        """Read the arrays."""
        arrays = arrays_from_bytes(data, (*Design.names(), "weights", "intercept", "link"), "A linear core")
        design, weights, intercept = Design.from_arrays(arrays), arrays["weights"], arrays["intercept"]
        link = int(arrays["link"].sum())
        if weights.shape != (design.width, len(intercept)) or not 0 <= link < len(LINKS):
            raise BundleError("The weights of a linear core do not fit its columns.")
        return cls(design, weights, intercept, link)
