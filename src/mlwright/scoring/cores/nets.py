"""Neural nets that share their layers, and answer with their mean."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit

from mlwright.core.errors import BundleError
from mlwright.scoring.arrays import Arrays, arrays_from_bytes, arrays_to_bytes
from mlwright.scoring.blocks import Blocks
from mlwright.scoring.cores import Core
from mlwright.scoring.cores.net import NetCore
from mlwright.scoring.dense import Design
from mlwright.scoring.links import LINKS
from mlwright.scoring.tables import Tables, tables_of

Array = NDArray[np.float64]

VALUES_AT_ONCE = 1 << 21
"""Rows are answered so many at once that no layer of all nets has more values, to bound the memory."""
_PARTS = ("before", "weights", "after", "bias")


@dataclass(frozen=True)
class Layer:
    """One layer of all nets: ``((x * before) @ weights) * after + bias``.

    Parameters
    ----------
    before : array, shape (n_nets, n_in)
    weights : array, shape (n_in, n_out)
        Shared by the nets.
    after, bias : array, shape (n_nets, n_out)
    """

    before: Array
    weights: Array
    after: Array
    bias: Array

    def of_net(self, place: int) -> Array:
        """The weights of one net, with what is its own in them; shape (n_in, n_out)."""
        folded: Array = self.before[place][:, None] * self.weights * self.after[place]
        return folded

    def fits(self, n_nets: int, n_in: int) -> bool:
        """Whether the shapes go with so many nets and so many values before."""
        n_out = self.weights.shape[-1]
        shapes = [self.before.shape, self.weights.shape, self.after.shape, self.bias.shape]
        return shapes == [(n_nets, n_in), (n_in, n_out), (n_nets, n_out), (n_nets, n_out)]


class NetsCore(Core):
    """The mean answer of several nets with shared layers, bent by ``x * sigmoid(x)``; as safetensors.

    Parameters
    ----------
    design : Design
    layers : sequence of Layer
        The first takes the columns of the design.
    head : array, shape (n_nets, n_in, n_outputs)
        The last layer of each net.
    head_bias : array, shape (n_nets, n_outputs)
    link : int
        Place in `LINKS`; applied to each net before the mean.
    center, scale : float
        As in `NetCore`.

    References
    ----------
    Wen, Y., Tran, D. and Ba, J. (2020). BatchEnsemble: an alternative approach to efficient ensemble and lifelong
    learning. ICLR.
    """

    form = "nets"

    def __init__(
        self,
        design: Design,
        layers: Sequence[Layer],
        head: NDArray[Any],
        head_bias: NDArray[Any],
        link: int,
        *,
        center: float = 0.0,
        scale: float = 1.0,
    ) -> None:
        self.design = design
        self.layers = [Layer(*(getattr(layer, part).astype(np.float64) for part in _PARTS)) for layer in layers]
        self.head = head.astype(np.float64)
        self.head_bias = head_bias.astype(np.float64)
        self.link = link
        self.center = center
        self.scale = scale

    @property
    def nets(self) -> list[NetCore]:
        """Each net by itself, with weights of its own; the mean of their answers is that of this core."""
        return [
            NetCore(
                self.design,
                [*(layer.of_net(place) for layer in self.layers), self.head[place]],
                [*(layer.bias[place] for layer in self.layers), self.head_bias[place]],
                self.link,
                center=self.center,
                scale=self.scale,
            )
            for place in range(len(self.head))
        ]

    def predict(self, blocks: Blocks) -> Array:
        """Scores of the rows."""
        at_once = max(1, VALUES_AT_ONCE // self._first.shape[1])
        parts = [self._predict(blocks.take(rows)) for rows in _slices(len(blocks), at_once)]
        return np.concatenate(parts) if parts else np.empty((0, self.head.shape[2]))

    def _predict(self, blocks: Blocks) -> Array:
        quick = self._tables if len(blocks) == 1 else None
        first = self.design.times(blocks, self._first) if quick is None else quick.sums(blocks.first)
        sums = first.reshape(len(blocks), len(self.head), -1) + self.layers[0].bias
        for layer in self.layers[1:]:
            sums = ((sums * expit(sums) * layer.before) @ layer.weights) * layer.after + layer.bias
        last = np.matmul((sums * expit(sums))[:, :, None, :], self.head)[:, :, 0, :] + self.head_bias
        answers = LINKS[self.link](last.reshape(-1, last.shape[2])).reshape(last.shape)
        mean: Array = answers.mean(axis=1) * self.scale + self.center
        return mean

    @cached_property
    def _first(self) -> Array:
        """The first layers of all nets side by side, shape (design.width, n_nets * n_out)."""
        return np.hstack([self.layers[0].of_net(place) for place in range(len(self.head))])

    @cached_property
    def _tables(self) -> Tables | None:
        return tables_of([self.design], [self._first])

    def to_bytes(self) -> bytes:
        """All arrays; weights in single precision, as they were fitted."""
        own: Arrays = {"link": np.array([self.link]), "range": np.array([self.center, self.scale])}
        own |= {"head": self.head.astype(np.float32), "head_bias": self.head_bias.astype(np.float32)}
        for place, layer in enumerate(self.layers):
            own |= {f"{part}{place}": getattr(layer, part).astype(np.float32) for part in _PARTS}
        return arrays_to_bytes(self.design.to_arrays() | own)

    @classmethod
    def from_bytes(cls, data: bytes) -> Self:
        """Read the arrays."""
        needed = (*Design.names(), "link", "range", "head", "head_bias", *(f"{part}0" for part in _PARTS))
        arrays = arrays_from_bytes(data, needed, "A core of several nets", numbered=_PARTS)
        design, n_layers = Design.from_arrays(arrays), sum(name.startswith("weights") for name in arrays)
        layers = [
            Layer(*(arrays.get(f"{part}{place}", np.empty((0, 0))) for part in _PARTS)) for place in range(n_layers)
        ]
        head, bias, (center, scale) = arrays["head"], arrays["head_bias"], arrays["range"].tolist()
        link = int(arrays["link"].sum())
        widths = [design.width, *(layer.weights.shape[-1] for layer in layers)]
        ends = head.ndim == 3 and head.shape[1] == widths[-1] and bias.shape == (len(head), head.shape[2])
        fit = ends and all(layer.fits(len(head), n_in) for layer, n_in in zip(layers, widths[:-1], strict=True))
        if not (fit and len(head) and 0 <= link < len(LINKS)):
            raise BundleError("The layers of a core of several nets do not fit together.")
        return cls(design, layers, head, bias, link, center=center, scale=scale)


def _slices(n_rows: int, at_once: int) -> list[NDArray[np.int64]]:
    return [np.arange(start, min(start + at_once, n_rows)) for start in range(0, n_rows, at_once)]
