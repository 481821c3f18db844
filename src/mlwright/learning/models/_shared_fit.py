"""Fits several neural nets that share their layers, with PyTorch."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import torch
from numpy.typing import NDArray
from torch.nn import functional

from mlwright.learning.models._descent import ROUNDED
from mlwright.learning.models._net import Recipe
from mlwright.learning.models._shared_course import Course
from mlwright.learning.models._shared_nets import SharedNets, Single

ROWS_AT_ONCE = 4_096


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
        course = self._course(nets, columns, wanted)
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
        course = self._course(nets, columns, wanted)
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

    def _loss(self, sums: torch.Tensor, wanted: torch.Tensor) -> torch.Tensor:
        """The sum over the nets of each one's mean loss."""
        target = wanted[None].expand_as(sums)
        if self._quantile is not None:
            return _lopsided(target - sums, self._quantile).mean() * len(sums)
        if self._link_place == 0:
            return (sums - target).square().mean() * len(sums) / 2.0
        if self._link_place == 1:
            return functional.binary_cross_entropy_with_logits(sums, target) * len(sums)
        return -(functional.log_softmax(sums, dim=-1) * target).sum(dim=-1).mean() * len(sums)

    def _course(self, nets: SharedNets, columns: Single, wanted: Single) -> Course:
        return Course(nets, columns, wanted, self.recipe, self._loss, self._rng, self._is_up)

    def _is_up(self) -> bool:
        """Whether to end at once."""
        self.cut = self.cut or self._time_up()
        return self.cut


def _lopsided(missing: torch.Tensor, quantile: float) -> torch.Tensor:
    """Twice what each truth so far above the answer costs, as in `lopsided_loss`: rounded off where it has no slope."""
    return 2.0 * (quantile * missing + ROUNDED * functional.softplus(-missing / ROUNDED))


def _link(sums: torch.Tensor, place: int) -> torch.Tensor:
    if place == 0:
        return sums
    return sums.sigmoid() if place == 1 else sums.softmax(dim=-1)
