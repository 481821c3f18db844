"""Targets that stand apart."""

from __future__ import annotations

from collections.abc import Iterator

from mlwright.core.family import NotApplicable
from mlwright.data.checks import Check, Specimen
from mlwright.data.checks._extremes import values_apart
from mlwright.data.checks._plain import plain_numbers
from mlwright.data.columns import training_rows
from mlwright.data.compute.table import SplitTable
from mlwright.data.words import counted, figure, listing
from mlwright.records.findings import Finding
from mlwright.records.profile import Profile

FALSE_ALARMS = 0.001


class TargetOutliers(Check):
    """Training rows whose target lies beyond a gap that no natural tail explains (see `_extremes.values_apart`).

    The chance of a false alarm is held below 0.1 %.
    """

    group = "target"
    severity = "warning"
    title = "Targets that stand apart"
    action = (
        "Look at these rows: if the number is wrong (a slipped point, another unit), mend it; single rows like these "
        "can decide how a model comes out."
    )

    def look(self, table: SplitTable, profile: Profile) -> Iterator[Finding]:
        """One finding for each end of the range."""
        if profile.roles.task != "regression":
            raise NotApplicable("the target is not a number")
        rows = training_rows(table, profile)
        for apart in values_apart(rows.values, FALSE_ALARMS):
            told = [figure(rows.values[place]) for place in apart.rows]
            few = counted(len(told), "training row has a target", "training rows have targets")
            yield self.found(
                f"{few} far from all others: {listing(told, 3)}, where the rest ends at {figure(apart.bound)}.",
                profile.roles.target,
                rows=rows.positions[apart.rows][:5].tolist(),
                examples=told[:5],
            )

    @staticmethod
    def speaks() -> Specimen:
        """Three prices are in cents."""
        columns = plain_numbers()
        return Specimen(columns | {"y": [y * 100 if row in (5, 7, 11) else y for row, y in enumerate(columns["y"])]})

    @staticmethod
    def quiet() -> Specimen:
        """Prices spread over three powers of ten."""
        columns = plain_numbers()
        return Specimen(columns | {"y": [1.03 ** float(y) for y in columns["y"]]})
