"""Records against the schema of the bundle: what is refused, and what is answered but worth a note."""

from __future__ import annotations

import math
import re
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, Literal

import orjson

from mlwright.core.errors import name_list, nearest
from mlwright.records.bundle import Manifest
from mlwright.records.contract import Clause, Policy
from mlwright.scoring.moments import to_moment
from mlwright.scoring.spelling import canonical, is_missing, to_number
from mlwright.shipping.serving.counters import Series
from mlwright.shipping.serving.fields import describe_limits, describe_range, example_value, limits_of, range_of
from mlwright.shipping.serving.refusals import Refusal, json_type, shown

State = Literal["fine", "missing", "unknown", "below", "above", "beyond", "unlike", "wrong"]
COUNTED: dict[State, str] = {
    "missing": "missing_values_total",
    "unknown": "unknown_names_total",
    "below": "out_of_range_total",
    "above": "out_of_range_total",
    "beyond": "out_of_range_total",
    "unlike": "unlike_pattern_total",
}
TAKEN_AS_MISSING = "taken_as_missing_total"
IGNORED = "ignored_columns_total"
NAME_COMPARED_MAX = 100
LARGEST = sys.float_info.max
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


@dataclass
class Looked:
    """What the records of a request look like.

    Parameters
    ----------
    notes : dict
        The notes of a record, by its place; records without any are left out.
    counts : dict
        How many values were missing, unknown and so on, by the series that counts them (see `counters`).
    hidden : dict
        The fields of a record, by its place, that are to be taken as missing.
    """

    notes: dict[int, list[Note]] = field(default_factory=dict)
    counts: dict[Series, int] = field(default_factory=dict)
    hidden: dict[int, list[str]] = field(default_factory=dict)

    def count(self, series: Series) -> None:
        """One more of it."""
        self.counts[series] = self.counts.get(series, 0) + 1

    def taken(self, records: Sequence[Mapping[str, Any]]) -> Sequence[Mapping[str, Any]]:
        """The records as the model gets them."""
        if not self.hidden:
            return records
        return [
            {**record, **dict.fromkeys(self.hidden[place])} if place in self.hidden else record
            for place, record in enumerate(records)
        ]


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
        }
        if not self.field.optional:
            sentences["missing"] = f"{name}: missing, which never happened in training."
        return {state: Note(name, state, sentence) for state, sentence in sentences.items()}

    def policy(self, state: State) -> Policy:
        """What is done with a value in that state; what is only beyond what was seen is noted."""
        found: Policy = getattr(self.field.requests, state, "note")
        return "note" if state == "missing" and self.field.optional else found


class InputSchema:
    """The fields of a record, in the order of the bundle.

    A record may be a whole row of the table that the model learned from: its other columns (ids, the target, what was
    of no use) are ignored and counted, whatever they hold. A field that this table never had is refused, for it may be
    an input under a wrong name, or the record one of another table.

    Parameters
    ----------
    manifest : Manifest
    """

    def __init__(self, manifest: Manifest) -> None:
        self.readers = {item.name: _reader(item) for item in manifest.inputs}
        self._names = frozenset(self.readers)
        self._unused = frozenset(manifest.unused)
        self._quick = [
            (name, reader.fine_names, *reader.fine_range, reader.fine_but, reader)
            for name, reader in self.readers.items()
        ]

    def look(self, records: Sequence[Mapping[str, Any]], places: Iterable[int] | None = None) -> Looked:
        """Look at every value of every record, or of those at some places, from the first on.

        Raises
        ------
        Refusal
            At the first record that lacks a field, has one that the table never had, or one of a wrong type.
        """
        looked = Looked()
        for place in range(len(records)) if places is None else places:
            record = records[place]
            if record.keys() != self._names:
                self._look_at_names(looked, record, place)
            for name, fine_names, low, high, but, reader in self._quick:
                value = record[name]
                kind = type(value)
                if kind is str:
                    if value in fine_names:
                        continue
                elif (kind is float or kind is int) and low <= value <= high and value not in but:
                    continue
                state = reader.look(value)
                if state != "fine":
                    self._mark(looked, reader, state, place, value)
        return looked

    def _mark(self, looked: Looked, reader: Reader, state: State, place: int, value: object) -> None:
        name = reader.field.name
        if state == "wrong":
            found = json_type(value) if not isinstance(value, str) else "text that cannot be read as such"
            example = orjson.dumps(example_value(reader.field)).decode()
            raise Refusal(
                "wrong_type",
                f"Field {name!r} of record {place} must be {reader.expected}; it is {found}.",
                f"Send something like {example}, or null if it is not known.",
                field=name,
                record=place,
            )
        looked.count(reader.series[state])
        note = reader.notes.get(state)
        if note is None:
            return
        policy = reader.policy(state)
        if policy == "refuse":
            hint = "Mend the value, or send null if it is not known." if state != "missing" else "Send a value."
            raise Refusal("breaks_contract", f"Record {place}, {note.message}", hint, field=name, record=place)
        if policy == "missing":
            looked.hidden.setdefault(place, []).append(name)
            looked.count((TAKEN_AS_MISSING, (name,)))
            note = replace(note, message=f"{note.message} It was taken as missing.")
        looked.notes.setdefault(place, []).append(note)

    def _look_at_names(self, looked: Looked, record: Mapping[str, Any], place: int) -> None:
        """Names other than the inputs alone: ignore columns that came along, refuse what is missing or unknown."""
        ignored = record.keys() & self._unused
        if len(record) - len(ignored) != len(self._names) or not record.keys() >= self._names:
            self._refuse_names(record, place)
        for name in ignored:
            looked.count((IGNORED, (name,)))

    def _refuse_names(self, record: Mapping[str, Any], place: int) -> None:
        unknown = [name for name in record if name not in self._names and name not in self._unused]
        missing = [name for name in self.readers if name not in record]
        if unknown:
            more = f" (and {len(unknown) - 1} more)" if len(unknown) > 1 else ""
            raise Refusal(
                "unknown_field",
                f"Record {place} has the field {shown(unknown[0])}{more}, which the model does not know.",
                self._instead_of(unknown[0], missing),
                field=shown(unknown[0])[1:-1],
                record=place,
            )
        raise Refusal(
            "missing_field",
            f"Record {place} lacks {name_list(map(repr, missing), limit=20)}.",
            "Send every field; one whose value is not known may be null.",
            field=missing[0],
            record=place,
        )

    def _instead_of(self, unknown: str, missing: Sequence[str]) -> str:
        """What to send in place of a field that the model does not know."""
        offers = nearest(unknown[:NAME_COMPARED_MAX], missing or self.readers)
        if offers:
            return f"Did you mean {offers[0]!r}?"
        return f"Leave it out. Known are: {name_list(self.readers, limit=20)}."


def _reader(item: Clause) -> Reader:
    """How an input is read."""
    reader = _plain_reader(item)
    if item.pattern is None or item.kind in ("number", "date"):
        return reader
    return replace(reader, look=_pattern_look(reader.look, item.pattern), fine_names=frozenset())


def _pattern_look(look: Callable[[Any], State], pattern: str) -> Callable[[Any], State]:
    """What is fine otherwise is held to a pattern."""
    matches = re.compile(pattern).fullmatch

    def look_closely(value: Any) -> State:
        state = look(value)
        if state != "fine" or type(value) is not str or len(value) > LONGEST_MATCHED or matches(value):
            return state
        return "unlike"

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

    def place(number: float) -> State:
        if low <= number <= high and math.isfinite(number):
            return "fine"
        if not math.isfinite(number):
            return "wrong"
        if not least <= number <= most:
            return "beyond"
        return "below" if number < low else "above"

    return place
