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
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from mlwright.judging.worth.practice import PER_CASES, Choosing, Practice, Saying
from mlwright.judging.worth.surest import Surest
from mlwright.learning.benefit import Benefit
from mlwright.records.evaluation import Estimate
from mlwright.statistics.means import ENOUGH_DRAWS, difference_estimate, share_estimate, studentised
from mlwright.statistics.sampling import Draws
from mlwright.statistics.shares import Bounds, wilson
from mlwright.statistics.strata import MOST_CLASSES

Array = NDArray[np.float64]

AS_MANY, FEW = 20, 60
"""For so many of its own cases those of all classes that are answered alike count, as to how far amounts spread."""


class Cell(NamedTuple):
    """The cases of one class that are answered alike.

    Parameters
    ----------
    rows : array of int, shape (n_in_cell,)
        Their places.
    values : array, shape (n_in_cell,)
        What they add to the mean worth.
    mean : float
        Of the values, or what is to be expected of them where there are none.
    alike : array
        What the cases of all classes that are answered so would have added, were they of this one (see `_alike`). Empty
        where all cases of the class add the same.
    """

    rows: NDArray[np.int64]
    values: Array
    mean: float
    alike: Array


def worth_estimate(
    model: Practice, other: Practice | None, benefit: Benefit, draws: Draws, level: float = 0.95
) -> Estimate:
    """What the answers of a model are worth per 1,000 cases, or how much more than what another way of answering is.

    Rows that were drawn one by one are taken apart into cells where few things can be answered (`by_cell`). Groups and
    stretches of time are drawn again, and the interval is never narrower than the shares of the outcomes say. So are
    numbers, and more than 50 classes.

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
    classes = _classes(model, benefit)
    if classes is None:
        return difference_estimate(rows, draws, level)
    if draws.sampling.is_plain:
        return by_cell(rows, [_cells(model, other, rows, each, benefit) for each in classes], draws, level)
    found = difference_estimate(rows, draws, level)
    if benefit.chooses or not isinstance(model, Choosing):
        return found
    return widened(found, [cell for each in classes for cell in _cells(model, other, rows, each, benefit)], draws)


def _classes(model: Practice, benefit: Benefit) -> Sequence[float | None] | None:
    """What may be true of a case; None of numbers, which are of one kind. Nothing where no cells are to be made."""
    if model.answers is None:
        return None
    if benefit.chooses:
        return (None,)
    n_classes = _n_answers(model)
    if isinstance(model, Saying) and (benefit.by_row or n_classes > MOST_CLASSES):
        return None
    return [float(place) for place in range(n_classes)]


def _cells(model: Practice, other: Practice | None, rows: Array, true: float | None, benefit: Benefit) -> list[Cell]:
    """The cells of a class, by how they are answered; answers of which none was seen among them.

    Where a class has the same amounts for all its cases, answers that are worth the same are one.
    """
    own = np.arange(len(rows)) if true is None else np.flatnonzero(model.target == true)
    answers, instead = _ways(model, other)
    is_fixed = true is not None and not benefit.by_row
    if is_fixed:
        target = np.full(len(answers), true)
        supposed = [np.array([one]) for one in _supposed(model, other, answers, instead, target, benefit)]
    else:
        target, all_rows = model.target if true is None else np.full(len(rows), true), np.ones(len(rows))
        supposed = [
            _supposed(model, other, answer * all_rows, another * all_rows, target, benefit)
            for answer, another in zip(answers, instead, strict=True)
        ]
    said, others = (
        np.zeros(len(rows)) if way is None or way.answers is None else way.answers for way in (model, other)
    )
    found = dict[float, Cell]()
    for place, (answer, another, worth) in enumerate(zip(answers, instead, supposed, strict=True)):
        so = (said == answer) & (others == another)
        here, alike = own[so[own]], np.zeros(0) if is_fixed else worth[_alike(model, so)]
        key = float(worth[0]) if is_fixed else float(place)
        if key in found:
            here = np.concatenate([found[key].rows, here])
        mean = float(rows[here].mean()) if len(here) else float(worth.mean())
        found[key] = Cell(here, rows[here], mean, alike)
    return list(found.values())


def _alike(model: Practice, so: NDArray[np.bool_]) -> NDArray[np.int64]:
    """The cases that are answered so; where these are the few surest, those next to them in rank as well."""
    n = int(so.sum())
    if isinstance(model, Surest) and 0 < n < FEW and so[model.rank.argmax()]:
        return np.argsort(-model.rank, kind="stable")[: max(2 * ENOUGH_DRAWS, 3 * n)]
    return np.flatnonzero(so) if n >= ENOUGH_DRAWS else np.arange(len(so))


def _supposed(
    model: Practice, other: Practice | None, answers: Array, instead: Array, target: Array, benefit: Benefit
) -> Array:
    """What cases would count for per 1,000, if they were answered so."""
    worth = model.supposed(answers, target, benefit.amounts)
    if other is not None:
        worth = worth - other.supposed(instead, target, benefit.amounts)
    return PER_CASES * worth


def _ways(model: Practice, other: Practice | None) -> tuple[Array, Array]:
    """Every pair of answers that there may be, by the model and instead; both of shape (n_pairs,)."""
    said = np.unique(model.answers)  # type: ignore[arg-type]
    answers = np.union1d(np.arange(_n_answers(model)), said) if model.looks else said
    others = np.zeros(1) if other is None or other.answers is None else np.unique(other.answers)
    return np.repeat(answers, len(others)), np.tile(others, len(answers))


def _n_answers(model: Practice) -> int:
    return model.prediction.shape[1] if isinstance(model, Saying) else 2


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
        own = np.array([cell.mean for cell in cells])
        means.append(float(shares @ own))
        moves.append(weight * np.array(_of_shares(own, shares, float(n), level)))
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
    """How far the mean of a cell may be off, down and up.

    An amount is known of every case, whatever came of it. So cases of other classes that are answered alike tell how
    far amounts are spread, in place of a cell's own where these are few: they count as much as `AS_MANY` of its own.
    """
    n = len(cell.values)
    if n == 0 or len(cell.alike) == 0 or np.ptp(cell.values) == np.ptp(cell.alike) == 0:
        return np.zeros(2)
    others = _off(cell.alike, draws.of_part(MOST_CLASSES + place, len(cell.alike)), level) * math.sqrt(
        len(cell.alike) / n
    )
    if n < ENOUGH_DRAWS:
        return others
    part = n / (n + AS_MANY)
    own = _off(cell.values, draws.of_part(place, n), level)
    found: Array = np.sqrt(part * own**2 + (1 - part) * others**2)
    return found


def _off(values: Array, draws: Draws, level: float) -> Array:
    (low, high), mean = studentised(values[:, None], draws, level)[0], float(values.mean())
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
