"""Targets that are cut off."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from mlwright.core.family import NotApplicable
from mlwright.data.checks import Check, Specimen
from mlwright.data.checks._plain import plain_numbers
from mlwright.data.columns import training_rows
from mlwright.data.compute.table import SplitTable
from mlwright.data.words import counted, figure, percent
from mlwright.records.findings import Finding
from mlwright.records.profile import Profile

MIN_DISTINCT = 50
LEAST_ROWS = 10
LEAST_SHARE = 0.005
TIMES_NEIGHBOURS = 8.0
N_NEIGHBOURS = 20


class CappedTarget(Check):
    """The largest or smallest target heads a heap of equal values, as if what lies beyond had been cut off.

    The heap must hold 0.5 % of the training rows and ten of them, and eight times as many as the fullest of the 20
    values next to it. A heap at zero is no cut.
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
        distinct, counts = np.unique(rows.values, return_counts=True)
        if len(distinct) < MIN_DISTINCT:
            raise NotApplicable(f"the target has {len(distinct)} different values only")
        for end, near, word in (
            (-1, counts[-1 - N_NEIGHBOURS : -1], "largest"),
            (0, counts[1 : 1 + N_NEIGHBOURS], "smallest"),
        ):
            n = int(counts[end])
            if distinct[end] != 0 and n >= max(LEAST_ROWS, LEAST_SHARE * len(rows), TIMES_NEIGHBOURS * near.max()):
                yield self.found(
                    f"{counted(n, 'training row')} ({percent(n / len(rows))}) have exactly "
                    f"{figure(float(distinct[end]))}, the {word} '{profile.roles.target}'; values next to it come "
                    f"{near.mean():.1f} times each.",
                    profile.roles.target,
                    rows=rows.positions[rows.values == distinct[end]][:5].tolist(),
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
