"""Rows that are equal in some columns.

Rows that are equal in all columns are equal in a few of them. So a large table is asked first about the few columns
that tell most rows apart, by the look of some of them; only if rows agree in these, all columns are read. What is found
is exact either way, but for one collision of hashes in 2^64.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cached_property
from threading import RLock
from weakref import ref

import ibis.expr.types as ir
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from mlwright.core.family import NotApplicable
from mlwright.core.once import once
from mlwright.data.compute.engine import hashed, unsigned
from mlwright.data.compute.table import ROW, Table

READ_AT_ONCE, MOST_AT_ONCE = 200_000, 50
"""Tables of so many rows and columns are asked about all columns at once."""
N_TRIED = 10_000
EXPECTED_PAIRS = 0.01
"""Columns are added to the first few until so few pairs of rows would agree in them if they were independent."""
MOST_KEPT = 2_000_000


class EqualRows:
    """Rows that are equal to another one.

    Parameters
    ----------
    positions : array of int64
        Of all such rows in the snapshot, rising.
    keys : array of uint64
        Equal where the rows are.
    """

    def __init__(self, positions: NDArray[np.int64], keys: NDArray[np.uint64]) -> None:
        _, self.first_places, self.sets = np.unique(keys, return_index=True, return_inverse=True)
        self.positions = positions

    @property
    def n_in_all(self) -> int:
        """How many rows are equal to another one."""
        return len(self.positions)

    @property
    def n_later(self) -> int:
        """How many rows are equal to an earlier one."""
        return len(self.positions) - len(self.first_places)

    @cached_property
    def sizes(self) -> NDArray[np.int64]:
        """The rows of each set of equal ones."""
        return np.bincount(self.sets, minlength=len(self.first_places))

    @property
    def n_pairs(self) -> float:
        """How many pairs of rows are equal."""
        return _n_pairs(self.sizes)

    @property
    def first(self) -> NDArray[np.int64]:
        """The position of the first row of each set."""
        return self.positions[self.first_places]

    @property
    def later(self) -> NDArray[np.int64]:
        """Positions of the rows that are equal to an earlier one, rising."""
        return np.delete(self.positions, self.first_places)


def equal_rows(table: Table, names: Sequence[str]) -> EqualRows:
    """The rows that are equal in all these columns; a missing value equals a missing one.

    Found once for all who ask. Takes 8 bytes of memory for each row of the table, and 16 for each that is found.

    Raises
    ------
    NotApplicable
        If no column is named.
    """
    if not names:
        raise NotApplicable("there is no input")
    return _finder(table).find(frozenset(names), list(names))


class _Finder:
    """The equal rows of one table, by the columns in which they are equal."""

    def __init__(self, table: Table) -> None:
        self._table = ref(table)
        self._kept: dict[frozenset[str], EqualRows] = {}
        self._lock = RLock()

    def find(self, chosen: frozenset[str], names: list[str]) -> EqualRows:
        """Those that are equal in some columns; where fewer columns tell all rows apart, none are."""
        with self._lock:
            if chosen not in self._kept:
                none = next((each for other, each in self._kept.items() if other <= chosen and not each.n_in_all), None)
                self._kept[chosen] = none or _found(self._alive(), names)
                for other in [each for each in self._kept if each != chosen and self._kept[each].n_in_all > MOST_KEPT]:
                    del self._kept[other]
            return self._kept[chosen]

    def _alive(self) -> Table:
        table = self._table()
        assert table is not None
        return table


@once
def _finder(table: Table) -> _Finder:
    return _Finder(table)


def n_equal_pairs(table: Table, names: Sequence[str]) -> float:
    """How many pairs of rows are equal in all these columns."""
    codes = _sorted_codes(table, names)
    return _n_pairs(np.diff(np.flatnonzero(np.concatenate([[True], codes[1:] != codes[:-1], [True]]))))


def _n_pairs(sizes: NDArray[np.int64]) -> float:
    n = sizes.astype(np.float64)
    return float((n * (n - 1) / 2).sum())


def _found(table: Table, names: list[str]) -> EqualRows:
    if len(names) == 1 and _counts_on(table.arrow(names)[0]):
        return EqualRows(np.empty(0, np.int64), np.empty(0, np.uint64))
    is_small = table.n_rows <= READ_AT_ONCE and len(names) <= MOST_AT_ONCE
    first = names if is_small else most_telling(table, names)
    codes = _sorted_codes(table, first)
    again = np.unique(codes[1:][codes[1:] == codes[:-1]])
    del codes
    parts = list(_agreeing(table, names, first, again)) if len(again) else []
    if not parts:
        return EqualRows(np.empty(0, np.int64), np.empty(0, np.uint64))
    positions, keys = (np.concatenate(each) for each in zip(*parts, strict=True))
    order = np.argsort(positions)
    positions, keys = positions[order], keys[order]
    _, sets, sizes = np.unique(keys, return_inverse=True, return_counts=True)
    is_equal = sizes[sets] > 1
    return EqualRows(positions[is_equal], keys[is_equal])


def _counts_on(values: pa.ChunkedArray) -> bool:
    """Whether whole numbers rise or fall from row to row, as those of a key mostly do."""
    if not pa.types.is_integer(values.type) or values.null_count:
        return False
    numbers = values.to_numpy()
    return bool((numbers[1:] > numbers[:-1]).all() or (numbers[1:] < numbers[:-1]).all())


def most_telling(table: Table, names: Sequence[str]) -> list[str]:
    """The columns in which hardly any two rows agree by chance, as few as do; all of them where no few do.

    Judged by the first rows. Numbers come before texts, which take longer to read.
    """
    rows = table.arrow(names, np.arange(min(table.n_rows, N_TRIED)))
    agreeing = {name: _agreement(rows[name]) for name in names}
    pairs, chosen = table.n_rows**2 / 2.0, list[str]()
    for name in sorted(names, key=lambda name: (agreeing[name], pa.types.is_string(rows[name].type))):
        if pairs < EXPECTED_PAIRS:
            return chosen
        chosen.append(name)
        pairs *= agreeing[name]
    return list(names)


def _agreement(values: pa.ChunkedArray) -> float:
    """The share of pairs of rows that agree in a column; what is too seldom to be seen counts as one pair."""
    counts = pc.value_counts(values.combine_chunks()).field("counts").to_numpy().astype(np.float64)
    n = max(2, len(values))
    return max(1.0, float((counts * (counts - 1)).sum())) / (n * (n - 1))


def _sorted_codes(table: Table, names: Sequence[str]) -> NDArray[np.uint64]:
    codes = np.empty(table.n_rows, np.uint64)
    start, expr = 0, table.narrow(names)
    for batch in table.batches(expr.select(code=_code(expr, names))):
        codes[start : start + len(batch)] = unsigned(batch["code"])
        start += len(batch)
    codes.sort()
    return codes


def _agreeing(
    table: Table, names: Sequence[str], first: Sequence[str], again: NDArray[np.uint64]
) -> Iterator[tuple[NDArray[np.int64], NDArray[np.uint64]]]:
    """Positions and keys of the rows whose hash of the first columns comes again."""
    expr, is_all = table.expr, len(first) == len(names)
    asked = {"row": expr[ROW], "first": _code(expr, first)} | ({} if is_all else {"code": _code(expr, names)})
    for batch in table.batches(expr.select(**asked)):
        own = unsigned(batch["first"])
        chosen = again[np.minimum(np.searchsorted(again, own), len(again) - 1)] == own
        codes = own if is_all else unsigned(batch["code"])
        yield batch["row"].to_numpy()[chosen].astype(np.int64), codes[chosen]


def _code(expr: ir.Table, names: Sequence[str]) -> ir.Value:
    return hashed(expr, *(expr[name] for name in names))
