"""Which century two-digit years are of."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import date, datetime

import numpy as np

from mlwright.scoring.patterns import is_written

CENTURY = 100
MOST_LOOKED_AT = 5_000
SHORT = 40
"""Years that reach beyond the present are taken for plans (until, due) only if they span no more than this."""


def first_year(short: Collection[int], long: Sequence[int], present: int) -> int:
    """The first of the hundred years that two-digit years stand for.

    Years in four digits of the same column lie in the middle of the hundred years, which do not reach beyond the
    present if those do not. Without them, the hundred years begin after the longest run of years that do not occur,
    in the latest century in which they do not reach beyond the present; a span of up to `SHORT` years may hold it.

    Parameters
    ----------
    short : collection of int
        The two-digit years that occur, 0 to 99.
    long : sequence of int
        Years in four digits of the same column.
    present : int
        The year of the table: the latest in its other columns, else this year.

    >>> first_year({31, 43, 99, 4}, [1935, 1960, 2001], 2020), first_year({40, 55, 69}, [], 2026)
    (1918, 1940)
    >>> first_year({25, 28, 31}, [], 2026), first_year({98, 99, 3, 12}, [], 2026)
    (2025, 1998)
    """
    if long:
        low, high = (int(year) for year in np.quantile(long, [0.01, 0.99], method="nearest"))
        start = (low + high) // 2 - CENTURY // 2
        return start if high > present else min(start, present - CENTURY + 1)
    years = sorted(set(short))
    gaps = [(years[place] - years[place - 1]) % CENTURY or CENTURY for place in range(len(years))]
    begin = years[int(np.argmax(gaps))]
    span = max((year - begin) % CENTURY for year in years)
    start = present - present % CENTURY + begin
    while start > present or (start + span > present and span > SHORT):
        start -= CENTURY
    return start


def century_of(texts: Sequence[str], formats: Iterable[str], others: Sequence[int]) -> int:
    """The first of the hundred years that the two-digit years of a column stand for, by all that is known.

    Parameters
    ----------
    texts : sequence of str
        Its different values.
    formats : iterable of str
        The `strptime` patterns in which they are written.
    others : sequence of int
        The years in other columns of the table.
    """
    short = {year % CENTURY for format in formats if "%y" in format for year in years_in(texts, format)}
    long = [year for format in formats if "%Y" in format for year in years_in(texts, format)]
    present = int(np.quantile(others, 0.99, method="nearest")) if others else date.today().year
    return first_year(short, long, present)


def years_in(texts: Sequence[str], format: str) -> Iterator[int]:
    """The years of the first values that are written in a pattern."""
    for text in texts[:MOST_LOOKED_AT]:
        if is_written(text, format):
            yield datetime.strptime(text, format).year
