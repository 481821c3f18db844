"""Records that hold little else than known names and numbers within their range, looked at and encoded in one pass.

What the look at such a value finds, and what the encoder reads it as, is worked out once for every name when the
service starts, by the look and the encoder themselves; any other value is handed to both. The records of which a
caller must be told something are named, to be looked at closely (see `inputs`).
"""

from __future__ import annotations

import math
from array import array
from collections.abc import Callable, Hashable, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from mlwright.scoring.blocks import Blocks, OneRow
from mlwright.scoring.encoder import Encoder, NameReading, NumberReading
from mlwright.scoring.kept_rows import Form, Odd
from mlwright.scoring.spelling import canonical, to_number
from mlwright.shipping.serving.counters import Series
from mlwright.shipping.serving.readers import Reader

EXACT = 2**53
"""Whole numbers up to here are spelled alike whether they come with a fraction or without."""


class Beside:
    """What was found beside plain values.

    Attributes
    ----------
    odd : list of Odd
        All of them.
    seen : list of (int, Series)
        What must be counted, by the place of the record.
    told : set of int
        The places of the records that must be looked at closely.
    """

    __slots__ = ("odd", "seen", "told")

    def __init__(self) -> None:
        self.odd: list[Odd] = []
        self.seen: list[tuple[int, Series]] = []
        self.told: set[int] = set()

    def counted(self) -> list[Series]:
        """What must be counted of the records that need no close look."""
        return [series for place, series in self.seen if place not in self.told]


class ReadOne(NamedTuple):
    """One record; its numbers before they are rounded, and the place of each name among its spellings."""

    encoded: OneRow
    numbers: list[float]
    spellings: list[int]
    beside: Beside


class ReadMany(NamedTuple):
    """As `ReadOne` of several records; arrays of shape (n_rows, n_columns)."""

    encoded: Blocks
    numbers: NDArray[np.float64]
    spellings: NDArray[np.int32]
    beside: Beside


Closely = Callable[[Any, int, Beside], Any]
"""Looks at a value of the record at some place, and reads it."""


class _Number(NamedTuple):
    """Where a number is taken as it is, but for some; its place among the numbers; and what reads any other value."""

    name: str
    low: float
    high: float
    but: frozenset[float]
    place: int
    closely: Closely


class _Name(NamedTuple):
    """The place of the spelling of fine texts and numbers; its code; what reads any other value; and counts by code."""

    name: str
    places: Mapping[Hashable, int]
    codes: list[int]
    closely: Closely
    count_place: int | None
    counts: NDArray[np.float32]
    spellings: tuple[str, ...]


class _WrongError(Exception):
    """A value must be refused."""


class Straight:
    """Encodes records, and says of which callers must be told more than the answer.

    Parameters
    ----------
    encoder : Encoder
    readers : mapping of str to Reader
        How every field is looked at.
    """

    def __init__(self, encoder: Encoder, readers: Mapping[str, Reader]) -> None:
        self._n_numbers, self._n_fields = len(encoder.names.numbers), len(readers)
        self.is_possible = encoder.by_value and set(encoder.inputs) == readers.keys()
        if self.is_possible:
            self._numbers = [_number(each, readers[each.name]) for each in encoder.number_readings]
            self._names = [_name(each, readers[each.name]) for each in encoder.name_readings]

    def form(self, bundle_id: str) -> Form:
        """What the numbers and spellings mean."""
        numbers = {each.name: each.place for each in self._numbers}
        return Form(bundle_id, self._n_numbers, numbers, {each.name: each.spellings for each in self._names})

    def read(self, record: Mapping[str, Any]) -> ReadOne | None:
        """The record encoded; None if all of it must be looked at closely, because it will be refused."""
        if not self.is_possible:
            return None
        numbers, spellings, codes, beside = [math.nan] * self._n_numbers, [], [], Beside()
        if len(record) != self._n_fields:
            beside.told.add(0)
        try:
            for name, low, high, but, place, closely in self._numbers:
                value = record[name]
                kind = type(value)
                is_plain = (kind is float or kind is int) and low <= value <= high and value not in but
                numbers[place] = value if is_plain else closely(value, 0, beside)
            for name, places, codes_of, closely, count_place, counts, _ in self._names:
                value = record[name]
                found = None if type(value) is bool else places.get(value)
                codes.append(code := closely(value, 0, beside) if found is None else codes_of[found])
                spellings.append(0 if found is None else found)
                if count_place is not None:
                    numbers[count_place] = counts.item(code)
        except (KeyError, TypeError, OverflowError, _WrongError):  # a field is missing, or a value is none of its kind
            return None
        return ReadOne(OneRow(array("f", numbers).tolist(), codes), numbers, spellings, beside)

    def read_many(self, records: Sequence[Mapping[str, Any]]) -> ReadMany | None:
        """As `read` of several records, column by column."""
        if not (self.is_possible and records):
            return None
        numbers = np.empty((len(records), self._n_numbers))
        spellings = np.empty((len(records), len(self._names)), dtype=np.int32)
        codes, beside = np.empty_like(spellings), Beside()
        if {self._n_fields} != set(map(len, records)):
            beside.told.update(place for place, record in enumerate(records) if len(record) != self._n_fields)
        try:
            for number in self._numbers:
                name = number.name
                numbers[:, number.place] = _numbers_of([record[name] for record in records], number, beside)
            for place, column in enumerate(self._names):
                name = column.name
                spellings[:, place], codes[:, place] = _codes_of([record[name] for record in records], column, beside)
                if column.count_place is not None:
                    numbers[:, column.count_place] = column.counts.take(codes[:, place])
        except (KeyError, TypeError, OverflowError, _WrongError):  # as in `read`; or a number beyond all others
            return None
        return ReadMany(Blocks(numbers.astype(np.float32), codes), numbers, spellings, beside)


def _numbers_of(values: list[Any], column: _Number, beside: Beside) -> NDArray[np.float64]:
    """The numbers of one column; at once where they are plain, else one by one."""
    _, low, high, but, _, closely = column
    if not {int, float}.issuperset(map(type, values)):
        plain = [type(x) in (int, float) and low <= x <= high and x not in but for x in values]
        found = [
            x if fine else closely(x, row, beside) for row, (x, fine) in enumerate(zip(values, plain, strict=True))
        ]
        return np.array(found, dtype=np.float64)
    numbers = np.array(values, dtype=np.float64)
    fine = (numbers >= low) & (numbers <= high)
    for none in but:
        fine &= numbers != none
    for row in np.flatnonzero(~fine).tolist():
        numbers[row] = closely(values[row], row, beside)
    return numbers


def _codes_of(values: list[Any], column: _Name, beside: Beside) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    """The places of the spellings of one column, and the codes."""
    get, closely = column.places.get, column.closely
    if bool in set(map(type, values)):  # true is the number 1 for a dict
        found = [None if type(value) is bool else get(value) for value in values]
    else:
        found = list(map(get, values))
    rows = [row for row, place in enumerate(found) if place is None] if None in found else []
    for row in rows:
        found[row] = 0
    places = np.array(found, dtype=np.int32)
    codes = np.array(column.codes or [0], dtype=np.int32).take(places)
    for row in rows:
        codes[row] = closely(values[row], row, beside)
    return places, codes


def _number(reading: NumberReading, reader: Reader) -> _Number:
    look = _closely(reader, reading.value_of)

    def clipped(value: Any, row: int, beside: Beside) -> float:
        number: float = look(value, row, beside)
        return reading.low if number < reading.low else reading.high if number > reading.high else number

    low, high = max(reader.fine_range[0], reading.low), min(reader.fine_range[1], reading.high)
    return _Number(reading.name, low, high, reading.no_numbers | reader.fine_but, reading.place, clipped)


def _name(reading: NameReading, reader: Reader) -> _Name:
    """What the look and the encoder say of each value that may be sent for a name that training knows."""
    levels = reader.field.levels
    numbers = [number for level in levels if abs(number := to_number(level)) <= EXACT]
    spellings: dict[str, int] = {}
    places: dict[Hashable, int] = {}
    for value in (*levels, *numbers):
        if reader.look(value) == "fine" and (spelling := canonical(value)) is not None:
            places[value] = spellings.setdefault(spelling, len(spellings))
    codes = [reading.code_of(spelling) for spelling in spellings]
    counts = np.zeros(0, dtype=np.float32) if reading.counts is None else reading.counts
    look = _closely(reader, reading.code_of)
    return _Name(reading.name, places, codes, look, reading.count_place, counts, tuple(spellings))


def _closely(reader: Reader, value_of: Callable[[object], Any]) -> Closely:
    name, look, notes, series = reader.field.name, reader.look, reader.notes, reader.series

    def read(value: Any, row: int, beside: Beside) -> Any:
        state = look(value)
        if state == "wrong":
            raise _WrongError
        if state in notes:
            beside.told.add(row)
        elif state != "fine":
            beside.seen.append((row, series[state]))
        beside.odd.append(Odd(row, name, value))
        return value_of(value)

    return read
