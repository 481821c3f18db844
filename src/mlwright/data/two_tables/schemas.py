"""What tells the columns of two tables apart before any row is counted: which there are, and how they are stored."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from mlwright.data.cells import places_of, plain_cells_of
from mlwright.data.drifts._shares import distance
from mlwright.records.drift import Retyped
from mlwright.records.looks import Cells
from mlwright.records.profile import ColumnProfile

Array = NDArray[np.float64]

MOST_COMPARED = 30
LIKE_VALUES = 0.05
LEAST_ROWS = 200
"""Fewer rows look alike by chance."""
_SORTS = (
    ("truth values", pa.types.is_boolean),
    ("numbers", lambda kind: pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_decimal(kind)),
    ("dates", lambda kind: pa.types.is_date(kind) or pa.types.is_timestamp(kind)),
    ("text", lambda kind: pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_binary(kind)),
)


def retyped(then: pa.Schema, now: pa.Schema, empty: Collection[str]) -> tuple[Retyped, ...]:
    """The columns that hold values of another sort; whole numbers and others are of one sort.

    Parameters
    ----------
    then, now : pyarrow.Schema
    empty : collection of str
        Columns that hold nothing in one of the tables, so that their type says nothing.
    """
    both = [name for name in then.names if name in now.names and name not in empty]
    found = [Retyped(name=name, then=_sort(then.field(name).type), now=_sort(now.field(name).type)) for name in both]
    return tuple(each for each in found if each.then != each.now)


def _sort(kind: pa.DataType) -> str:
    kind = kind.value_type if pa.types.is_dictionary(kind) else kind
    return next((words for words, test in _SORTS if test(kind)), str(kind))


def renamed(lost: pa.Table, new: pa.Table, columns: Sequence[ColumnProfile]) -> tuple[tuple[str, str], ...]:
    """Columns that are gone, with the new name of each.

    A new column has the same name but for case, blanks and signs; or it alone has like values (less than 5 % of the
    rows lie elsewhere), of one gone column alone.

    Parameters
    ----------
    lost, new : pyarrow.Table
        Some rows of the columns that only the first, or only the second table has.
    columns : sequence of ColumnProfile
        Of `lost`.
    """
    found = _same_but_for_case(lost.column_names, new.column_names)
    free = [name for name in new.column_names if name not in found.values()][:MOST_COMPARED]
    if min(len(lost), len(new)) >= LEAST_ROWS:
        rest = [column for column in columns if column.name not in found][:MOST_COMPARED]
        like = {column.name: _like(column, lost[column.name], new.select(free)) for column in rest}
        every = [name for names in like.values() for name in names]
        found |= {name: own[0] for name, own in like.items() if len(own) == 1 and every.count(own[0]) == 1}
    return tuple(found.items())


def _same_but_for_case(lost: Sequence[str], new: Sequence[str]) -> dict[str, str]:
    of_plain = _by_plain_name(new)
    return {
        names[0]: of_plain[plain][0]
        for plain, names in _by_plain_name(lost).items()
        if len(names) == 1 and len(of_plain.get(plain, ())) == 1
    }


def _by_plain_name(names: Sequence[str]) -> Mapping[str, list[str]]:
    found: dict[str, list[str]] = {}
    for name in names:
        found.setdefault("".join(filter(str.isalnum, name.casefold())) or name, []).append(name)
    return found


def _like(column: ColumnProfile, values: pa.ChunkedArray, new: pa.Table) -> list[str]:
    """The new columns that have values like those of a column that is gone; keys and constants tell nothing."""
    if column.kind in ("id", "empty", "constant"):
        return []
    cells = plain_cells_of(column, values)[0].cells
    before = _counts(cells, values)
    others = [name for name in new.column_names if _sort(new[name].type) == _sort(values.type)]
    return [name for name in others if distance(before, _counts(cells, new[name])) < LIKE_VALUES]


def _counts(cells: Cells, values: pa.ChunkedArray) -> Array:
    return np.bincount(places_of(cells, values), minlength=cells.n).astype(np.float64)
