"""Columns of Python values, as JSON, Excel and databases give them: what each is, and its values in that type.

Like `_types` for spellings: a column is seen whole before its type is settled. Numbers and flags come typed; text
is taken at its word, but a column of nothing but ISO dates is a column of dates. A column of mixed types is text.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

import pyarrow as pa

from mlwright.data.sources._types import DATES, PLAIN, Spelled, convert, widen

BYTES = {bytes, bytearray, memoryview}
_NUMBERS = {int, float, Decimal}


@dataclass
class Seen:
    """What a column has held so far.

    Parameters
    ----------
    types : set of type
        Python types of its values, without None.
    dates : str or None
        What its text is, if that is dates.
    huge : bool
        Whether a whole number goes beyond 64 bits.
    only_days : bool
        Whether all moments were at midnight, as dates come out of Excel.
    aware : bool
        Whether a moment had a time zone.
    """

    types: set[type] = field(default_factory=set)
    dates: Spelled | None = None
    huge: bool = False
    only_days: bool = True
    aware: bool = False

    def see(self, values: Sequence[Any]) -> None:
        """Take more values into account."""
        types = set(map(type, values)) - {type(None)}
        self.types |= types
        if int in types and not self.huge:
            whole = [value for value in values if type(value) is int]
            self.huge = max(whole) >= 2**63 or min(whole) < -(2**63)
        if self.types == {str} and self.dates != "string":
            self.dates = widen(self.dates, _text_array(values), tried=DATES)
        if datetime in types:
            moments = [value for value in values if type(value) is datetime]
            self.only_days = self.only_days and not any(_clock(moment) for moment in moments)
            self.aware = self.aware or any(moment.tzinfo for moment in moments)

    def kind(self) -> Spelled | None:
        """The narrowest type that fits everything; None if there was no value."""
        if not self.types:
            return None
        if self.types == {bool}:
            return "bool"
        if self.types <= _NUMBERS:
            return "string" if self.huge else "int64" if self.types == {int} else "double"
        if self.types == {timedelta}:
            return "double"
        if self.types <= {date, datetime}:
            return "date" if self.only_days and not self.aware else "instant" if self.aware else "timestamp"
        return self.dates or "string" if self.types == {str} else "string"

    def holds_bytes(self) -> bool:
        """Whether it holds raw bytes, which no model can use."""
        return bool(self.types & BYTES)


def seen_in(
    batches: Iterable[Sequence[Sequence[Any]]], n_columns: int, tick: Callable[[float], None]
) -> tuple[list[Seen], int]:
    """What each column holds in all batches together, and how many rows there are.

    Parameters
    ----------
    batches : iterable of sequence of sequence
        Column by column.
    n_columns : int
    tick : callable
        Called with each batch: whoever waits is told that it goes on, and may end it.
    """
    seen, n_rows = [Seen() for _ in range(n_columns)], 0
    for columns in batches:
        tick(0.0)
        n_rows += len(columns[0])
        for column, values in zip(seen, columns, strict=True):
            column.see(values)
    return seen, n_rows


def array_of(values: Sequence[Any], kind: Spelled | None) -> pa.Array | None:
    """The values in their plain type, or None if one does not fit."""
    try:
        return pa.array(values, PLAIN[kind])  # what Arrow knows itself it converts ten times as fast
    except (pa.ArrowInvalid, pa.ArrowTypeError, UnicodeEncodeError, OverflowError):
        pass
    try:
        return _converted(values, kind)
    except (pa.ArrowInvalid, pa.ArrowTypeError, ValueError, OverflowError, TypeError):
        return None


def _converted(values: Sequence[Any], kind: Spelled | None) -> pa.Array | None:
    if kind in (None, "string"):
        return _text_array([None if value is None else spell(value) for value in values])
    if kind == "double":
        return pa.array([None if value is None else _number(value) for value in values], pa.float64())
    if kind in DATES:
        if any(type(value) is str for value in values):
            return convert(_text_array(values), kind)
        return pa.array([_moment(value) for value in values], PLAIN[kind])
    return None


def spell(value: Any) -> str:
    """A value as text: JSON for what JSON knows, ISO for dates and times.

    >>> spell(True), spell([1, None]), spell(date(2024, 2, 29))
    ('true', '[1, null]', '2024-02-29')
    """
    if isinstance(value, str):
        return value
    if isinstance(value, bool | dict | list | tuple | set):
        return json.dumps(list(value) if isinstance(value, set) else value, ensure_ascii=False, default=spell)
    if isinstance(value, date | time):
        return value.isoformat()
    return str(value)


def _text_array(values: Sequence[Any]) -> pa.Array:
    try:
        return pa.array(values, pa.string())
    except UnicodeEncodeError:  # lone halves of surrogate pairs, which JSON can spell and UTF-8 cannot
        return pa.array([value and value.encode("utf-8", "replace").decode() for value in values], pa.string())


def _number(value: Any) -> float:
    return value.total_seconds() if isinstance(value, timedelta) else float(value)


def _clock(moment: datetime) -> bool:
    return bool(moment.hour or moment.minute or moment.second or moment.microsecond)


def _moment(value: Any) -> Any:
    return datetime(value.year, value.month, value.day) if type(value) is date else value
