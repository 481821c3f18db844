"""Years of schools, seasons and accounts that begin in one year and end in the next."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from typing import NamedTuple

from mlwright.data.cures import Cure, Specimen
from mlwright.data.evidence.cells import Cells
from mlwright.data.words import counted, percent, quoted
from mlwright.records.cleaning import AnyStep, MapValues

LEAST_VALUES = 20
USUAL_SHARE = 0.7
FIRST_OF_CENTURY = 50
"""Two digits from here on are of the century before."""

_span = re.compile(r"(?:(?:SY|FY|AY)\s*)?([0-9]{4}|[0-9]{2})\s*([-/–])\s*([0-9]{4}|[0-9]{2})", re.IGNORECASE).fullmatch


class _Way(NamedTuple):
    """How a span is written: the digits of both years, the sign between them."""

    first: int
    sign: str
    second: int

    def of(self, year: int) -> str:
        return f"{year:04d}"[-self.first :] + self.sign + f"{year + 1:04d}"[-self.second :]


class YearSpans(Cure):
    """``2016-2017``, ``16/17`` and ``SY 2016-17`` become ``2016-17`` where `USUAL_SHARE` of the cells are written so.

    Every span runs from one year to the next.
    """

    title = "Years of schools and seasons in several ways"
    about = "writing"
    turn = 31

    def look(self, cells: Cells) -> Iterator[AnyStep]:
        """One step a column."""
        for name in cells.texts:
            levels = cells.levels(name)
            read = {level: span for level in levels.names if (span := _read(level))}
            rows: Counter[_Way] = Counter()
            for level, (year, way) in read.items():
                if way.of(year) == level:
                    rows[way] += int(levels.counts[levels.place_of[level]])
            if levels.n_known < LEAST_VALUES or not rows:
                continue
            way, n_usual = rows.most_common(1)[0]
            values = {level: after for level, (year, _) in read.items() if (after := way.of(year)) != level}
            if values and n_usual >= USUAL_SHARE * levels.n_known and max(way.first, way.second) > 2:
                n = int(sum(levels.counts[levels.place_of[level]] for level in values))
                reason = (
                    f"{percent(n_usual / levels.n_known)} of the values are years like {way.of(2016)!r}; "
                    f"{counted(n, 'cell says', 'cells say')} it in another way, such as "
                    f"{quoted([*values][:2])}."
                )
                yield MapValues(column=name, cure=self.name, level="spelling", reason=reason, values=values)

    @staticmethod
    def speaks() -> Specimen:
        """Years of a school in four ways."""
        years = [f"{2010 + n % 9}-{11 + n % 9}" for n in range(60)]
        return {"year": [*years, "2012-2013", "14-15", "2014/15", "SY 2016-17"]}

    @staticmethod
    def quiet() -> Specimen:
        """Pages, scores, and months of years."""
        return {
            "pages": [f"{1000 + n}-{(n + 9) % 100:02d}" for n in range(60)],
            "score": [f"{n % 30}-{(n + 7) % 30}" for n in range(60)],
            "month": [f"{2010 + n % 9}-{1 + n % 12:02d}" for n in range(60)],
        }


def _read(text: str) -> tuple[int, _Way] | None:
    """The year in which a span begins and how it is written; None if it is none."""
    found = _span(text.strip())
    if found is None:
        return None
    first, sign, second = found.groups()
    year = int(first) if len(first) == 4 else int(first) + (1900 if int(first) >= FIRST_OF_CENTURY else 2000)
    return (year, _Way(len(first), sign, len(second))) if f"{year + 1:04d}"[-len(second) :] == second else None
