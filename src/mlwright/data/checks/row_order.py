"""Rows that are in an order which the target follows."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from mlwright.core.family import NotApplicable
from mlwright.data.checks import Check, Specimen
from mlwright.data.checks._plain import plain_columns
from mlwright.data.checks._sequence import is_explained
from mlwright.data.columns import TrainingRows, training_rows
from mlwright.data.compute.table import SplitTable
from mlwright.data.strength import Judge, chance
from mlwright.data.words import figure, percent
from mlwright.records.findings import Finding
from mlwright.records.profile import Profile

N_PARTS = 8
MIN_ROWS = 200
LEAST_ORDER = 0.4
FALSE_ALARMS = 0.001
SORTED_ORDER = 0.85


class RowOrder(Check):
    """The place of a row in the table says much about its target, and no input explains why.

    The rows are cut into eight parts, whose number is judged like a column (`strength.Judge`) and must reach 0.4,
    which noise does with a chance below 0.1 %. Quiet if an input tells both the place and, nearly as well, the
    target: then the rows are merely sorted by that input. Not asked if the time column is named: the order is known.
    """

    group = "leaks"
    severity = "warning"
    title = "The order of the rows says something"
    action = (
        "If the rows are in the order of time, name the time column (collect.time), so that the test is held on the "
        "newest rows; a random test would flatter. If there is none, expect less in use than in the test."
    )

    def look(self, table: SplitTable, profile: Profile) -> Iterator[Finding]:
        """One finding at most."""
        rows = training_rows(table, profile)
        if profile.roles.time is not None:
            raise NotApplicable("the rows are in the order of time, which is known")
        if len(rows) < MIN_ROWS:
            raise NotApplicable(f"{len(rows)} training rows are too few to judge an order")
        parts = np.arange(len(rows)) * N_PARTS // len(rows)
        strength = Judge(rows).strength(parts)
        if strength.order < LEAST_ORDER or chance(strength.order, rows, 1) > FALSE_ALARMS:
            return
        if is_explained(rows, parts, strength):
            return
        is_sorted = strength.order >= SORTED_ORDER
        sorted_action = "mlwright shuffles rows, so nothing needs to be done; make sure that no row number is an input."
        yield self.found(
            f"The target depends on the place of a row in the table: {_told(rows, parts)}.",
            severity="note" if is_sorted else "warning",
            action=sorted_action if is_sorted else None,
        )

    @staticmethod
    def speaks() -> Specimen:
        """The share of yes grows from the first row to the last."""
        columns = plain_columns(600)
        chance = np.random.default_rng(1).random(600)
        return Specimen(columns | {"y": ["yes" if chance[row] < row / 600 else "no" for row in range(600)]})

    @staticmethod
    def quiet() -> Specimen:
        """The rows are sorted by weight, on which the target depends."""
        columns = plain_columns(600)
        order = np.argsort(columns["weight"])
        return Specimen({name: [values[place] for place in order] for name, values in columns.items()})


def _told(rows: TrainingRows, parts: NDArray[np.int64]) -> str:
    """The target in the first and the last part."""
    ends = parts == 0, parts == N_PARTS - 1
    where = "in the first eighth of the rows", "in the last one"
    if rows.profile.roles.task == "regression":
        first, last = (figure(float(np.median(rows.values[end]))) for end in ends)
        return f"its median is {first} {where[0]} and {last} {where[1]}"
    n_classes = len(rows.profile.roles.classes)
    shares = [np.bincount(rows.classes[end], minlength=n_classes) / end.sum() for end in ends]
    place = 1 if n_classes == 2 else int(np.abs(shares[0] - shares[1]).argmax())
    name = rows.profile.roles.classes[place]
    return f"'{name}' makes up {percent(shares[0][place])} {where[0]} and {percent(shares[1][place])} {where[1]}"
