"""Steps of time that are missing, come twice or change their length."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from mlwright.core.family import NotApplicable
from mlwright.data.checks import Check, Specimen
from mlwright.data.checks._plain import plain_columns
from mlwright.data.checks._steps import steps_of
from mlwright.data.compute.table import SplitTable
from mlwright.records.findings import Finding
from mlwright.records.profile import Profile
from mlwright.scoring.moments import to_moment_array
from mlwright.scoring.spelling import missing_array, spelled

MOST_ROWS = 2_000_000


class IrregularTime(Check):
    """Series at regular steps of time in which steps are missing, moments come twice, or the step changes for good.

    The moments are those of the time column, series by series where groups are known (else all together). A series is
    regular if one step makes up 90 % of all; steps that are a multiple of it are gaps. Months count as steps. Moments
    that come twice are told where a group is known, or where few do: else the table holds several series side by side.
    Nothing here depends on chance. Of more than 2 million rows as many are looked at, in succession.
    """

    severity = "note"
    title = "Steps of time that are missing or differ"
    action = (
        "Look whether rows were lost on the way or entered twice. Sums and lags over rows are wrong across a gap; fill "
        "the gap, or let the time say how far apart rows are."
    )

    def look(self, table: SplitTable, profile: Profile) -> Iterator[Finding]:
        """One finding at most."""
        time, group = profile.roles.time, profile.roles.group
        if time is None or profile.column(time).kind != "date":
            raise NotApplicable("no column of dates is known to order the rows")
        moments, series = _read(table, profile, time, group)
        found = steps_of(moments, series)
        if found is None:
            raise NotApplicable("the rows do not come at regular steps of time")
        faults = [fault for fault in (found.gaps(), found.twice(group), found.change()) if fault]
        if faults:
            yield self.found(f"By '{time}' rows come every {found.told()}, but {'; '.join(faults)}.", time)

    @staticmethod
    def speaks() -> Specimen:
        """Two days are missing."""
        return Specimen(_daily(left_out=(100, 200)), settings={"time": "day"})

    @staticmethod
    def quiet() -> Specimen:
        """There is a row for every day."""
        return Specimen(_daily(left_out=()), settings={"time": "day"})


def _read(
    table: SplitTable, profile: Profile, time: str, group: str | None
) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """The moments and the series of the rows that have both."""
    n = min(table.n_rows, MOST_ROWS)
    arrow = table.arrow([time, *([group] if group else [])], np.arange(n) if n < table.n_rows else None)
    column = profile.column(time)
    moments = to_moment_array(arrow[time], column.date_format)
    series = spelled(arrow[group]).places if group else np.zeros(len(moments), dtype=np.int64)
    known = np.isfinite(moments) & ~missing_array(arrow[time], column.missing_codes) & (series >= 0)
    return moments[known], series[known]


def _daily(left_out: tuple[int, ...]) -> dict[str, list[object]]:
    kept = [row for row in range(300) if row not in left_out]
    days = [str(np.datetime64("2023-01-01") + row) for row in range(300)]
    columns = {name: list(values) for name, values in (plain_columns() | {"day": days}).items()}
    return {name: [values[row] for row in kept] for name, values in columns.items()}
