"""A record that needs no note, looked at and encoded in one pass.

Most values are names that training knows and numbers within its range. What the look at such a value finds, and what
the encoder reads it as, is worked out once for every name when the service starts, by the look and the encoder
themselves; any other value is handed to both. A record of which a caller must be told something is left to the
close look (see `inputs`).
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
from mlwright.scoring.spelling import to_number
from mlwright.shipping.serving.counters import Series
from mlwright.shipping.serving.inputs import Reader

EXACT = 2**53
"""Whole numbers up to here are spelled alike whether they come with a fraction or without."""

Closely = Callable[[Any, list[Series]], Any]
"""Looks at a value and reads it; adds what must be counted to the list."""


class _Number(NamedTuple):
    """Where a number is taken as it is, but for some; its place among the numbers; and what reads any other value."""

    name: str
    low: float
    high: float
    but: frozenset[float]
    place: int
    closely: Closely


class _Name(NamedTuple):
    """The codes of fine texts and numbers; what reads any other value; and the number that goes with each code."""

    name: str
    codes: Mapping[Hashable, int]
    closely: Closely
    count_place: int | None
    counts: NDArray[np.float32]


class _ToldError(Exception):
    """The caller must be told something of a value."""


class Straight:
    """Encodes records of which callers need not be told anything but the answer.

    Parameters
    ----------
    encoder : Encoder
    readers : mapping of str to Reader
        How every field is looked at.
    """

    def __init__(self, encoder: Encoder, readers: Mapping[str, Reader]) -> None:
        self._n_numbers, self._n_fields = len(encoder.names.numbers), len(readers)
        self._is_possible = encoder.by_value and set(encoder.inputs) == readers.keys()
        if self._is_possible:
            self._numbers = [_number(each, readers[each.name]) for each in encoder.number_readings]
            self._names = [_name(each, readers[each.name]) for each in encoder.name_readings]

    def read(self, record: Mapping[str, Any]) -> tuple[OneRow, list[Series]] | None:
        """The record encoded, and what must be counted of it; None if it must be looked at closely."""
        if not self._is_possible or len(record) != self._n_fields:
            return None
        numbers, codes = [math.nan] * self._n_numbers, []
        seen: list[Series] = []
        try:
            for name, low, high, but, place, closely in self._numbers:
                value = record[name]
                kind = type(value)
                is_plain = (kind is float or kind is int) and low <= value <= high and value not in but
                numbers[place] = value if is_plain else closely(value, seen)
            for name, codes_of, closely, count_place, counts in self._names:
                value = record[name]
                code = None if type(value) is bool else codes_of.get(value)
                codes.append(code := closely(value, seen) if code is None else code)
                if count_place is not None:
                    numbers[count_place] = counts.item(code)
        except (KeyError, TypeError, _ToldError):  # a field is missing, a value is a list, or is worth a note
            return None
        return OneRow(array("f", numbers).tolist(), codes), seen

    def read_many(self, records: Sequence[Mapping[str, Any]]) -> tuple[Blocks, list[Series]] | None:
        """As `read` of several records, column by column; None if one of them must be looked at closely."""
        if not self._is_possible or {self._n_fields} != set(map(len, records)):
            return None
        numbers = np.empty((len(records), self._n_numbers), dtype=np.float32)
        codes = np.empty((len(records), len(self._names)), dtype=np.int32)
        seen: list[Series] = []
        try:
            for number in self._numbers:
                name = number.name
                numbers[:, number.place] = _numbers_of([record[name] for record in records], number, seen)
            for place, column in enumerate(self._names):
                name = column.name
                codes[:, place] = _codes_of([record[name] for record in records], column, seen)
                if column.count_place is not None:
                    numbers[:, column.count_place] = column.counts.take(codes[:, place])
        except (KeyError, TypeError, OverflowError, _ToldError):  # as in `read`; or a number beyond all others
            return None
        return Blocks(numbers, codes), seen


def _numbers_of(values: list[Any], column: _Number, seen: list[Series]) -> NDArray[np.float64]:
    """The numbers of one column; at once where they are plain, else one by one."""
    _, low, high, but, _, closely = column
    if not {int, float}.issuperset(map(type, values)):
        plain = [type(x) in (int, float) and low <= x <= high and x not in but for x in values]
        return np.array([x if fine else closely(x, seen) for x, fine in zip(values, plain, strict=True)])
    numbers = np.array(values, dtype=np.float64)
    fine = (numbers >= low) & (numbers <= high)
    for none in but:
        fine &= numbers != none
    for place in np.flatnonzero(~fine).tolist():
        numbers[place] = closely(values[place], seen)
    return numbers


def _codes_of(values: list[Any], column: _Name, seen: list[Series]) -> list[int]:
    """The codes of one column."""
    get, closely = column.codes.get, column.closely
    if bool in set(map(type, values)):  # true is the number 1 for a dict
        codes = [None if type(value) is bool else get(value) for value in values]
    else:
        codes = list(map(get, values))
    if None not in codes:
        return codes  # type: ignore[return-value]
    return [closely(value, seen) if code is None else code for value, code in zip(values, codes, strict=True)]


def _number(reading: NumberReading, reader: Reader) -> _Number:
    look = _closely(reader, reading.value_of)

    def clipped(value: Any, seen: list[Series]) -> float:
        number: float = look(value, seen)
        return reading.low if number < reading.low else reading.high if number > reading.high else number

    low, high = max(reader.fine_range[0], reading.low), min(reader.fine_range[1], reading.high)
    return _Number(reading.name, low, high, reading.no_numbers | reader.fine_but, reading.place, clipped)


def _name(reading: NameReading, reader: Reader) -> _Name:
    """What the look and the encoder say of each value that may be sent for a name that training knows."""
    levels = reader.field.levels
    numbers = [number for level in levels if abs(number := to_number(level)) <= EXACT]
    codes: dict[Hashable, int] = {
        value: reading.code_of(value) for value in (*levels, *numbers) if reader.look(value) == "fine"
    }
    counts = np.zeros(0, dtype=np.float32) if reading.counts is None else reading.counts
    return _Name(reading.name, codes, _closely(reader, reading.code_of), reading.count_place, counts)


def _closely(reader: Reader, value_of: Callable[[object], Any]) -> Closely:
    def read(value: Any, seen: list[Series]) -> Any:
        state = reader.look(value)
        if state != "fine":
            if state == "wrong" or state in reader.notes:
                raise _ToldError
            seen.append(reader.series[state])
        return value_of(value)

    return read
