"""Columns by which rows fall into many small groups: keys of something that comes back."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from mlwright.data.columns import Rows

MIN_GROUPS = 20
MOST_ROWS = 50.0
LEAST_ROWS = 1.2
MAX_COLUMNS = 20
FEWEST_NAMES = 3


def repeated_keys(rows: Rows) -> dict[str, NDArray[np.int64]]:
    """Names, codes and whole numbers of three values and more that come back; names first, smallest groups first."""
    names = [
        name for name in rows.profile.roles.inputs if rows.profile.column(name).kind in ("category", "number", "text")
    ]
    names = [name for name in names if rows.profile.column(name).n_distinct >= FEWEST_NAMES]
    found = {name: places for name in names if (places := _places(rows, name)).max(initial=-1) >= FEWEST_NAMES - 1}
    return dict(sorted(found.items(), key=lambda item: (rows.is_ordered(item[0]), -int(item[1].max())))[:MAX_COLUMNS])


def grouping_columns(rows: Rows) -> dict[str, NDArray[np.int64]]:
    """Columns whose values come back 1.2 to 50 times on average, with the group of each row (-1 where missing).

    Names, codes and whole numbers (what has fractions is measured, and names nothing); the inputs and the key that rows
    are held together by. At most 20, names before numbers, those with the smallest groups first.
    """
    roles = rows.profile.roles
    names = [*roles.inputs, *([roles.group] if roles.group is not None else [])]
    found = {name: places for name in names if _may_group(rows, name) and _is_key(places := _places(rows, name))}
    return dict(sorted(found.items(), key=lambda item: (rows.is_ordered(item[0]), -int(item[1].max())))[:MAX_COLUMNS])


def _may_group(rows: Rows, name: str) -> bool:
    column = rows.profile.column(name)
    n = rows.profile.n_rows - column.n_missing
    return column.n_distinct >= MIN_GROUPS and n >= LEAST_ROWS * column.n_distinct


def _places(rows: Rows, name: str) -> NDArray[np.int64]:
    if not rows.is_ordered(name):
        return rows.levels(name).places
    values = rows.numbers(name)
    known = np.isfinite(values)
    if (values[known] % 1).any():
        return np.full(len(values), -1)
    places = np.full(len(values), -1)
    places[known] = np.unique(values[known], return_inverse=True)[1]
    return places


def _is_key(places: NDArray[np.int64]) -> bool:
    known = int((places >= 0).sum())
    n_groups = len(np.unique(places[places >= 0]))
    return n_groups >= MIN_GROUPS and LEAST_ROWS <= known / n_groups <= MOST_ROWS
