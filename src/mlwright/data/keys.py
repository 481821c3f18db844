"""What a splitter may know of the rows: their class, group and moment."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from mlwright.data.compute.table import Table
from mlwright.data.splitters import SplitKeys
from mlwright.records.profile import Profile
from mlwright.scoring.spelling import distinct_values, missing_array, spelled, to_moment_array, to_number_array


def split_keys(table: Table, profile: Profile) -> SplitKeys:
    """Keys of all rows of a table that shows the target.

    Classes are places in `profile.roles.classes`, -1 where the target is missing. A missing group is a group of its
    own; a missing moment counts as the earliest.
    """
    roles = profile.roles
    return SplitKeys(
        n_rows=table.n_rows,
        classes=_classes(_read(table, roles.target), profile) if roles.classes else None,
        groups=_groups(_read(table, roles.group)) if roles.group else None,
        times=_times(_read(table, roles.time), profile, roles.time) if roles.time else None,
    )


def has_target(table: Table, profile: Profile) -> NDArray[np.bool_]:
    """Which rows have a target that can be learned from."""
    target = profile.target
    values = _read(table, target.name)
    if profile.roles.classes:
        return _classes(values, profile) >= 0
    return np.isfinite(to_number_array(values)) & ~missing_array(values, target.missing_codes)


def _read(table: Table, name: str) -> pa.ChunkedArray:
    return table.arrow([name])[name]


def _classes(values: pa.ChunkedArray, profile: Profile) -> NDArray[np.int64]:
    found = spelled(values)
    place_of = {name: place for place, name in enumerate(profile.roles.classes)}
    codes = profile.target.missing_codes
    places = np.array(
        [-1 if name in codes else place_of.get(name, -1) for name in found.levels] or [-1], dtype=np.int64
    )
    return np.where(found.places < 0, -1, places[found.places])


def _groups(values: pa.ChunkedArray) -> NDArray[np.int64]:
    # no two whole numbers have one spelling, so there is no need to spell them
    levels, places = distinct_values(values) if pa.types.is_integer(values.type) else spelled(values)
    missing = places < 0
    return np.where(missing, len(levels) + np.cumsum(missing), places)


def _times(values: pa.ChunkedArray, profile: Profile, name: str) -> NDArray[np.int64]:
    column = profile.column(name)
    read = to_moment_array(values, column.date_format) if column.kind == "date" else to_number_array(values)
    read = np.where(np.isfinite(read) & ~missing_array(values, column.missing_codes), read, -np.inf)
    return np.unique(read, return_inverse=True)[1].astype(np.int64)
