"""The same answer for every row."""

from __future__ import annotations

import json
from typing import Self

import numpy as np
from numpy.typing import NDArray

from mlwright.core.errors import BundleError
from mlwright.scoring.blocks import Blocks
from mlwright.scoring.cores import Core
from mlwright.scoring.newer import refuse_unknown


class ConstantCore(Core):
    """Class shares, or a mean; as JSON.

    Parameters
    ----------
    scores : sequence of float, length n_outputs
    """

    form = "constant"

    def __init__(self, scores: NDArray[np.float64]) -> None:
        self.scores = np.asarray(scores, dtype=np.float64)

    def predict(self, blocks: Blocks) -> NDArray[np.float64]:
        """The scores, once for every row."""
        return np.tile(self.scores, (len(blocks), 1))

    def to_bytes(self) -> bytes:
        """A JSON object with the scores."""
        return json.dumps({"scores": self.scores.tolist()}).encode()

    @classmethod
    def from_bytes(cls, data: bytes) -> Self:
        """Read the JSON object."""
        try:
            found = json.loads(data)
            scores = np.array(found["scores"], dtype=np.float64)
        except (ValueError, KeyError, TypeError) as error:
            raise BundleError(f"A constant core cannot be read: {error}.") from error
        refuse_unknown("A constant core", found, ("scores",))
        if scores.ndim != 1 or not scores.size or not np.isfinite(scores).all():
            raise BundleError("A constant core must hold a list of finite scores.")
        return cls(scores)
