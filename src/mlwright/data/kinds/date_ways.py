"""The ways in which the dates of one column are written."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from mlwright.data.kinds.dates import DIGITS_ONLY, GOOD_SHARE, Written, could_be_date, how_written, is_compact_date
from mlwright.scoring.moments import to_moment
from mlwright.scoring.patterns import is_written
from mlwright.scoring.spelling import to_number

MAX_FORMATS = 5
MOST_ARE_WORDS = 0.5
"""Where more than this share of a column are no numbers, days in eight digits among them are read as days."""

OUTSIDE = 0.5
"""Day and month are not turned round if that puts more than so many dates out of the range of the others."""

LEAST_OF_A_FORMAT = 0.002


@dataclass(frozen=True)
class DateWays:
    """The formats of a column, the most frequent first.

    Parameters
    ----------
    formats : list of str
        `strptime` patterns.
    n_rows : list of int
        The rows that each of them reads first.
    unread : list of str
        Values that none of them reads.
    """

    formats: list[str]
    n_rows: list[int]
    unread: list[str]


def date_ways(counts: Mapping[str, int]) -> DateWays | None:
    """The ways in which the dates of a column are written; None if most values are no dates.

    A second way whose values do not tell day and month apart is read in the order of the first, or, where that has
    none, in the order that puts all of them between its days if the other puts most of them outside.

    Parameters
    ----------
    counts : mapping of str to int
        How many rows hold each value.
    """
    n_known = sum(counts.values())
    left = [name for name in counts if math.isnan(to_number(name))]
    if sum(counts[name] for name in left) > MOST_ARE_WORDS * n_known:
        left += [name for name in counts if is_compact_date(name)]
    if sum(counts[name] for name in left) < GOOD_SHARE * n_known:
        return None
    looked_at = sorted(left, key=lambda name: -counts[name])
    written = _most_written([name for name in looked_at if could_be_date(name)])
    found = DateWays([], [], [])
    while written is not None and len(found.formats) < MAX_FORMATS:
        format = _next_format(written, found.formats[:1], known=counts, looked_at=left)
        if format is None:
            break
        read = [name for name in left if is_written(name, format)]
        n = int(sum(counts[name] for name in read))
        if n < max(1, LEAST_OF_A_FORMAT * n_known):
            break
        found.formats.append(format)
        found.n_rows.append(n)
        left = [name for name in left if math.isnan(to_moment(name, format)) or not is_written(name, format)]
        written = _most_written([name for name in left if could_be_date(name)])
    compact = [name for name in left if is_compact_date(name)]
    if found.formats and (n := int(sum(counts[name] for name in compact))):
        found.formats.append(DIGITS_ONLY)
        found.n_rows.append(n)
        left = [name for name in left if not is_compact_date(name)]
    found.unread.extend(name for name in left if all(math.isnan(to_moment(name, f)) for f in found.formats))
    n_unread = sum(counts[name] for name in found.unread)
    if not found.formats or n_unread > (1 - GOOD_SHARE) * n_known:
        return None
    return _ordered(found)


def _most_written(names: Sequence[str]) -> Written | None:
    """How most of some values are written, asked of those that have the shape of the most frequent one."""
    if not names:
        return None
    shapes: dict[str, list[str]] = {}
    for name in names:
        shapes.setdefault(_shape(name), []).append(name)
    return how_written(max(shapes.values(), key=len))


def _shape(name: str) -> str:
    """A value with its digits and letters made alike; runs of them are one."""
    kinds = ["0" if c.isdigit() else "a" if c.isalpha() else c for c in name]
    return "".join(
        kind for place, kind in enumerate(kinds) if place == 0 or kind not in "0a" or kinds[place - 1] != kind
    )


def _next_format(written: Written, first: Sequence[str], known: Iterable[str], looked_at: Sequence[str]) -> str | None:
    """How values are read that the first way did not read; None if that cannot be told.

    Years of two digits in the order of a first way with years of four are read so, where all of that shape can be:
    ``20-11-07`` beside ``2020-11-07``.
    """
    if not first:
        return written.format
    short = first[0].replace("%Y", "%y")
    if short.startswith("%y"):
        alike = [name for name in looked_at if is_written(name, written.format)]
        if alike and all(is_written(name, short) and not math.isnan(to_moment(name, short)) for name in alike):
            return short
    if written.other is None:
        return written.format
    return _alike(written, first[0]) or _in_range(written, first[0], known, looked_at)


def _alike(written: Written, first: str) -> str | None:
    """Of the two orders that a way of writing allows, that of the first way; None if that says nothing."""
    day, month = first.find("%d"), max(first.find("%m"), first.find("%b"), first.find("%B"))
    if first.startswith("%Y") or day < 0 or month < 0:
        return None
    same = [f for f in (written.format, written.other) if f and (f.find("%d") < f.find("%m")) == (day < month)]
    return same[0] if same else None


def _in_range(written: Written, first: str, known: Iterable[str], looked_at: Sequence[str]) -> str | None:
    """The order that puts the values between the days of the first way, where the other one puts most outside."""
    days = [to_moment(name, first) for name in known if is_written(name, first)]
    if not days:
        return None
    low, high = min(days), max(days)
    inside = {}
    for format in (written.format, written.other):
        if format is None:
            continue
        moments = [to_moment(name, format) for name in looked_at if is_written(name, format)]
        inside[format] = sum(low <= moment <= high for moment in moments) / max(len(moments), 1)
    best = max(inside, key=lambda format: inside[format])
    return best if inside[best] == 1 and min(inside.values()) < OUTSIDE else None


def _ordered(found: DateWays) -> DateWays:
    order = sorted(range(len(found.formats)), key=lambda place: -found.n_rows[place])
    return DateWays([found.formats[p] for p in order], [found.n_rows[p] for p in order], found.unread)
