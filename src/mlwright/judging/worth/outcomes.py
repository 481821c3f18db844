"""Intervals that know which outcomes there are, though none of a rare one was seen.

Among 400 test rows with nine positives the model may miss none. Rows alone then say that misses cost nothing, and no
sampling of them says otherwise; but how often a miss may happen that was not seen is known, and so is what it costs.

So a mean worth is taken apart: how the cases fall into classes, how those of a class are answered, and what the cases
of a class that are answered so are worth. Shares have Wilson intervals, which know what was not seen. What cases are
worth is the same for all, or has an interval of its own, learned from the cases that are answered so and from no
others: among a thousand claims of which 50 are looked into, 950 noughts would pass for the beginning of a heavy tail.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from mlwright.judging.worth.cells import FEW, Cell, by_class
from mlwright.judging.worth.practice import PER_CASES, Choosing, Practice
from mlwright.learning.benefit import Benefit
from mlwright.records.evaluation import Estimate
from mlwright.statistics.few import few_off
from mlwright.statistics.means import difference_estimate, share_estimate, studentised
from mlwright.statistics.sampling import Draws
from mlwright.statistics.shares import Bounds, wilson
from mlwright.statistics.strata import MOST_CLASSES

Array = NDArray[np.float64]


def worth_estimate(
    model: Practice, other: Practice | None, benefit: Benefit, draws: Draws, level: float = 0.95
) -> Estimate:
    """What the answers of a model are worth per 1,000 cases, or how much more than what another way of answering is.

    Rows that were drawn one by one are taken apart into cells (`by_cell`). Groups and stretches of time are drawn
    again, and the interval is never narrower than the shares of the outcomes say. So are more than 50 classes.

    Parameters
    ----------
    model : Practice
    other : Practice or None
    benefit : Benefit
        On the rows.
    draws : Draws
    level : float
    """
    rows = PER_CASES * model.counted(benefit.amounts)
    if other is not None:
        rows = rows - PER_CASES * other.counted(benefit.amounts)
    if draws.sampling.is_plain and (classes := by_class(model, other, rows, benefit)):
        return by_cell(rows, classes, draws, level)
    found = difference_estimate(rows, draws, level)
    if benefit.chooses or not isinstance(model, Choosing):
        return found
    return widened(found, [cell for each in by_class(model, other, rows, benefit) for cell in each], draws)


def by_cell(rows: Array, classes: Sequence[Sequence[Cell]], draws: Draws, level: float) -> Estimate:
    """The interval of a mean from the shares of the classes, how each is answered, and what those are worth.

    All these are independent, and independent errors are put together. How frequent the classes are rests on all rows
    that were collected, where a split dealt them out class by class.

    Parameters
    ----------
    rows : array, shape (n_rows,)
        What each case adds to the mean.
    classes : sequence of sequences of Cell
    draws : Draws
        Of rows that were drawn one by one.
    level : float

    References
    ----------
    Zou, G. Y. and Donner, A. (2008). Construction of confidence limits about effect measures: a general approach.
    Statistics in Medicine 27.
    """
    counts = np.array([sum(len(cell.values) for cell in cells) for cells in classes], dtype=np.float64)
    strata = draws.sampling.strata
    behind = counts if strata is None or len(classes) == 1 else strata.behind
    weights, means, moves = behind / behind.sum(), [], []
    for place, (weight, n, cells) in enumerate(zip(weights, counts, classes, strict=True)):
        shares = np.array([len(cell.values) / n if n else 1 / len(cells) for cell in cells])
        means.append(float(shares @ [cell.mean for cell in cells]))
        expected = np.array([cell.expected for cell in cells])
        moves.append(weight * np.array(_of_shares(expected, shares, float(n), level)))
        for share, cell in zip(shares, cells, strict=True):
            moves.append(weight * share * _of_values(cell, draws, place, level))
    moves.append(np.array(_of_shares(np.array(means), weights, float(behind.sum()), level)))
    value, middle, (below, above) = float(rows.mean()), float(weights @ means), np.linalg.norm(moves, axis=0)
    return Estimate(
        value=value,
        low=min(value, middle - float(below)),
        high=max(value, middle + float(above)),
        level=level,
        method="Wilson, outcome by outcome",
    )


def _of_shares(amounts: Array, shares: Array, n: float, level: float) -> Bounds:
    """How far shares of one whole, seen in `n` rows, move the mean of the amounts down and up.

    What counts is how far each amount is from that of the largest share, which is what the others leave.
    """
    most = int(shares.argmax())
    apart, left = np.delete(amounts - amounts[most], most), np.delete(shares, most)
    low, high = np.array([wilson(float(one), n, level) for one in left]).reshape(-1, 2).T
    return _moved(apart, left, low, high)


def _moved(amounts: Array, shares: Array, low: Array, high: Array) -> Bounds:
    down, up = shares - low, high - shares
    return Bounds(
        _together(amounts * np.where(amounts > 0, down, up), shares),
        _together(amounts * np.where(amounts > 0, up, down), shares),
    )


def _of_values(cell: Cell, draws: Draws, place: int, level: float) -> Array:
    """How far the mean of a cell may be off, down and up: by its own cases, or of few by those like them."""
    n = len(cell.values)
    if n == 0 or len(cell.alike) == 0 or np.ptp(cell.values) == np.ptp(cell.alike) == 0:
        return np.zeros(2)
    if n < FEW:
        return np.array(few_off(cell.alike, n, draws.of_part(MOST_CLASSES + place, len(cell.alike)), level))
    (low, high), mean = studentised(cell.values[:, None], draws.of_part(place, n), level)[0], cell.mean
    return np.array([mean - low, high - mean])


def widened(estimate: Estimate, found: Sequence[Cell], draws: Draws) -> Estimate:
    """The interval, or that of the Wilson intervals of all outcomes put together where it is wider.

    Shares of outcomes are put together by their own distances to the ends (MOVER), with the correlations of a
    multinomial.

    Parameters
    ----------
    estimate : Estimate
    found : sequence of Cell
        All that there are.
    draws : Draws

    References
    ----------
    Zou, G. Y. and Donner, A. (2008). Construction of confidence limits about effect measures: a general approach.
    Statistics in Medicine 27.
    """
    places = np.arange(draws.sampling.n_rows)
    shares = [share_estimate(np.isin(places, one.rows).astype(float), draws, estimate.level) for one in found]
    values, lows, highs = (np.array([getattr(share, end) for share in shares]) for end in ("value", "low", "high"))
    below, above = _moved(np.array([one.mean for one in found]), values, lows, highs)
    return estimate.model_copy(
        update={"low": min(estimate.low, estimate.value - below), "high": max(estimate.high, estimate.value + above)}
    )


def _together(distances: Array, shares: Array) -> float:
    """The distance of a sum from those of its parts, which are shares of one whole."""
    inner = np.clip(shares, 1e-12, 1 - 1e-12)
    odds = np.sqrt(inner / (1 - inner))
    correlation = np.clip(-np.outer(odds, odds), -1.0, 1.0)
    np.fill_diagonal(correlation, 1.0)
    return math.sqrt(max(0.0, float(distances @ correlation @ distances)))
