"""How much better a packed model is than the cores of folds that follow time, which learn from few rows at first.

A fold in time order learns from the rows before it: the first one from few, the packed model from nearly all. By how
much that matters shows without a new fit, as a row of a late fold can be asked of the cores of all earlier ones. Two
neighbours among the cores differ by the rows that one has learned and the other has not. It makes the earlier one worse
for two reasons: it knows less, and it is older, which costs where the world moves. The packed model knows more than the
cores of the folds, and is as fresh as they are only if it has learned the latest rows; so both are told apart, and
neither can be below nothing. What is lost by knowing less falls with the rows, or with their root where learners are
held back in how much they fit (the fast and the slow rate of learning theory): the middle of both is taken.

Rows that have told a core when to stop count for neither of a pair.

References
----------
Boucheron, S., Bousquet, O. and Lugosi, G. (2005). Theory of classification: a survey of some recent advances. ESAIM:
Probability and Statistics 9: the rates. Dawid, A. P. (1984). Statistical theory: the prequential approach. Journal of
the Royal Statistical Society A 147: losses of rows that are later than what answers them owe nothing to each other.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from mlwright.learning.search.judge import Array, Judge, mean_and_error

RATES = (0.5, 1.0)
FEWEST_PAIRS = 2
FEWEST_ROWS = 20
"""Later rows that tell a pair of cores apart."""


class Packed(NamedTuple):
    """A part of the packed model: its weight, and from how many of the earliest rows it has learned."""

    weight: float
    n_rows: int


class Growth(NamedTuple):
    """By how much the mean row loss of the packed model is below that of the held-out rows, and its standard error."""

    gain: float
    error: float


def growth(said: Array, judge: Judge, n_learned: Array, packed: Sequence[Packed], n_rows: int) -> Growth | None:
    """What a packed model gains over the cores of folds in time order.

    Parameters
    ----------
    said : array, shape (n_cores, n_rows, n_outputs)
        What the cores of all members together say of some held-out rows; see `together.said_by_cores`.
    judge : Judge
        Of these rows.
    n_learned : array, shape (n_cores,)
        Rows that each fold has learned from, the earliest ones of all.
    packed : sequence of Packed
        Their weights sum to 1.
    n_rows : int
        All that learn.

    Returns
    -------
    Growth or None
        In the unit of the row losses; below zero where the packed cores are older and that costs more. None where too
        few pairs of cores can be compared.
    """
    numbers = np.unique(judge.held.fold)
    order = np.argsort(n_learned, kind="stable")
    place = np.argsort(order)[np.searchsorted(numbers, judge.held.fold)]
    losses, sizes = np.stack([judge.row_loss(said[core]) for core in order]), n_learned[order].astype(np.float64)
    asked = np.stack([place > pair + 1 for pair in range(len(sizes) - 1)])
    some = np.flatnonzero(asked.sum(axis=1) >= FEWEST_ROWS)
    if len(some) < FEWEST_PAIRS:
        return None
    asked, apart = asked[some], (losses[some] - losses[some + 1]) * asked[some]
    n_asked = asked.sum(axis=1)
    gaps = apart.sum(axis=1) / n_asked
    errors = np.sqrt(((apart - gaps[:, None] * asked) ** 2).sum(axis=1)) / n_asked
    weights, learned = np.array(packed).T
    by_rate = []
    for rate in RATES:
        excess = sizes**-rate
        causes = np.stack([excess[some] - excess[some + 1], sizes[some + 1] - sizes[some]], axis=1)
        less = np.array([excess[place].mean() - weights @ learned**-rate, weights @ (learned - n_rows)])
        by_rate.append(less @ _solved(causes, gaps, errors))
    of_pairs = np.mean(by_rate, axis=0)
    influence = (of_pairs * len(place) / n_asked) @ apart
    unsure_rate = float(np.std(np.stack(by_rate) @ gaps))
    return Growth(float(of_pairs @ gaps), math.hypot(mean_and_error(influence)[1], unsure_rate))


def _solved(causes: Array, gaps: Array, errors: Array) -> Array:
    """What turns gaps into the sizes of their causes, by weighted least squares; a cause below zero is left out."""
    if not errors.any():
        return np.zeros((2, len(gaps)))
    root = 1 / np.maximum(errors, float(errors.max()) * 1e-6)
    for kept in ([0, 1], [0], [1]):
        found = np.zeros((2, len(gaps)))
        found[kept] = np.linalg.pinv(causes[:, kept] * root[:, None]) * root
        if (found @ gaps >= 0).all():
            return found
    return np.zeros((2, len(gaps)))
