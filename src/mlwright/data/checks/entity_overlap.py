"""Rows of one thing on both sides of the split."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mlwright.core.family import NotApplicable
from mlwright.data.checks import Check, Specimen
from mlwright.data.checks._groups import grouping_columns, repeated_keys
from mlwright.data.checks._plain import plain_columns
from mlwright.data.checks._records import counted_by
from mlwright.data.columns import TrainingRows, mean_ranks, training_rows
from mlwright.data.compute.table import SplitTable
from mlwright.data.kinds.names import says_moment
from mlwright.data.words import percent
from mlwright.records.findings import Finding
from mlwright.records.profile import Profile

MIN_ROWS = 100
MIN_COLUMNS = 3
MIN_PAIRS = 50
LEAST_IN_BOTH = 0.2
LEAST_ALIKE = 0.6
LEAST_ANSWER = 0.5
SAME_RANK = 0.01
SAYS_NOTHING = 0.95


class EntityOverlap(Check):
    """A column that looks like the key of things that come back, each with rows in training and in test.

    Rows of one key must agree in the other inputs, beyond what any two rows do, by 60 % on average, and in their
    answer by 50 %: then they are records of one thing, and a test on known things flatters. A street or a job, within
    which people differ, does not reach that. At least 50 pairs of rows are compared, so that chance alone does not
    either, and a fifth of the test rows must have a key that is known from training. They are records of one thing,
    too, where a number tells the rows of each key apart as a clock does (the week of a patient: never twice in one,
    where chance would bring twenty pairs) and another input never changes within one. Not asked if rows are kept
    together by a group.
    """

    group = "leaks"
    severity = "warning"
    title = "The same things in training and test"
    action = (
        "Will the model be asked about things that it has seen? If about new ones, set collect.group to that column, "
        "so that the test is held on new ones; if about later moments of these, name what says when (collect.time); "
        "else all is well."
    )

    def look(self, table: SplitTable, profile: Profile) -> Iterator[Finding]:
        """One finding, for the column whose rows are most alike."""
        if profile.roles.group is not None:
            raise NotApplicable("rows that belong together are kept on one side")
        if table.tests_newest:
            raise NotApplicable("the newest rows are the test: what is known there will be known in use")
        rows = training_rows(table, profile)
        keys = grouping_columns(rows)
        if len(rows) < MIN_ROWS:
            raise NotApplicable("there are too few rows")
        if found := _most_alike(rows, keys) or _records(rows):
            name, how = found
            if (in_both := _share_known(table, name)) >= LEAST_IN_BOTH:
                yield self.found(
                    f"{percent(in_both)} of the test rows have a '{name}' that is known from training, and rows of one "
                    f"'{name}' {how}.",
                    name,
                )

    @staticmethod
    def speaks() -> Specimen:
        """Every patient came three times."""
        return Specimen(_visits(same_person=True))

    @staticmethod
    def quiet() -> Specimen:
        """Every doctor saw three patients."""
        return Specimen(_visits(same_person=False))


def _most_alike(rows: TrainingRows, keys: dict[str, NDArray[np.int64]]) -> tuple[str, str] | None:
    """The key whose rows are most alike, and how much; None where none are."""
    if not keys or len(rows.profile.roles.inputs) <= MIN_COLUMNS:
        return None
    cells = _Cells(rows)
    tried = [(*cells.agreement(name, places), name) for name, places in keys.items()]
    found = [each for each in tried if each[0] >= LEAST_ALIKE and each[1] >= LEAST_ANSWER]
    if not found:
        return None
    alike, answer, name = max(found)
    return name, (
        f"agree in the other inputs by {percent(alike)} and in the answer by {percent(answer)} (0 %: as much as any "
        "two rows; 100 %: in all)"
    )


def _records(rows: TrainingRows) -> tuple[str, str] | None:
    """The key of things of which there are records at several moments, and what counts them."""
    for name, places in repeated_keys(rows).items():
        if not says_moment(name) and (clock := counted_by(rows, name, places)):
            return name, f"are records of one thing at several '{clock}', none of which comes twice within one"
    return None


class _Cells:
    """The inputs and the answer as numbers that are near where two rows agree; laid out once for all keys."""

    def __init__(self, rows: TrainingRows) -> None:
        is_number = rows.profile.roles.task == "regression"
        answers = mean_ranks(rows.values) if is_number else rows.classes.astype(np.float64)
        self.names = rows.profile.roles.inputs
        self.values = np.column_stack([*(_values(rows, name) for name in self.names), answers])
        self.usual = self._alike(np.arange(len(rows)), np.random.default_rng(0).permutation(len(rows)))

    def agreement(self, key: str, places: NDArray[np.int64]) -> tuple[float, float]:
        """How much rows of one key agree in the other inputs, on average, and in the answer: 0 as any two, 1 in all.

        Columns in which nearly all rows agree are left out.
        """
        pairs = _pairs(places)
        if len(pairs[0]) < MIN_PAIRS:
            return 0.0, 0.0
        telling = self.usual <= SAYS_NOTHING
        beyond = np.zeros(len(self.usual))
        beyond[telling] = (self._alike(*pairs) - self.usual)[telling] / (1 - self.usual[telling])
        is_other = telling[:-1] & np.array([name != key for name in self.names])
        return (float(beyond[:-1][is_other].mean()) if is_other.any() else 0.0), float(beyond[-1])

    def _alike(self, ones: NDArray[np.int64], others: NDArray[np.int64]) -> NDArray[np.float64]:
        """The share of pairs of rows that agree, by column."""
        found: NDArray[np.float64] = (np.abs(self.values[ones] - self.values[others]) <= SAME_RANK).mean(axis=0)
        return found


def _pairs(places: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Rows of one key, each with the next one of it."""
    order = np.argsort(places, kind="stable")
    order = order[places[order] >= 0]
    same = places[order][:-1] == places[order][1:]
    return order[:-1][same], order[1:][same]


def _values(rows: TrainingRows, name: str) -> NDArray[np.float64]:
    return mean_ranks(rows.numbers(name)) if rows.is_ordered(name) else rows.levels(name).places.astype(np.float64)


def _share_known(table: SplitTable, name: str) -> float:
    """The share of test rows whose key has training rows."""
    known = table.train.expr.select(name).distinct()
    seen = table.test.expr.semi_join(known, name)
    return float(table.rows_of(seen.aggregate(n=seen.count()))[0]["n"]) / max(1, table.test.n_rows)


def _visits(*, same_person: bool) -> dict[str, list[Any]]:
    rows = np.repeat(np.arange(100), 3) if same_person else np.arange(300)
    visits = {name: [values[int(row)] for row in rows] for name, values in plain_columns().items()}
    pulse = np.random.default_rng(2).normal(70, 9, 300).round().tolist()
    return {"seen": [f"K{row * 37 % 977}" for row in np.repeat(np.arange(100), 3)], "pulse": pulse} | visits
