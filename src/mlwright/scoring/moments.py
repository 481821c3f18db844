"""How a value is read as a moment: seconds since 1970.

Moments as text are read in ISO 8601 (``2020-01-31``, ``2020-01-31 10:00``, ``2020-01-31T10:00:00.5+01:00``,
``2020-01-31 10:00 CET``), else by a `strptime` pattern; a moment without a zone counts as UTC. A pattern may say which
hundred years its two-digit years are of: ``%d/%m/%y from 1926``. It knows quarters (``%Y-Q%q``) and weeks without a day
(``%G-W%V``), which are read as their first day, and zones by their names (``%z`` at its end). Every rule comes twice,
as in `mlwright.scoring.spelling`: for one value and for an array.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from mlwright.scoring.distinct import by_distinct, floats, plain_array, quick_and_slow
from mlwright.scoring.spelling import canonical

ISO_MOMENT = (
    r"^[0-9]{4}-[0-9]{2}-[0-9]{2}"
    r"(?:[T ][0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]{1,9})?)?(?: ?(?:Z|[A-Z]{3,4}|[+-][0-9]{2}(?::?[0-9]{2})?))?)?$"
)
_PLAIN_ISO = r"^[12][0-9]{3}-[0-9]{2}-[0-9]{2}([T ][0-9]{2}:[0-9]{2}:[0-9]{2})?$"
ZONES = {
    **{
        "UTC": 0,
        "GMT": 0,
        "WET": 0,
        "WEST": 1,
        "BST": 1,
        "CET": 1,
        "CEST": 2,
        "MEZ": 1,
        "MESZ": 2,
        "EET": 2,
        "EEST": 3,
    },
    **{"EST": -5, "EDT": -4, "CST": -6, "CDT": -5, "MST": -7, "MDT": -6, "PST": -8, "PDT": -7, "JST": 9},
}
"""Hours from UTC, by the names of zones that mean one thing in most tables."""
_named_zone = re.compile(rf"(.*?) ?({'|'.join(ZONES)})").fullmatch
_zoned = re.compile(
    rf"(.*[0-9]:[0-9]{{2}}(?:\.[0-9]+)?(?: ?[AaPp][Mm])?) ?"
    rf"(?:(?:GMT|UTC)?([+-])([0-9]{{1,2}})(?::?([0-9]{{2}}))?|(Z|{'|'.join(ZONES)}))"
).fullmatch
_iso_moment = re.compile(ISO_MOMENT.rstrip("$")).fullmatch
_with_century = re.compile(r"(.*%y.*) from ([0-9]{4})", re.DOTALL).fullmatch
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


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
    whole = plain_array(values)
    if pa.types.is_date(whole.type):
        whole = whole.cast(pa.timestamp("us"))
    if pa.types.is_timestamp(whole.type):
        ticks = whole.cast(pa.timestamp("us", tz=whole.type.tz), safe=False).cast(pa.int64())
        return floats(ticks.cast(pa.float64(), safe=False)) / 1e6

    def read(value: object) -> float:
        return to_moment(value, format)

    if not pa.types.is_large_string(whole.type):
        return by_distinct(whole, read)
    plain = pc.fill_null(pc.match_substring_regex(whole, _PLAIN_ISO), False)
    return quick_and_slow(whole, plain, pa.timestamp("us"), read)


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
        moment = _read_pattern(text, self.pattern)
        return moment if self.first_year is None else in_century(moment, self.first_year)


def _read_pattern(text: str, pattern: str) -> datetime:
    if "%q" in pattern:
        found = _quarters(pattern)(text)
        if found is None:
            raise ValueError(text)
        return datetime(int(found["Y"]), 3 * int(found["q"]) - 2, 1)
    if "%V" in pattern:
        return datetime.strptime(f"{text} 1", f"{pattern} %u")
    return datetime.strptime(with_offset(text) if pattern.endswith("%z") else text, pattern)


@lru_cache(maxsize=64)
def _quarters(pattern: str) -> Callable[[str], re.Match[str] | None]:
    parts = re.escape(pattern).replace("%Y", "(?P<Y>[1-9][0-9]{3})").replace("%q", "(?P<q>[1-4])")
    return re.compile(parts, re.IGNORECASE).fullmatch


def write_moment(moment: datetime, pattern: str) -> str:
    """A moment in a pattern.

    >>> write_moment(datetime(2024, 5, 6), "%Y-Q%q"), write_moment(datetime(2024, 5, 6, 9), "%d.%m.%Y %H:%M %z")
    ('2024-Q2', '06.05.2024 09:00 +0000')
    """
    offset = moment.strftime("%z") or "+0000"
    return moment.strftime(pattern.replace("%q", str((moment.month + 2) // 3)).replace("%z", offset))


def in_century(moment: datetime, first_year: int) -> datetime | None:
    """A moment in the hundred years from a year on; None for a 29th of February that they do not have.

    >>> in_century(datetime(2043, 5, 1), 1918)
    datetime.datetime(1943, 5, 1, 0, 0)
    """
    try:
        return moment.replace(year=first_year + (moment.year - first_year) % 100)
    except ValueError:
        return None


def with_offset(text: str) -> str:
    """A time whose zone is written as ``%z`` has it, whichever way it names it.

    >>> with_offset("1/2/2024 9:14 AM GMT+1"), with_offset("02.01.2024 10:30 CET"), with_offset("02/Jan/2024:10:30:00Z")
    ('1/2/2024 9:14 AM +0100', '02.01.2024 10:30 +0100', '02/Jan/2024:10:30:00 +0000')
    >>> with_offset("01-02-2024")
    '01-02-2024'
    """
    if (found := _zoned(text)) is None:
        return text
    time, sign, hours, minutes, name = found.groups()
    if name is not None:
        return f"{time} {ZONES.get(name, 0):+03d}00"
    return f"{time} {sign}{int(hours):02d}{minutes or '00'}"


def is_in_zone(text: str) -> bool:
    """Whether a time of the day with a zone stands at the end: ``9:14 AM GMT+1``."""
    return _zoned(text) is not None


def _zone(text: str) -> str:
    """With an offset where a zone is named.

    >>> _zone("2024-02-29 10:30 CET"), _zone("2024-02-29T10:30Z")
    ('2024-02-29 10:30+01:00', '2024-02-29T10:30Z')
    """
    named = _named_zone(text)
    return text if named is None else f"{named[1]}{ZONES[named[2]]:+03d}:00"


def _read_moment(text: str | None, format: str | None) -> datetime | None:
    if text is None:
        return None
    try:
        if _iso_moment(text):
            return datetime.fromisoformat(_zone(text.replace(" +", "+").replace(" -", "-").replace(" Z", "Z")))
        return DatePattern.of(format).read(text) if format else None
    except (ValueError, OverflowError):
        return None
