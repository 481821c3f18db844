"""Numbers of which only a limit is known."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from mlwright.core.family import NotApplicable
from mlwright.data.checks import Check, Specimen
from mlwright.data.checks._plain import plain_columns
from mlwright.data.columns import Rows, sampled_rows
from mlwright.data.compute.table import SplitTable
from mlwright.data.words import counted, listing, percent
from mlwright.records.findings import Finding
from mlwright.records.profile import Profile
from mlwright.scoring.quantities import BOUNDS, is_bounded, parse_quantity

LEAST_READABLE = 0.9
NUMBERS_A_LIMIT = 10
MOST_LIMITS = 0.5


class CensoredValues(Check):
    """Columns of numbers in which some cells hold a limit: ``<0.5`` where less could not be measured, ``>100``.

    Nine values of ten are numbers or limits, half of them limits at most, and there is one limit for ten different
    numbers at most: ``<18`` beside ``18-24`` names a band. Looks at 50,000 rows at most.
    """

    severity = "note"
    title = "Values of which only a limit is known"
    action = (
        "Models read them as the limit itself, so that they stand at the end of the others ([clean] apply in "
        "mlwright.toml); means are a little off. If it matters, put half of the lower limit there where the data comes "
        "from, and say in a column of its own which values are limits."
    )

    def look(self, table: SplitTable, profile: Profile) -> Iterator[Finding]:
        """One finding for all columns."""
        texts = [column.name for column in profile.columns if column.length_max and column.name in table.columns]
        if not texts:
            raise NotApplicable("there is no column of text")
        rows = sampled_rows(table, profile)
        found = {name: told for name in texts if (told := _limits(rows, name))}
        if found:
            shown = listing((f"{name} ({told})" for name, told in found.items()), 4)
            verb = "holds" if len(found) == 1 else "hold"
            yield self.found(f"{counted(len(found), 'column')} {verb} limits beside numbers: {shown}.", *found)

    @staticmethod
    def speaks() -> Specimen:
        """Less than 0.5 cannot be measured."""
        return Specimen(plain_columns() | {"lead": [_measured(row) for row in range(300)]})

    @staticmethod
    def quiet() -> Specimen:
        """Ages in bands."""
        return Specimen(plain_columns() | {"age": [("<18", "18-24", "25-64", ">64")[row % 4] for row in range(300)]})


def _limits(rows: Rows, name: str) -> str | None:
    """The limits of a column and how frequent they are; None where it has none."""
    names, places = rows.levels(name)
    if not any(value[:1] in BOUNDS for value in names):
        return None
    counts = np.bincount(places[places >= 0], minlength=len(names))
    read = {value: found for value in names if (found := parse_quantity(value)) is not None}
    by_name = dict(zip(names, counts.tolist(), strict=True))
    limits = sorted((v for v, found in read.items() if is_bounded(found.unit)), key=lambda v: -by_name[v])
    n_limits, n_read, n_known = sum(by_name[v] for v in limits), sum(by_name[v] for v in read), int(counts.sum())
    are_few = n_limits <= MOST_LIMITS * n_read and NUMBERS_A_LIMIT * len(limits) <= len(read) - len(limits)
    if not limits or not are_few or n_read < LEAST_READABLE * n_known:
        return None
    return listing((f"'{value}' in {percent(by_name[value] / n_known)}" for value in limits), 3)


def _measured(row: int) -> str:
    value = row * 37 % 101 / 20
    return "<0.5" if value < 0.5 else f"{value:.2f}"
