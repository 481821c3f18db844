"""Records that hold little else than known names and numbers within their range, looked at and encoded in one pass.

What the look at such a value finds, and what the encoder reads it as, is worked out once for every name when the
service starts, by the look and the encoder themselves; any other value is handed to both. A record alone of which the
caller must be told something is named, to be looked at closely (see `inputs`); for several see `by_column`.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Hashable, Mapping, Sequence
from functools import lru_cache
from itertools import repeat
from operator import itemgetter
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from mlwright.scoring.blocks import OneRow
from mlwright.scoring.coded_rows import Form, Odd
from mlwright.scoring.encoder import Encoder, NameReading, NumberReading
from mlwright.shipping.serving.by_column import ByColumn, ReadMany
from mlwright.shipping.serving.counters import Series
from mlwright.shipping.serving.known import (
    LONGEST_TEXT,
    MOST_TEXTS,
    Spelled,
    fine_codes,
    getter,
    sent_number,
    spelled_codes,
)
from mlwright.shipping.serving.readers import Reader

PLAIN = frozenset({int, float})

UNKNOWN = -2
"""In the place of the code of a value that must be looked at closely; a missing one has -1."""

UNKNOWNS = repeat(UNKNOWN)
_get: Callable[[Mapping[Hashable, int], Any, int], int] = dict.get  # type: ignore[assignment]


class Beside:
    """What was found in a record beside plain values.

    Attributes
    ----------
    odd : Odd or None
        Names, if there are any.
    seen : list of Series
        What must be counted, unless it is looked at closely.
    is_told : bool
        Whether its caller must be told something, so that it must be looked at closely.
    """

    __slots__ = ("is_told", "odd", "seen")

    def __init__(self) -> None:
        self.odd: Odd | None = None
        self.seen: list[Series] = []
        self.is_told = False


NOTHING = Beside()


class ReadOne(NamedTuple):
    """One record encoded, and its numbers as they came."""

    encoded: OneRow
    numbers: Sequence[float]
    beside: Beside


Closely = Callable[[Any, Beside], Any]
"""Looks at a value, and reads it."""


class _Number(NamedTuple):
    """Where a number is taken as it is, but for some; its place among the numbers; and what reads any other value."""

    name: str
    low: float
    high: float
    but: frozenset[float]
    place: int
    closely: Closely

    def is_fine(self, value: Any) -> bool:
        """Whether it is taken as it is."""
        return type(value) in PLAIN and self.low <= value <= self.high and value not in self.but


class _Name(NamedTuple):
    """The codes of fine texts and numbers; what reads any other value; and the number that goes with each code."""

    name: str
    codes: Mapping[Hashable, int]
    closely: Closely
    count_place: int | None
    counts: NDArray[np.float32]
    spelled: Spelled
    has_flags: bool


class _WrongError(Exception):
    """A value must be refused."""


class Straight:
    """Encodes records, and says of which callers must be told more than the answer.

    Parameters
    ----------
    encoder : Encoder
    readers : mapping of str to Reader
        How every field is looked at.
    unused : sequence of str
        Columns that a record may have beside.
    """

    def __init__(self, encoder: Encoder, readers: Mapping[str, Reader], unused: Sequence[str] = ()) -> None:
        self._n_numbers, self._n_fields = len(encoder.names.numbers), len(readers)
        self.is_possible = encoder.by_value and bool(readers) and set(encoder.inputs) == readers.keys()
        if self.is_possible:
            self._numbers = [_number(each, readers[each.name]) for each in encoder.number_readings]
            self._names = [_name(place, each, readers[each.name]) for place, each in enumerate(encoder.name_readings)]
            self._values = getter([*(each.name for each in self._numbers), *(each.name for each in self._names)])
            self._ranges = [(place, each.low, each.high) for place, each in enumerate(self._numbers)]
            self._excepted = [(place, each.but) for place, each in enumerate(self._numbers) if each.but]
            self._codes = [each.codes for each in self._names]
            self._flagged = [place for place, each in enumerate(self._names) if each.has_flags]
            counted = [
                (each.count_place, place) for place, each in enumerate(self._names) if each.count_place is not None
            ]
            self._counted = [(place, self._names[place].counts.tolist()) for _, place in counted]
            self._order = _reordered([*(each.place for each in self._numbers), *(place for place, _ in counted)])
            self._by_column = ByColumn(encoder, readers, unused)
            self._pooled = [
                (place, each.name, each.spelled.places)
                for place, each in enumerate(self._names)
                if each.spelled.places is not None
            ]

    def form(self, bundle_id: str, classes: Sequence[Any]) -> Form:
        """What the numbers and codes mean that are kept, with the classes that are answered."""
        numbers = {each.name: each.place for each in self._numbers}
        names = {each.name: each.spelled.spellings for each in self._names}
        return Form(bundle_id, self._n_numbers, numbers, names, classes)

    def kept(self, records: Sequence[Mapping[str, Any]], read: ReadOne | ReadMany) -> list[int] | NDArray[np.int32]:
        """The codes as `Coded` has them: where several names share one, which of them it was."""
        if not self._pooled:
            return read.encoded.codes
        codes = read.encoded.codes.copy()
        for place, name, places in self._pooled:
            found = [places.get(record[name], -1) for record in records]
            if isinstance(codes, list):
                codes[place] = found[0]
            else:
                codes[:, place] = found
        return codes

    def read(self, record: Mapping[str, Any]) -> ReadOne | None:
        """The record encoded; None if all of it must be looked at closely, because it will be refused."""
        if not self.is_possible:
            return None
        beside = NOTHING
        if len(record) != self._n_fields:
            beside = Beside()
            beside.is_told = True
        try:
            values = self._values(record)
            numbers, names = values[: len(self._numbers)], values[len(self._numbers) :]
            codes: list[int] = [*map(_get, self._codes, names, UNKNOWNS)]
            for place in self._flagged:
                if type(names[place]) is bool:  # which is the number 1 or 0 for a dict
                    codes[place] = UNKNOWN
            strange = self._strange(numbers)
            if not strange and UNKNOWN not in codes:
                plain = self._arranged(numbers, codes)
                return ReadOne(OneRow(plain, codes), plain, beside)
            beside = Beside() if beside is NOTHING else beside
            as_read, as_came = [*numbers], [*numbers]
            for place in strange:
                value = numbers[place]
                as_read[place] = self._numbers[place].closely(value, beside)
                if type(value) not in PLAIN:
                    as_came[place] = sent_number(value)
            if UNKNOWN in codes:
                for place, name in enumerate(names):
                    if codes[place] == UNKNOWN:
                        codes[place] = self._names[place].closely(name, beside)
        except (KeyError, TypeError, OverflowError, _WrongError):  # a field is missing, or a value is none of its kind
            return None
        return ReadOne(OneRow(self._arranged(as_read, codes), codes), self._arranged(as_came, codes), beside)

    def _strange(self, numbers: Sequence[Any]) -> list[int]:
        """Which of the numbers that came must be looked at closely."""
        if not PLAIN.issuperset(map(type, numbers)):
            return [place for place, number in enumerate(self._numbers) if not number.is_fine(numbers[place])]
        strange = [place for place, low, high in self._ranges if not low <= numbers[place] <= high]
        if self._excepted:
            strange += [place for place, but in self._excepted if numbers[place] in but]
        return strange

    def _arranged(self, numbers: Sequence[float], codes: Sequence[int]) -> Sequence[float]:
        """Numbers, and those that go with codes, in the order of the encoder."""
        if self._counted:
            numbers = [*numbers, *[counts[codes[place]] for place, counts in self._counted]]
        return numbers if self._order is None else self._order(numbers)

    def read_many(self, records: Sequence[Mapping[str, Any]]) -> ReadMany | None:
        """As `read` of several records, with all that callers are told of them."""
        return self._by_column.read(records) if self.is_possible and records else None


def _reordered(places: Sequence[int]) -> Callable[[Sequence[float]], Sequence[float]] | None:
    """Puts what comes first at the first of these places, and so on; None if it stands there."""
    order = sorted(range(len(places)), key=places.__getitem__)
    return None if order == list(range(len(order))) else itemgetter(*order)


def _number(reading: NumberReading, reader: Reader) -> _Number:
    look = _closely(reader, reading.value_of, frozenset(filter(math.isfinite, reading.no_numbers)))

    def clipped(value: Any, beside: Beside) -> float:
        number: float = look(value, beside)
        return reading.low if number < reading.low else reading.high if number > reading.high else number

    low, high = max(reader.fine_range[0], reading.low), min(reader.fine_range[1], reading.high)
    but = frozenset(number for number in reading.no_numbers | reader.fine_but if low <= number <= high)
    return _Number(reading.name, low, high, but, reading.place, clipped)


def _name(place: int, reading: NameReading, reader: Reader) -> _Name:
    """What the look and the encoder say of each value that may be sent for a name that training knows."""
    codes = fine_codes(reading, reader)
    counts = np.zeros(0, dtype=np.float32) if reading.counts is None else reading.counts
    look, none = _closely(reader, reading.code_of, frozenset(reader.field.missing_codes)), reading.code_of(None)
    spelled = spelled_codes(codes, none)
    none_is_odd = spelled.places is None and spelled.spellings[none + 1] is not None

    def kept(value: Any, beside: Beside) -> int:
        code: int = look(value, beside)
        if value is not None or none_is_odd:
            odd = beside.odd = beside.odd or Odd([], [], [])
            odd.rows.append(0)
            odd.names.append(place)
            odd.values.append(value)
        return code

    return _Name(reading.name, codes, kept, reading.count_place, counts, spelled, 0 in codes or 1 in codes)


def _closely(reader: Reader, value_of: Callable[[object], Any], usual: frozenset[Any]) -> Closely:
    """Looks and reads; what may come often, none and the codes for it and short texts, is looked up."""
    look, notes, series = reader.look, reader.notes, reader.series
    known = {value: (look(value), value_of(value)) for value in (None, *usual)}
    of_text = lru_cache(MOST_TEXTS)(lambda text: (look(text), value_of(text)))

    def read(value: Any, beside: Beside) -> Any:
        kind = type(value)
        if kind is str and len(value) <= LONGEST_TEXT:
            found = of_text(value)
        else:
            found = (None if kind is bool else known.get(value)) or (look(value), value_of(value))
        state, read_as = found
        if state == "wrong":
            raise _WrongError
        if state in notes:
            beside.is_told = True
        elif state != "fine":
            beside.seen.append(series[state])
        return read_as

    return read
