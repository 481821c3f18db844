"""Dates that are written in several ways."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence

from mlwright.core.family import NotApplicable
from mlwright.data.checks import Check, Specimen
from mlwright.data.checks._plain import plain_columns
from mlwright.data.columns import Rows, sampled_rows
from mlwright.data.compute.table import SplitTable
from mlwright.data.kinds.dates import could_be_date, how_written, is_compact_date
from mlwright.data.words import counted, listing
from mlwright.records.findings import Finding
from mlwright.records.profile import Profile

LEAST_SHARE = 0.005
LEAST_VALUES = 2
MOST_FORMS = 20
NEARLY_ALL = 0.9
N_TRIED = 300
"""About so many values are tried first; the others are read only if half of these are dates."""
_TWO_NUMBERS = re.compile(r"([0-9]{1,2})[/.-]([0-9]{1,2})[/.-][0-9]{2,4}\b.*")


class MixedDateFormats(Check):
    """Columns of text whose dates are written in two ways or more, or with day and month in both orders.

    Values are sorted by their form (2020-01-31, 31/1/20, Jan 31, 2020, and 20200131 beside one of them); the forms
    that read as dates must make up nine tenths of the different values, and each that counts two values and 0.5 % of
    them. A time of day behind the date is no other way. Both orders are there if some values have a first number above
    12 and others a second one.
    """

    severity = "warning"
    title = "Dates written in several ways"
    action = (
        "Models read every way that can be told for sure ([clean] apply in mlwright.toml). Write all dates "
        "as 2020-01-31 where the data comes from, or take the copy that mlwright clean makes."
    )

    def look(self, table: SplitTable, profile: Profile) -> Iterator[Finding]:
        """One finding for each column."""
        names = [c.name for c in profile.columns if c.length_max and c.kind != "boolean" and c.name in table.columns]
        if not names:
            raise NotApplicable("there is no column of text")
        rows = sampled_rows(table, profile)
        for name in names:
            if len(ways := _ways(rows, name)) > 1:
                told = listing((f"{counted(n, 'row')} like '{like}'" for like, n in ways.items()), 4)
                yield self.found(
                    f"'{name}' holds dates that are written in {len(ways)} ways: {told}.", name, examples=list(ways)[:6]
                )

    @staticmethod
    def speaks() -> Specimen:
        """Two offices write dates in their own way."""
        return Specimen(plain_columns() | {"joined": _days(5)})

    @staticmethod
    def quiet() -> Specimen:
        """They write them alike."""
        return Specimen(plain_columns() | {"joined": _days(1_000)})


def _ways(rows: Rows, name: str) -> Mapping[str, int]:
    """The rows of each way to write a date, by an example; the most frequent first."""
    levels, places = rows.levels(name)
    some = levels[:: max(1, len(levels) // N_TRIED)]
    if sum(map(len, _dates(some))) < len(some) / 2:
        return {}
    dates = _dates(levels)
    if sum(map(len, dates)) < NEARLY_ALL * len(levels):
        return {}
    place_of = {level: place for place, level in enumerate(levels)}
    sizes = [sum(int((places == place_of[value]).sum()) for value in part[:2_000]) for part in dates]
    return dict(sorted(zip((part[0] for part in dates), sizes, strict=True), key=lambda item: -item[1]))


def _dates(levels: Sequence[str]) -> list[list[str]]:
    """The values that read as dates, by the way in which they are written; none where there are too many forms."""
    forms: dict[str, list[str]] = defaultdict(list)
    for level in levels:
        forms[_form(level) if could_be_date(level) else ""].append(level)
    compact = [level for level in forms.pop("", []) if is_compact_date(level)]
    if not forms or len(forms) > MOST_FORMS:
        return []
    least = max(LEAST_VALUES, LEAST_SHARE * len(levels))
    parts = [part for found in forms.values() for part in _by_order(found)]
    dates = [p for p in parts if len(p) >= least and (found := how_written(p)) and found.share > NEARLY_ALL]
    return [*dates, compact] if dates and len(compact) >= least else dates


def _form(value: str) -> str:
    """How a date is written, without the time of day: digits as 0 (one or two) and 0000, words as x."""
    day = re.sub(r"[T ,]+[0-9]{1,2}:[0-9]{2}.*", "", value)
    return re.sub(r"[^\W\d_]+", "x", re.sub(r"[0-9]{1,2}", "0", re.sub(r"[0-9]{4}", "9", day)))


def _by_order(values: list[str]) -> list[list[str]]:
    """Values of one form, in two parts if the day surely comes first in some and surely second in others."""
    pairs = [_TWO_NUMBERS.fullmatch(value) for value in values]
    first = [value for value, pair in zip(values, pairs, strict=True) if pair and int(pair[1]) > 12]
    second = [value for value, pair in zip(values, pairs, strict=True) if pair and int(pair[2]) > 12]
    if min(len(first), len(second)) < max(LEAST_VALUES, LEAST_SHARE * len(values)):
        return [values]
    rest = set(first)
    return [first, [value for value in values if value not in rest]]


def _days(every: int) -> list[str]:
    days = [(2020 + row % 4, 1 + row % 12, 1 + row * 7 % 28) for row in range(300)]
    return [f"{d}.{m}.{y}" if row % every == 1 else f"{y}-{m:02d}-{d:02d}" for row, (y, m, d) in enumerate(days)]
