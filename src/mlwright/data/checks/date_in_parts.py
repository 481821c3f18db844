"""A date that stands in several columns."""

from __future__ import annotations

from collections.abc import Iterator

from mlwright.core.family import NotApplicable
from mlwright.data.checks import Check, Specimen
from mlwright.data.checks._plain import plain_columns
from mlwright.data.compute.table import SplitTable
from mlwright.data.date_parts import date_parts
from mlwright.data.words import listing
from mlwright.records.findings import Finding
from mlwright.records.profile import Profile


class DateInParts(Check):
    """A year and a month, or a year, a month and a day, in columns of their own, and no other column that says when.

    Each is a column of numbers that has a word for it in its name and no value that cannot be one; together they
    must tell 12 moments apart at least. Columns that are called nothing else (``year``, ``month``) are split by.
    """

    group = "leaks"
    severity = "note"
    title = "A date in several columns"
    action = (
        "If rows came about then and the model will be used on later ones, join the parts to one column where the data "
        "comes from (2020-01-31) and name it (collect.time), so that the test is held on the newest rows; a random "
        "test may flatter. If it is a date in the life of each case, nothing needs to be done."
    )

    def look(self, table: SplitTable, profile: Profile) -> Iterator[Finding]:
        """One finding at most."""
        if profile.roles.time is not None or table.tests_newest:
            raise NotApplicable("the order of time is known")
        names = date_parts(profile)[:3]
        if not names:
            return
        told = listing(f"'{name}'" for name in names)
        yield self.found(f"{told} together say when, but none of them alone can order the rows in time.", *names)

    @staticmethod
    def speaks() -> Specimen:
        """A year and a month, in the order of nothing."""
        return Specimen(plain_columns() | {"year_sold": _cycle(2019, 5), "month_sold": _cycle(1, 12)})

    @staticmethod
    def quiet() -> Specimen:
        """The month alone."""
        return Specimen(plain_columns() | {"grade": _cycle(1, 5), "month": _cycle(1, 12)})


def _cycle(first: int, n: int) -> list[int]:
    return [first + (row * 7 + row // 11) % n for row in range(300)]
