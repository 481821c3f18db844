"""Inputs that give the target away."""

from __future__ import annotations

from collections.abc import Iterator

from mlwright.core.family import NotApplicable
from mlwright.data.checks import Check, Specimen
from mlwright.data.checks._plain import plain_columns
from mlwright.data.columns import training_rows
from mlwright.data.compute.table import SplitTable
from mlwright.data.leaks.gaps import gap_leaks
from mlwright.data.leaks.values import value_leaks
from mlwright.data.strength import MIN_ROWS
from mlwright.records.findings import Finding
from mlwright.records.profile import Profile


class TargetLeak(Check):
    """Inputs that alone answer nearly without a fault, on rows that they have not learned from.

    Judged by `strength.Judge`, in which a column of many names gains nothing by learning rows by heart. Critical:
    97 % of the squared error is gone (99.5 % for a target that is a number), or 99.75 of 100 pairs are told apart, over
    all rows or where the column has a value. A warning: as much for numbers from 97 % on, and for classes a column
    that leaves half of what all other inputs together leave. The chance of a false alarm is held below 0.1 % over all
    columns (see `values.value_leaks`). A column whose gaps settle the target is left to `missingness_leak`.
    """

    group = "leaks"
    severity = "critical"
    title = "A column gives the target away"
    action = (
        "Is it known at the moment when the prediction is made? If it is written down later, or computed from the "
        "target, the model is worthless in use: leave it out (mlwright run --ignore). If it is known, vouch for it "
        "(mlwright run --known-in-time)."
    )

    def look(self, table: SplitTable, profile: Profile) -> Iterator[Finding]:
        """One finding for each column, the sure ones first."""
        rows = training_rows(table, profile)
        if len(rows) < MIN_ROWS:
            raise NotApplicable(f"{len(rows)} training rows are too few to judge a column")
        gaps = gap_leaks(rows)
        found = [(name, leak) for name, leak in value_leaks(rows).items() if name not in gaps]
        for name, leak in sorted(found, key=lambda each: not each[1].is_sure):
            yield self.found(f"{leak.told}.", name, severity="critical" if leak.is_sure else "warning")

    @staticmethod
    def speaks() -> Specimen:
        """The refund is paid to those who left, and to nobody else."""
        columns = plain_columns()
        refund = [20.0 + row % 17 if answer == "yes" else 0.0 for row, answer in enumerate(columns["y"])]
        return Specimen(columns | {"refund": refund})

    @staticmethod
    def quiet() -> Specimen:
        """The refund depends on the weight."""
        columns = plain_columns()
        return Specimen(columns | {"refund": [max(0.0, weight - 70) for weight in columns["weight"]]})
