"""Rows with too many or too few fields: mended where that is sensible, else left out; always counted."""

from __future__ import annotations

import io
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice
from typing import Any, NamedTuple

import pyarrow as pa

from mlwright.data.sources._dialect import Dialect, Line, parse_rows
from mlwright.data.sources._types import Spelled, convert
from mlwright.data.words import counted

MAX_SHARE = 0.02
FREE_ROWS = 3
FREE_SHARE = 0.2
N_LINES_NAMED = 5


def too_many(n_ragged: int, n_rows: int) -> bool:
    """Whether so many rows are ragged that the file must be broken, or is not what we take it for."""
    return n_ragged > max(MAX_SHARE * n_rows, min(FREE_ROWS, FREE_SHARE * n_rows))


@dataclass
class Mender:
    """Takes ragged rows from the reader and puts them back where they were.

    A row that is too short is filled up with nothing, a row that is too long loses empty fields at its end, both
    only if every value then fits its column. Any other row is left out: its values cannot be trusted to stand in
    the right columns.

    Parameters
    ----------
    dialect : Dialect
    kinds : list
        The types of the columns, found without the ragged rows.
    n_ragged : int
        How many of the ragged rows stand in the table; those that come after them stand below it.
    """

    dialect: Dialect
    kinds: list[Spelled | None]
    n_ragged: int
    n_mended: int = 0
    n_left_out: int = 0
    first_numbers: list[int] = field(default_factory=list)
    _waiting: deque[tuple[int, str]] = field(default_factory=deque)

    def __post_init__(self) -> None:
        self._next_number = self.dialect.n_skipped + 1
        self._n_taken = 0

    def take(self, row: Any) -> str:
        """Called by the reader with a ragged row."""
        if self._n_taken == self.n_ragged:
            return "skip"
        self._n_taken += 1
        self._waiting.append((row.number, row.text))
        if len(self.first_numbers) < N_LINES_NAMED:
            self.first_numbers.append(row.number)
        return "skip"

    def put_back(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        """The batch with those of the waiting rows that stood among its rows or right behind them."""
        order: list[int] = []
        mended: list[list[str | None]] = []
        clean = 0
        while self._waiting and (gap := self._waiting[0][0] - self._next_number) <= len(batch) - clean:
            order.extend(range(clean, clean + gap))
            clean += gap
            number, text = self._waiting.popleft()
            self._next_number = number + 1
            if (row := self._mend(text)) is not None:
                order.append(len(batch) + len(mended))
                mended.append(row)
        self._next_number += len(batch) - clean
        if not order:
            return batch
        order.extend(range(clean, len(batch)))
        return _with_rows(batch, mended).take(pa.array(order))

    def rest(self) -> pa.RecordBatch:
        """What waits after the last batch."""
        nothing = [pa.array([], pa.string()) for _ in self.kinds]
        return self.put_back(pa.RecordBatch.from_arrays(nothing, names=[f"c{n}" for n in range(len(self.kinds))]))

    def _mend(self, text: str) -> list[str | None] | None:
        d, width = self.dialect, len(self.kinds)
        fields = next((row.fields for row in parse_rows(iter([text]), d.delimiter, d.quote, d.escape)), [])
        row: list[str | None] = [value or None for value in fields] + [None] * (width - len(fields))
        trusted = 2 * len(fields) >= width and not any(row[width:])
        if trusted and all(self._fits(value, kind) for value, kind in zip(row[:width], self.kinds, strict=True)):
            self.n_mended += 1
            return row[:width]
        self.n_left_out += 1
        return None

    def _fits(self, value: str | None, kind: Spelled | None) -> bool:
        return value is None or convert(pa.array([value]), kind, decimal=self.dialect.decimal) is not None


def ragged_lines(text: io.TextIOBase, dialect: Dialect) -> Iterator[Line]:
    """The rows of another width than the table's, read from the beginning of the file, with their line numbers."""
    above = sum(1 for _ in islice(text, dialect.n_skipped))
    for row in parse_rows(text, dialect.delimiter, dialect.quote, dialect.escape):
        if len(row.fields) != len(dialect.names):
            yield Line(row.fields, row.last_line + above)


class Below(NamedTuple):
    """Rows of another width that stand below a table: remarks, a source, a second table."""

    n_rows: int
    first_line: int

    def told(self, width: int) -> str:
        """What is told of them."""
        lines = f"{counted(self.n_rows, 'line')} from line {self.first_line} on"
        return f"Left out below the table: {lines}, of another width than {width} fields."


def rows_below(text: io.TextIOBase, dialect: Dialect) -> Below:
    """The rows at the end of a file that are no rows of its table.

    All of them are of another width, and a blank line stands before them or none fills half of the columns; a file
    whose rows change their width from some row on is broken.
    """
    n_rows = first_line = last_line = widest = 0
    is_apart = False
    above = sum(1 for _ in islice(text, dialect.n_skipped))
    for row in parse_rows(text, dialect.delimiter, dialect.quote, dialect.escape):
        if len(row.fields) == len(dialect.names):
            n_rows = widest = 0
        elif not n_rows:
            first_line = row.last_line - sum(field.count("\n") for field in row.fields)
            is_apart = first_line > last_line + 1
        if len(row.fields) != len(dialect.names):
            n_rows, widest = n_rows + 1, max(widest, len(row.fields))
        last_line = row.last_line
    return Below(n_rows if is_apart or 2 * widest <= len(dialect.names) else 0, first_line + above)


def _with_rows(batch: pa.RecordBatch, rows: list[list[str | None]]) -> pa.RecordBatch:
    if not rows:
        return batch
    extra = [pa.array(list(values), pa.string()) for values in zip(*rows, strict=True)]
    joined = [pa.concat_arrays([column, more]) for column, more in zip(batch.columns, extra, strict=True)]
    return pa.RecordBatch.from_arrays(joined, schema=batch.schema)
