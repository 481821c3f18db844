"""Inputs that give the target away."""

from __future__ import annotations

from collections.abc import Iterator

from mlwright.core.family import NotApplicable
from mlwright.data.checks import Check, Specimen
from mlwright.data.checks._plain import plain_columns
from mlwright.data.columns import training_rows
from mlwright.data.compute.table import SplitTable
from mlwright.data.leaks import gap_leaks, is_sure, value_leaks
from mlwright.data.strength import MIN_ROWS, Strength
from mlwright.data.words import listing
from mlwright.records.findings import Finding
from mlwright.records.profile import Profile


class TargetLeak(Check):
    """Inputs that alone answer nearly without a fault, on rows that they have not learned from.

    Judged by `strength.Judge`, in which a column of many names gains nothing by learning rows by heart. Critical:
    97 % of the squared error is gone, or 99.75 of 100 pairs are told apart. 85 % is a warning, for numbers only if
    the name speaks too. The chance of a false alarm is held below 0.1 % over all columns (see `leaks.value_leaks`).
    A column whose gaps settle the target is left to `missingness_leak`.
    """

    group = "leaks"
    severity = "critical"
    title = "A column gives the target away"
    action = (
        "Is it known at the moment when the prediction is made? If it is written down later, or computed from the "
        "target, the model is worthless in use: add it to profile.ignore and run again. If it is known, vouch for it: "
        "check.known_in_time."
    )

    def look(self, table: SplitTable, profile: Profile) -> Iterator[Finding]:
        """One finding for those that surely leak, one for those that may."""
        rows = training_rows(table, profile)
        if len(rows) < MIN_ROWS:
            raise NotApplicable(f"{len(rows)} training rows are too few to judge a column")
        gaps = gap_leaks(rows)
        found = {name: strength for name, strength in value_leaks(rows).items() if name not in gaps}
        sure = {name: strength for name, strength in found.items() if is_sure(strength)}
        if sure:
            yield self._finding(sure, profile)
        if others := {name: strength for name, strength in found.items() if name not in sure}:
            yield self._finding(others, profile).model_copy(update={"severity": "warning"})

    def _finding(self, strengths: dict[str, Strength], profile: Profile) -> Finding:
        told = listing((f"'{name}' {strength.told(profile.roles)}" for name, strength in strengths.items()), 3)
        return self.found(f"Of all inputs, knowing one alone is nearly enough: {told}.", *strengths)

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
