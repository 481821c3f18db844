"""Dates that are written as text, in one way or in several."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from mlwright.data.cures import Cure, Specimen
from mlwright.data.evidence.cells import Cells, Levels
from mlwright.data.kinds.dates import GOOD_SHARE, Written, could_be_date, how_written
from mlwright.data.kinds.names import says_code
from mlwright.data.words import counted, percent, quoted
from mlwright.records.cleaning import AnyStep, ReadDate
from mlwright.scoring.actions import is_written
from mlwright.scoring.spelling import to_moment, to_number

LEAST_VALUES = 5
MAX_FORMATS = 5
LEAST_OF_A_FORMAT = 0.002
USUAL_SHARE = 0.5


@dataclass(frozen=True)
class _Found:
    """The formats of a column, the most frequent first, and the rows that each of them reads first."""

    formats: list[str]
    n_rows: list[int]
    unread: list[str]


class DateWriting(Cure):
    """Dates in text become dates; where they are written in several ways, each is read in its own.

    In each way of writing, the day and the month are told apart by the values above 12. A second way whose values do
    not tell is read with day and month in the order of the first way if the signs between them are the same or the
    first way settles it; where both orders stay possible and the first way says nothing, those cells stay. A column
    in which some values are no dates stays text; its dates are all written in the most frequent way then.
    """

    title = "Dates written as text"
    turn = 33

    def look(self, cells: Cells) -> Iterator[AnyStep]:
        """One step a column."""
        for name in cells.texts:
            levels = cells.levels(name)
            if len(levels.names) < 2 or levels.n_known < LEAST_VALUES or says_code(name):
                continue
            found = _formats(levels)
            if found is None or (found.unread and len(found.formats) == 1):
                continue
            n_usual = found.n_rows[0]
            is_usual = n_usual > USUAL_SHARE * levels.n_known
            yield ReadDate(
                column=name,
                cure=self.name,
                level="type" if len(found.formats) == 1 else "spelling",
                reason=_reason(found, levels.n_known),
                formats=tuple(found.formats),
                with_time=any("%H" in f or "%I" in f for f in found.formats),
                typed=not found.unread and is_usual,
            )

    @staticmethod
    def speaks() -> Specimen:
        """Days in two ways; the second tells by its own values above 12 that the month comes first."""
        days = [f"2024-{1 + n % 12:02d}-{1 + n % 28:02d}" for n in range(60)]
        return {
            "day": days + ["03/25/2024", "12/13/2023", "01/02/2024"] * 4,
            "at": [f"{d} 10:30" for d in days] + days[:12],
        }

    @staticmethod
    def quiet() -> Specimen:
        """Years, versions, phone numbers and words."""
        return {
            "year": ["1999", "2004", "2010", "2021"] * 18,
            "release": ["1.2.3", "1.10.0", "2.0.11", "3.1.4"] * 18,
            "phone": ["555-1234", "555-9876", "555-0001", "555-3321"] * 18,
        }


def _formats(levels: Levels) -> _Found | None:
    """The ways in which the dates of a column are written; None if most values are no dates."""
    left = [name for name in levels.names if math.isnan(to_number(name))]
    if sum(levels.counts[levels.place_of[name]] for name in left) < GOOD_SHARE * levels.n_known:
        return None
    looked_at = sorted(left, key=lambda name: -levels.counts[levels.place_of[name]])
    written = _most_written([name for name in looked_at if could_be_date(name)])
    found = _Found([], [], [])
    while written is not None and len(found.formats) < MAX_FORMATS:
        format = written.format if written.other is None or not found.formats else _alike(written, found.formats[0])
        if format is None:
            break
        read = [name for name in left if is_written(name, format)]
        n = int(sum(levels.counts[levels.place_of[name]] for name in read))
        if n < max(1, LEAST_OF_A_FORMAT * levels.n_known):
            break
        found.formats.append(format)
        found.n_rows.append(n)
        left = [name for name in left if math.isnan(to_moment(name, format)) or not is_written(name, format)]
        written = _most_written([name for name in left if could_be_date(name)])
    found.unread.extend(name for name in left if all(math.isnan(to_moment(name, f)) for f in found.formats))
    n_unread = sum(levels.counts[levels.place_of[name]] for name in found.unread)
    if not found.formats or n_unread > (1 - GOOD_SHARE) * levels.n_known:
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


def _alike(written: Written, first: str) -> str | None:
    """Of the two orders that a way of writing allows, that of the first way; None if that says nothing."""
    day, month = first.find("%d"), max(first.find("%m"), first.find("%b"), first.find("%B"))
    if first.startswith("%Y") or day < 0 or month < 0:
        return None
    same = [f for f in (written.format, written.other) if f and (f.find("%d") < f.find("%m")) == (day < month)]
    return same[0] if same else None


def _ordered(found: _Found) -> _Found:
    order = sorted(range(len(found.formats)), key=lambda place: -found.n_rows[place])
    return _Found([found.formats[p] for p in order], [found.n_rows[p] for p in order], found.unread)


def _reason(found: _Found, n_known: int) -> str:
    if len(found.formats) == 1:
        return f"All dates are written like {found.formats[0]}."
    told = (
        f"{percent(found.n_rows[0] / n_known)} of the dates are written like {found.formats[0]}, the others like "
        f"{quoted(found.formats[1:])}"
    )
    return f"{told}; {counted(len(found.unread), 'value')} cannot be read and stay." if found.unread else f"{told}."
