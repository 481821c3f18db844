"""Fits several neural nets that share their layers, with PyTorch; on a GPU where there is one."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from functools import cache
from itertools import pairwise
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch.nn import functional

from mlwright.learning.models._descent import ROUNDED
from mlwright.learning.models._net import MEMORY, MOMENTUM, N_AVERAGED, Recipe, rate_at
from mlwright.scoring.cores.nets import Layer

Single = NDArray[np.float32]
Tensors = list[torch.Tensor]

ROWS_AT_ONCE = 4_096
LARGEST_STEP = 1.0
"""The norm that the gradient of a batch is cut to."""
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
        self._n_steps = 0

    def sums(self, columns: torch.Tensor, parts: Tensors, drop: Callable[[torch.Tensor], torch.Tensor]) -> torch.Tensor:
        """What comes out of the last layers, shape (n_nets, n_rows, n_sums)."""
        values = columns[None]
        for start in range(0, len(parts) - 2, _OWN_PARTS):
            before, weights, after, bias = parts[start : start + _OWN_PARTS]
            values = (values * before[:, None]) @ weights * after[:, None] + bias[:, None]
            values = drop(functional.silu(values))
        return torch.baddbmm(parts[-1][:, None], values, parts[-2])

    def average(self) -> None:
        """Take what a step has made into the averages."""
        self._n_steps += 1
        share = N_AVERAGED / (self._n_steps + N_AVERAGED)
        torch._foreach_lerp_(self.averages, [part.detach() for part in self.parts], share)

    def arrays(self) -> tuple[list[Layer], Single, Single]:
        """The averages: layers, heads and their biases."""
        parts = [part.cpu().numpy() for part in self.averages]
        layers = [Layer(*parts[start : start + _OWN_PARTS]) for start in range(0, len(parts) - 2, _OWN_PARTS)]
        return layers, parts[-2], parts[-1]


class SharedFit:
    """One fit of shared nets: over the rows again and again, until the held-out rows no longer gain.

    Parameters
    ----------
    recipe : Recipe
    link_place : int
        Place in `LINKS`.
    rng : numpy.random.Generator
        Deals the batches.
    time_up, heard : callable
        See `FitContext`; the time is asked for in every batch.
    quantile : float or None
        Numbers: the share of truths that should lie below the answer; None for the mean.
    """

    def __init__(
        self,
        recipe: Recipe,
        link_place: int,
        rng: np.random.Generator,
        time_up: Callable[[], bool],
        heard: Callable[[float], None],
        quantile: float | None = None,
    ) -> None:
        self.recipe = recipe
        self.cut = False
        self._quantile = quantile
        self._link_place = link_place
        self._rng = rng
        self._time_up = time_up
        self._heard = heard

    def run(self, nets: SharedNets, columns: Single, wanted: Single, held_out_loss: Callable[[], float]) -> int:
        """Fit, and leave the nets with the averages that did best; after how many epochs that was."""
        course = _Course(self, nets, columns, wanted)
        best, best_loss, best_epoch = [part.clone() for part in nets.averages], held_out_loss(), 0
        for epoch in range(self.recipe.n_epochs):
            course.epoch(epoch)
            loss = held_out_loss()
            self._heard(loss)
            if loss < best_loss:
                best, best_loss, best_epoch = [part.clone() for part in nets.averages], loss, epoch + 1
            if self.cut or epoch + 1 - best_epoch >= self.recipe.patience:
                break
        nets.averages = best
        return best_epoch

    def run_blindly(self, nets: SharedNets, columns: Single, wanted: Single, n_epochs: int) -> None:
        """Fit for so many epochs."""
        course = _Course(self, nets, columns, wanted)
        for epoch in range(n_epochs):
            course.epoch(epoch)
            if self.cut:
                break

    def answers(self, nets: SharedNets, columns: Single) -> NDArray[np.float64]:
        """The mean answer of the nets' averages, shape (n_rows, n_sums)."""
        parts = []
        with torch.no_grad():
            for start in range(0, len(columns), ROWS_AT_ONCE):
                rows = torch.from_numpy(columns[start : start + ROWS_AT_ONCE]).to(nets.device)
                sums = nets.sums(rows, nets.averages, lambda values: values)
                parts.append(_link(sums, self._link_place).mean(dim=0).cpu().numpy())
        return np.concatenate(parts).astype(np.float64)

    def is_up(self) -> bool:
        """Whether to end at once."""
        self.cut = self.cut or self._time_up()
        return self.cut

    def batches(self, n_rows: int) -> Iterator[torch.Tensor]:
        """Places of rows, each once at most."""
        order, size = torch.from_numpy(self._rng.permutation(n_rows)), min(self.recipe.batch_size, n_rows)
        yield from (order[start : start + size] for start in range(0, n_rows - size + 1, size))

    def loss(self, sums: torch.Tensor, wanted: torch.Tensor) -> torch.Tensor:
        """The sum over the nets of each one's mean loss."""
        target = wanted[None].expand_as(sums)
        if self._quantile is not None:
            return _lopsided(target - sums, self._quantile).mean() * len(sums)
        if self._link_place == 0:
            return (sums - target).square().mean() * len(sums) / 2.0
        if self._link_place == 1:
            return functional.binary_cross_entropy_with_logits(sums, target) * len(sums)
        return -(functional.log_softmax(sums, dim=-1) * target).sum(dim=-1).mean() * len(sums)

    def seed(self) -> int:
        """A seed for what is left out."""
        return int(self._rng.integers(2**31))


class _Course:
    """The rows on the device, the steps, and what is left out at random."""

    def __init__(self, fit: SharedFit, nets: SharedNets, columns: Single, wanted: Single) -> None:
        self._fit, self._nets = fit, nets
        self._columns, self._wanted = (torch.from_numpy(array).to(nets.device) for array in (columns, wanted))
        self._chance = torch.Generator(device=nets.device).manual_seed(fit.seed())
        self._first = [torch.zeros_like(part) for part in nets.averages]
        self._second = [torch.zeros_like(part) for part in nets.averages]
        self._weights = [part for place, part in enumerate(nets.parts) if _is_weight(place, len(nets.parts))]
        self._n_steps = 0

    def epoch(self, number: int) -> None:
        """Once over the rows."""
        recipe, batches = self._fit.recipe, list(self._fit.batches(len(self._columns)))
        for done, rows in enumerate(batches):
            if self._fit.is_up():
                return
            rate = rate_at(recipe.rate, (number + done / len(batches)) / recipe.n_epochs)
            self._step(rows.to(self._nets.device), rate)

    def _step(self, rows: torch.Tensor, rate: float) -> None:
        sums = self._nets.sums(self._columns[rows], self._nets.parts, self._drop)
        gradients = torch.autograd.grad(self._fit.loss(sums, self._wanted[rows]), self._nets.parts)
        with torch.no_grad():
            self._descend(_shortened(gradients, LARGEST_STEP * math.sqrt(len(sums))), rate)
        self._nets.average()

    def _descend(self, gradients: Sequence[torch.Tensor], rate: float) -> None:
        """One step of Adam; weights that are shared or of a last layer shrink."""
        self._n_steps += 1
        torch._foreach_mul_(self._weights, 1.0 - rate * self._fit.recipe.decay)
        torch._foreach_lerp_(self._first, gradients, 1.0 - MOMENTUM)
        torch._foreach_mul_(self._second, MEMORY)
        torch._foreach_addcmul_(self._second, gradients, gradients, 1.0 - MEMORY)
        spread = torch._foreach_div(self._second, 1.0 - MEMORY**self._n_steps)
        torch._foreach_sqrt_(spread)
        torch._foreach_add_(spread, 1e-8)
        torch._foreach_addcdiv_(self._nets.parts, self._first, spread, -rate / (1.0 - MOMENTUM**self._n_steps))

    def _drop(self, values: torch.Tensor) -> torch.Tensor:
        share = self._fit.recipe.dropout
        if not share:
            return values
        kept = torch.rand(values.shape, generator=self._chance, device=values.device) >= share
        return values * kept / (1.0 - share)


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


def _shortened(gradients: Sequence[torch.Tensor], most: float) -> Sequence[torch.Tensor]:
    """The gradients, none longer together than this."""
    length = torch.linalg.vector_norm(torch.stack([torch.linalg.vector_norm(each) for each in gradients]))
    shortened: Sequence[torch.Tensor] = torch._foreach_mul(gradients, (most / (length + 1e-6)).clamp(max=1.0))
    return shortened


def _is_weight(place: int, n_parts: int) -> bool:
    return place == n_parts - 2 or (place < n_parts - 2 and place % _OWN_PARTS == 1)


def _lopsided(missing: torch.Tensor, quantile: float) -> torch.Tensor:
    """Twice what each truth so far above the answer costs, as in `lopsided_loss`: rounded off where it has no slope."""
    return 2.0 * (quantile * missing + ROUNDED * functional.softplus(-missing / ROUNDED))


def _link(sums: torch.Tensor, place: int) -> torch.Tensor:
    if place == 0:
        return sums
    return sums.sigmoid() if place == 1 else sums.softmax(dim=-1)
