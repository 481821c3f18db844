"""Times of the day as people write them."""

from __future__ import annotations

import math
import re
from typing import NamedTuple

_TIME = re.compile(
    r"(?<![0-9:.])(?P<hour>[0-9]{1,2}):(?P<minute>[0-9]{2})(?::(?P<second>[0-9]{2}))?"
    r"(?P<mark>\s?(?:[ap]\.?\s?m\.?(?![a-z])|[ap](?![a-z.])))?(?![0-9:])",
    re.IGNORECASE,
)


class Time(NamedTuple):
    """A time of the day as it is written.

    Parameters
    ----------
    hour, minute, second : int
        On a clock of 24 hours where `is_marked`, else as written; no second is 0.
    is_marked : bool
        Whether it says before or after noon.
    mark : str
        What says so, with the blank before it.
    before, behind : str
        What stands beside it.
    has_second, is_padded : bool
        Whether seconds are written, and whether an hour below ten has two digits.
    """

    hour: int
    minute: int
    second: int
    is_marked: bool
    mark: str
    before: str
    behind: str
    has_second: bool
    is_padded: bool


def parse_time(text: str) -> Time | None:
    """The one time of the day that a text holds; None if it holds none, or several.

    >>> parse_time("7:10 p.m.")[:4], parse_time("Dec 02 19:10").before, parse_time("25:00")
    ((19, 10, 0, True), 'Dec 02', None)
    """
    found = list(_TIME.finditer(text))
    if len(found) != 1:
        return None
    match = found[0]
    hour, minute, second = (int(match[part] or 0) for part in ("hour", "minute", "second"))
    mark = match["mark"] or ""
    if minute > 59 or second > 59 or hour > 23 or (mark and not 1 <= hour <= 12):
        return None
    is_afternoon = mark.strip()[:1].casefold() == "p"
    return Time(
        hour % 12 + 12 * is_afternoon if mark else hour,
        minute,
        second,
        bool(mark),
        mark,
        text[: match.start()].strip(),
        text[match.end() :].strip(),
        match["second"] is not None,
        len(match["hour"]) == 2,
    )


def hours(text: str) -> float:
    """A text that is a time of the day and nothing else as hours; NaN if it is not that.

    >>> hours("19:30"), hours("7:30:36 pm"), hours("at 19:30")
    (19.5, 19.51, nan)
    """
    time = parse_time(text)
    if time is None or time.before or time.behind:
        return math.nan
    return time.hour + time.minute / 60 + time.second / 3600


def written_time(time: Time, *, padded: bool, marks: tuple[str, ...], seconds: bool) -> str:
    """A time of the day in one way of writing.

    >>> written_time(parse_time("19:10"), padded=False, marks=(" a.m.", " p.m."), seconds=False)
    '7:10 p.m.'
    """
    hour = (time.hour - 1) % 12 + 1 if marks else time.hour
    told = [f"{hour:02d}" if padded else str(hour), f"{time.minute:02d}", *([f"{time.second:02d}"] if seconds else [])]
    return ":".join(told) + (marks[time.hour >= 12] if marks else "")
