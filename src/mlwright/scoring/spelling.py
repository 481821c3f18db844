"""The one place that says how a value is spelled, and how text is read as a number or a moment.

The profile counts spellings, a plan's levels and missing codes are spellings, and a client of the service may
send ``3``, ``3.0`` or ``"3"``: all of them must mean the same. Every rule comes twice, for one Python value
(a request) and for an Arrow array (a table), with the same results.

Numbers as text are read in English notation: ``1,234.5``, ``-3``, ``2e5``, with one currency sign before or one
currency or percent sign behind (``$1,200``, ``15%`` is 15, ``20 €``), and ``inf``. Moments as text are read in
ISO 8601 (``2020-01-31``, ``2020-01-31 10:00``, ``2020-01-31T10:00:00.5+01:00``), else by a `strptime` pattern;
a moment without a zone counts as UTC. A pattern may say which hundred years its two-digit years are of:
``%d/%m/%y from 1926``.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Collection
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from functools import lru_cache
from typing import Any, NamedTuple, cast

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

PLAIN_NUMBER = r"^-?[0-9]{1,25}(\.[0-9]{1,25})?([eE][+-]?[0-9]{1,2})?$"
"""Text that every parser reads in the same way; the quick path of `to_number_array`, in RE2's and Python's words."""

WRITTEN_NUMBER = (
    r"^([+-]?)([$€£¥₹]?) ?([+-]?)"
    r"((?:[0-9]{1,3}(?:,[0-9]{3})+|[0-9]+)(?:\.[0-9]*)?|\.[0-9]+)"
    r"([eE][+-]?[0-9]{1,3})? ?[%$€£¥₹]?$"
)
INFINITE = r"^[+-]?(?:inf|infinity)$"
ISO_MOMENT = (
    r"^[0-9]{4}-[0-9]{2}-[0-9]{2}"
    r"(?:[T ][0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]{1,9})?)?(?: ?(?:Z|[+-][0-9]{2}(?::?[0-9]{2})?))?)?$"
)

_PLAIN_ISO = r"^[12][0-9]{3}-[0-9]{2}-[0-9]{2}([T ][0-9]{2}:[0-9]{2}:[0-9]{2})?$"
_plain_number = re.compile(PLAIN_NUMBER.rstrip("$")).fullmatch
_written_number = re.compile(WRITTEN_NUMBER.rstrip("$")).fullmatch
_infinite = re.compile(INFINITE.rstrip("$"), re.IGNORECASE).fullmatch
_iso_moment = re.compile(ISO_MOMENT.rstrip("$")).fullmatch
_with_century = re.compile(r"(.*%y.*) from ([0-9]{4})", re.DOTALL).fullmatch

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
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

    >>> [to_number(value) for value in ("1,234.5", "$1,200", "15%", "-3", 7, True, "n/a")]
    [1234.5, 1200.0, 15.0, -3.0, 7.0, 1.0, nan]
    """
    if isinstance(value, str):
        return _read_number(value.strip())
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, timedelta):
        return value.total_seconds()
    if isinstance(value, int | float | Decimal):
        return _as_float(value)
    return math.nan


def to_number_array(values: pa.ChunkedArray | pa.Array) -> NDArray[np.float64]:
    """`to_number` of every value."""
    whole = _plain_array(values)
    if pa.types.is_integer(whole.type) or pa.types.is_floating(whole.type) or pa.types.is_boolean(whole.type):
        return _floats(whole.cast(pa.float64(), safe=False))
    if not pa.types.is_large_string(whole.type):
        return _by_distinct(whole, to_number)
    plain = pc.fill_null(pc.match_substring_regex(whole, PLAIN_NUMBER), False)
    return _quick_and_slow(whole, plain, pa.float64(), to_number)


def to_moment(value: object, format: str | None = None) -> float:
    """A value as seconds since 1970; NaN if it is no moment.

    Parameters
    ----------
    value : object
        A date, a moment, or text; a number is read as its digits (``20200131`` with ``"%Y%m%d"``).
    format : str, optional
        The `strptime` pattern of text that is not ISO 8601; see `DatePattern`.

    >>> to_moment("1970-01-02"), to_moment("02/01/1970", "%d/%m/%Y"), to_moment("soon")
    (86400.0, 86400.0, nan)
    >>> to_moment("02/01/70", "%d/%m/%y from 1990") == to_moment("2070-01-02")
    True
    """
    moment = value if isinstance(value, date) else _read_moment(canonical(value), format)
    if moment is None or moment != moment:
        return math.nan
    if not isinstance(moment, datetime):
        moment = datetime(moment.year, moment.month, moment.day, tzinfo=UTC)
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return ((moment - _EPOCH) // _MICROSECOND) / 1e6


def to_moment_array(values: pa.ChunkedArray | pa.Array, format: str | None = None) -> NDArray[np.float64]:
    """`to_moment` of every value."""
    whole = _plain_array(values)
    if pa.types.is_date(whole.type):
        whole = whole.cast(pa.timestamp("us"))
    if pa.types.is_timestamp(whole.type):
        ticks = whole.cast(pa.timestamp("us", tz=whole.type.tz), safe=False).cast(pa.int64())
        return _floats(ticks.cast(pa.float64(), safe=False)) / 1e6

    def read(value: object) -> float:
        return to_moment(value, format)

    if not pa.types.is_large_string(whole.type):
        return _by_distinct(whole, read)
    plain = pc.fill_null(pc.match_substring_regex(whole, _PLAIN_ISO), False)
    return _quick_and_slow(whole, plain, pa.timestamp("us"), read)


class DatePattern(NamedTuple):
    """A `strptime` pattern, and which hundred years its two-digit years are of.

    Parameters
    ----------
    pattern : str
    first_year : int or None
        The first of the hundred years; None where years have four digits, and for 1969.
    """

    pattern: str
    first_year: int | None

    @staticmethod
    @lru_cache(maxsize=1024)
    def of(format: str) -> DatePattern:
        """The parts of a pattern as it is written.

        >>> DatePattern.of("%d/%m/%y from 1926"), DatePattern.of("%d/%m/%y").first_year
        (DatePattern(pattern='%d/%m/%y', first_year=1926), None)
        """
        found = _with_century(format)
        return DatePattern(found[1], int(found[2])) if found else DatePattern(format, None)

    def written(self) -> str:
        """Both parts as one text."""
        return self.pattern if self.first_year is None else f"{self.pattern} from {self.first_year:04d}"

    def read(self, text: str) -> datetime | None:
        """A moment; None for a 29th of February that the hundred years do not have.

        Raises
        ------
        ValueError
            If the text is not written like this.
        """
        moment = datetime.strptime(text, self.pattern)
        return moment if self.first_year is None else in_century(moment, self.first_year)


def in_century(moment: datetime, first_year: int) -> datetime | None:
    """A moment in the hundred years from a year on; None for a 29th of February that they do not have.

    >>> in_century(datetime(2043, 5, 1), 1918)
    datetime.datetime(1943, 5, 1, 0, 0)
    """
    try:
        return moment.replace(year=first_year + (moment.year - first_year) % 100)
    except ValueError:
        return None


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
    return math.nan


def _read_moment(text: str | None, format: str | None) -> datetime | None:
    if text is None:
        return None
    try:
        if _iso_moment(text):
            return datetime.fromisoformat(text.replace(" +", "+").replace(" -", "-").replace(" Z", "Z"))
        return DatePattern.of(format).read(text) if format else None
    except (ValueError, OverflowError):
        return None


def _plain_array(values: pa.ChunkedArray | pa.Array) -> pa.Array:
    """One array; strings of every sort as large strings, dictionaries taken apart, no type at all as strings."""
    whole = values.combine_chunks() if isinstance(values, pa.ChunkedArray) else values
    if isinstance(whole, pa.ChunkedArray):
        whole = pa.concat_arrays(whole.chunks)
    if pa.types.is_dictionary(whole.type):
        whole = whole.cast(whole.type.value_type)
    if pa.types.is_string(whole.type) or pa.types.is_string_view(whole.type) or pa.types.is_null(whole.type):
        whole = whole.cast(pa.large_string())
    if pa.types.is_timestamp(whole.type) and whole.type.unit == "ns":
        whole = whole.cast(pa.timestamp("us", tz=whole.type.tz), safe=False)
    return whole


def distinct_values(values: pa.ChunkedArray | pa.Array) -> tuple[list[Any], NDArray[np.int64]]:
    """The distinct values as Python sees them, and the place of each row among them; -1 for null."""
    whole = _plain_array(values)
    if pa.types.is_nested(whole.type):
        found = whole.to_pylist()
        return found, np.arange(len(found))
    coded = whole.dictionary_encode()
    indices = pc.fill_null(coded.indices, -1) if coded.null_count else coded.indices
    return coded.dictionary.to_pylist(), indices.to_numpy(zero_copy_only=False).astype(np.int64)


def _by_distinct(values: pa.Array, read: Callable[[object], float]) -> NDArray[np.float64]:
    """`read` of every value, each distinct one read once."""
    distinct, places = distinct_values(values)
    found = np.array([*map(read, distinct), math.nan])
    return cast("NDArray[np.float64]", found[places])


def _quick_and_slow(
    values: pa.Array, plain: pa.Array, quick: pa.DataType, read: Callable[[object], float]
) -> NDArray[np.float64]:
    """The plain values by Arrow's own cast, the rest one by one."""
    try:
        cast_plain = pc.if_else(plain, values, None).cast(quick)
    except pa.ArrowInvalid:
        return _by_distinct(values, read)
    if pa.types.is_timestamp(quick):
        numbers = _floats(cast_plain.cast(pa.int64()).cast(pa.float64(), safe=False)) / 1e6
    else:
        numbers = _floats(cast_plain)
    rest = ~plain.to_numpy(zero_copy_only=False)
    if rest.any():
        numbers[rest] = _by_distinct(values.filter(pa.array(rest)), read)
    return numbers


def _floats(values: pa.Array) -> NDArray[np.float64]:
    """Floats with NaN for null, free to be written to."""
    return np.array(values.to_numpy(zero_copy_only=False), dtype=np.float64)
