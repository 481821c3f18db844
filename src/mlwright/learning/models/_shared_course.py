"""The steps by which nets with shared layers are fitted; on a GPU they are recorded once and played again."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from functools import cache

import numpy as np
import torch

from mlwright.learning.models._net import MEMORY, MOMENTUM, N_AVERAGED, Recipe, rate_at
from mlwright.learning.models._shared_nets import SharedNets, Single

LARGEST_STEP = 1.0
"""The norm that the gradient of a batch is cut to."""
TINY = 1e-8
N_FIRST = 3
"""Steps that a GPU takes one operation at a time, before one is recorded: libraries settle in them."""


class Course:
    """The rows on the device, and steps over them.

    What a step reads stands in places that stay (`_batch`, `_dials`), so that a GPU can record one step and play it
    again: a step of these small nets is a long list of short operations, and asking for them one by one takes three to
    eight times as long (decision 47).

    Parameters
    ----------
    nets : SharedNets
        Fitted in place.
    columns : array, shape (n_rows, n_columns)
    wanted : array, shape (n_rows, n_sums)
    recipe : Recipe
    loss : callable
        From the sums of all nets and what is wanted to one number.
    rng : numpy.random.Generator
        Deals the batches, and seeds what is left out.
    is_up : callable
        Asked before every batch; once true no step is taken.
    """

    def __init__(
        self,
        nets: SharedNets,
        columns: Single,
        wanted: Single,
        recipe: Recipe,
        loss: Callable[[torch.Tensor, torch.Tensor], torch.Tensor],
        rng: np.random.Generator,
        is_up: Callable[[], bool],
    ) -> None:
        self._nets, self._recipe, self._loss, self._rng, self._is_up = nets, recipe, loss, rng, is_up
        self._columns, self._wanted = (torch.from_numpy(array).to(nets.device) for array in (columns, wanted))
        self._chance = torch.Generator(device=nets.device).manual_seed(int(rng.integers(2**31)))
        self._first = [torch.zeros_like(part) for part in nets.averages]
        self._second = [torch.zeros_like(part) for part in nets.averages]
        self._weights = nets.weights()
        self._batch = torch.zeros(min(recipe.batch_size, len(columns)), dtype=torch.int64, device=nets.device)
        self._dials = torch.zeros(4, device=nets.device)
        self._record: torch.cuda.CUDAGraph | None = None
        self._n_steps = 0

    def epoch(self, number: int) -> None:
        """Once over the rows: each row once at most, in batches of the same size."""
        n_batches = len(self._columns) // len(self._batch)
        order = torch.from_numpy(self._rng.permutation(len(self._columns))).to(self._nets.device)
        batches = order[: n_batches * len(self._batch)].view(n_batches, -1)
        rates = [
            rate_at(self._recipe.rate, (number + done / n_batches) / self._recipe.n_epochs) for done in range(n_batches)
        ]
        dials = torch.tensor(list(self._turned(rates)), dtype=torch.float32).to(self._nets.device)
        for batch, turned in zip(batches, dials, strict=True):
            if self._is_up():
                return
            self._batch.copy_(batch)
            self._dials.copy_(turned)
            self._take()
            self._n_steps += 1

    def _turned(self, rates: Sequence[float]) -> Iterator[tuple[float, float, float, float]]:
        """For each step: what weights keep, its size, the share of the squares known, its share in the averages."""
        for place, rate in enumerate(rates, start=self._n_steps + 1):
            yield (
                1.0 - rate * self._recipe.decay,
                rate / (1.0 - MOMENTUM**place),
                1.0 - MEMORY**place,
                N_AVERAGED / (place + N_AVERAGED),
            )

    def _take(self) -> None:
        """One step; on a GPU, the recorded one."""
        if self._nets.device.type != "cuda":
            self._step()
        elif self._n_steps < N_FIRST:
            self._on_a_stream_of_its_own()
        else:
            if self._record is None:
                self._record = self._recorded()
            self._record.replay()

    def _on_a_stream_of_its_own(self) -> None:
        beside = _beside()
        beside.wait_stream(torch.cuda.current_stream())
        with torch.cuda.stream(beside):
            self._step()
        torch.cuda.current_stream().wait_stream(beside)

    def _recorded(self) -> torch.cuda.CUDAGraph:
        record = torch.cuda.CUDAGraph()
        record.register_generator_state(self._chance)
        with torch.cuda.graph(record, stream=_beside(), capture_error_mode="thread_local"):
            self._step()
        return record

    def _step(self) -> None:
        left, step, known, share = self._dials
        sums = self._nets.sums(self._columns[self._batch], self._nets.parts, self._drop)
        gradients = torch.autograd.grad(self._loss(sums, self._wanted[self._batch]), self._nets.parts)
        with torch.no_grad():
            self._descend(_shortened(gradients, LARGEST_STEP * math.sqrt(len(sums))), left, step, known)
            self._nets.average(share)

    def _descend(
        self, gradients: Sequence[torch.Tensor], left: torch.Tensor, step: torch.Tensor, known: torch.Tensor
    ) -> None:
        """One step of Adam; weights that are shared or of a last layer shrink."""
        torch._foreach_mul_(self._weights, left)
        torch._foreach_lerp_(self._first, gradients, 1.0 - MOMENTUM)
        torch._foreach_mul_(self._second, MEMORY)
        torch._foreach_addcmul_(self._second, gradients, gradients, 1.0 - MEMORY)
        spread = torch._foreach_div(self._second, known)
        torch._foreach_sqrt_(spread)
        torch._foreach_add_(spread, TINY)
        moved = torch._foreach_div(self._first, spread)
        torch._foreach_mul_(moved, step)
        torch._foreach_sub_(self._nets.parts, moved)

    def _drop(self, values: torch.Tensor) -> torch.Tensor:
        share = self._recipe.dropout
        if not share:
            return values
        kept = torch.rand(values.shape, generator=self._chance, device=values.device) >= share
        return values * kept / (1.0 - share)


@cache
def _beside() -> torch.cuda.Stream:
    """Where steps are recorded: always the same, as every stream keeps some memory of its own for products."""
    return torch.cuda.Stream()


def _shortened(gradients: Sequence[torch.Tensor], most: float) -> Sequence[torch.Tensor]:
    """The gradients, none longer together than this."""
    length = torch.linalg.vector_norm(torch.stack([torch.linalg.vector_norm(each) for each in gradients]))
    shortened: Sequence[torch.Tensor] = torch._foreach_mul(gradients, (most / (length + 1e-6)).clamp(max=1.0))
    return shortened
