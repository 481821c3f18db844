"""Nets that share their layers, in PyTorch; on a GPU where there is one."""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import cache
from itertools import pairwise
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch.nn import functional

from mlwright.scoring.cores.nets import Layer

Single = NDArray[np.float32]
Tensors = list[torch.Tensor]

_OWN_PARTS = 4


class SharedNets:
    """Several nets in one: each layer's weights are shared, what scales its inputs and outputs is each net's own.

    Every net learns from every batch by a loss of its own; they differ by the random signs with which the columns come
    in, and by their last layers, which are not shared. The mean of their answers over the latest steps is the answer.

    Parameters
    ----------
    widths : list of int
        From the columns to the last hidden layer.
    n_nets : int
    bias : array, shape (n_sums,)
        Where the last layer starts.
    rng : numpy.random.Generator
    device : torch.device

    References
    ----------
    Gorishniy, Y., Kotelnikov, A. and Babenko, A. (2025). TabM: advancing tabular deep learning with parameter-efficient
    ensembling. ICLR.
    """

    def __init__(
        self, widths: list[int], n_nets: int, bias: Single, rng: np.random.Generator, device: torch.device
    ) -> None:
        self.device = device
        parts: list[Any] = []
        for place, (n_in, n_out) in enumerate(pairwise(widths)):
            signs = rng.choice([-1.0, 1.0], size=(n_nets, n_in)) if place == 0 else np.ones((n_nets, n_in))
            weights = rng.standard_normal((n_in, n_out)) * math.sqrt(2.0 / max(1, n_in))
            parts += [signs, weights, np.ones((n_nets, n_out)), np.zeros((n_nets, n_out))]
        parts.append(rng.standard_normal((n_nets, widths[-1], len(bias))) * 0.1 * math.sqrt(2.0 / widths[-1]))
        parts.append(np.tile(bias, (n_nets, 1)))
        self.parts: Tensors = [
            torch.tensor(part, dtype=torch.float32, device=device, requires_grad=True) for part in parts
        ]
        self.averages: Tensors = [part.detach().clone() for part in self.parts]

    def sums(self, columns: torch.Tensor, parts: Tensors, drop: Callable[[torch.Tensor], torch.Tensor]) -> torch.Tensor:
        """What comes out of the last layers, shape (n_nets, n_rows, n_sums)."""
        values = columns[None]
        for start in range(0, len(parts) - 2, _OWN_PARTS):
            before, weights, after, bias = parts[start : start + _OWN_PARTS]
            values = (values * before[:, None]) @ weights * after[:, None] + bias[:, None]
            values = drop(functional.silu(values))
        return torch.baddbmm(parts[-1][:, None], values, parts[-2])

    def average(self, share: torch.Tensor) -> None:
        """Take what a step has made into the averages, by this share."""
        ahead = torch._foreach_sub([part.detach() for part in self.parts], self.averages)
        torch._foreach_mul_(ahead, share)
        torch._foreach_add_(self.averages, ahead)

    def weights(self) -> Tensors:
        """Those of the parts that shrink: what is shared, and the last layers."""
        own = len(self.parts) - 2
        return [
            part for place, part in enumerate(self.parts) if place == own or (place < own and place % _OWN_PARTS == 1)
        ]

    def arrays(self) -> tuple[list[Layer], Single, Single]:
        """The averages: layers, heads and their biases."""
        parts = [part.cpu().numpy() for part in self.averages]
        layers = [Layer(*parts[start : start + _OWN_PARTS]) for start in range(0, len(parts) - 2, _OWN_PARTS)]
        return layers, parts[-2], parts[-1]


@cache
def best_device() -> torch.device:
    """A GPU if there is one that PyTorch can use, else the processor.

    It is tried once: a GPU that is older or newer than what PyTorch was built for is seen, and refuses to work.
    """
    if torch.cuda.is_available():
        try:
            torch.ones(8, device="cuda").sum().item()
        except RuntimeError:
            return torch.device("cpu")
        return torch.device("cuda")
    return torch.device("cpu")


def with_threads(n_threads: int) -> None:
    """Let one fit use so many processors; fits that run side by side are told the same."""
    if torch.get_num_threads() != n_threads:
        torch.set_num_threads(n_threads)
