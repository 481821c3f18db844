"""Dates that are written as text, in one way or in several."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import pyarrow as pa

from mlwright.data.cures import Cure, Specimen
from mlwright.data.cures._forms import date_form
from mlwright.data.evidence.cells import Cells, Levels
from mlwright.data.kinds.date_ways import DateWays, date_ways
from mlwright.data.kinds.names import says_code
from mlwright.data.kinds.two_digit_years import MOST_LOOKED_AT, century_of, years_in
from mlwright.data.words import counted, percent, quoted
from mlwright.records.cleaning import AnyStep, ReadDate

LEAST_VALUES = 5
USUAL_SHARE = 0.5


class DateWriting(Cure):
    """Dates in text become dates; where they are written in several ways, each is read in its own.

    In each way of writing, the day and the month are told apart by the values above 12. A second way whose values do
    not tell is read with day and month in the order of the first way if the signs between them are the same or the
    first way settles it; where both orders stay possible and the first way says nothing, those cells stay. A column
    in which some values are no dates stays text; its dates are all written in the most frequent way then. Which
    century years of two digits are of is told by the years of four in the column, else by the column's own years and
    the latest year of the table; see `two_digit_years`.
    """

    title = "Dates written as text"
    about = "writing"
    turn = 33

    def look(self, cells: Cells) -> Iterator[AnyStep]:
        """One step a column."""
        ways = {name: found for name in cells.texts if (found := _ways(name, cells.levels(name)))}
        for name, found in ways.items():
            if found.unread and len(found.formats) == 1:
                continue
            levels = cells.levels(name)
            rows = dict(zip(levels.names, levels.counts.tolist(), strict=True))
            since = _first_year(name, found, ways, cells)
            yield ReadDate(
                column=name,
                cure=self.name,
                level="type" if len(found.formats) == 1 else "spelling",
                reason=_reason(found, levels.n_known, since),
                first_year=since,
                formats=tuple(found.formats),
                with_time=any("%H" in f or "%I" in f for f in found.formats),
                typed=not found.unread,
                usual=tuple(found.formats[:1]) if found.n_rows[0] > USUAL_SHARE * levels.n_known else (),
                form=date_form(rows, found.formats[0]),
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


def _ways(name: str, levels: Levels) -> DateWays | None:
    if len(levels.names) < 2 or levels.n_known < LEAST_VALUES or says_code(name):
        return None
    return date_ways(dict(zip(levels.names, levels.counts.tolist(), strict=True)))


def _first_year(name: str, found: DateWays, ways: Mapping[str, DateWays], cells: Cells) -> int | None:
    """The first of the hundred years that the two-digit years of a column stand for; None if it has none."""
    if not any("%y" in format for format in found.formats):
        return None
    others = [
        year
        for other, its in ways.items()
        if other != name
        for format in its.formats
        if "%Y" in format
        for year in years_in(cells.levels(other).names, format)
    ]
    others += [int(day[:4]) for column in _typed_dates(cells) for day in cells.levels(column).names[:MOST_LOOKED_AT]]
    return century_of(cells.levels(name).names, found.formats, others)


def _typed_dates(cells: Cells) -> list[str]:
    columns = cells.columns.by_name.items()
    return [name for name, values in columns if not isinstance(values, list) and pa.types.is_temporal(values.type)]


def _reason(found: DateWays, n_known: int, since: int | None) -> str:
    century = "" if since is None else f" Years of two digits are read as {since} to {since + 99}."
    return _told(found, n_known) + century


def _told(found: DateWays, n_known: int) -> str:
    if len(found.formats) == 1:
        return f"All dates are written like {found.formats[0]}."
    told = (
        f"{percent(found.n_rows[0] / n_known)} of the dates are written like {found.formats[0]}, the others like "
        f"{quoted(found.formats[1:])}"
    )
    return f"{told}; {counted(len(found.unread), 'value')} cannot be read and stay." if found.unread else f"{told}."
