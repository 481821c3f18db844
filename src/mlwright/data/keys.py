"""What a splitter may know of the rows: their class, group and moment."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from mlwright.data.compute.table import Table
from mlwright.data.date_parts import moment_parts, ranks_of
from mlwright.data.splitters import SplitKeys
from mlwright.records.profile import Profile
from mlwright.scoring.answers import Answers
from mlwright.scoring.distinct import distinct_values
from mlwright.scoring.moments import to_moment_array
from mlwright.scoring.spelling import missing_array, spelled, to_number_array


def split_keys(table: Table, profile: Profile) -> SplitKeys:
    """Keys of all rows of a table that shows the target.

    Classes are places in `profile.roles.classes`, -1 where the target is missing. A missing group is a group of its
    own; a missing moment counts as the earliest. Where no column says when, nor several together, times are places in
    the table.
    """
    roles = profile.roles
    with ThreadPoolExecutor(3) as beside:  # reading and sorting leave Python's lock alone
        classes = beside.submit(lambda: classes_of(table, profile) if roles.classes else None)
        groups = beside.submit(lambda: _groups(_read(table, roles.group)) if roles.group else None)
        times = beside.submit(lambda: _times(_read(table, roles.time), profile, roles.time) if roles.time else None)
        parts = moment_parts(profile)
        in_order = ranks_of(table, profile, parts) if parts else np.arange(table.n_rows)
        places = in_order if roles.time is None else times.result()
        return SplitKeys(table.n_rows, classes.result(), groups.result(), places)


def has_target(table: Table, profile: Profile) -> NDArray[np.bool_]:
    """Which rows have a number as their target."""
    values = _read(table, profile.target.name)
    return np.isfinite(to_number_array(values)) & ~missing_array(values, profile.target.missing_codes)


def classes_of(table: Table, profile: Profile) -> NDArray[np.int64]:
    """The class of each row as its place in ``roles.classes``; -1 where it has none that can be learned from."""
    answers = Answers(profile.roles.classes)
    found, start = np.empty(table.n_rows, dtype=np.int64), 0
    for part in _read(table, profile.roles.target).chunks:
        found[start : start + len(part)] = answers.of(part, profile.target.missing_codes)
        start += len(part)
    return found


def _read(table: Table, name: str) -> pa.ChunkedArray:
    return table.arrow([name])[name]


def _groups(values: pa.ChunkedArray) -> NDArray[np.int64]:
    # no two whole numbers have one spelling, so there is no need to spell them
    levels, places = distinct_values(values) if pa.types.is_integer(values.type) else spelled(values)
    missing = places < 0
    return np.where(missing, len(levels) + np.cumsum(missing), places) if missing.any() else places


def _times(values: pa.ChunkedArray, profile: Profile, name: str) -> NDArray[np.int64]:
    column = profile.column(name)
    read = to_moment_array(values, column.date_format) if column.kind == "date" else to_number_array(values)
    read = np.where(np.isfinite(read) & ~missing_array(values, column.missing_codes), read, -np.inf)
    return np.unique(read, return_inverse=True)[1].astype(np.int64)
