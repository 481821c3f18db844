"""What a bundle knows of the rows that it learned from, and the same columns of a window."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pyarrow as pa

from mlwright.records.bundle import Manifest
from mlwright.records.model import CategoryColumn
from mlwright.records.profile import ColumnProfile
from mlwright.scoring.spelling import canonical, missing_array, spelled, to_number, to_number_array
from mlwright.watching.drifts import Current, Reference

NAMED = ("category", "boolean", "constant")


def reference_of(column: ColumnProfile, manifest: Manifest) -> Reference:
    """What the bundle knows of one of its inputs."""
    if column.kind == "number":
        column = column.model_copy(update={"n_missing": column.n_missing + column.n_unparsed})
    counts: Counter[str] = Counter()
    for top in column.top:
        counts[_spelling(top.value, column)] += top.count
    if counts.total() == manifest.n_reference - column.n_missing and column.kind in (*NAMED, "number"):
        return Reference(column, manifest.n_reference, counts)
    planned = _planned(column, manifest)
    if planned is None or column.kind not in NAMED:
        return Reference(column, manifest.n_reference)
    return Reference(
        column,
        manifest.n_reference,
        dict(zip(planned.levels, planned.counts, strict=True)),
        _most_others(column, planned, manifest),
    )


def current_of(values: pa.ChunkedArray, reference: Reference) -> Current:
    """A column of the window, read as the profile read it."""
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
    """Rows of each name that the model does not know, the most frequent first; only for categories."""
    if current.names is None or not reference.levels or reference.profile.kind not in NAMED:
        return {}
    counts = np.bincount(current.names.places[current.names.places >= 0], minlength=len(current.names.levels))
    unknown = {
        name: int(count)
        for name, count in zip(current.names.levels, counts, strict=True)
        if count and name not in reference.levels
    }
    return dict(sorted(unknown.items(), key=lambda pair: (-pair[1], pair[0])))


def _spelling(value: str, column: ColumnProfile) -> str:
    """The canonical spelling of a value that the profile spells as its engine does."""
    is_number = column.kind == "number" or column.type in ("double", "float")
    return (canonical(to_number(value)) or value) if is_number else value


def _planned(column: ColumnProfile, manifest: Manifest) -> CategoryColumn | None:
    for planned in manifest.model.plan.columns:
        if isinstance(planned, CategoryColumn) and planned.name == column.name:
            return planned
    return None


def _most_others(column: ColumnProfile, planned: CategoryColumn, manifest: Manifest) -> int:
    """At most so many training rows held a name that is no level: there are not more rows, nor names so rare."""
    n_train = min(manifest.n_reference - manifest.evaluation.n_rows, manifest.n_reference - column.n_missing)
    by_rows = n_train - sum(planned.counts)
    by_names = max(0, column.n_distinct - len(planned.levels)) * min(planned.counts)
    return max(0, min(by_rows, by_names) if column.distinct_is_exact else by_rows)
