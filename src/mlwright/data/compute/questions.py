"""Questions about the columns of a table, several by one query, and how the answers are read."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from threading import Lock
from typing import Any

import ibis.expr.types as ir
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from mlwright.data.compute.engine import LONGEST_SHOWN, Sort, key, plain, sort_of
from mlwright.data.compute.figures import Counts
from mlwright.data.compute.table import ROW, Table, open_parquet

COLUMNS_A_QUERY = 50
CELLS_A_QUERY = 1_500_000
N_DRAWN = 65_536
"""About so many rows of larger tables are drawn."""
MOST_COUNTED = 150_000
"""Columns of about so many different values are counted in full."""
N_SAMPLE = 5_000


class Questions:
    """Asks about some columns of a table; from several threads, if need be.

    Parameters
    ----------
    table : Table
    names : sequence of str
        The columns.
    """

    def __init__(self, table: Table, names: Sequence[str]) -> None:
        self.table = table
        self.sorts: dict[str, Sort] = {name: sort_of(table.expr[name]) for name in names}
        self.sample: dict[str, pa.Array] = {}
        self.n_queries = 0
        self._counting = Lock()

    def rows(self, expr: ir.Table) -> pa.Table:
        """The rows of an expression."""
        with self._counting:
            self.n_queries += 1
        return self.table.fetch(expr)

    def each(self, part: Table, asked: Mapping[str, Mapping[str, ir.Value]]) -> dict[str, dict[str, Any]]:
        """Answers to several questions about each of several columns, by one query; lists as arrays."""
        flat = {(name, what): each for name, own in asked.items() for what, each in own.items()}
        found: dict[str, dict[str, Any]] = {name: {} for name in asked}
        if flat:
            answer = self.rows(part.expr.aggregate(**{f"a{place}": each for place, each in enumerate(flat.values())}))
            for (name, what), column in zip(flat, answer.columns, strict=True):
                found[name][what] = _answered(column[0])
        return found

    def look_stored(self) -> dict[str, Counts]:
        """The counts of all values of the columns that a file holds in a plain type, read without the engine.

        To make a query costs a millisecond a column, which for thousands of columns of few rows is most of the time.
        """
        if not self.table.is_file:
            return {}
        names, found = list(self.sorts), dict[str, Counts]()
        size = max(1, CELLS_A_QUERY // max(1, self.table.n_rows))
        for start in range(0, len(names), size):
            rows = self.table.arrow(names[start : start + size])
            stored = {name: values for name in rows.column_names if (values := plain_values(rows[name])) is not None}
            laid_out = {f"v{place}": values for place, values in enumerate(stored.values())}
            texts = [place for place, name in enumerate(stored) if self.sorts[name] == "text"]
            laid_out |= {f"l{place}": pc.utf8_length(laid_out[f"v{place}"]) for place in texts}
            self.n_queries += bool(stored)
            found |= self.counts(list(stored), pa.table(laid_out)) if stored else {}
        return found

    def look(self, expr: ir.Table, names: Sequence[str]) -> dict[str, Counts]:
        """The counts of values in some rows, which are fetched in the order of the table where they have one."""
        rows = expr.select(**self.shown(expr, names))
        return self.counts(names, self.rows(rows.order_by(ROW) if ROW in rows.columns else rows))

    def counts(self, names: Sequence[str], rows: pa.Table) -> dict[str, Counts]:
        """The counts of values that were fetched; some of them are kept as the sample."""
        step = np.unique(np.linspace(0, max(0, rows.num_rows - 1), min(rows.num_rows, N_SAMPLE)).astype(np.int64))
        found = {}
        for place, name in enumerate(names):
            values = rows[f"v{place}"].combine_chunks()
            lengths = rows[f"l{place}"].combine_chunks() if self.sorts[name] == "text" else None
            self.sample[name] = values.take(pa.array(step))
            found[name] = _count(self.sorts[name], values, lengths)
        return found

    def shown(self, expr: ir.Table, names: Sequence[str]) -> dict[str, ir.Value]:
        """What is fetched of a row: its place, the values, and the lengths of texts."""
        shown = {ROW: expr[ROW]} if ROW in expr.columns else {}
        for place, name in enumerate(names):
            shown[f"v{place}"] = key(expr, expr[name])
            if self.sorts[name] == "text":
                shown[f"l{place}"] = plain(expr[name]).length()
        return shown

    def counted(self, values: ir.Table, name: str) -> Counts | None:
        """How many rows hold each value, counted by the engine; None if there are far too many values.

        Parameters
        ----------
        values : ibis table
            The column ``value``, and ``length`` where a text is not shown in full.
        name : str
            Of the column that they come from.
        """
        extra = {"length": values.length.max()} if "length" in values.columns else {}
        most = 4 * MOST_COUNTED
        rows = self.rows(values.group_by("value").aggregate(n=values.count(), **extra).limit(most + 1))
        if rows.num_rows > most:
            return None
        found = rows["value"].combine_chunks()
        lengths = rows["length"].combine_chunks() if extra else _lengths(found)
        return Counts.of(self.sorts[name], found, rows["n"].to_numpy().astype(np.int64), _whole(lengths))

    @staticmethod
    def is_drawn(part: Table) -> ir.BooleanValue:
        """Whether a row is one of those that are drawn."""
        return part.is_drawn(N_DRAWN)

    @staticmethod
    def draw(part: Table) -> ir.Table:
        """The drawn rows."""
        return part.drawn(N_DRAWN)

    @staticmethod
    def can_count(n_distinct: float) -> bool:
        """Whether a column of so many different values is counted in full."""
        return n_distinct <= MOST_COUNTED

    def part(self, name: str) -> Table:
        """A table that has not many more columns than one."""
        return next(part for part, _ in lots(self.table, [name], 1))


def lots(
    table: Table, names: Sequence[str], n_rows: int, *, most: int = COLUMNS_A_QUERY
) -> Iterator[tuple[Table, Sequence[str]]]:
    """Names in lots that one query can take, each with a table that has not many more columns."""
    size = max(1, min(COLUMNS_A_QUERY, max(3, most), CELLS_A_QUERY // max(1, n_rows)))
    for start in range(0, len(names), size):
        lot = names[start : start + size]
        is_narrow = ROW not in table.expr.columns or len(table.columns) <= COLUMNS_A_QUERY
        yield (table if is_narrow else open_parquet(table.path, lot)), lot


def plain_values(values: pa.ChunkedArray) -> pa.ChunkedArray | None:
    """A stored column as `engine.key` gives it; None where that takes the engine: other types, and long texts."""
    kind = values.type
    if pa.types.is_boolean(kind) or pa.types.is_date32(kind) or kind == pa.timestamp("us"):
        return values
    if pa.types.is_integer(kind) and kind != pa.uint64():
        return values.cast(pa.int64())
    if pa.types.is_float32(kind) or pa.types.is_float64(kind):
        return values.cast(pa.float64())
    is_text = pa.types.is_string(kind) or pa.types.is_large_string(kind)
    if not is_text or (pc.max(pc.utf8_length(values)).as_py() or 0) > LONGEST_SHOWN:
        return None
    return values.cast(pa.string())


def _count(sort: Sort, values: pa.Array, lengths: pa.Array | None) -> Counts:
    coded = values.dictionary_encode()
    places = pc.fill_null(coded.indices, -1).to_numpy(zero_copy_only=False).astype(np.int64)
    there, n = places >= 0, len(coded.dictionary)
    longest = np.zeros(n, np.int64)
    if lengths is not None:
        longest[places[there]] = _whole(lengths)[there]
    return Counts.of(sort, coded.dictionary, np.bincount(places[there], minlength=n), longest)


def _answered(value: pa.Scalar) -> Any:
    """An answer as a Python value; a list as an array."""
    return value.values if pa.types.is_list(value.type) else value.as_py()


def _lengths(values: pa.Array) -> pa.Array:
    return pc.utf8_length(values) if pa.types.is_string(values.type) else pa.repeat(0, len(values))


def _whole(values: pa.Array) -> NDArray[np.int64]:
    return np.asarray(pc.fill_null(values, 0).to_numpy(zero_copy_only=False), dtype=np.int64)
