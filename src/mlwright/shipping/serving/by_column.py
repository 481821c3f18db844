"""Records of one request, looked at and encoded column by column.

What a value is, for the look and for the encoder, is looked up in one step (see `known`). What callers are told of odd
values, and what is counted, is put together at the end, and only where there are any.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from itertools import chain
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from mlwright.scoring.blocks import Blocks
from mlwright.scoring.coded_rows import Odd
from mlwright.scoring.encoder import Encoder
from mlwright.shipping.serving.counted import Series
from mlwright.shipping.serving.inputs import IGNORED
from mlwright.shipping.serving.known import (
    CODE_BITS,
    FALSE,
    NUMBERS,
    STATE_BITS,
    STATES,
    TRUE,
    KnownName,
    KnownNumber,
    OtherwiseError,
    getter,
    sent_number,
)
from mlwright.shipping.serving.readers import Reader

Array = NDArray[np.float64]
States = NDArray[np.integer[Any]]
Column = Sequence[Any]
Notes = dict[int, list[dict[str, str]]]
Counts = dict[Series, int]


class ReadMany(NamedTuple):
    """Records of one request.

    Parameters
    ----------
    encoded : Blocks
    numbers : array, shape (n_rows, n_numbers)
        As they came.
    notes : dict
        What callers are told of a record, by its place.
    counts : dict
        How many values were missing, unknown and so on, by the series that counts them.
    odd : Odd or None
        Names that no code says.
    """

    encoded: Blocks
    numbers: Array
    notes: Notes
    counts: Counts
    odd: Odd | None


class ByColumn:
    """Reads the records of one request.

    Parameters
    ----------
    encoder : Encoder
    readers : mapping of str to Reader
        How every field is looked at.
    unused : sequence of str
        Columns that a record may have beside.
    numbers : sequence of KnownNumber
    names : sequence of KnownName
        What is known of their values, in the encoder's order.
    """

    def __init__(
        self,
        encoder: Encoder,
        readers: Mapping[str, Reader],
        unused: Sequence[str],
        numbers: Sequence[KnownNumber],
        names: Sequence[KnownName],
    ) -> None:
        self._unused, fields = frozenset(unused), list(readers)
        self._numbers, self._names = numbers, names
        inputs = [each.name for each in encoder.number_readings] + [each.name for each in encoder.name_readings]
        self._values, self._fields = getter(inputs), np.array([fields.index(name) for name in inputs])
        self._n_numbers, self._n_fields = len(encoder.names.numbers), len(fields)
        self._places = [each.place for each in self._numbers]
        self._low = np.array([each.low for each in self._numbers]).reshape(-1, 1)
        self._high = np.array([each.high for each in self._numbers]).reshape(-1, 1)
        self._but = [(place, but) for place, each in enumerate(self._numbers) for but in each.but]
        self._counted = [
            (each.count_place, place, each.counts)
            for place, each in enumerate(encoder.name_readings)
            if each.count_place is not None and each.counts is not None
        ]
        self._get = [each.__getitem__ for each in self._names]
        self._flags = [place for place, each in enumerate(self._names) if each.has_flags]
        kinds = [(reader, state) for reader in readers.values() for state in STATES]
        self._series = [reader.series.get(state) for reader, state in kinds]
        notes = [reader.notes.get(state) for reader, state in kinds]
        self._notes = [{} if note is None else note.as_json() for note in notes]
        self._is_noted = np.array([note is not None for note in notes])

    def read(self, records: Sequence[Mapping[str, Any]]) -> ReadMany | None:
        """The records encoded; None if all of them must be looked at closely, because one is not answered as it is."""
        notes: Notes = defaultdict(list)
        counts: Counts = {}
        try:
            if {self._n_fields} != set(map(len, records)):
                self._count_ignored(records, counts)
            columns = list(zip(*map(self._values, records), strict=True))
            numbers, names = columns[: len(self._numbers)], columns[len(self._numbers) :]
            states = np.zeros((len(columns), len(records)), dtype=np.uint8)
            sent, read = self._read_numbers(numbers, states)
            whats = self._look_up(names, len(records))
        except (KeyError, TypeError, OverflowError, OtherwiseError):  # a field is missing, or a value none of its kind
            return None
        codes, odd = (whats & ((1 << CODE_BITS) - 1)) - 1, None
        states[len(numbers) :] = whats >> CODE_BITS
        if states.any():
            odd = _odd(states[len(numbers) :] >> STATE_BITS, names)
            self._tell(states & ((1 << STATE_BITS) - 1), notes, counts)
        for count_place, place, of_code in self._counted:
            sent[count_place] = read[count_place] = of_code.take(codes[place])
        blocks = Blocks(read.T.astype(np.float32, order="C"), np.ascontiguousarray(codes.T))
        return ReadMany(blocks, sent.T, notes, counts, odd)

    def _count_ignored(self, records: Sequence[Mapping[str, Any]], counts: Counts) -> None:
        """Count columns that came along."""
        for record in records:
            ignored = record.keys() & self._unused
            if len(record) - len(ignored) != self._n_fields:
                raise OtherwiseError
            for name in ignored:
                counts[IGNORED, (name,)] = counts.get((IGNORED, (name,)), 0) + 1

    def _read_numbers(self, columns: Sequence[Column], states: States) -> tuple[Array, Array]:
        """The numbers as they came and as they are read, both of shape (n_numbers, n_rows); marks their states."""
        sent = np.full((self._n_numbers, states.shape[1]), math.nan)
        if not columns:
            return sent, sent
        plain = NUMBERS.issuperset(map(type, chain.from_iterable(columns)))
        values = np.array(columns if plain else [list(map(sent_number, column)) for column in columns], dtype=float)
        odd = ~((values >= self._low) & (values <= self._high))
        sent[self._places] = values
        read = sent.copy()
        for place, but in self._but:
            is_but = values[place] == but
            odd[place] |= is_but
            if plain and is_but.any():
                number = self._numbers[place]
                states[place, is_but], value = number.read(but)
                if value != but:  # else it stays as it came, which may be -0.0
                    read[number.place, is_but] = value
                odd[place] &= ~is_but
        if not plain:
            odd |= [[type(value) not in NUMBERS for value in column] for column in columns]
        for place, row in np.argwhere(odd).tolist():
            number = self._numbers[place]
            states[place, row], read[number.place, row] = number.read(columns[place][row])
        return sent, read

    def _look_up(self, columns: Sequence[Column], n_rows: int) -> NDArray[np.int32]:
        """What each name is, shape (n_names, n_rows)."""
        asked = list(columns)
        for place in self._flags:
            if bool in set(map(type, columns[place])):
                asked[place] = [_key(value) for value in columns[place]]
        found = chain.from_iterable(map(map, self._get, asked))
        return np.fromiter(found, np.int32, n_rows * len(asked)).reshape(len(asked), n_rows)

    def _tell(self, states: States, notes: Notes, counts: Counts) -> None:
        """Count the states of all values, and add what callers are told of them, field by field."""
        of_fields = np.zeros((self._n_fields, states.shape[1]), dtype=np.uint8)
        of_fields[self._fields] = states
        fields, rows = np.nonzero(of_fields)
        kinds = fields * len(STATES) + of_fields[fields, rows]
        for kind, n_values in Counter(kinds.tolist()).items():
            if (series := self._series[kind]) is not None:
                counts[series] = counts.get(series, 0) + n_values
        is_noted = self._is_noted.take(kinds)
        for row, kind in zip(rows[is_noted].tolist(), kinds[is_noted].tolist(), strict=True):
            notes[row].append(self._notes[kind])


def _key(value: Any) -> Any:
    """By what a value is looked up."""
    return value if type(value) is not bool else TRUE if value else FALSE


def _odd(is_odd: States, columns: Sequence[Column]) -> Odd | None:
    """Names that no code says, column by column."""
    names, rows = (each.tolist() for each in np.nonzero(is_odd))
    return Odd(rows, names, [columns[name][row] for name, row in zip(names, rows, strict=True)]) if rows else None
