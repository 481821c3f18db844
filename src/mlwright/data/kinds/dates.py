"""How dates are written in a column of text."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

from mlwright.data.kinds.names import listed
from mlwright.scoring.moments import is_in_zone, to_moment
from mlwright.scoring.patterns import is_written

_DAYS = listed(
    "%m/%d/%Y %d/%m/%Y %d.%m.%Y %m.%d.%Y %d-%m-%Y %m-%d-%Y %Y/%m/%d %Y.%m.%d %Y-%m-%d "
    "%m/%d/%y %d/%m/%y %d.%m.%y %d-%m-%y %d-%b-%Y %d-%b-%y %b-%d-%Y %b-%Y %b-%y %Y-%m %m/%Y %Y-%b-%d"
)
_DAYS_IN_WORDS = ("%d %b %Y", "%d %B %Y", "%b %d, %Y", "%B %d, %Y", "%b %d %Y", "%B %d %Y", "%B %Y", "%b %Y")
_PERIODS = (
    *listed("%YQ%q %Y-Q%q %Y/Q%q %Y:Q%q Q%q/%Y Q%q-%Y %G-W%V %GW%V W%V/%G %G-KW%V KW%V/%G %G/KW%V %YM%m"),
    *("%Y Q%q", "Q%q %Y", "%G W%V", "KW %V/%G", "%G KW%V"),
)
"""Quarters and weeks are read as their first day."""
_TIMES = ("", " %H:%M", " %H:%M:%S", " %I:%M %p", " %I:%M:%S %p", "T%H:%M:%S", " %H:%M:%S.%f", ", %H:%M", ", %I:%M %p")
_CANDIDATES = (
    *(day + time for day in (*_DAYS, *_DAYS_IN_WORDS) for time in _TIMES),
    "%Y%m%dT%H%M%S",
    "%a %b %d %H:%M:%S %Y",
    "%a, %d %b %Y %H:%M:%S",
    "%d/%b/%Y:%H:%M:%S",
    *_PERIODS,
)
_IN_ZONES = tuple(f"{format} %z" for format in _CANDIDATES if "%H" in format or "%I" in format)
_SIGNS = {f: Counter(re.sub(r"%.|[\w\s]", "", f, flags=re.ASCII)) for f in (*_CANDIDATES, *_IN_ZONES)}
"""By pattern, the signs that whatever it reads must hold: a quick look that spares most of the slow ones."""
DIGITS_ONLY = "%Y%m%d"
GOOD_SHARE = 0.95
ISO = "%Y-%m-%dT%H:%M:%S%z"
_LONGEST = 40
_compact = re.compile(r"(?:1[89]|20)[0-9]{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]|3[01])").fullmatch
_N_FIRST = 8
_N_LOOKED_AT = 500


@dataclass(frozen=True)
class Written:
    """How dates are written.

    Parameters
    ----------
    format : str
        A `strptime` pattern.
    share : float
        Of the values that were looked at, how many it reads.
    other : str or None
        A pattern with day and month the other way round that reads as many.
    """

    format: str
    share: float
    other: str | None = None


def how_written(values: Sequence[str]) -> Written | None:
    """The pattern that reads most of the values; None if they do not look like dates.

    Day and month are told apart by the values above 12; where there are none, ``/`` is read with the month first
    and ``.`` and ``-`` with the day first.

    >>> how_written(["31/01/2020", "02/03/2020"]).format, how_written(["2020-01-31 10:00"]).format
    ('%d/%m/%Y', '%Y-%m-%d %H:%M')
    """
    distinct = list(dict.fromkeys(values))
    looked_at = distinct[:: -(-len(distinct) // _N_LOOKED_AT) or 1]
    if not looked_at or _share(looked_at, could_be_date) < GOOD_SHARE:
        return None
    first = looked_at[:_N_FIRST]
    candidates = _IN_ZONES if any(map(is_in_zone, first)) else _CANDIDATES
    likely = [format for format in candidates if any(_fits(value, format) for value in first)]
    if (iso := _share(looked_at, _reads)) >= GOOD_SHARE:
        return Written(next((f for f in likely if f.startswith("%Y-%m-%d") and "%z" not in f), ISO), iso)
    best: Written | None = None
    for format in likely:
        share = _share(looked_at, partial(_reads, format=format))
        if best is None or share > best.share:
            best = Written(format, share)
        elif share == best.share and format == _turned(best.format):
            best = Written(best.format, share, other=format)
    return best


def _reads(value: str, format: str | None = None) -> bool:
    return not math.isnan(to_moment(value, format))


def _fits(value: str, format: str) -> bool:
    if any(value.count(sign) < n for sign, n in _SIGNS[format].items()):
        return False
    return is_written(value, format)


def could_be_date(value: str) -> bool:
    """Whether a value has few characters, and more than one run of digits or letters with a digit among them."""
    return (
        len(value) <= _LONGEST and re.search(r"\d", value) is not None and len(re.findall(r"\d+|[^\W\d]+", value)) > 1
    )


def is_compact_date(value: str) -> bool:
    """Whether a value is a day of recent centuries in eight digits; among other dates it is no number.

    >>> is_compact_date("20210304"), is_compact_date("20211304")
    (True, False)
    """
    return _compact(value) is not None


def _turned(format: str) -> str:
    """The pattern with day and month the other way round."""
    return format.replace("%d", "%\0").replace("%m", "%d").replace("%\0", "%m")


def _share(values: Sequence[str], test: Callable[[str], bool]) -> float:
    return sum(map(test, values)) / len(values)
