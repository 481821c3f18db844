"""Executes an encoding plan: rows become blocks of numbers, codes and sparse text.

In three steps. First the inputs are cleaned where the plan says so (see `cleaner`). Then every input column is read
into one plain value a row: a number, the code of a category, a moment in seconds, or a text (see `readers`). Tables are
read column by column, records of a request value by value. Then the outputs are worked out from those values, in one
way for both.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from mlwright.records.model import CategoryColumn, DateColumn, EncodingPlan, NumberColumn, PlanColumn, TextColumn
from mlwright.scoring.blocks import BlockNames, Blocks, OneRow
from mlwright.scoring.cleaner import Cleaner
from mlwright.scoring.columns import Column, Columns, Row, is_records, missing_field, plain_columns, read_columns
from mlwright.scoring.dates import date_parts
from mlwright.scoring.nested import flatten, inner_names
from mlwright.scoring.readers import CategoryReader, DateReader, NumberReader, Reader, TextReader

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix

    from mlwright.scoring.text import TextEncoder

CHUNK_ROWS = 1 << 16
"""Rows of a table that are worked on at once, to bound the memory of what is in between."""

_LARGEST = float(np.finfo(np.float32).max)


def names(plan: EncodingPlan) -> BlockNames:
    """What the outputs of a plan are called."""
    numbers = [(output, column.name) for column in plan.columns for output in _number_outputs(column)]
    categories = [column for column in plan.columns if isinstance(column, CategoryColumn)]
    return BlockNames(
        numbers=tuple(output for output, _ in numbers),
        number_inputs=tuple(source for _, source in numbers),
        codes=tuple(column.name for column in categories),
        code_inputs=tuple(column.name for column in categories),
        n_levels=tuple(len(column.levels) for column in categories),
        n_terms=sum(len(column.terms) for column in plan.columns if isinstance(column, TextColumn)),
    )


def _number_outputs(column: PlanColumn) -> list[str]:
    if isinstance(column, NumberColumn):
        return [column.name]
    if isinstance(column, CategoryColumn):
        return [f"{column.name}:count"] if column.with_counts else []
    if isinstance(column, DateColumn):
        return [f"{column.name}:{part}" for part in column.parts]
    return [f"{column.name}:text{i}" for i in range(column.n_dense)]


class _Readings(NamedTuple):
    """One plain value for every row and plan column, by kind; arrays have shape (n_rows, n_columns)."""

    numbers: NDArray[np.float64]
    codes: NDArray[np.int32]
    moments: NDArray[np.float64]
    texts: list[list[str | None]]


class NumberReading(NamedTuple):
    """How a number of a record is read.

    Parameters
    ----------
    name : str
        Of its column.
    value_of : callable
        From what was sent to a number.
    place : int
        Among the numbers.
    low, high : float
        What it is clipped to.
    no_numbers : frozenset of float
        Numbers that mean that none is known.
    """

    name: str
    value_of: Callable[[object], float]
    place: int
    low: float
    high: float
    no_numbers: frozenset[float]


class NameReading(NamedTuple):
    """How a name of a record is read.

    Parameters
    ----------
    name : str
        Of its column.
    code_of : callable
        From what was sent to a code.
    count_place : int or None
        Where among the numbers stands how often training has seen the name.
    counts : array of float32, or None
        What stands there, by code.
    """

    name: str
    code_of: Callable[[object], int]
    count_place: int | None
    counts: NDArray[np.float32] | None


class Encoder:
    """Turns rows into blocks.

    Parameters
    ----------
    plan : EncodingPlan
    arrays : mapping of str to array, optional
        The arrays that text columns name.

    Attributes
    ----------
    names : BlockNames
    inputs : tuple of str
        The input columns that are needed.
    number_readings, name_readings : list
        How records are read.
    by_value : bool
        Whether that is all: nothing is cleaned, and there are no dates and no texts.
    measuring : list of Reader
        Those of numbers and of dates.
    """

    def __init__(self, plan: EncodingPlan, arrays: Mapping[str, NDArray[Any]] | None = None) -> None:
        self.plan = plan
        self.names = names(plan)
        self._cleaner = Cleaner(plan.cleaning) if plan.cleaning else None
        self.inputs = tuple(dict.fromkeys(column.name for column in plan.columns))
        self._numbers = [NumberReader(column) for column in plan.columns if isinstance(column, NumberColumn)]
        self._categories = [CategoryReader(column) for column in plan.columns if isinstance(column, CategoryColumn)]
        self._dates = [DateReader(column) for column in plan.columns if isinstance(column, DateColumn)]
        self.measuring: list[NumberReader | DateReader] = [*self._numbers, *self._dates]
        self._texts = [TextReader(column) for column in plan.columns if isinstance(column, TextColumn)]
        self._text_encoder = _text_encoder([reader.column for reader in self._texts], arrays or {})
        self._places = {output: place for place, output in enumerate(self.names.numbers)}
        self._number_places = [self._places[reader.name] for reader in self._numbers]
        self._dense_places = [self._places[output] for r in self._texts for output in _number_outputs(r.column)]
        self._low, self._high = clips([reader.column for reader in self._numbers])
        self._is_plain = not (self._dates or self._texts)
        self.by_value = self._is_plain and self._cleaner is None
        self._inner = inner_names(self.inputs)
        self.number_readings = [
            NumberReading(reader.name, reader.value, place, low, high, reader.no_numbers)
            for reader, place, low, high in zip(
                self._numbers, self._number_places, self._low.tolist(), self._high.tolist(), strict=True
            )
        ]
        self.name_readings = [
            NameReading(reader.name, reader.value, self._places.get(f"{reader.name}:count"), reader.log_counts)
            for reader in self._categories
        ]

    def encode(self, table: Any) -> Blocks:
        """The blocks of any table or list of records; see `columns.read_columns`.

        Raises
        ------
        TableError
            If it is no table, or lacks an input.
        """
        return self.encode_records(table) if is_records(table) else self.encode_columns(read_columns(table))

    def encode_columns(self, columns: Columns) -> Blocks:
        """The blocks of columns; columns that are no input are ignored."""
        numbers = np.empty((columns.n_rows, len(self.names.numbers)), dtype=np.float32)
        codes = np.empty((columns.n_rows, len(self.names.codes)), dtype=np.int32)
        texts, start = [], 0
        for part in self.chunks(columns):
            rows = slice(start, start + len(part))
            numbers[rows], codes[rows] = part.numbers, part.codes
            texts.append(part.text)
            start = rows.stop
        if not self._texts:
            return Blocks(numbers, codes)
        from scipy.sparse import vstack

        return Blocks(numbers, codes, vstack(texts, format="csr"))

    def chunks(self, columns: Columns) -> Iterator[Blocks]:
        """The blocks of columns, `CHUNK_ROWS` rows at a time; empty blocks if there are no rows."""
        columns.pick(self.inputs)
        for start in range(0, max(columns.n_rows, 1), CHUNK_ROWS):
            rows = slice(start, min(start + CHUNK_ROWS, columns.n_rows))
            given = self._part(columns, rows)
            cleaned = self.clean(given)
            yield self._blocks(self._read_columns(cleaned.by_name, cleaned.n_rows))

    def clean(self, columns: Columns) -> Columns:
        """Columns as they are read; steps of cleaning whose columns are not there are left out."""
        return self._cleaner.clean_columns(plain_columns(columns)) if self._cleaner else columns

    def _part(self, columns: Columns, rows: slice) -> Columns:
        """The inputs of some rows; all of them as they are, as to cut thousands of columns takes time."""
        n_rows = rows.stop - rows.start
        is_whole = n_rows == columns.n_rows
        named = {name: columns.by_name[name] for name in self.inputs}
        return Columns(named if is_whole else {name: each[rows] for name, each in named.items()}, n_rows)

    def encode_records(self, rows: Sequence[Row]) -> Blocks:
        """The blocks of records; every record must have every input, null where it is not known."""
        if len(rows) == 1:
            return self.encode_record(rows[0]).blocks
        rows = [flatten(row, self._inner) for row in rows] if self._inner else rows
        cleaned = self._cleaner.clean_records(rows) if self._cleaner else rows
        try:
            return self._blocks(self._read_records(cleaned))
        except KeyError:
            raise missing_field(rows, self.inputs) from None

    def encode_record(self, row: Row) -> OneRow:
        """One record as plain values; the quickest way."""
        row = flatten(row, self._inner) if self._inner else row
        cleaned = self._cleaner.clean_records([row])[0] if self._cleaner else row
        try:
            return self._encode_one(cleaned) if self._is_plain else self._blocks(self._read_records([cleaned])).first
        except KeyError:
            raise missing_field([row], self.inputs) from None

    def _read_columns(self, columns: Mapping[str, Column], n_rows: int) -> _Readings:
        def read(readers: Sequence[Reader[Any, Any]], kind: type[np.generic]) -> NDArray[Any]:
            found = np.empty((n_rows, len(readers)), dtype=kind)
            for j, reader in enumerate(readers):
                found[:, j] = reader.values(columns[reader.name])
            return found

        return _Readings(
            numbers=read(self._numbers, np.float64),
            codes=read(self._categories, np.int32),
            moments=read(self._dates, np.float64),
            texts=[reader.values(columns[reader.name]) for reader in self._texts],
        )

    def _read_records(self, rows: Sequence[Row]) -> _Readings:
        return self._read_columns({name: [row[name] for row in rows] for name in self.inputs}, len(rows))

    def _encode_one(self, row: Row) -> OneRow:
        """The blocks of one record without dates and texts: as `_blocks`, value by value."""
        numbers, codes = [math.nan] * len(self._places), []
        for name, value_of, place, low, high, _ in self.number_readings:
            number = value_of(row[name])
            numbers[place] = low if number < low else high if number > high else number
        for name, code_of, count_place, log_counts in self.name_readings:
            codes.append(code := code_of(row[name]))
            if log_counts is not None and count_place is not None:
                numbers[count_place] = log_counts.item(code)
        return OneRow(numbers, codes)

    def _blocks(self, readings: _Readings) -> Blocks:
        numbers = np.empty((len(readings.numbers), len(self._places)), dtype=np.float32)
        numbers[:, self._number_places] = np.minimum(np.maximum(readings.numbers, self._low), self._high)
        self._fill_counts(numbers, readings.codes)
        self._fill_dates(numbers, readings.moments)
        return Blocks(numbers, readings.codes, self._fill_texts(numbers, readings.texts))

    def _fill_counts(self, numbers: NDArray[np.float32], codes: NDArray[np.int32]) -> None:
        for j, reader in enumerate(self._categories):
            if reader.log_counts is not None:
                numbers[:, self._places[f"{reader.name}:count"]] = reader.log_counts[codes[:, j]]

    def _fill_dates(self, numbers: NDArray[np.float32], moments: NDArray[np.float64]) -> None:
        for j, reader in enumerate(self._dates):
            places = [self._places[f"{reader.name}:{part}"] for part in reader.column.parts]
            numbers[:, places] = date_parts(moments[:, j], reader.column.parts)

    def _fill_texts(self, numbers: NDArray[np.float32], texts: list[list[str | None]]) -> csr_matrix | None:
        if self._text_encoder is None:
            return None
        sparse, numbers[:, self._dense_places] = self._text_encoder.encode(texts)
        return sparse


def _text_encoder(columns: Sequence[TextColumn], arrays: Mapping[str, NDArray[Any]]) -> TextEncoder | None:
    """Only who has texts pays for the library of sparse matrices: 0.3 s of the start, and 25 MB."""
    if not columns:
        return None
    from mlwright.scoring.text import TextEncoder

    return TextEncoder(columns, arrays)


def clips(columns: Sequence[NumberColumn]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """The range of each column widened by its own width, within what float32 can hold."""
    low = np.clip([column.low for column in columns], -_LARGEST, _LARGEST)
    high = np.clip([column.high for column in columns], -_LARGEST, _LARGEST)
    width = high - low
    return np.maximum(low - width, -_LARGEST), np.minimum(high + width, _LARGEST)
