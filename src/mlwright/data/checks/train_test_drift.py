"""Test rows that are unlike the training rows."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from mlwright.core.family import NotApplicable
from mlwright.data.checks import Check, Specimen
from mlwright.data.checks._plain import plain_columns
from mlwright.data.columns import Rows, mean_ranks, rows_for_test, training_rows
from mlwright.data.compute.table import SplitTable
from mlwright.data.date_parts import is_part
from mlwright.data.two_tables.parts import apart, told_apart
from mlwright.data.words import listing
from mlwright.records.findings import Finding
from mlwright.records.profile import Profile

MIN_ROWS = 50
SAME_AS_TIME = 0.95


class TrainTestDrift(Check):
    """Inputs whose values differ between the training rows and the test rows.

    By the tests of drift that `mlwright watch` and deliveries use (see `parts.apart`): 15 % of the rows would have to
    change to undo it, and its chance, over all columns and tests together, is below 0.1 % (Holm). With a time column,
    dates and what goes with it are left out, and where the newest rows are the test a year, a month and the like, too.
    """

    group = "leaks"
    severity = "warning"
    title = "Test rows unlike the training rows"
    action = (
        "If the test rows are the newest, the world is moving: expect less as time goes by, and train again often. "
        "Else look how the rows came to be divided."
    )

    def look(self, table: SplitTable, profile: Profile) -> Iterator[Finding]:
        """One finding for all columns, the one that moved most first."""
        if profile.roles.group is not None:
            raise NotApplicable("training and test rows are of different groups, which differ by nature")
        train, test = training_rows(table, profile), rows_for_test(table, profile)
        if min(len(train), len(test)) < MIN_ROWS:
            raise NotApplicable("there are too few training or test rows to compare")
        names = [name for name in profile.roles.inputs if not _tells_time(train, name)]
        names = [name for name in names if not (table.tests_newest and is_part(name))]
        found = apart(train, test, names)
        if found:
            told = listing((told_apart(name, shift, "training", "test") for name, shift in found.items()), 3)
            verb = "differs" if len(found) == 1 else "differ"
            yield self.found(
                f"{len(found)} of {len(names)} inputs {verb} between training and test rows: {told}.", *found
            )

    @staticmethod
    def speaks() -> Specimen:
        """The weight grows from month to month, and the newest rows are the test."""
        columns = plain_columns(600)
        days = [f"20{20 + row // 336}-{1 + row // 28 % 12:02d}-{1 + row % 28:02d}" for row in range(600)]
        weight = [float(value) + row / 10 for row, value in enumerate(columns["weight"])]
        return Specimen(columns | {"weight": weight, "day": days}, settings={"time": "day"})

    @staticmethod
    def quiet() -> Specimen:
        """The weight stays as it is."""
        columns = plain_columns(600)
        days = [f"20{20 + row // 336}-{1 + row // 28 % 12:02d}-{1 + row % 28:02d}" for row in range(600)]
        return Specimen(columns | {"day": days}, settings={"time": "day"})


def _tells_time(rows: Rows, name: str) -> bool:
    """Whether a column is a date, or goes up or down with the time column: then it differs by its nature."""
    time = rows.profile.roles.time
    if time is None or not rows.is_ordered(time) or not rows.is_ordered(name):
        return False
    if name == time or rows.profile.column(name).kind == "date":
        return True
    ranks = np.corrcoef(mean_ranks(rows.numbers(time)), mean_ranks(rows.numbers(name)))
    return bool(abs(ranks[0, 1]) >= SAME_AS_TIME)
