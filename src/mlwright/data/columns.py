"""Rows as arrays, for checks and views: read once, by kind of column, bounded in size."""

from __future__ import annotations

from functools import cached_property
from typing import NamedTuple

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from mlwright.core.once import once
from mlwright.data.bins import MAX_BINS, Bins, quantile_edges
from mlwright.data.compute.table import SplitTable, Table
from mlwright.records.profile import Profile
from mlwright.scoring.answers import Answers
from mlwright.scoring.moments import to_moment_array
from mlwright.scoring.spelling import missing_array, spelled, to_number_array

MAX_ROWS = 50_000
MAX_CELLS = 10_000_000
READ_AT_ONCE = 1_000_000
"""Above so many rows it takes longer to go through a file than to keep what several will ask for."""

ORDERED_KINDS = frozenset({"number", "date"})


class Levels(NamedTuple):
    """A column as places in a list of names; -1 where the value is missing."""

    names: tuple[str, ...]
    places: NDArray[np.int64]


class Rows:
    """Some rows of a table, column by column.

    Parameters
    ----------
    profile : Profile
    positions : array of int64
        Positions of the rows in the snapshot, rising.
    arrow : pyarrow.Table
        The rows, with the input columns at least.
    seed : int
        What random choices about these rows start from.
    """

    def __init__(self, profile: Profile, positions: NDArray[np.int64], arrow: pa.Table, seed: int) -> None:
        self.profile = profile
        self.positions = positions
        self.arrow = arrow
        self.seed = seed
        self._kinds = {column.name: column for column in profile.columns}
        self._numbers: dict[str, NDArray[np.float64]] = {}
        self._levels: dict[str, Levels] = {}

    def __len__(self) -> int:
        return len(self.positions)

    def where(self, chosen: NDArray[np.bool_]) -> Rows:
        """Some of these rows."""
        return Rows(self.profile, self.positions[chosen], self.arrow.filter(pa.array(chosen)), self.seed)

    def texts(self, name: str) -> NDArray[np.object_]:
        """The values as they are written, white space and all; None where there is none, or where it is no text."""
        values = self.arrow[name]
        is_text = pa.types.is_string(values.type) or pa.types.is_large_string(values.type)
        found: NDArray[np.object_] = np.array(values.to_pylist() if is_text else [None] * len(values), dtype=object)
        return found

    def is_ordered(self, name: str) -> bool:
        """Whether the column holds numbers or moments; all others hold names."""
        return self._kinds[name].kind in ORDERED_KINDS

    def numbers(self, name: str) -> NDArray[np.float64]:
        """Numbers, or seconds since 1970 for dates; NaN where missing, infinite or neither."""
        if name not in self._numbers:
            column, values = self._kinds[name], self.arrow[name]
            is_date = column.kind == "date"
            found = to_moment_array(values, column.date_format) if is_date else to_number_array(values)
            found[~np.isfinite(found) | missing_array(values, column.missing_codes)] = np.nan
            self._numbers[name] = found
        return self._numbers[name]

    def levels(self, name: str) -> Levels:
        """Names and places, whatever the kind of the column."""
        if name not in self._levels:
            names, places = spelled(self.arrow[name])
            codes = self._kinds[name].missing_codes
            if known := [place for place, level in enumerate(names) if level in codes]:
                places = np.where(np.isin(places, known), -1, places)
            self._levels[name] = Levels(names, places)
        return self._levels[name]

    def missing(self, name: str) -> NDArray[np.bool_]:
        """Which rows have no value."""
        return np.isnan(self.numbers(name)) if self.is_ordered(name) else self.levels(name).places < 0

    def empty(self, name: str) -> NDArray[np.bool_]:
        """Which rows hold nothing, or a code for it; a value that cannot be read is one."""
        return self.levels(name).places < 0 if self._kinds[name].n_unparsed else self.missing(name)

    def bins(self, name: str, n_bins: int = MAX_BINS, *, fine_ends: bool = False) -> Bins:
        """About `n_bins` groups at most for an ordered column, one for each level for all others."""
        if self.is_ordered(name):
            values = self.numbers(name)
            edges = quantile_edges(values, n_bins, fine_ends=fine_ends)
            places, n = np.searchsorted(edges, values), len(edges) + 1
            missing, names = np.isnan(values), tuple[str, ...]()
        else:
            names, places = self.levels(name)
            edges, n, missing = np.empty(0), len(names), places < 0
        has_missing = bool(missing.any())
        places = np.where(missing, n, places).astype(np.int64)
        return Bins(places, n + has_missing, has_missing, edges, names)


class TrainingRows(Rows):
    """Training rows with their target; at most `MAX_ROWS` of them, fewer where there are very many columns."""

    @cached_property
    def classes(self) -> NDArray[np.int64]:
        """The class of each row as its place in ``roles.classes``."""
        names, places = self.levels(self.profile.roles.target)
        by_level = np.array([*Answers(self.profile.roles.classes).places(names), -1], dtype=np.int64)
        return by_level[places]

    @cached_property
    def values(self) -> NDArray[np.float64]:
        """The target as a number."""
        return self.numbers(self.profile.roles.target)

    @property
    def has_answer(self) -> NDArray[np.bool_]:
        """Which rows have a target that can be learned from; all of them where nothing is predicted."""
        if self.profile.roles.asked is None:
            return np.ones(len(self), dtype=bool)
        return ~np.isnan(self.values) if self.profile.roles.task == "regression" else self.classes >= 0

    def only(self, keep: NDArray[np.bool_], *names: str) -> TrainingRows:
        """Some of these rows, with all columns or with some inputs, the target and the keys."""
        keys = [*names, *_keys(self.profile), self.profile.roles.target] if names else self.arrow.column_names
        arrow = self.arrow.select(list(dict.fromkeys(keys))).filter(pa.array(keep))
        return TrainingRows(self.profile, self.positions[keep], arrow, self.seed)

    def sample(self, n: int) -> TrainingRows:
        """At most `n` of these rows, at random."""
        if len(self) <= n:
            return self
        chosen = np.random.default_rng(self.seed).choice(len(self), n, replace=False)
        return self.only(np.isin(np.arange(len(self)), chosen))

    @cached_property
    def memberships(self) -> dict[str, NDArray[np.float64]]:
        """The target as numbers that have a mean: itself, or whether a row is of a class, for each of up to 20."""
        if self.profile.roles.task == "regression":
            return {self.profile.roles.target: self.values}
        sizes = np.bincount(self.classes, minlength=len(self.profile.roles.classes))
        largest = [place for place in np.argsort(-sizes, kind="stable")[:20] if sizes[place]]
        return {self.profile.roles.classes[place]: (self.classes == place).astype(np.float64) for place in largest}

    @cached_property
    def independent_share(self) -> float:
        """How many of the rows say something new: one in each group where rows belong together, else all; a share."""
        group = self.profile.roles.group
        if group is None or not len(self):
            return 1.0
        return len(np.unique(self.levels(group).places)) / len(self)


@once
def training_rows(table: SplitTable, profile: Profile) -> TrainingRows:
    """The training rows of a table with their inputs and target, read once for all who ask.

    Rows whose target cannot be read are left out.
    """
    names = [*(column.name for column in profile.used), *_keys(profile)]
    positions, arrow = _read(table, table.train, names)
    rows = TrainingRows(profile, positions, arrow, table.seed)
    known = rows.has_answer
    if known.all():
        return rows
    return TrainingRows(profile, positions[known], arrow.filter(pa.array(known)), table.seed)


@once
def rows_for_test(table: SplitTable, profile: Profile) -> Rows:
    """The test rows of a table with their inputs, read once for all who ask."""
    positions, arrow = _read(table, table.test, [*profile.roles.inputs, *_keys(profile)])
    return Rows(profile, positions, arrow, table.seed)


@once
def sampled_rows(table: SplitTable, profile: Profile) -> Rows:
    """Rows from all over the table with every column but the target, ids among them; read once for all who ask."""
    shown = set(table.columns)
    names = [column.name for column in profile.columns if column.name in shown]
    positions, arrow = _read(table, table, names)
    return Rows(profile, positions, arrow, table.seed)


def cells(table: SplitTable, name: str, positions: NDArray[np.int64]) -> pa.ChunkedArray:
    """One more column of rows that were read before; see `training_rows`."""
    if not _is_shared(table):
        return table.arrow([name], positions)[0]
    union, rows = _shared(table)
    return rows[name].take(pa.array(np.searchsorted(union, positions)))


def mean_ranks(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Ranks between 0 and 1; equal values have equal ranks, and missing ones the middle rank."""
    missing = np.isnan(values)
    _, places, counts = np.unique(values[~missing], return_inverse=True, return_counts=True)
    ranks = np.full(len(values), 0.5)
    ranks[~missing] = ((np.cumsum(counts) - counts / 2) / max(1, counts.sum()))[places]
    return ranks


def _keys(profile: Profile) -> list[str]:
    """Columns besides the inputs that say how rows belong together."""
    roles = profile.roles
    return [name for name in (roles.time, roles.group) if name is not None and name not in roles.inputs]


def _read(whole: SplitTable, part: Table, names: list[str]) -> tuple[NDArray[np.int64], pa.Table]:
    """Some rows of a part of a table."""
    chosen = _chosen(part, len(names), whole.seed)
    positions = part.positions[chosen]
    if not _is_shared(whole):
        return positions, part.arrow(names, chosen)
    union, shared = _shared(whole)
    shown = [name for name in names if name in whole.columns]
    rows = shared.select(shown).take(pa.array(np.searchsorted(union, positions)))
    for name in names:
        if name not in shown:
            rows = rows.append_column(name, part.arrow([name], chosen)[0])
    return positions, rows.select(names)


def _is_shared(whole: SplitTable) -> bool:
    """Whether the rows of all parts are read at once, as the table is large and not very wide."""
    return whole.n_rows > READ_AT_ONCE and (len(whole.columns) + 1) * MAX_ROWS <= MAX_CELLS


@once
def _shared(whole: SplitTable) -> tuple[NDArray[np.int64], pa.Table]:
    """The rows of all parts that are looked at, and their positions."""
    parts = (whole, whole.train, whole.test)
    union = np.unique(np.concatenate([each.positions[_chosen(each, 1, whole.seed)] for each in parts]))
    return union, whole.scattered(whole.columns, union)


def _chosen(table: Table, n_columns: int, seed: int) -> NDArray[np.int64]:
    """Places of rows of a table, drawn at random and rising."""
    n = min(MAX_ROWS, max(1_000, MAX_CELLS // max(1, n_columns)), table.n_rows)
    if n == table.n_rows:
        return np.arange(n)
    return np.sort(np.random.default_rng(seed).choice(table.n_rows, n, replace=False))
