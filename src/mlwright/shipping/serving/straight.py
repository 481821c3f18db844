"""One record that holds little else than known names and numbers within their range, looked at and encoded in one pass.

What a value is, for the look and for the encoder, is worked out once for every name when the service starts, and looked
up (see `known`); records of one request that are many are read column by column, by the same rules (see `by_column`). A
record alone of which the caller must be told something is named, to be looked at closely (see `inputs`).
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence
from itertools import repeat
from operator import itemgetter
from typing import Any, Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from mlwright.scoring.blocks import OneRow
from mlwright.scoring.coded_rows import CodedRequest, Form, Odd
from mlwright.scoring.encoder import Encoder
from mlwright.shipping.serving.by_column import ByColumn, ReadMany
from mlwright.shipping.serving.counted import Series
from mlwright.shipping.serving.known import (
    CODE_BITS,
    STATE_BITS,
    STATES,
    KnownName,
    KnownNumber,
    OtherwiseError,
    getter,
    known_number,
    sent_number,
)
from mlwright.shipping.serving.readers import Reader

PLAIN = frozenset({int, float})

UNKNOWN = -2
"""In the place of the code of a value that must be looked at closely; a missing one has -1."""

MOST_FEW = 8
"""Records of one request that are read one by one: what is done once for all of them takes as long as some ten."""

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

    def count(self, found: Series | Literal["told"]) -> None:
        """Count what the state of a value asks for."""
        if found == "told":
            self.is_told = True
        else:
            self.seen.append(found)

    def keep(self, name: int, value: Any) -> None:
        """Keep a name that no code says."""
        self.odd = self.odd or Odd([], [], [])
        self.odd.rows.append(0)
        self.odd.names.append(name)
        self.odd.values.append(value)


NOTHING = Beside()


class ReadOne(NamedTuple):
    """One record encoded, and its numbers as they came."""

    encoded: OneRow
    numbers: Sequence[float]
    beside: Beside


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
        if not self.is_possible:
            return
        numbers, names = encoder.number_readings, encoder.name_readings
        self._number_places = {each.name: each.place for each in numbers}
        self._numbers = [known_number(each, readers[each.name]) for each in numbers]
        self._names = {each.name: KnownName(each, readers[each.name]) for each in names}
        self._known = list(self._names.values())
        self._values = getter([*self._number_places, *self._names])
        self._of_state = [_of_states(readers[name]) for name in (*self._number_places, *self._names)]
        self._ranges = [(place, each.low, each.high) for place, each in enumerate(self._numbers)]
        but = [frozenset(one for one in each.but if each.low <= one <= each.high) for each in self._numbers]
        self._excepted = [(place, each) for place, each in enumerate(but) if each]
        self._codes = [each.fine for each in self._known]
        self._flagged = [place for place, codes in enumerate(self._codes) if 0 in codes or 1 in codes]
        counted = [
            (each.count_place, place, each.counts.tolist())
            for place, each in enumerate(names)
            if each.count_place is not None and each.counts is not None
        ]
        self._counted = [(place, counts) for _, place, counts in counted]
        self._order = _reordered([*self._number_places.values(), *(place for place, *_ in counted)])
        self._by_column = ByColumn(encoder, readers, unused, self._numbers, self._known)
        self._pooled = [
            (place, name, known.spelled.places)
            for place, (name, known) in enumerate(self._names.items())
            if known.spelled.places is not None
        ]

    def form(self, bundle_id: str, classes: Sequence[Any]) -> Form:
        """What the numbers and codes mean that are kept, with the classes that are answered."""
        names = {name: known.spelled.spellings for name, known in self._names.items()}
        return Form(bundle_id, self._n_numbers, self._number_places, names, classes)

    def kept_few(
        self,
        form: Form,
        at: float,
        records: Sequence[Mapping[str, Any]],
        read: Sequence[ReadOne],
        labels: Sequence[Any],
        scores: Sequence[Sequence[float]],
    ) -> CodedRequest:
        """What the log keeps of records that were read one by one, and of the answers to them."""
        codes = [one.encoded.codes for one in read]
        if self._pooled:  # where several names share a code, which of them it was is kept
            codes = [of_one.copy() for of_one in codes]
            for place, name, places in self._pooled:
                for of_one, record in zip(codes, records, strict=True):
                    of_one[place] = places.get(record[name], -1)
        if len(read) == 1:
            one = read[0]
            return form.one(at, one.numbers, codes[0], labels[0], scores[0]), 1, one.beside.odd
        rows = map(form.one, repeat(at), [one.numbers for one in read], codes, labels, scores)
        return b"".join(rows), len(read), _odd_of(read)

    def kept_many(
        self,
        form: Form,
        at: float,
        records: Sequence[Mapping[str, Any]],
        read: ReadMany,
        decided: NDArray[np.float64],
        scores: NDArray[np.float64],
    ) -> CodedRequest:
        """As `kept_few` of records that were read column by column; `decided` as `Form.many` has it."""
        codes = read.encoded.codes
        if self._pooled:
            codes = codes.copy()
            for place, name, places in self._pooled:
                codes[:, place] = [places.get(record[name], -1) for record in records]
        return form.many(at, read.numbers, codes, decided, scores), len(records), read.odd

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
                state, as_read[place] = self._numbers[place].read(value)
                if (found := self._of_state[place][state]) is not None:
                    beside.count(found)
                if type(value) not in PLAIN:
                    as_came[place] = sent_number(value)
            while UNKNOWN in codes:
                place = codes.index(UNKNOWN)
                codes[place] = self._read_name(place, names[place], beside)
        except (KeyError, TypeError, OverflowError, OtherwiseError):  # a field is missing, or a value none of its kind
            return None
        return ReadOne(OneRow(self._arranged(as_read, codes), codes), self._arranged(as_came, codes), beside)

    def _read_name(self, place: int, value: Any, beside: Beside) -> int:
        """The code of a name."""
        name = self._known[place]
        state, code = divmod(name.flag(value) if type(value) is bool else name[value], 1 << CODE_BITS)
        is_odd, state = divmod(state, 1 << STATE_BITS)
        if is_odd:
            beside.keep(place, value)
        if (found := self._of_state[len(self._numbers) + place][state]) is not None:
            beside.count(found)
        return code - 1

    def _strange(self, numbers: Sequence[Any]) -> list[int]:
        """Which of the numbers that came must be looked at closely."""
        if not PLAIN.issuperset(map(type, numbers)):
            return [place for place, number in enumerate(self._numbers) if not _is_fine(number, numbers[place])]
        strange = [place for place, low, high in self._ranges if not low <= numbers[place] <= high]
        if self._excepted:
            strange += [place for place, but in self._excepted if numbers[place] in but]
        return strange

    def _arranged(self, numbers: Sequence[float], codes: Sequence[int]) -> Sequence[float]:
        """Numbers, and those that go with codes, in the order of the encoder."""
        if self._counted:
            numbers = [*numbers, *[counts[codes[place]] for place, counts in self._counted]]
        return numbers if self._order is None else self._order(numbers)

    def read_few(self, records: Sequence[Mapping[str, Any]]) -> list[ReadOne] | None:
        """As `read` of each; None if there are none, or one of them must be looked at closely."""
        found = []
        for record in records:
            if (one := self.read(record)) is None:
                return None
            found.append(one)
        return found or None

    def read_many(self, records: Sequence[Mapping[str, Any]]) -> ReadMany | None:
        """As `read` of several records, with all that callers are told of them."""
        return self._by_column.read(records) if self.is_possible and records else None


def _odd_of(read: Sequence[ReadOne]) -> Odd | None:
    """Names that no code says, of several records of one request."""
    found = [(place, one.beside.odd) for place, one in enumerate(read) if one.beside.odd is not None]
    if not found:
        return None
    rows = [place for place, odd in found for _ in odd.rows]
    return Odd(rows, [n for _, odd in found for n in odd.names], [v for _, odd in found for v in odd.values])


def _reordered(places: Sequence[int]) -> Callable[[Sequence[float]], Sequence[float]] | None:
    """Puts what comes first at the first of these places, and so on; None if it stands there."""
    order = sorted(range(len(places)), key=places.__getitem__)
    return None if order == list(range(len(order))) else itemgetter(*order)


def _is_fine(number: KnownNumber, value: Any) -> bool:
    """Whether a value is taken as it is."""
    return type(value) in PLAIN and number.low <= value <= number.high and value not in number.but


def _of_states(reader: Reader) -> list[Series | Literal["told"] | None]:
    """What each of `STATES` asks for: that the caller is told, or that it is counted, or nothing."""
    return ["told" if state in reader.notes else reader.series.get(state) for state in STATES]
