"""A small neural net on well-scaled columns."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from itertools import pairwise
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit

from mlwright.core.errors import BundleError
from mlwright.scoring.arrays import Arrays, arrays_from_bytes, arrays_to_bytes
from mlwright.scoring.blocks import Blocks
from mlwright.scoring.cores import Core
from mlwright.scoring.dense import Design
from mlwright.scoring.links import LINKS
from mlwright.scoring.tables import Tables, tables_of

Array = NDArray[np.float64]


class NetCore(Core):
    """Layers of weighted sums, each but the last bent by ``x * sigmoid(x)``; as safetensors.

    Parameters
    ----------
    design : Design
    weights : sequence of array
        One matrix a layer, shape (width of the layer before, width); the first is ``design.width`` wide.
    biases : sequence of array
        One vector a layer.
    link : int
        Place in `LINKS`.
    center, scale : float
        Scores are the link's answers times `scale` plus `center`: not 0 and 1 for numbers only.
    """

    form = "net"

    def __init__(
        self,
        design: Design,
        weights: Sequence[NDArray[Any]],
        biases: Sequence[NDArray[Any]],
        link: int,
        *,
        center: float = 0.0,
        scale: float = 1.0,
    ) -> None:
        self.design = design
        self.weights = [layer.astype(np.float64) for layer in weights]
        self.biases = [layer.astype(np.float64) for layer in biases]
        self.link = link
        self.center = center
        self.scale = scale

    def predict(self, blocks: Blocks) -> Array:
        """Scores of the rows."""
        quick = self._tables if len(blocks) == 1 else None
        first = self.design.times(blocks, self.weights[0]) if quick is None else quick.sums(blocks.first)
        sums = first + self.biases[0]
        for weights, bias in zip(self.weights[1:], self.biases[1:], strict=True):
            sums = (sums * expit(sums)) @ weights + bias
        return LINKS[self.link](sums) * self.scale + self.center

    @cached_property
    def _tables(self) -> Tables | None:
        return tables_of([self.design], [self.weights[0]])

    def to_bytes(self) -> bytes:
        """All arrays; weights in single precision, as they were fitted."""
        own: Arrays = {"link": np.array([self.link]), "range": np.array([self.center, self.scale])}
        for place, (weights, bias) in enumerate(zip(self.weights, self.biases, strict=True)):
            own |= {f"weights{place}": weights.astype(np.float32), f"bias{place}": bias.astype(np.float32)}
        return arrays_to_bytes(self.design.to_arrays() | own)

    @classmethod
    def from_bytes(cls, data: bytes) -> Self:
        """Read the arrays."""
        arrays = arrays_from_bytes(
            data, (*Design.names(), "weights0", "bias0", "link", "range"), "A net core", numbered=("weights", "bias")
        )
        design, n_layers = Design.from_arrays(arrays), sum(name.startswith("weights") for name in arrays)
        weights = [arrays[f"weights{place}"] for place in range(n_layers)]
        biases = [arrays.get(f"bias{place}", np.empty(0)) for place in range(n_layers)]
        link, (center, scale) = int(arrays["link"].sum()), arrays["range"].tolist()
        widths = [design.width, *(len(bias) for bias in biases)]
        if [layer.shape for layer in weights] != list(pairwise(widths)) or not 0 <= link < len(LINKS):
            raise BundleError("The layers of a net core do not fit together.")
        return cls(design, weights, biases, link, center=center, scale=scale)
