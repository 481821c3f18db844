"""Where a column changes from one row to the next and stays changed, as when a pipeline breaks on a day."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from mlwright.data.columns import Rows, mean_ranks, training_rows
from mlwright.data.compute.table import SplitTable
from mlwright.data.date_parts import moment_parts, ranks

N_BLOCKS = 40
BLOCK_ROWS = 30
LEAST_STEP = 0.9
CALM_STEP = 0.3
SIGMAS = 3.0
MOST_STEPS = 2
SORTED_SHARE = 0.9
MAX_VALUES = 100
MOST_TREND = 0.5


class Break(NamedTuple):
    """A sudden step.

    Parameters
    ----------
    place : int
        The first of the ordered rows behind the step, to within a block.
    size : float
        From -1 to 1: how much more often a row behind the step has the larger value than a row before it, less how much
        more seldom.
    """

    place: int
    size: float


def in_order(rows: Rows) -> NDArray[np.int64]:
    """Places of the rows by time where a column says when, or several together, else as they stand; rows without a
    time are left out.
    """
    time, parts = rows.profile.roles.time, moment_parts(rows.profile)
    if time is None:
        return np.argsort(ranks(rows, parts), kind="stable") if parts else np.arange(len(rows))
    moments = rows.numbers(time)
    return np.argsort(np.where(np.isnan(moments), np.inf, moments), kind="stable")[: int((~np.isnan(moments)).sum())]


def where_told(rows: Rows, place: int) -> str:
    """Where in the table an ordered row stands, in words: its time, or its position."""
    row, time = in_order(rows)[place], rows.profile.roles.time
    if time is None:
        return f"row {int(rows.positions[row]):,}"
    names, places = rows.levels(time)
    return f"'{time}' = {names[places[row]]}"


def breaks(ordered: NDArray[np.float64]) -> list[Break]:
    """The sudden steps of a column, largest first; none where it moves elsewhere too.

    The rows are cut into up to 40 blocks of 30 or more. The step at a block is how a row of the block behind it
    compares with one of the block before (from -1 to 1, that of Mann and Whitney). One or two steps must reach 0.9,
    which noise does not: the standard error of 30 rows against 30 is 0.15. All steps that are no part of them (in the
    same direction, two blocks away at most) must stay below 0.3 and three standard errors, and between the steps there
    must be no trend (a correlation of 0.5), so that what is sorted, grows, swings or walks at random is left alone.

    Parameters
    ----------
    ordered : array, shape (n_rows,)
        The values in the order in which rows came; NaN is left out.
    """
    there = np.flatnonzero(~np.isnan(ordered))
    n_blocks = min(N_BLOCKS, len(there) // BLOCK_ROWS)
    if n_blocks < 5:
        return []
    blocks = np.array_split(there, n_blocks)
    ranks = mean_ranks(ordered)
    steps = np.array([_step(ranks[blocks[k - 1]], ranks[blocks[k + 1]]) for k in range(1, n_blocks - 1)])
    calm = CALM_STEP + SIGMAS * np.sqrt(2 / (3 * len(blocks[0])))
    found: list[Break] = []
    left = np.abs(steps)
    while (k := int(left.argmax())) >= 0 and left[k] >= LEAST_STEP:
        middle = blocks[k + 1]
        found.append(Break(int(_sharpest(ranks, middle)), float(steps[k])))
        around = slice(max(0, k - 2), k + 3)
        left[around] *= np.sign(steps[around]) != np.sign(steps[k])
    is_steady = len(found) <= MOST_STEPS and left.max() < calm and not _has_trend(ranks[there], there, found)
    return found if is_steady else []


def unsorted(steps: dict[str, list[Break]], rows: Rows, table: SplitTable) -> dict[str, list[Break]]:
    """The steps that are there although the rows are not merely sorted by a column, or by the target's classes."""
    profile = rows.profile
    found = {name: each for name, each in steps.items() if each and not any(is_sorted(rows, b, name) for b in each)}
    if not found or profile.roles.time is not None or profile.roles.asked is None or not profile.roles.classes:
        return found
    training, order = training_rows(table, profile), in_order(rows)

    def is_by_class(step: Break) -> bool:
        is_later = training.positions >= rows.positions[order[step.place]]
        return _changes_all(training.classes, is_later, len(profile.roles.classes))

    return {name: each for name, each in found.items() if not any(map(is_by_class, each))}


def is_sorted(rows: Rows, found: Break, but: str) -> bool:
    """Whether a column of few values changes all of them where the break is: then the rows are merely sorted by it."""
    order = in_order(rows)
    for column in rows.profile.columns:
        if column.name == but or column.name not in rows.arrow.column_names or column.n_distinct > MAX_VALUES:
            continue
        names, places = rows.levels(column.name)
        if _changes_all(places[order], np.arange(len(order)) >= found.place, len(names)):
            return True
    return False


def _changes_all(places: NDArray[np.int64], is_later: NDArray[np.bool_], n_names: int) -> bool:
    """Whether hardly any name stands on both sides."""
    sides = [np.bincount(part + 1, minlength=n_names + 1) for part in (places[~is_later], places[is_later])]
    shares = [side / max(1, side.sum()) for side in sides]
    return bool(np.minimum(*shares).sum() <= 1 - SORTED_SHARE)


def _has_trend(ranks: NDArray[np.float64], places: NDArray[np.int64], found: list[Break]) -> bool:
    """Whether the values rise or fall between the steps, as they do where rows are sorted."""
    parts = np.split(ranks, np.searchsorted(places, sorted(step.place for step in found)))
    long = [part for part in parts if len(part) >= 2 * BLOCK_ROWS and np.ptp(part) > 0]
    return any(abs(np.corrcoef(np.arange(len(part)), part)[0, 1]) > MOST_TREND for part in long)


def _step(before: NDArray[np.float64], after: NDArray[np.float64]) -> float:
    """How much more often a value after is above one before than below."""
    before = np.sort(before)
    above = np.searchsorted(before, after, side="left") + np.searchsorted(before, after, side="right")
    return float(above.mean() / len(before) - 1)


def _sharpest(ranks: NDArray[np.float64], block: NDArray[np.int64]) -> np.int64:
    """The row of a block behind which the values differ most from those before."""
    values = ranks[block]
    sums = np.cumsum(values)[:-1]
    n = np.arange(1, len(values))
    between = (sums - n * values.mean()) ** 2 / (n * (len(values) - n))
    best: np.int64 = block[int(between.argmax()) + 1]
    return best
