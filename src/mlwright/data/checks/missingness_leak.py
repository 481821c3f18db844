"""Inputs that are filled in after the outcome."""

from __future__ import annotations

from collections.abc import Iterator

from mlwright.core.family import NotApplicable
from mlwright.data.checks import Check, Specimen
from mlwright.data.checks._plain import plain_columns
from mlwright.data.columns import training_rows
from mlwright.data.compute.table import SplitTable
from mlwright.data.leaks.gaps import gap_leaks
from mlwright.data.strength import MIN_ROWS
from mlwright.records.findings import Finding
from mlwright.records.profile import Profile


class MissingnessLeak(Check):
    """Inputs for which being there, or not being there, settles the outcome (see `gaps.gap_leaks`).

    That a gap says something is common and harmless; this speaks only where it says (nearly) all. The chance of a
    false alarm is held below 0.1 % over all columns together (Bonferroni).
    """

    group = "leaks"
    severity = "critical"
    title = "Filled in after the outcome"
    action = (
        "Such a column is mostly written when the outcome is known (a reason, a date of closing). If so, leave it out "
        "(mlwright run --ignore); if it is known before, vouch for it (mlwright run --known-in-time)."
    )

    def look(self, table: SplitTable, profile: Profile) -> Iterator[Finding]:
        """One finding for each column."""
        rows = training_rows(table, profile)
        if len(rows) < MIN_ROWS:
            raise NotApplicable(f"{len(rows)} training rows are too few to judge a column")
        for name, seen in gap_leaks(rows).items():
            yield self.found(f"{seen}.", name)

    @staticmethod
    def speaks() -> Specimen:
        """A reason for leaving is asked of half of those who left."""
        columns = plain_columns()
        reasons = ["price" if answer == "yes" and row % 2 else None for row, answer in enumerate(columns["y"])]
        return Specimen(
            columns | {"reason": [r if r is None or row % 3 else "service" for row, r in enumerate(reasons)]}
        )

    @staticmethod
    def quiet() -> Specimen:
        """A remark is left more often by those who left, and by others too."""
        columns = plain_columns()
        every = {"yes": 2, "no": 4}
        remarks = [
            ("price", "service")[row % 3 == 0] if row % every[y] == 1 else None for row, y in enumerate(columns["y"])
        ]
        return Specimen(columns | {"remark": remarks})
