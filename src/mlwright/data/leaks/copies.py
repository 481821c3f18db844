"""Columns that repeat the target, for one class or for some of the rows."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from mlwright.data.columns import TrainingRows
from mlwright.data.strength import MIN_ROWS, Judge, chance
from mlwright.data.words import percent

FALSE_ALARMS = 0.001
SURE_SKILL = 0.97
MANY_ANSWERS = 100
N_PAIRS = 4_000
SAME_SLOPE = 0.05
TIMES_CHANCE = 10.0


class Leak(NamedTuple):
    """What makes a column suspect.

    Parameters
    ----------
    is_sure : bool
        Whether no honest column could look like that.
    told : str
        What was seen, as a sentence without its stop.
    """

    is_sure: bool
    told: str


def stands_for_a_class(rows: TrainingRows) -> Iterator[tuple[str, Leak]]:
    """Columns of two values that stand for one of several classes."""
    roles = rows.profile.roles
    if roles.task != "multiclass":
        return
    two_valued = [name for name in roles.inputs if rows.profile.column(name).n_distinct == 2]
    judges = {place: Judge(rows, (rows.classes == place).astype(np.float64)) for place in np.unique(rows.classes)}
    for name in two_valued:
        bins = rows.bins(name).places
        for place, judge in judges.items():
            found = judge.strength(bins)
            if found.skill >= SURE_SKILL and chance(found.order, rows, len(two_valued) * len(judges)) < FALSE_ALARMS:
                yield name, Leak(is_sure=False, told=f"'{name}' tells '{roles.classes[place]}' from all other answers")


def copied_numbers(rows: TrainingRows) -> Iterator[tuple[str, Leak]]:
    """Numbers that are the target in another unit for a part of the rows.

    Where a share `p` of the rows are copies, the slope between two rows is the same for ``p**2`` of the pairs; with the
    column shuffled it comes as often as roundness makes it come.
    """
    if rows.profile.roles.task != "regression" or rows.profile.target.n_distinct < MANY_ANSWERS:
        return
    rng = np.random.default_rng(rows.seed)
    one, other = rng.integers(0, len(rows), (2, N_PAIRS))
    rise = rows.values[one] - rows.values[other]
    for column in rows.profile.inputs:
        if column.kind != "number" or column.n_distinct < MANY_ANSWERS:
            continue
        values = rows.numbers(column.name)
        slope, share = _commonest_slope(rise, values[one] - values[other])
        if share < SAME_SLOPE:
            continue
        shuffled = rng.permutation(values)
        by_chance = _commonest_slope(rise, shuffled[one] - shuffled[other])[1]
        if share > TIMES_CHANCE * by_chance:
            yield (
                column.name,
                Leak(
                    is_sure=False,
                    told=f"'{rows.profile.roles.target}' is {slope:g} times '{column.name}', but for a constant, to "
                    f"the digit in about {percent(share**0.5)} of the training rows",
                ),
            )


def _commonest_slope(rise: NDArray[np.float64], run: NDArray[np.float64]) -> tuple[float, float]:
    """The slope that most pairs of rows have, to six digits, and the share of the pairs that have it."""
    usable = np.isfinite(rise) & np.isfinite(run) & (rise != 0) & (run != 0)
    if usable.sum() < MIN_ROWS:
        return 0.0, 0.0
    slopes = rise[usable] / run[usable]
    digits = 10.0 ** (5 - np.floor(np.log10(np.abs(slopes))))
    found, counts = np.unique(np.round(slopes * digits) / digits, return_counts=True)
    return float(found[counts.argmax()]), float(counts.max() / usable.sum())
