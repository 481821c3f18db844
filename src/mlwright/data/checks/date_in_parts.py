"""A date that stands in several columns."""

from __future__ import annotations

import math
from collections.abc import Iterator

from mlwright.core.family import NotApplicable
from mlwright.data.checks import Check, Specimen
from mlwright.data.checks._plain import plain_columns
from mlwright.data.compute.table import SplitTable
from mlwright.data.kinds.names import words_of
from mlwright.data.words import listing
from mlwright.records.findings import Finding
from mlwright.records.profile import ColumnProfile, Profile

FEWEST_MOMENTS = 12
YEARS = {"year", "yr", "jahr", "annee", "année", "año", "anno"}
MONTHS = {"month", "mon", "monat", "mois", "mes", "mese"}
DAYS = {"day", "tag", "jour", "dia", "día", "giorno"}
PARTS = ((YEARS, 1800, 2200), (MONTHS, 1, 12), (DAYS, 1, 31))


class DateInParts(Check):
    """A year and a month, or a year, a month and a day, in columns of their own, and no other column that says when.

    Each is a column of numbers that has a word for it in its name and no value that cannot be one; together
    they must tell 12 moments apart at least.
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
        years, months, days = (_part(profile, *part) for part in PARTS)
        if years is None or months is None:
            return
        parts = [column for column in (years, months, days) if column is not None]
        if math.prod(column.n_distinct for column in parts) < FEWEST_MOMENTS:
            return
        names = [column.name for column in parts]
        told = listing(f"'{name}'" for name in names)
        yield self.found(f"{told} together say when, but none of them alone can order the rows in time.", *names)

    @staticmethod
    def speaks() -> Specimen:
        """A year and a month, in the order of nothing."""
        return Specimen(plain_columns() | {"year": _cycle(2019, 5), "month": _cycle(1, 12)})

    @staticmethod
    def quiet() -> Specimen:
        """The month alone."""
        return Specimen(plain_columns() | {"grade": _cycle(1, 5), "month": _cycle(1, 12)})


def _part(profile: Profile, words: set[str], least: int, most: int) -> ColumnProfile | None:
    """The one input that is this part of a date; None where there is none, or several."""
    named = (column for column in profile.columns if words & set(words_of(column.name)))
    found = [column for column in named if _is_within(column, least, most)]
    return found[0] if len(found) == 1 else None


def _is_within(column: ColumnProfile, least: int, most: int) -> bool:
    low, high = column.minimum, column.maximum
    if column.kind not in ("number", "constant") or low is None or high is None:
        return False
    return least <= low <= high <= most


def _cycle(first: int, n: int) -> list[int]:
    return [first + (row * 7 + row // 11) % n for row in range(300)]
