"""Fits a small neural net with numpy: mini-batches, Adam with decoupled weight decay, dropout and averaging.

The columns are few and the nets small, so that a fit takes about a second for some thousand rows; no library for
deep learning is needed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit

from mlwright.learning.design import Columns
from mlwright.learning.models import Params
from mlwright.learning.models._params import number, whole

Single = NDArray[np.float32]

MOMENTUM, MEMORY = 0.9, 0.95
WARM_UP = 0.05
N_AVERAGED = 10.0
"""The averages cover about one in so many of the steps so far: the latest."""

Slope = Callable[[Single, Single], Single]
"""From sums and what is wanted to the slope of the loss of each row, all of shape (n_rows, n_sums)."""


@dataclass(frozen=True)
class Recipe:
    """How a net is fitted.

    Parameters
    ----------
    rate : float
        The largest step; it rises over the first steps and falls along a cosine to nothing.
    decay : float
        How much weights shrink in a step, as a share of the step.
    dropout : float
        Share of the hidden values that are left out at random in fitting.
    batch_size, n_epochs, patience : int
        The fit ends `patience` epochs after the best one.
    """

    rate: float
    decay: float
    dropout: float
    batch_size: int
    n_epochs: int
    patience: int


class Net:
    """Weights, how to make them better, and their average over the latest steps.

    The average answers better than the weights themselves, which every batch pulls to and fro.

    Parameters
    ----------
    widths : list of int
        From the columns to the sums.
    bias : array
        Where the last layer starts.
    rng : numpy.random.Generator

    References
    ----------
    Polyak, B. T. and Juditsky, A. B. (1992). Acceleration of stochastic approximation by averaging. SIAM Journal on
    Control and Optimization 30.
    """

    def __init__(self, widths: list[int], bias: Single, rng: np.random.Generator) -> None:
        spread = [np.sqrt(2.0 / max(1, fan_in)) for fan_in in widths[:-1]]
        spread[-1] *= 0.1
        self.weights: list[Single] = [
            (rng.standard_normal((fan_in, fan_out)) * scale).astype(np.float32)
            for fan_in, fan_out, scale in zip(widths[:-1], widths[1:], spread, strict=True)
        ]
        self.biases: list[Single] = [np.zeros(width, dtype=np.float32) for width in widths[1:]]
        self.biases[-1] += bias
        self.averages = [part.copy() for part in self.parts]
        self._first = [np.zeros_like(part) for part in self.parts]
        self._second = [np.zeros_like(part) for part in self.parts]
        self._n_steps = 0

    @property
    def parts(self) -> list[Single]:
        """All that is fitted: weights, then biases."""
        return [*self.weights, *self.biases]

    def sums(self, columns: Columns) -> Single:
        """What comes out of the last layer of the averages, shape (n_rows, n_sums)."""
        weights, biases = self.averages[: len(self.weights)], self.averages[len(self.weights) :]
        values = columns.times(weights[0]) + biases[0]
        for layer, bias in zip(weights[1:], biases[1:], strict=True):
            values = (values * expit(values)) @ layer + bias
        return values

    def gradients(
        self, columns: Columns, error: Callable[[Single], Single], dropout: float, rng: np.random.Generator
    ) -> list[Single]:
        """Slope of the loss in every part; `error` gives the slope of the loss in the sums."""
        before = columns.times(self.weights[0]) + self.biases[0]
        values, slopes = [], []
        for weights, bias in zip(self.weights[1:], self.biases[1:], strict=True):
            gate = expit(before)
            kept = _dropout_mask(before.shape, dropout, rng)
            values.append(before * gate * kept)
            slopes.append(gate * (1.0 + before * (1.0 - gate)) * kept)
            before = values[-1] @ weights + bias
        back = error(before)
        by_weight, by_bias = [], [back.sum(axis=0)]
        for layer in reversed(range(len(values))):
            by_weight.append(values[layer].T @ back)
            back = (back @ self.weights[layer + 1].T) * slopes[layer]
            by_bias.append(back.sum(axis=0))
        by_weight.append(columns.transposed_times(back))
        return [*reversed(by_weight), *reversed(by_bias)]

    def step(self, gradients: list[Single], rate: float, decay: float) -> None:
        """One step of Adam; weights, not biases, shrink.

        References
        ----------
        Loshchilov, I. and Hutter, F. (2019). Decoupled weight decay regularization. ICLR.
        """
        self._n_steps += 1
        first_share, second_share = 1.0 - MOMENTUM**self._n_steps, 1.0 - MEMORY**self._n_steps
        for place, (part, gradient) in enumerate(zip(self.parts, gradients, strict=True)):
            first, second = self._first[place], self._second[place]
            first += (1.0 - MOMENTUM) * (gradient - first)
            second += (1.0 - MEMORY) * (gradient**2 - second)
            if place < len(self.weights):
                part *= 1.0 - rate * decay
            part -= (rate / first_share) * first / (np.sqrt(second / second_share) + 1e-8)
            self.averages[place] += N_AVERAGED / (self._n_steps + N_AVERAGED) * (part - self.averages[place])


class NetFit:
    """One fit of a net: over the rows again and again, until the held-out rows no longer gain.

    Parameters
    ----------
    recipe : Recipe
    rng : numpy.random.Generator
    time_up : callable
        See `FitContext`; asked in every batch.
    heard : callable
        See `FitContext`.
    """

    def __init__(
        self,
        recipe: Recipe,
        rng: np.random.Generator,
        time_up: Callable[[], bool],
        heard: Callable[[float], None] = lambda loss: None,
    ) -> None:
        self.recipe = recipe
        self.cut = False
        self._rng = rng
        self._time_up = time_up
        self._heard = heard

    def run(
        self, net: Net, columns: Columns, target: Single, slope: Slope, held_out_loss: Callable[[Net], float]
    ) -> int:
        """Fit, and leave the net with the averages that did best; after how many epochs that was.

        Parameters
        ----------
        net : Net
            Changed in place.
        columns : Columns
            In single precision.
        target : array, shape (n_rows, n_sums)
            Numbers, or a 1 where the class is the true one.
        slope : callable
        held_out_loss : callable
        """
        best, best_loss, since, best_epoch = [part.copy() for part in net.averages], held_out_loss(net), 0, 0
        for epoch in range(self.recipe.n_epochs):
            self._epoch(net, columns, target, slope, epoch)
            loss = held_out_loss(net)
            self._heard(loss)
            since += 1
            if loss < best_loss:
                best, best_loss, since, best_epoch = [part.copy() for part in net.averages], loss, 0, epoch + 1
            if self.cut or since >= self.recipe.patience:
                break
        net.averages = best
        return best_epoch

    def run_blindly(self, net: Net, columns: Columns, target: Single, slope: Slope, n_epochs: int) -> None:
        """Fit for so many epochs."""
        for epoch in range(n_epochs):
            self._epoch(net, columns, target, slope, epoch)
            if self.cut:
                break

    def _epoch(self, net: Net, columns: Columns, target: Single, slope: Slope, epoch: int) -> None:
        batches = list(self._batches(len(target)))
        for done, rows in enumerate(batches):
            if self._time_up():
                self.cut = True
                return
            wanted = target[rows]
            gradients = net.gradients(
                columns.take(rows), partial(_error, wanted, slope), self.recipe.dropout, self._rng
            )
            share_done = (epoch + done / len(batches)) / self.recipe.n_epochs
            net.step(gradients, rate_at(self.recipe.rate, share_done), self.recipe.decay)

    def _batches(self, n_rows: int) -> Iterator[NDArray[np.int64]]:
        order, size = self._rng.permutation(n_rows), min(self.recipe.batch_size, n_rows)
        yield from (order[start : start + size] for start in range(0, n_rows - size + 1, size))


def rate_at(largest: float, share_done: float) -> float:
    """The size of a step when so much of the course is behind."""
    rising = min(1.0, (share_done + 1e-3) / WARM_UP)
    return float(largest * rising * 0.5 * (1.0 + np.cos(np.pi * share_done)))


def recipe_of(params: Params) -> Recipe:
    """How a candidate with these parameters is fitted."""
    return Recipe(
        rate=number(params, "rate"),
        decay=number(params, "decay"),
        dropout=number(params, "dropout"),
        batch_size=whole(params, "batch_size"),
        n_epochs=whole(params, "n_epochs"),
        patience=whole(params, "patience"),
    )


def _error(wanted: Single, slope: Slope, sums: Single) -> Single:
    """Slope of the mean loss in the sums."""
    of_mean: Single = (slope(sums, wanted) / len(wanted)).astype(np.float32)
    return of_mean


def _dropout_mask(shape: tuple[int, ...], share: float, rng: np.random.Generator) -> Single:
    """0 for values that are left out; the others are scaled up, so that their sum stays what it was."""
    kept: Single = (rng.random(shape, dtype=np.float32) >= share).astype(np.float32)
    return kept / np.float32(1.0 - share)
