"""Categories: the names that are frequent enough to learn something of."""

from __future__ import annotations

import math

import numpy as np
import pyarrow as pa

from mlwright.records.model import CategoryColumn
from mlwright.records.profile import ColumnProfile
from mlwright.scoring.spelling import spelled, to_number

MAX_LEVELS = 1000
COUNTED_LEVELS = 30
"""From more levels than that on, how frequent a level is is a number too."""


def least_count(n_rows: int) -> int:
    """How many rows a name must have to be a level: 2 in small tables, 10 from 90,000 rows on.

    >>> [least_count(n) for n in (100, 10_000, 90_000, 10_000_000)]
    [2, 3, 10, 10]
    """
    return min(10, max(2, round(math.sqrt(n_rows) / 30)))


def learn_category(column: ColumnProfile, values: pa.Array) -> CategoryColumn | None:
    """The plan of a category column, or None if no name is frequent enough.

    Rarer names become one: the code of an unknown name, so that models learn what to make of those.
    """
    names, places = spelled(values)
    counts = np.bincount(places[places >= 0], minlength=len(names))
    allowed = [
        (-int(count), name)
        for name, count in zip(names, counts, strict=True)
        if count >= least_count(len(values)) and name not in column.missing_codes
    ]
    kept = {name: -count for count, name in sorted(allowed)[:MAX_LEVELS]}
    if not kept:
        return None
    levels = _natural_order(list(kept))
    return CategoryColumn(
        name=column.name,
        missing_codes=column.missing_codes,
        levels=tuple(levels),
        counts=tuple(kept[level] for level in levels),
        with_counts=len(levels) > COUNTED_LEVELS,
    )


def _natural_order(names: list[str]) -> list[str]:
    """Sorted as numbers where all are numbers, else by letters, so that a code's size may mean something."""
    numbers = [to_number(name) for name in names]
    if any(math.isnan(number) for number in numbers):
        return sorted(names)
    return [name for _, name in sorted(zip(numbers, names, strict=True))]
