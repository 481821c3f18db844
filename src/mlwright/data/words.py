"""Numbers and names as words of a sentence."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime, timedelta

DAYS_FROM = 60
YEARS = 1500, 2200
"""Numbers between them may be years."""


def percent(share: float) -> str:
    """A share in per cent, with as many digits as tell it from 0 and 100.

    >>> percent(0.0421), percent(0.5), percent(0.00004), percent(0.99996), percent(-0.098)
    ('4.2 %', '50 %', '0.004 %', '99.996 %', '-9.8 %')
    """
    value = 100 * share
    edge = min(abs(value), abs(100 - value))
    digits = 0 if edge >= 9.95 or edge < 1e-6 else max(1, -math.floor(math.log10(edge)))
    return f"{value if edge >= 1e-6 else round(value):.{digits}f} %"


def figure(value: float) -> str:
    """A number with four digits that matter, thousands apart.

    >>> figure(12345.678), figure(0.012345), figure(3.0)
    ('12,346', '0.01235', '3')
    """
    if value == 0 or not math.isfinite(value):
        return f"{value:g}"
    digits = max(0, 3 - math.floor(math.log10(abs(value))))
    text = f"{value:,.{digits}f}"
    if digits > 8:
        return f"{value:.4g}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def told_size(n_bytes: int) -> str:
    """A size with three digits that matter, in the units that settings take.

    >>> told_size(2144), told_size(3867408)
    ('2.14 kB', '3.87 MB')
    """
    for unit, many in (("GB", 1e9), ("MB", 1e6), ("kB", 1e3)):
        if n_bytes >= many:
            return f"{n_bytes / many:.3g} {unit}"
    return f"{n_bytes} bytes"


def counted(n: int, noun: str, plural: str | None = None) -> str:
    """A count with its noun.

    >>> counted(1, "row"), counted(1200, "row"), counted(2, "entry", "entries")
    ('1 row', '1,200 rows', '2 entries')
    """
    return f"{n:,} {noun if n == 1 else plural or noun + 's'}"


def listing(parts: Iterable[str], limit: int = 5) -> str:
    """Parts of a sentence in a row, the first `limit` of them.

    >>> listing(["a", "b", "c"]), listing(["a", "b", "c"], limit=1)
    ('a, b and c', 'a and 2 more')
    """
    everything = list(parts)
    shown = everything[:limit]
    if len(everything) > limit:
        shown.append(f"{len(everything) - limit} more")
    return shown[0] if len(shown) == 1 else f"{', '.join(shown[:-1])} and {shown[-1]}"


def quoted(values: Sequence[str], limit: int = 3) -> str:
    """Values in quotes, each cut to a readable length.

    >>> quoted(["Yes", "yes "])
    "'Yes' and 'yes '"
    """
    return listing((f"'{shortened(value)}'" for value in values), limit)


def named(names: Sequence[str]) -> str:
    """Names of columns, all of them.

    >>> named(["shop", "till"])
    "'shop' and 'till'"
    """
    return listing((f"'{name}'" for name in names), len(names))


def told_apart(labels: Sequence[str]) -> list[str]:
    """Labels of which none is another; the second of a kind gets a number.

    >>> told_apart(["a", "b", "a"])
    ['a', 'b', 'a (2)']
    """
    seen: dict[str, int] = {}
    found = []
    for label in labels:
        seen[label] = seen.get(label, 0) + 1
        found.append(label if seen[label] == 1 else f"{label} ({seen[label]})")
    return found


def shortened(text: str, limit: int = 40) -> str:
    """Text of at most `limit` characters."""
    return text if len(text) <= limit else text[: limit - 1] + "…"


def day(seconds: float) -> str:
    """A moment in seconds since 1970 as its day.

    >>> day(86400.0)
    '1970-01-02'
    """
    return minute(seconds)[:10]


def minute(seconds: float) -> str:
    """A moment in seconds since 1970, to the minute; the nearest there is where the calendar ends.

    >>> minute(86460.0), minute(1e15)
    ('1970-01-02 00:01', '9999-12-31 23:59')
    """
    try:
        moment = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=seconds)
    except OverflowError:
        moment = datetime.max if seconds > 0 else datetime.min
    return moment.isoformat(" ")[:16]


def moment_spelling(low: float, high: float) -> Callable[[float], str]:
    """How to spell moments of a range: by the day, or by the minute where the range is short.

    >>> moment_spelling(0.0, 1e9)(86460.0), moment_spelling(0.0, 1e5)(86460.0)
    ('1970-01-02', '1970-01-02 00:01')
    """
    return day if high - low > DAYS_FROM * 86_400 else minute


def number_spelling(low: float | None, high: float | None) -> Callable[[float], str]:
    """How to spell the numbers of a range: years without a mark between the thousands.

    >>> number_spelling(1872, 2010)(1950.0), number_spelling(0, 4000)(1950.0)
    ('1950', '1,950')
    """
    is_year = low is not None and high is not None and YEARS[0] <= low <= high <= YEARS[1]
    return (lambda value: f"{value:.0f}" if value == int(value) else figure(value)) if is_year else figure
