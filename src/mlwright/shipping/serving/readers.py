"""How the values of one input are read: the state that each is in, and what is said of it."""

from __future__ import annotations

import math
import re
import sys
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, Literal

from mlwright.records.cleaning import ReadNumber
from mlwright.records.contract import Clause, Policy
from mlwright.scoring.moments import to_moment
from mlwright.scoring.quantities import read_quantity
from mlwright.scoring.spelling import canonical, is_missing, to_number
from mlwright.shipping.serving.counted import Series
from mlwright.shipping.serving.fields import describe_limits, describe_range, limits_of, range_of

State = Literal["fine", "missing", "unknown", "below", "above", "beyond", "unlike", "wrong"]
COUNTED: dict[State, str] = {
    "missing": "missing_values_total",
    "unknown": "unknown_names_total",
    "below": "out_of_range_total",
    "above": "out_of_range_total",
    "beyond": "out_of_range_total",
    "unlike": "unlike_pattern_total",
    "wrong": "wrong_values_total",
}
LARGEST = sys.float_info.max
YEAR_S = 366 * 86_400.0
"""Dates go on after training: what is later by no more than a year, or than training is long, is not noted."""
LONGEST_MATCHED = 1_000
"""Longer texts are not held to a pattern: a person's pattern must not be a way to keep the service busy."""


@dataclass(frozen=True)
class Note:
    """Something about one value that was answered all the same."""

    field: str
    state: State
    message: str

    def as_json(self) -> dict[str, str]:
        """What the caller reads."""
        return {"field": self.field, "code": self.state, "message": self.message}


@dataclass(frozen=True)
class Reader:
    """How the values of one field are read.

    Parameters
    ----------
    field : Clause
    expected : str
        What a value must be, for people.
    look : callable
        The state of a value.
    fine_names : frozenset of str
        Texts that are fine without a closer look.
    fine_range : tuple of float
        So are numbers from the first to the second.
    fine_but : frozenset of float
        Numbers in that range that need one all the same.
    """

    field: Clause
    expected: str
    look: Callable[[Any], State]
    fine_names: frozenset[str] = frozenset()
    fine_range: tuple[float, float] = (math.inf, -math.inf)
    fine_but: frozenset[float] = frozenset()

    @cached_property
    def series(self) -> dict[State, Series]:
        """What counts a value, by its state."""
        return {state: (measure, (self.field.name,)) for state, measure in COUNTED.items()}

    @cached_property
    def notes(self) -> dict[State, Note]:
        """The note on a value, by its state, if it deserves one."""
        name = self.field.name
        seen = describe_range(self.field)
        sentences: dict[State, str] = {
            "unknown": f"{name}: a name that training has seen too rarely or never.",
            "below": f"{name}: below the range seen in training ({seen}).",
            "above": f"{name}: above the range seen in training ({seen}).",
            "beyond": f"{name}: beyond the limits of the contract ({describe_limits(self.field)}).",
            "unlike": f"{name}: not of the form that all texts have had.",
            "wrong": f"{name}: not {self.expected}.",
        }
        if not self.field.optional:
            sentences["missing"] = f"{name}: missing, which never happened in training."
        return {state: Note(name, state, sentence) for state, sentence in sentences.items()}

    def policy(self, state: State) -> Policy:
        """What is done with a value in that state; what is only beyond what was seen is noted."""
        found: Policy = getattr(self.field.requests, state, "note")
        return "note" if state == "missing" and self.field.optional else found


def reader_of(item: Clause, cleaned: ReadNumber | None = None) -> Reader:
    """How an input is read; of names that cleaning reads as numbers all are fine that it can read."""
    reader = _plain_reader(item)
    if item.pattern is not None and item.kind not in ("number", "date"):
        reader = replace(reader, look=_pattern_look(reader.look, item.pattern), fine_names=frozenset())
    return reader if cleaned is None else replace(reader, look=_written_look(reader, cleaned))


def _pattern_look(look: Callable[[Any], State], pattern: str) -> Callable[[Any], State]:
    """What is fine otherwise is held to a pattern."""
    matches = re.compile(pattern).fullmatch

    def look_closely(value: Any) -> State:
        state = look(value)
        if state != "fine" or type(value) is not str or len(value) > LONGEST_MATCHED or matches(value):
            return state
        return "unlike"

    return look_closely


def _written_look(reader: Reader, step: ReadNumber) -> Callable[[Any], State]:
    """Numbers that are written as text are new in every record, and no names; what a person has set stays.

    A text that cleaning cannot read, as in a unit of something else, is missing to the model: its caller is told so.
    """
    eased = [state for state in ("unknown", "unlike") if reader.policy(state) == "note"]

    def look_closely(value: Any) -> State:
        state = reader.look(value)
        is_open = state == "fine" and step.typed and type(value) is str and not reader.field.levels
        if state not in eased and not is_open:
            return state
        number = read_quantity(canonical(value) or "", step.decimal, step.units, either=step.either)
        if math.isnan(number):
            return "unlike" if is_open else state
        return "fine"

    return look_closely


def _plain_reader(item: Clause) -> Reader:
    codes = frozenset(item.missing_codes)
    if item.kind == "number":
        low, high = range_of(item)
        fine_range = max(low, -LARGEST), min(high, LARGEST)
        fine_but = frozenset(map(to_number, codes))
        return Reader(item, "a number", _number_look(item, codes), fine_range=fine_range, fine_but=fine_but)
    if item.kind == "date":
        return Reader(item, "a date", _date_look(item, codes))
    if item.kind == "text":
        return Reader(item, "text", _text_look(codes))
    levels = frozenset(item.levels)
    expected = "one name: text, a number, or true or false"
    return Reader(item, expected, _name_look(levels, codes), fine_names=levels - codes)


def _number_look(item: Clause, codes: frozenset[str]) -> Callable[[Any], State]:
    place = _placer(item)
    numbers_of_codes = frozenset(number for code in codes if canonical(number := to_number(code)) == code)

    def look(value: Any) -> State:
        if type(value) is float or type(value) is int:
            if value in numbers_of_codes:
                return "missing"
            return place(float(value))
        if value is None or (isinstance(value, str) and is_missing(value, codes)):
            return "missing"
        return place(to_number(value)) if isinstance(value, str) else "wrong"

    return look


def _date_look(item: Clause, codes: frozenset[str]) -> Callable[[Any], State]:
    place = _placer(item)

    def look(value: Any) -> State:
        if isinstance(value, bool | dict | list):
            return "wrong"
        return "missing" if is_missing(value, codes) else place(to_moment(value, item.date_format))

    return look


def _text_look(codes: frozenset[str]) -> Callable[[Any], State]:
    def look(value: Any) -> State:
        if value is not None and not isinstance(value, str):
            return "wrong"
        return "missing" if is_missing(value, codes) else "fine"

    return look


def _name_look(levels: frozenset[str], codes: frozenset[str]) -> Callable[[Any], State]:
    def look(value: Any) -> State:
        if isinstance(value, dict | list):
            return "wrong"
        spelling = canonical(value)
        if spelling is None or spelling in codes:
            return "missing"
        return "fine" if not levels or spelling in levels else "unknown"

    return look


def _placer(item: Clause) -> Callable[[float], State]:
    low, high = range_of(item)
    least, most = limits_of(item) if item.requests.beyond != "note" else (-math.inf, math.inf)
    usual = high + max(high - low, YEAR_S) if item.kind == "date" else high

    def place(number: float) -> State:
        if low <= number <= high and math.isfinite(number):
            return "fine"
        if not math.isfinite(number):
            return "wrong"
        if not least <= number <= most:
            return "beyond"
        if number < low:
            return "below"
        return "above" if number > usual else "fine"

    return place
