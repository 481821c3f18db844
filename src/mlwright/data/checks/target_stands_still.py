"""A target that has one value alone in the newest rows."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from mlwright.core.family import NotApplicable
from mlwright.data.checks import Check, Specimen
from mlwright.data.checks._breaks import in_order, where_told
from mlwright.data.checks._plain import plain_columns
from mlwright.data.columns import TrainingRows, training_rows
from mlwright.data.compute.table import SplitTable
from mlwright.data.words import percent, shortened
from mlwright.records.findings import Finding
from mlwright.records.profile import Profile

FALSE_ALARMS = 0.001
LEAST_SHARE = 0.03
MOST_NAMED = 3


class TargetStandsStill(Check):
    """In the newest rows the target is of one class alone, though it was not before.

    Where the newest rows are the test, all of them and the training rows before them, as far back as they are of the
    same class; else the newest of the training rows. They must be 3 % of the rows looked at, and at the share of other
    classes before them such a run must have a chance below 0.1 %.
    """

    group = "leaks"
    severity = "critical"
    title = "The target stopped varying"
    action = (
        "Most often the outcome of new rows is not known yet and they hold what stands there until it is: leave out "
        "rows that are too young, by a query or by emptying their target. If it is an event that has really come to an "
        'end, a model of it is of no use; to test one on rows of all times, set [split] method = "stratified".'
    )

    def look(self, table: SplitTable, profile: Profile) -> Iterator[Finding]:
        """One finding at most."""
        roles = profile.roles
        if roles.task == "regression":
            raise NotApplicable("the target is a number")
        if roles.time is None and not table.tests_newest:
            raise NotApplicable("no column is known to order the rows in time")
        rows = training_rows(table, profile)
        classes = rows.classes[in_order(rows)]
        if not len(classes):
            raise NotApplicable("no training row has a time")
        n_test = round(table.test.n_rows * len(classes) / table.train.n_rows) if table.tests_newest else 0
        newest = _only_tested(table, profile) if n_test else int(classes[-1])
        others = np.flatnonzero(classes != newest)
        if newest is None or not len(others):
            return
        n_before = int(others[-1]) + 1
        n_late = len(classes) - n_before + n_test
        by_chance = (1 - len(others) / n_before) ** n_late
        if n_late >= LEAST_SHARE * (n_before + n_late) and by_chance < FALSE_ALARMS:
            yield self.found(_told(rows, newest, n_before, n_late / (n_before + n_late), n_test > 0), roles.target)

    @staticmethod
    def speaks() -> Specimen:
        """Of the last hundred days no outcome is known yet."""
        return Specimen(_answers(until=300), settings={"time": "day"})

    @staticmethod
    def quiet() -> Specimen:
        """One in three says yes to the end."""
        return Specimen(_answers(until=400), settings={"time": "day"})


def _only_tested(table: SplitTable, profile: Profile) -> int | None:
    """The place of the class that all test rows are of; None where they are of several."""
    classes = zip(profile.roles.classes, table.train_by_class, strict=True)
    tested = [place for place, (name, n) in enumerate(classes) if n and name not in table.untested]
    return tested[0] if len(tested) == 1 else None


def _told(rows: TrainingRows, newest: int, n_before: int, late_share: float, is_tested: bool) -> str:
    roles, order = rows.profile.roles, in_order(rows)
    names = [f"'{shortened(name)}'" for name in roles.classes]
    others = " or ".join(names[:newest] + names[newest + 1 :]) if len(names) <= MOST_NAMED else "of other classes"
    by = f"By '{roles.time}', the" if roles.time else "The"
    tested = ", all rows to test on among them," if is_tested else ""
    share = float((rows.classes[order[:n_before]] != newest).mean())
    return (
        f"{by} newest {percent(late_share)} of the rows{tested} are all "
        f"{names[newest]}; before them {percent(share)} were {others}, the last at {where_told(rows, n_before - 1)}."
    )


def _answers(until: int) -> dict[str, list[object]]:
    columns = {name: list(values) for name, values in plain_columns(400).items()}
    drawn = np.random.default_rng(1).random(400)
    columns["y"] = ["yes" if drawn[row] < 1 / 3 and row < until else "no" for row in range(400)]
    return columns | {"day": [str(np.datetime64("2021-01-01") + row) for row in range(400)]}
