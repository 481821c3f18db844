"""Whether rows follow each other in time although no column says when, as an input counts the hours, say."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from mlwright.data.columns import Rows
from mlwright.data.compute.table import Table
from mlwright.data.kinds.names import says_moment, words_of
from mlwright.records.profile import Profile

MOST_ROWS = 20_000
FEWEST_TICKS, FEWEST_ROUNDS = 7, 8
FEWEST_MEMBERS = 5
REGULAR = 0.95
LEAST_LIKE_THE_LAST = 0.5
MORE_VALUES = 3
YEARS = (1800, 2200)
YEAR_WORDS = frozenset({"year", "yr"})
_TIMES = frozenset({"season", "quarter", "period", "term", "phase", "era", "holiday"})

Array = NDArray[np.float64]


def clock_of(table: Table, profile: Profile) -> str | None:
    """The input that ticks, or None: it goes up by one step from row to row and begins again, as hours of a day do.

    In 95 of 100 rows the value is one step above that of the row before, or the first one after the last; there are
    seven values at least and eight rounds. Tables in which every combination was tried (a designed experiment) tick
    too, so that another number is asked for that moves along with the rows and not with the ticks: it has more than
    three times as many values, and is like that of the row before (a correlation of 0.5 at least). A part of the
    rows, or rows sorted by a column, do not tick; the chance that shuffled rows of seven values do is below 1e-40.

    A panel (several countries, each over the same years) is no clock: years never begin again, nor is there a name
    that is another one in every round, nor one whose rows all stand together, each beginning at the same tick.

    Parameters
    ----------
    table : Table
    profile : Profile
    """
    n = min(table.n_rows, MOST_ROWS)
    numbers = [column for column in profile.inputs if column.kind == "number"]
    slow = [column.name for column in numbers if FEWEST_TICKS <= column.n_distinct <= n // FEWEST_ROUNDS]
    if not slow or len(numbers) < 2:
        return None
    positions = np.arange(n)
    names = [column.name for column in numbers]
    rows = Rows(profile, positions, table.arrow(names, positions), seed=0)
    clock = next((name for name in slow if ticks(values := rows.numbers(name)) and not _are_years(name, values)), None)
    if clock is None or _is_panel(table, profile, rows.numbers(clock)):
        return None
    n_ticks = profile.column(clock).n_distinct
    others = [column.name for column in numbers if column.n_distinct > MORE_VALUES * n_ticks]
    return clock if any(_is_like_the_last(rows.numbers(name)) for name in others) else None


def _are_years(name: str, values: Array) -> bool:
    low, high = YEARS
    return not YEAR_WORDS.isdisjoint(words_of(name)) or bool((values >= low).all() and (values <= high).all())


def _is_panel(table: Table, profile: Profile, clock: Array) -> bool:
    """Whether a category has one value in each round of the clock, or in some successive rounds, and never again.

    What is named after a time (a season, a month) changes so by its nature.
    """
    n = len(clock)
    round_of = np.concatenate([[0], np.cumsum(np.diff(clock) < 0)])
    n_rounds = int(round_of[-1]) + 1
    names = [c.name for c in profile.inputs if c.kind == "category" and c.n_distinct >= FEWEST_MEMBERS]
    names = [name for name in names if _TIMES.isdisjoint(words_of(name)) and not says_moment(name)]
    if not names:
        return False
    positions = np.arange(n)
    rows = Rows(profile, positions, table.arrow(names, positions), seed=0)
    places = [rows.levels(name)[1] for name in names]
    return any(_is_one_a_round(each, round_of, n_rounds) or _stand_together(each, clock) for each in places)


def _is_one_a_round(places: NDArray[np.int64], round_of: NDArray[np.int64], n_rounds: int) -> bool:
    n_pairs = len(np.unique(np.stack([round_of, places]), axis=1).T)
    return len(np.unique(places)) >= REGULAR * n_rounds and n_pairs <= n_rounds / REGULAR


def _stand_together(places: NDArray[np.int64], clock: Array) -> bool:
    """Whether the rows of each name stand together, and begin at the same tick."""
    begins = np.flatnonzero(np.diff(places, prepend=-2))
    n_names = len(np.unique(places))
    same_tick = clock[begins] == np.median(clock[begins])
    return n_names >= FEWEST_MEMBERS and len(begins) == n_names and bool(same_tick.mean() >= REGULAR)


def ticks(values: Array) -> bool:
    """Whether numbers go up by one step from each to the next, and begin again.

    >>> ticks(np.tile(np.arange(24.0), 10)), ticks(np.arange(240.0)), ticks(np.repeat(np.arange(24.0), 10))
    (True, False, False)
    """
    steps = np.diff(values)
    up = steps[steps > 0]
    if not np.isfinite(values).all() or not len(up):
        return False
    step, low, high = float(np.median(up)), float(values.min()), float(values.max())
    near = 0.1 * step
    again = (np.abs(values[1:] - low) < near) & (np.abs(values[:-1] - high) < near)
    rounds = int(again.sum())
    return rounds >= FEWEST_ROUNDS and bool(((np.abs(steps - step) < near) | again).mean() >= REGULAR)


def _is_like_the_last(values: Array) -> bool:
    if not np.isfinite(values).all() or not values.std():
        return False
    return bool(np.corrcoef(values[1:], values[:-1])[0, 1] >= LEAST_LIKE_THE_LAST)
