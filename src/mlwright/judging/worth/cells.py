"""Cases that are answered alike, class by class, and what is known of what they are worth."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from mlwright.judging.worth.practice import PER_CASES, Practice, Saying
from mlwright.judging.worth.ranked import Ranked
from mlwright.learning.benefit import Benefit
from mlwright.statistics.means import ENOUGH_DRAWS
from mlwright.statistics.strata import MOST_CLASSES

Array = NDArray[np.float64]

AS_MANY, FEW = 20, 60
"""For so many cases of its own those count that are like them, as to what a cell's are worth on average; of `FEW` cases
or more nothing is learned from others."""


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

    An amount is known of every case, whatever came of it. So cases of other classes that are answered alike, or those
    next in rank to the surest, tell what amounts may be, where a cell's own are few.
    """

    rows: NDArray[np.int64]
    values: Array
    mean: float
    alike: Array

    @property
    def weight(self) -> float:
        """How much its own cases count, beside those that are like them."""
        n = len(self.values)
        return 1.0 if len(self.alike) == 0 or n >= FEW else n / (n + AS_MANY)

    @property
    def expected(self) -> float:
        """What its cases are worth on average, as far as both say."""
        return self.mean if self.weight == 1 else self.weight * self.mean + (1 - self.weight) * float(self.alike.mean())


def by_class(model: Practice, other: Practice | None, rows: Array, benefit: Benefit) -> list[list[Cell]]:
    """The cells of each class; numbers are of one class. Nothing where no cells are to be made.

    Parameters
    ----------
    model : Practice
    other : Practice or None
    rows : array, shape (n_rows,)
        What each case adds to the mean worth.
    benefit : Benefit
    """
    if isinstance(model, Saying) and model.task == "regression":
        return [list(_by_side(model, other, rows))]
    return [_cells(model, other, rows, each, benefit) for each in _classes(model, benefit)]


def _by_side(model: Saying, other: Practice | None, rows: Array) -> Iterator[Cell]:
    """The cells of numbers: those of which the model said too much or too little, and what it is compared with."""
    sides = np.zeros(len(rows))
    for place, way in enumerate((model, other)):
        if isinstance(way, Saying):
            sides += 2**place * (way.prediction[:, 0] > way.target)
    for side in np.unique(sides):
        here = np.flatnonzero(sides == side)
        mean = float(rows[here].mean())
        yield Cell(here, rows[here], mean, rows[here] if len(here) >= ENOUGH_DRAWS else rows - rows.mean() + mean)


def _classes(model: Practice, benefit: Benefit) -> Sequence[float | None]:
    """What may be true of a case; None of numbers that are acted upon. Nothing where no cells are to be made."""
    if benefit.chooses:
        return (None,)
    n_classes = _n_answers(model)
    if isinstance(model, Saying) and (benefit.by_row or n_classes > MOST_CLASSES):
        return ()
    return [float(place) for place in range(n_classes)]


def _cells(model: Practice, other: Practice | None, rows: Array, true: float | None, benefit: Benefit) -> list[Cell]:
    """The cells of a class, by how they are answered; answers of which none was seen among them.

    Where a class has the same amounts for all its cases, answers that are worth the same are one.
    """
    own = np.arange(len(rows)) if true is None else np.flatnonzero(model.target == true)
    is_fixed = true is not None and not benefit.by_row
    target = model.target if true is None else np.full(1 if is_fixed else len(rows), true)
    said, others = (
        np.zeros(len(rows)) if way is None or way.answers is None else way.answers for way in (model, other)
    )
    found = dict[float, Cell]()
    for place, (answer, another) in enumerate(_ways(model, other)):
        worth = _supposed(model, other, np.full(len(target), answer), np.full(len(target), another), target, benefit)
        so = (said == answer) & (others == another)
        here = own[so[own]]
        alike = np.zeros(0) if is_fixed else _alike(model, so, worth, target, benefit, gained=answer - another)
        key = float(worth[0]) if is_fixed else float(place)
        if key in found:
            here = np.concatenate([found[key].rows, here])
        mean = float((rows[here] if len(here) else worth if is_fixed else alike).mean())
        found[key] = Cell(here, rows[here], mean, alike)
    return list(found.values())


def _alike(
    model: Practice, so: NDArray[np.bool_], worth: Array, target: Array, benefit: Benefit, *, gained: float
) -> Array:
    """What the cases that are answered so would have added; where these are the few first, those next in rank as well.

    What is next in rank brings less, and counts as if it were as far up as those that are chosen: `gained` says how
    often what a positive answer brings is in the worth.
    """
    n = int(so.sum())
    if isinstance(model, Ranked) and 0 < n < FEW and model.positive[so].min() == 1:
        first, lacking = model.lifted(n, target, benefit.amounts)
        return np.asarray(worth[first] + PER_CASES * gained * lacking)
    if n >= ENOUGH_DRAWS:
        return worth[so]
    return worth - worth.mean() + worth[so].mean() if n else worth


def _supposed(
    model: Practice, other: Practice | None, answers: Array, instead: Array, target: Array, benefit: Benefit
) -> Array:
    """What cases would count for per 1,000, if they were answered so."""
    worth = model.supposed(answers, target, benefit.amounts)
    if other is not None:
        worth = worth - other.supposed(instead, target, benefit.amounts)
    return PER_CASES * worth


def _ways(model: Practice, other: Practice | None) -> list[tuple[float, float]]:
    """Every pair of answers that there may be, by the model and instead."""
    said = np.unique(model.answers)  # type: ignore[arg-type]
    answers = np.union1d(np.arange(_n_answers(model)), said) if model.looks else said
    others = np.zeros(1) if other is None or other.answers is None else np.unique(other.answers)
    return [(float(answer), float(another)) for answer in answers for another in others]


def _n_answers(model: Practice) -> int:
    return model.prediction.shape[1] if isinstance(model, Saying) else 2
