"""How much better a packed model is than the cores of folds that follow time, which learn from few rows at first.

A fold in time order learns from the rows before it: the first one from few, the packed model from nearly all. By how
much that matters shows without a new fit, as a row of a late fold can be asked of the cores of all earlier ones. Two
neighbours among the cores differ by the rows that one has learned and the other has not. It makes the earlier one worse
for two reasons: it knows less, and it is older, which costs where the world moves. The packed model knows more than the
cores of the folds, and is as fresh as they are only if it has learned the latest rows; so both are told apart, and
neither can be below nothing. Where the cores of several folds answer together their mean loses less than they do, by
how far they are apart.

Three things are known of the two, and are weighed by how sure they are:

- What the later rows lose by the earlier core of each pair. Few rows say little of it.
- How fast ignorance falls with the rows, and what cores promise to be worth: that shows in how alike their answers are
  (`likeness`), without the noise of the truth. The promise is taken to be as unsure as half of its size.
- How much more the same core loses on ever later rows, as far as it is older there.

Rows that have told a core when to stop count for neither of a pair.

References
----------
Dawid, A. P. (1984). Statistical theory: the prequential approach. Journal of the Royal Statistical Society A 147:
losses of rows that are later than what answers them owe nothing to each other.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from mlwright.learning.search.correcting.likeness import Likeness, Pair, likeness, pairs
from mlwright.learning.search.judge import Array, Judge, Places

FEWEST_PAIRS = 2
FEWEST_ROWS = 20
"""Later rows that tell a pair of cores apart."""
UNSURE_SHARE = 0.5
"""Of what is promised, as its standard error."""


class Packed(NamedTuple):
    """A part of the packed model: its weight, and from how many of the earliest rows it has learned."""

    weight: float
    n_rows: int


class Growth(NamedTuple):
    """By how much the mean row loss of the packed model is below that of the held-out rows, and its standard error."""

    gain: float
    error: float


class _Known(NamedTuple):
    """What is known of two unknowns, what there is to learn and what a row of age costs, in standard errors.

    `causes` has shape (n_equations, 2), `sizes` (n_equations,).
    """

    causes: Array
    sizes: Array


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
    said, sizes = said[order], n_learned[order].astype(np.float64)
    losses = np.stack([judge.row_loss(core) for core in said])
    found = list(pairs(said, place, FEWEST_ROWS, is_number="regression" in judge.metric.tasks))
    neighbours = [each for each in found if each.large == each.small + 1 and (place > each.large).sum() >= FEWEST_ROWS]
    if len(neighbours) < FEWEST_PAIRS:
        return None
    alike = likeness(found, sizes)
    if alike is None:
        return Growth(0.0, 0.0)
    known = [_by_gaps(losses, place, sizes, neighbours, alike), _by_promise(alike), _by_age(losses, place, sizes)]
    system = _Known(*(np.concatenate(parts) for parts in zip(*known, strict=True)))
    weights, learned = np.array(packed).T
    less = np.array(
        [alike.missing(sizes)[place].mean() - weights @ alike.missing(learned), weights @ (learned - n_rows)]
    )
    gain, error = _solved(system, less)
    return Growth(gain + _of_mean(found, sizes, packed), error)


def _by_gaps(losses: Array, place: Places, sizes: Array, neighbours: Sequence[Pair], alike: Likeness) -> _Known:
    """What later rows lose by the smaller of two neighbours.

    How far such a gap may be off is as the size of what both say apart, with one factor for all pairs: their own
    spreads would be small just where a gap is small by chance.
    """
    small = np.array([each.small for each in neighbours])
    asked = np.stack([place > each.large for each in neighbours])
    gaps = (losses[small] - losses[small + 1]) * asked
    n_asked = asked.sum(axis=1)
    means = gaps.sum(axis=1) / n_asked
    apart = np.array([each.apart for each in neighbours])
    spread = float(((gaps - means[:, None] * asked) ** 2).sum() / max(apart @ n_asked, np.finfo(float).tiny))
    errors = _no_zeros(np.sqrt(spread * apart / n_asked))
    missing = alike.missing(sizes)
    causes = np.stack([missing[small] - missing[small + 1], sizes[small + 1] - sizes[small]], axis=1)
    return _Known(causes / errors[:, None], means / errors)


def _by_promise(alike: Likeness) -> _Known:
    return _Known(np.array([[1.0, 0.0]]) / (UNSURE_SHARE * alike.promised), np.array([1.0 / UNSURE_SHARE]))


def _by_age(losses: Array, place: Places, sizes: Array) -> _Known:
    """How much more the same core loses on rows of a fold that is later by one row."""
    later = place > np.arange(len(losses))[:, None]
    counts = np.maximum(later.sum(axis=1, keepdims=True), 1)
    times, lost = (
        (each - (each * later).sum(axis=1, keepdims=True) / counts) * later for each in (sizes[place], losses)
    )
    square = float((times**2).sum())
    slope = float((times * lost).sum()) / square
    error = float(np.linalg.norm(((lost - slope * times) * times).sum(axis=0))) / square
    causes = np.array([[0.0, 1.0]])
    return _Known(causes / error, np.array([slope / error])) if error else _Known(causes * 0.0, np.zeros(1))


def _of_mean(found: Sequence[Pair], sizes: Array, packed: Sequence[Packed]) -> float:
    """By how much the packed cores lose less together than each by itself."""
    weights = {part.n_rows: part.weight for part in packed}
    ours = [weights.get(int(size), 0.0) for size in sizes]
    return sum(ours[each.small] * ours[each.large] * each.apart for each in found)


def _no_zeros(errors: Array) -> Array:
    found: Array = np.maximum(errors, max(float(errors.max()) * 1e-3, np.finfo(float).tiny))
    return found


def _solved(known: _Known, less: Array) -> Growth:
    """What is gained if so much less is missing and so much age is added; a cause below zero is left out."""
    for kept in ([0, 1], [0], [1]):
        causes = known.causes[:, kept]
        found = np.linalg.lstsq(causes, known.sizes, rcond=None)[0]
        if (found >= 0).all():
            unsure = less[kept] @ np.linalg.pinv(causes)
            return Growth(float(less[kept] @ found), math.sqrt(float(unsure @ unsure)))
    return Growth(0.0, 0.0)
