"""How fast answers become alike as cores learn from more rows, and what they promise: both without the truth.

Take a model that goes as far from the plain answer as what it has learned allows, as one does whose pull towards zero
was chosen well. What it says is then the best guess of what a model of more rows will say: answers of cores, the
smaller core's rows being among those of the larger, are a martingale. So two of them have in common just what the
smaller one has learned. Of what there is to learn it has found the share ``n / (n + half)`` where `half` rows teach
half of it (the learning curve of Bayesian linear models), and the squared correlation of two cores is the ratio of
their shares. Only rows that neither has learned from are asked, so that nothing draws the answers together but that.

What each core owes to its seed, and to when it happened to stop, makes it less like all others, early ones most.

References
----------
Opper, M. and Vivarelli, F. (1999). General bounds on Bayes errors for regression with Gaussian processes. NIPS 11: the
learning curve of one direction. Doob, J. L. (1949). Application of the theory of martingales: means given ever more
rows are one.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from mlwright.learning.search.judge import Array, Places

LEAST = 1e-6
N_TRIED, FURTHEST = 60, 20.0
"""Values of `half` that are tried, from 1 / 20 of the smallest core's rows to 20 times those of the largest."""
LUCK = np.concatenate([[0.0], np.geomspace(0.003, 3.0, 12)])[:, None]
"""Sizes that are tried for what a core owes to luck, as shares of what there is to learn."""
LEAST_ALIKE = 0.02


class Pair(NamedTuple):
    """Two cores, the smaller one first, on rows that neither has learned from."""

    small: int
    large: int
    n_rows: int
    common: float
    own: tuple[float, float]
    apart: float
    """What both answers have in common, the size of each, and of their difference: in the unit of the row losses."""


class Likeness(NamedTuple):
    """What there is to learn, and how fast.

    Parameters
    ----------
    half : float
        So many rows teach half of what there is to learn.
    promised : float
        By how much all of it would lower the mean row loss, if answers are as sure as they should be.
    """

    half: float
    promised: float

    def missing(self, n_rows: Array) -> Array:
        """The share of what there is to learn that so many rows do not teach."""
        return self.half / (n_rows + self.half)


def pairs(said: Array, place: Places, fewest_rows: int, *, is_number: bool) -> Iterator[Pair]:
    """All pairs of cores that have rows to be asked about together.

    Parameters
    ----------
    said : array, shape (n_cores, n_rows, n_outputs)
        By the cores, the one with the fewest rows first.
    place : array of int, shape (n_rows,)
        The core, in that order, whose fold holds a row out: it has not learned from the row, and no earlier one has.
    fewest_rows : int
    is_number : bool
        Whether the row loss is the squared error of a number; else it is that of classes, in nats.
    """
    for large in range(1, len(said)):
        asked = place >= large
        n_rows = int(asked.sum())
        if n_rows < fewest_rows:
            continue
        answers = _lengths(said[: large + 1, asked], is_number=is_number)
        products = answers @ answers.T
        for small in range(large):
            apart = float(((answers[large] - answers[small]) ** 2).sum())
            own = float(products[small, small]), float(products[large, large])
            yield Pair(small, large, n_rows, float(products[small, large]), own, apart)


def likeness(found: list[Pair], n_learned: Array) -> Likeness | None:
    """The curve along which the answers of cores become alike; None where they have nothing in common.

    Parameters
    ----------
    found : list of Pair
    n_learned : array, shape (n_cores,)
        Rows that each core has learned from, rising.
    """
    some = [pair for pair in found if min(pair.own) > 0]
    if not some:
        return None
    small, large, n_rows = (np.array([pair[place] for pair in some]) for place in range(3))
    common = np.array([pair.common for pair in some])
    alike = np.maximum(common, 0.0) ** 2 / np.array([pair.own[0] * pair.own[1] for pair in some])
    alike = np.log(np.clip(alike, LEAST_ALIKE, 1.0))
    halves = np.geomspace(n_learned[0] / FURTHEST, n_learned[-1] * FURTHEST, N_TRIED)[:, None, None]
    learned = n_learned / (n_learned + halves)
    expected = 2 * np.log(learned[..., small]) - sum(np.log(learned[..., each] + LUCK) for each in (small, large))
    missed = ((alike - expected) ** 2) @ n_rows
    best = np.unravel_index(int(np.argmin(missed)), missed.shape)[0]
    promised = float(n_rows @ common / (n_rows @ learned[best, 0, small]))
    half = float(halves[best, 0, 0])
    return Likeness(half, promised) if promised > 0 else None


def _lengths(said: Array, *, is_number: bool) -> Array:
    """Answers as vectors, less their mean over the rows; their squared length is in the unit of the row losses.

    Of classes as the second order has it: half the variance of the logarithms under the mean answer.
    """
    if is_number:
        answers = said[:, :, 0]
        centred: Array = (answers - answers.mean(axis=1, keepdims=True)) / np.sqrt(said.shape[1])
        return centred
    logs = logarithms(said)
    mean = logs.mean(axis=0)
    shares = np.exp(mean - mean.max(axis=1, keepdims=True))
    shares /= shares.sum(axis=1, keepdims=True)
    logs = logs - (shares * logs).sum(axis=2, keepdims=True)
    logs = logs - (shares * logs).sum(axis=1, keepdims=True) / shares.sum(axis=0)
    logs = logs - (shares * logs).sum(axis=2, keepdims=True)
    found: Array = (np.sqrt(shares / (2 * said.shape[1])) * logs).reshape(len(said), -1)
    return found


def logarithms(shares: Array) -> Array:
    """Logarithms of the probabilities of all classes; of two, where only the second is told."""
    if shares.shape[-1] == 1:
        shares = np.concatenate([1 - shares, shares], axis=-1)
    found: Array = np.log(np.clip(shares, LEAST, 1.0))
    return found
