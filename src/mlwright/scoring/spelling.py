"""The one place that says how a value is spelled, and how text is read as a number; moments have `moments`.

The profile counts spellings, a plan's levels and missing codes are spellings, and a client of the service may
send ``3``, ``3.0`` or ``"3"``: all of them must mean the same. Every rule comes twice, for one Python value
(a request) and for an Arrow array (a table), with the same results.

Numbers as text are read in English notation: ``1,234.5``, ``-3``, ``2e5``, with one currency before or one currency or
percent sign behind (``$1,200``, ``15%`` is 15, ``20 €``, ``1,234.50 EUR``), and ``inf``. A time of the day is a number
of hours (``19:30`` and ``7:30 pm`` are 19.5).
"""

from __future__ import annotations

import math
import re
from collections.abc import Collection
from datetime import date, time, timedelta
from decimal import Decimal
from typing import NamedTuple, cast

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from mlwright.scoring.clock import hours
from mlwright.scoring.distinct import by_distinct, distinct_values, floats, plain_array, quick_and_slow

PLAIN_NUMBER = r"^-?[0-9]{1,25}(\.[0-9]{1,25})?([eE][+-]?[0-9]{1,2})?$"
"""Text that every parser reads in the same way; the quick path of `to_number_array`, in RE2's and Python's words."""

CURRENCIES = (
    r"[$€£¥₹]|EUR|USD|GBP|JPY|CHF|INR|AUD|CAD|NZD|SEK|NOK|DKK|CNY|BRL|MXN|ZAR|PLN|CZK|HUF|RUB|KRW|SGD|HKD|TRY|ILS|AED"
)
WRITTEN_NUMBER = (
    rf"^([+-]?)((?:{CURRENCIES})?) ?([+-]?)"
    r"((?:[0-9]{1,3}(?:,[0-9]{3})+|[0-9]+)(?:\.[0-9]*)?|\.[0-9]+)"
    rf"([eE][+-]?[0-9]{{1,3}})? ?(?:%|{CURRENCIES})?$"
)
INFINITE = r"^[+-]?(?:inf|infinity)$"

_plain_number = re.compile(PLAIN_NUMBER.rstrip("$")).fullmatch
_written_number = re.compile(WRITTEN_NUMBER.rstrip("$")).fullmatch
_infinite = re.compile(INFINITE.rstrip("$"), re.IGNORECASE).fullmatch

_EXACT_INTEGERS = 2.0**53


class Spelled(NamedTuple):
    """An array as its distinct spellings and the place of each row among them.

    Parameters
    ----------
    levels : tuple of str
        In the order in which they first appear.
    places : array of int64, shape (n_rows,)
        -1 where the value is missing.
    """

    levels: tuple[str, ...]
    places: NDArray[np.int64]


def canonical(value: object) -> str | None:
    """The spelling of a value: equal values have equal spellings, whatever type they come in; None if missing.

    >>> [canonical(value) for value in (3, 3.0, "3 ", 0.5, True, "", float("nan"))]
    ['3', '3', '3', '0.5', 'true', None, None]
    """
    if isinstance(value, str):
        return value.strip() or None
    if _is_nothing(value):
        return None
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return _spelled_float(value)
    if isinstance(value, Decimal):
        return _spelled_decimal(value)
    if isinstance(value, date | time):
        return value.isoformat()
    if isinstance(value, bytes):
        return canonical(value.decode("utf-8", "replace"))
    return canonical(str(value))


def spelled(values: pa.ChunkedArray | pa.Array) -> Spelled:
    """The spellings of an array, each distinct value spelled once; see `canonical`."""
    distinct, places = distinct_values(values)
    seen: dict[str, int] = {}
    moved = np.full(len(distinct) + 1, -1, dtype=np.int64)
    for place, value in enumerate(distinct):
        if (spelling := canonical(value)) is not None:
            moved[place] = seen.setdefault(spelling, len(seen))
    return Spelled(tuple(seen), moved[places])


def canonical_array(values: pa.ChunkedArray | pa.Array) -> NDArray[np.object_]:
    """`canonical` of every value; None where missing."""
    levels, places = spelled(values)
    names = np.empty(len(levels) + 1, dtype=object)
    names[:-1] = levels
    return cast("NDArray[np.object_]", names[places])


def is_missing(value: object, codes: Collection[str] = ()) -> bool:
    """Whether a value is missing, by itself or because its spelling is one of `codes`.

    >>> is_missing(" "), is_missing(-1.0, ("-1",)), is_missing(0)
    (True, True, False)
    """
    spelling = canonical(value)
    return spelling is None or spelling in codes


def missing_array(values: pa.ChunkedArray | pa.Array, codes: Collection[str] = ()) -> NDArray[np.bool_]:
    """`is_missing` of every value."""
    is_number = pa.types.is_floating(values.type) or pa.types.is_integer(values.type)
    if is_number and all(canonical(to_number(code)) == code for code in codes):
        numbers = to_number_array(values)
        return np.isnan(numbers) | np.isin(numbers, [to_number(code) for code in codes])
    if not codes and (pa.types.is_temporal(values.type) or pa.types.is_boolean(values.type)):
        return np.asarray(values.is_null(), dtype=bool)
    levels, places = spelled(values)
    flags = np.array([level in codes for level in levels] + [True])
    return cast("NDArray[np.bool_]", flags[places])


def to_number(value: object) -> float:
    """A value as a number; NaN if it is none.

    >>> [to_number(value) for value in ("1,234.5", "$1,200", "15%", "-3", 7, True, "19:30", "n/a")]
    [1234.5, 1200.0, 15.0, -3.0, 7.0, 1.0, 19.5, nan]
    >>> to_number("1,234.50 EUR"), to_number("CHF -20"), to_number("20 PCS")
    (1234.5, -20.0, nan)
    """
    if isinstance(value, str):
        return _read_number(value.strip())
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, timedelta):
        return value.total_seconds()
    if isinstance(value, time):
        return value.hour + value.minute / 60 + (value.second + value.microsecond / 1e6) / 3600
    if isinstance(value, int | float | Decimal):
        return _as_float(value)
    return math.nan


def to_number_array(values: pa.ChunkedArray | pa.Array) -> NDArray[np.float64]:
    """`to_number` of every value."""
    whole = plain_array(values)
    if whole.type == pa.float64():
        return floats(whole)
    if pa.types.is_integer(whole.type) or pa.types.is_floating(whole.type) or pa.types.is_boolean(whole.type):
        return floats(whole.cast(pa.float64(), safe=False))
    if not pa.types.is_large_string(whole.type):
        return by_distinct(whole, to_number)
    plain = pc.fill_null(pc.match_substring_regex(whole, PLAIN_NUMBER), False)
    return quick_and_slow(whole, plain, pa.float64(), to_number)


def _is_nothing(value: object) -> bool:
    """Whether a value is None, NaN, or pandas' NA or NaT."""
    try:
        return value is None or bool(value != value)
    except (TypeError, ValueError):  # NA and arrays do not say whether they equal themselves
        return not hasattr(value, "__len__")


def _as_float(value: int | float | Decimal) -> float:
    try:
        return float(value)
    except OverflowError:
        return math.inf if value > 0 else -math.inf


def _spelled_float(value: float) -> str:
    if value.is_integer() and abs(value) <= _EXACT_INTEGERS:
        return str(int(value))
    return repr(value)


def _spelled_decimal(value: Decimal) -> str:
    return str(int(value)) if value == value.to_integral_value() else format(value.normalize(), "f")


def _read_number(text: str) -> float:
    if _plain_number(text):
        return float(text)
    if match := _written_number(text):
        before, _, after, digits, power = match.groups()
        sign = -1.0 if "-" in (before, after) else 1.0
        return math.nan if before and after else sign * float(digits.replace(",", "") + (power or ""))
    if _infinite(text):
        return -math.inf if text[0] == "-" else math.inf
    return hours(text) if ":" in text else math.nan
