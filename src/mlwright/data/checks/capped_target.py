"""Targets that are cut off."""

from __future__ import annotations

from collections.abc import Iterator

from mlwright.core.family import NotApplicable
from mlwright.data.checks import Check, Specimen
from mlwright.data.checks._heaps import heaps_at_ends
from mlwright.data.checks._plain import plain_numbers
from mlwright.data.columns import training_rows
from mlwright.data.compute.table import SplitTable
from mlwright.data.words import counted, figure, percent
from mlwright.records.findings import Finding
from mlwright.records.profile import Profile


class CappedTarget(Check):
    """The largest or smallest target heads a heap of equal values, as if what lies beyond had been cut off.

    The heap must hold 0.5 % of the training rows and ten of them, and eight times as many as the fullest of the 20
    values next to it. A heap at zero is no cut (see `_heaps.heaps_at_ends`).
    """

    group = "target"
    severity = "warning"
    title = "The target is cut off"
    action = (
        "The model can learn only that such rows reach the limit, and will be too low (or high) for them. If the true "
        "values can be had, use them; else treat answers near the limit as 'at least'."
    )

    def look(self, table: SplitTable, profile: Profile) -> Iterator[Finding]:
        """One finding for each end that is cut off."""
        if profile.roles.task != "regression":
            raise NotApplicable("the target is not a number")
        rows = training_rows(table, profile)
        for heap in heaps_at_ends(rows.values):
            yield self.found(
                f"{counted(heap.n, 'training row')} ({percent(heap.n / len(rows))}) have exactly {figure(heap.value)}, "
                f"the {heap.end} '{profile.roles.target}'; values next to it come {heap.near:.1f} times each.",
                profile.roles.target,
                rows=rows.positions[rows.values == heap.value][:5].tolist(),
            )

    @staticmethod
    def speaks() -> Specimen:
        """Prices above 160 are written as 160."""
        columns = plain_numbers(400)
        return Specimen(columns | {"y": [min(float(y), 160.0) for y in columns["y"]]})

    @staticmethod
    def quiet() -> Specimen:
        """Prices are as they are."""
        return Specimen(plain_numbers(400))
