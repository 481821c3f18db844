"""Dates that lie after the moment of the row."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from mlwright.core.family import NotApplicable
from mlwright.data.checks import Check, Specimen
from mlwright.data.checks._plain import plain_columns
from mlwright.data.checks._resolution import as_coarse
from mlwright.data.columns import training_rows
from mlwright.data.compute.table import SplitTable
from mlwright.data.leaks.lateness import sounds_planned
from mlwright.data.words import figure, percent
from mlwright.records.findings import Finding
from mlwright.records.profile import Profile

MIN_ROWS = 50
LEAST_LATER = 0.9
DAY_S = 86_400.0


class LateDateLeak(Check):
    """Input dates that lie after the time column in 90 % of the rows or more.

    Half of two unrelated dates come first, so that chance does not reach 90 % of 50 rows among thousands of columns.
    A name that speaks of a plan (due, expiry, planned, until) makes it a note.
    """

    group = "leaks"
    severity = "warning"
    title = "A date from after the moment of prediction"
    action = (
        "If it is written down when that day has come, it is not known when the prediction is made: leave it out "
        "(mlwright run --ignore). If it is a plan that is known before, vouch for it (mlwright run --known-in-time)."
    )

    def look(self, table: SplitTable, profile: Profile) -> Iterator[Finding]:
        """One finding for each date."""
        rows, time = training_rows(table, profile), profile.roles.time
        if time is None or profile.column(time).kind != "date":
            raise NotApplicable("no column is known to hold the moment of each row (collect.time)")
        moment = rows.numbers(time)
        for column in profile.inputs:
            if column.kind != "date" or column.name == time:
                continue
            day, when = as_coarse(rows.numbers(column.name), moment)
            lag = day - when
            lag = lag[np.isfinite(lag)]
            share = float((lag > 0).mean()) if len(lag) >= MIN_ROWS else 0.0
            if share >= LEAST_LATER:
                yield self.found(
                    f"'{column.name}' lies after '{time}' in {percent(share)} of {len(lag):,} training rows, by "
                    f"{figure(float(np.median(lag)) / DAY_S)} days in the median.",
                    column.name,
                    severity="note" if sounds_planned(column.name) else None,
                )

    @staticmethod
    def speaks() -> Specimen:
        """The case is closed some days after it was opened."""
        return Specimen(plain_columns() | _days(after=5), settings={"time": "opened"})

    @staticmethod
    def quiet() -> Specimen:
        """The customer had come some days before the case was opened."""
        return Specimen(plain_columns() | _days(after=-5), settings={"time": "opened"})


def _days(after: int) -> dict[str, list[str]]:
    opened = np.datetime64("2023-01-01") + np.arange(300) * 7 % 400
    return {
        "opened": [str(day) for day in opened],
        "other_day": [str(day + after - k % 3) for k, day in enumerate(opened)],
    }
