"""The values of a column, read as far as they are asked for."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from functools import cached_property

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from mlwright.data.compute.lots import each_column
from mlwright.data.compute.table import Table
from mlwright.scoring.spelling import canonical, spelled

READ_AT_ONCE = 200_000
"""Tables of so many rows are read as a whole."""


class Values:
    """A column in memory.

    Parameters
    ----------
    whole : pyarrow.ChunkedArray
    """

    def __init__(self, whole: pa.ChunkedArray) -> None:
        self._whole = whole

    def __len__(self) -> int:
        return len(self._whole)

    @property
    def whole(self) -> pa.ChunkedArray:
        """All values, in the order of the rows."""
        return self._whole

    @property
    def type(self) -> pa.DataType:
        """How they are stored."""
        return self.whole.type

    def first(self, n: int) -> pa.ChunkedArray:
        """The first values, missing ones left out: `n` of them, or all there are."""
        known = self.whole.drop_null()
        return known.slice(0, n)

    def n_unlike(self, pattern: str) -> int:
        """How many texts a regular expression does not find."""
        n_alike = pc.sum(pc.match_substring_regex(self._whole, pattern)).as_py() or 0
        return len(self._whole) - int(self._whole.null_count) - int(n_alike)

    def counts(self) -> Counter[str]:
        """How many rows hold each spelling."""
        levels, places = spelled(self.whole)
        return Counter(dict(zip(levels, np.bincount(places[places >= 0], minlength=len(levels)).tolist(), strict=True)))


class StoredValues(Values):
    """A column of a large table, of which hardly anything is read for most questions.

    Parameters
    ----------
    table : Table
    name : str
    """

    def __init__(self, table: Table, name: str) -> None:
        self._table, self._name = table, name

    def __len__(self) -> int:
        return self._table.n_rows

    @cached_property
    def _head(self) -> pa.ChunkedArray:
        return self._table.arrow([self._name], np.arange(min(self._table.n_rows, READ_AT_ONCE)))[0]

    @property
    def whole(self) -> pa.ChunkedArray:
        """All values, read anew whenever they are asked for, so that they are not kept in memory."""
        return self._table.arrow([self._name])[0]

    @property
    def type(self) -> pa.DataType:
        """How they are stored."""
        return self._head.type

    def first(self, n: int) -> pa.ChunkedArray:
        """The first values, missing ones left out: `n` of them, or all there are."""
        known = self._head.drop_null()
        return known.slice(0, n) if len(known) >= n else super().first(n)

    def n_unlike(self, pattern: str) -> int:
        """How many texts a regular expression does not find, counted by the engine."""
        return int(self._table.ask(n=(~self._table.expr[self._name].re_search(pattern)).sum())["n"] or 0)

    def counts(self) -> Counter[str]:
        """How many rows hold each spelling, counted by the engine."""
        value = self._table.expr[self._name]
        rows = self._table.fetch(self._table.expr.group_by(value=value).aggregate(n=value.count()))
        found: Counter[str] = Counter()
        for level, n in zip(rows["value"].to_pylist(), rows["n"].to_pylist(), strict=True):
            if n and (spelling := canonical(level)) is not None:
                found[spelling] += n
        return found


def values_of(table: Table, names: Sequence[str]) -> Iterator[tuple[str, Values]]:
    """Columns one after the other, with their names."""
    if table.n_rows <= READ_AT_ONCE:
        yield from ((name, Values(values)) for name, values in each_column(table, names))
    else:
        yield from ((name, StoredValues(table, name)) for name in names)
