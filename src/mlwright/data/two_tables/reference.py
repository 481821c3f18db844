"""A column as it was and as it is now, for the tests of drift."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pyarrow as pa

from mlwright.data.drifts import Current, Reference
from mlwright.records.contract import Clause
from mlwright.records.profile import ColumnProfile
from mlwright.scoring.spelling import canonical, missing_array, spelled, to_number, to_number_array

NAMED = ("category", "boolean", "constant")


def reference_of(column: ColumnProfile, clause: Clause, n_rows: int) -> Reference:
    """What is known of a column of `n_rows` rows: its figures, and its names where they were listed."""
    if column.kind == "number":
        column = column.model_copy(update={"n_missing": column.n_missing + column.n_unparsed})
    n_there = n_rows - column.n_missing
    if column.kind in NAMED:
        return Reference(
            column, n_rows, dict(zip(clause.levels, clause.counts, strict=True)), n_there - sum(clause.counts)
        )
    levels = _few_numbers(column)
    return Reference(column, n_rows, levels if sum(levels.values()) == n_there else {})


def current_of(values: pa.ChunkedArray, reference: Reference) -> Current:
    """The same column of other rows, read as the profile read it."""
    column = reference.profile
    missing = missing_array(values, column.missing_codes)
    if column.kind == "number":
        numbers = to_number_array(values)
        missing |= np.isnan(numbers)
        numbers[missing] = np.nan
        return Current(missing, numbers, spelled(pa.array(numbers, from_pandas=True)) if reference.levels else None)
    if column.kind not in NAMED:
        return Current(missing)
    names = spelled(values)
    return Current(missing, names=names._replace(places=np.where(missing, -1, names.places)))


def unknown_names(current: Current, reference: Reference) -> dict[str, int]:
    """Rows of each name that the reference does not know, the most frequent first; only for categories."""
    if current.names is None or reference.n_other or reference.profile.kind not in NAMED:
        return {}
    counts = np.bincount(current.names.places[current.names.places >= 0], minlength=len(current.names.levels))
    unknown = {
        name: int(count)
        for name, count in zip(current.names.levels, counts, strict=True)
        if count and name not in reference.levels
    }
    return dict(sorted(unknown.items(), key=lambda pair: (-pair[1], pair[0])))


def _few_numbers(column: ColumnProfile) -> dict[str, int]:
    """The values of a number that has few, in their canonical spelling."""
    counts: Counter[str] = Counter()
    for top in column.top if column.kind == "number" else ():
        counts[canonical(to_number(top.value)) or top.value] += top.count
    return dict(counts)
