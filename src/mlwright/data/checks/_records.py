"""Whether rows are records of one thing at several moments: a growing chick, a patient week by week."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from mlwright.core.once import once
from mlwright.data.columns import Rows

FEWEST_TIMES = 2
MOST_TIMES = 200
LEAST_EXPECTED = 20.0
CONSTANT = 0.99


def counted_by(rows: Rows, key: str, places: NDArray[np.int64]) -> str | None:
    """The input that tells the rows of one thing apart as a clock does; None where none does.

    No two rows of one thing have the same value of it, where twenty pairs would have by chance; and another input never
    changes within one thing. The chance that a column without a plan behind it keeps that is below exp(-20).

    Parameters
    ----------
    rows : Rows
    key : str
        The column that names the things.
    places : array of int, shape (n_rows,)
        The thing of each row; -1 for none.
    """
    known = places >= 0
    things = np.unique(places[known], return_inverse=True)[1]
    names = [name for name in rows.profile.roles.inputs if name != key and not rows.missing(name)[known].any()]
    if not any(_is_constant(_codes(rows, name)[known], things) for name in names):
        return None
    numbers = [name for name in names if rows.profile.column(name).kind == "number"]
    return next((name for name in numbers if _is_clock(_codes(rows, name)[known], places[known])), None)


def _codes(rows: Rows, name: str) -> NDArray[np.int64]:
    """The values of a column as numbers from 0 on, worked out once for all keys."""
    known = _all_codes(rows)
    if name not in known:
        values = rows.numbers(name) if rows.is_ordered(name) else rows.levels(name).places
        known[name] = np.asarray(np.unique(values, return_inverse=True)[1], dtype=np.int64)
    return known[name]


@once
def _all_codes(rows: Rows) -> dict[str, NDArray[np.int64]]:
    return {}


def _is_clock(values: NDArray[np.int64], places: NDArray[np.int64]) -> bool:
    sizes, counts = np.bincount(places), np.bincount(values)
    if not FEWEST_TIMES <= len(counts) <= MOST_TIMES:
        return False
    n = float(len(values))
    by_chance = float((counts * (counts - 1.0)).sum()) / (n * (n - 1.0))
    expected = float((sizes * (sizes - 1.0)).sum()) / 2 * by_chance
    pairs = places.astype(np.int64) * len(counts) + values
    return expected >= LEAST_EXPECTED and len(np.unique(pairs)) == len(pairs)


def _is_constant(values: NDArray[np.int64], things: NDArray[np.int64]) -> bool:
    """Whether each thing has one value, a hundredth of them two, and things differ; things are counted from 0 on."""
    n_things, n_values = int(things.max(initial=-1)) + 1, int(values.max(initial=0)) + 1
    one_of = np.zeros(n_things, dtype=np.int64)
    one_of[things] = values
    differs = values != one_of[things]
    most_pairs = n_things / CONSTANT
    if n_things + np.count_nonzero(np.bincount(things[differs], minlength=n_things)) > most_pairs:
        return False
    n_pairs = n_things + len(np.unique(things[differs] * n_values + values[differs]))
    return n_values > 1 and n_pairs <= most_pairs
