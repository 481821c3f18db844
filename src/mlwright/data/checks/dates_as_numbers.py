"""Dates that a spreadsheet has written as numbers."""

from __future__ import annotations

from collections.abc import Iterator

from mlwright.core.family import NotApplicable
from mlwright.data.checks import Check, Specimen
from mlwright.data.checks._plain import plain_columns
from mlwright.data.compute.table import SplitTable
from mlwright.data.kinds.spreadsheet_days import are_days, day_of
from mlwright.data.words import counted, listing
from mlwright.records.findings import Finding
from mlwright.records.profile import ColumnProfile, Profile


class DatesAsNumbers(Check):
    """Numbers from 25,569 to 55,153 in a column that is called a date: days from 1970 to 2050, as in spreadsheets."""

    severity = "note"
    title = "Dates that are written as numbers"
    action = (
        "mlwright takes them as numbers, which run as time does, and splits by them where they say when rows came "
        "about; months and weekdays stay hidden. Format the cells as dates (2024-01-31) before the sheet is saved as "
        "text, also in what is scored later."
    )

    def look(self, table: SplitTable, profile: Profile) -> Iterator[Finding]:
        """One finding for all columns."""
        numbers = [column for column in profile.columns if column.kind == "number" and column.name in table.columns]
        if not numbers:
            raise NotApplicable("there is no column of numbers")
        found = [column for column in numbers if are_days(column)]
        if found:
            yield self.found(
                f"{counted(len(found), 'column seems', 'columns seem')} to hold dates as a spreadsheet counts days: "
                f"{listing(map(_told, found), 3)}.",
                *(column.name for column in found),
            )

    @staticmethod
    def speaks() -> Specimen:
        """The day on which an account was opened."""
        return Specimen(plain_columns() | {"opened_on": [43_831 + row * 7 % 900 for row in range(300)]})

    @staticmethod
    def quiet() -> Specimen:
        """A price of the same size."""
        return Specimen(plain_columns() | {"price": [43_831 + row * 7 % 900 for row in range(300)]})


def _told(column: ColumnProfile) -> str:
    assert column.minimum is not None
    assert column.maximum is not None
    days = f"{day_of(column.minimum)} to {day_of(column.maximum)}"
    return f"{column.name} ({column.minimum:,.0f} to {column.maximum:,.0f}, which is {days})"
