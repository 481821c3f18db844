"""What is known of a field's values: what the look at each finds, and what the encoder reads it as."""

from __future__ import annotations

import math
from collections.abc import Callable, Hashable, Mapping, Sequence
from contextlib import suppress
from functools import lru_cache
from operator import itemgetter
from typing import Any, Final, NamedTuple

from mlwright.scoring.encoder import NameReading, NumberReading
from mlwright.scoring.spelling import canonical, to_number
from mlwright.shipping.serving.readers import Reader, State

MOST_TEXTS, LONGEST_TEXT = 1000, 64
"""Texts that training does not know, of which is remembered what they are, for each field."""

NUMBERS = frozenset({int, float, type(None)})

EXACT = 2**53
"""Whole numbers up to here are spelled alike whether they come with a fraction or without."""

STATES: Final[tuple[State, ...]] = ("fine", "missing", "unknown", "below", "above", "beyond", "unlike")
"""Of values that are answered."""

CODE_BITS, STATE_BITS = 24, 3
"""Of the number that says what a name is, from below: its code and one, its state, and whether no code says it."""

TRUE, FALSE = object(), object()
"""In the place of true and false, which are the numbers 1 and 0 for a dict."""


class OtherwiseError(Exception):
    """A value must be refused, or taken as missing: all of its request is looked at closely then."""


class Spelled(NamedTuple):
    """The spellings of a name, from the code -1 on; and which of them a value has, None where its code says it."""

    spellings: tuple[str | None, ...]
    places: Mapping[Hashable, int] | None


class KnownNumber(NamedTuple):
    """A number that is taken as it is between two limits, but for what may mean a missing one; of all else `read`
    says the state, and what it is read as.
    """

    low: float
    high: float
    but: frozenset[float]
    place: int
    read: Callable[[Any], tuple[int, float]]


class KnownName(dict[Any, int]):
    """What each value of a name is (see `CODE_BITS`): those that training knows, and short texts that came lately.

    Parameters
    ----------
    reading : NameReading
    reader : Reader

    Attributes
    ----------
    fine : dict
        The codes of the values that training knows.
    spelled : Spelled
    has_flags : bool
        Whether true and false must be asked for as `TRUE` and `FALSE`.
    """

    def __init__(self, reading: NameReading, reader: Reader) -> None:
        self._reading, self._reader = reading, reader
        self.fine = fine_codes(reading, reader)
        self.spelled = spelled_codes(self.fine, reading.code_of(None))
        self._lately: list[str] = []
        for value in (*self.fine, None, *reader.field.missing_codes):
            with suppress(OtherwiseError):
                self[value] = self._what(value)
        if reader.field.kind == "boolean":
            with suppress(OtherwiseError):
                self |= {TRUE: self._what(True), FALSE: self._what(False)}
        self.has_flags = TRUE in self or 0 in self or 1 in self

    def __missing__(self, value: Any) -> int:
        if value is TRUE or value is FALSE:
            return self._what(value is TRUE)
        what = self._what(value)
        if type(value) is str and len(value) <= LONGEST_TEXT:
            if len(self._lately) >= MOST_TEXTS:
                lately, self._lately = self._lately, []
                for text in lately:
                    self.pop(text, None)
            self._lately.append(value)
            self[value] = what
        return what

    def flag(self, value: bool) -> int:
        """What true or false is."""
        return self[TRUE if value else FALSE]

    def _what(self, value: Any) -> int:
        state, code = _state(self._reader, value), self._reading.code_of(value)
        return (self._is_odd(value, code) << STATE_BITS | state) << CODE_BITS | code + 1

    def _is_odd(self, value: Any, code: int) -> bool:
        """Whether the log must be told the value itself."""
        spellings, places = self.spelled
        if places is not None:
            return value is not None and (type(value) is bool or value not in places)
        said = spellings[code + 1] if code + 1 < len(spellings) else None
        return canonical(value) != said


def known_number(reading: NumberReading, reader: Reader) -> KnownNumber:
    """What the look and the encoder say of a number; none, what stands for it and short texts are looked up."""

    def what(value: Any) -> tuple[int, float]:
        number = reading.value_of(value)
        number = reading.low if number < reading.low else reading.high if number > reading.high else number
        return _state(reader, value), number

    of_text = lru_cache(MOST_TEXTS)(what)
    known: dict[float | None, tuple[int, float]] = {}
    for none in (None, *filter(math.isfinite, reading.no_numbers)):
        with suppress(OtherwiseError):
            known[none] = what(none)

    def read(value: Any) -> tuple[int, float]:
        kind = type(value)
        if kind is str and len(value) <= LONGEST_TEXT:
            return of_text(value)
        return (None if kind is bool else known.get(value)) or what(value)

    low, high = max(reader.fine_range[0], reading.low), min(reader.fine_range[1], reading.high)
    but = frozenset(filter(math.isfinite, reading.no_numbers | reader.fine_but))
    return KnownNumber(low, high, but, reading.place, read)


def _state(reader: Reader, value: Any) -> int:
    """The place of a value's state.

    Raises
    ------
    OtherwiseError
        If the value is none that is answered as it is.
    """
    state = reader.look(value)
    if state == "wrong" or (state in reader.notes and reader.policy(state) != "note"):
        raise OtherwiseError
    return STATES.index(state)


def spelled_codes(codes: Mapping[Hashable, int], none: int) -> Spelled:
    """By code where no two spellings share one; `none` is the code of a value that is missing."""
    of_spelling = {spelling: code for value, code in codes.items() if (spelling := canonical(value)) is not None}
    spelling_of = {code: spelling for spelling, code in of_spelling.items() if code >= 0}
    if len(spelling_of) == len(of_spelling):
        last = max([none, *spelling_of])
        return Spelled(tuple(spelling_of.get(code) for code in range(-1, last + 1)), None)
    spellings = tuple(of_spelling)
    return Spelled((None, *spellings), {value: spellings.index(str(canonical(value))) for value in codes})


def fine_codes(reading: NameReading, reader: Reader) -> dict[Hashable, int]:
    """The codes of the texts and numbers that may be sent for a name that training knows."""
    levels = reader.field.levels
    numbers = [number for level in levels if abs(number := to_number(level)) <= EXACT]
    return {value: reading.code_of(value) for value in (*levels, *numbers) if reader.look(value) == "fine"}


def getter(names: Sequence[str]) -> Callable[[Mapping[str, Any]], tuple[Any, ...]]:
    """Takes the values of some fields from a record."""
    one = names[0]
    return itemgetter(*names) if len(names) > 1 else lambda record: (record[one],)


def sent_number(value: object) -> float:
    """The number that came, for the log; none if it is none."""
    if type(value) is float or type(value) is int:
        return value
    return math.nan if value is None else to_number(value)
