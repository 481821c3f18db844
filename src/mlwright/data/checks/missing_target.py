"""Rows without an answer."""

from __future__ import annotations

from collections.abc import Iterator

from mlwright.data.checks import Check, Specimen
from mlwright.data.checks._plain import plain_columns
from mlwright.data.compute.table import SplitTable
from mlwright.data.words import counted, percent
from mlwright.records.findings import Finding
from mlwright.records.profile import Profile

MANY_SHARE = 0.2


class MissingTarget(Check):
    """Rows whose target is missing; a warning from 20 % of the rows on."""

    group = "target"
    severity = "note"
    title = "Rows without an answer"
    action = (
        "mlwright leaves them out. If the answer is missing for a reason that has to do with it (not yet closed, "
        "refused), the rest is not like the whole."
    )

    def look(self, table: SplitTable, profile: Profile) -> Iterator[Finding]:
        """One finding at most."""
        n_missing = profile.target.n_missing
        if n_missing:
            share = n_missing / profile.n_rows
            few = f"{counted(n_missing, 'row')} of {profile.n_rows:,} ({percent(share)})"
            yield self.found(
                f"{few} {'has' if n_missing == 1 else 'have'} no '{profile.roles.target}'.",
                profile.roles.target,
                severity="warning" if share >= MANY_SHARE else "note",
            )

    @staticmethod
    def speaks() -> Specimen:
        """Six answers are not known."""
        columns = plain_columns()
        return Specimen(columns | {"y": [None if row % 50 == 0 else y for row, y in enumerate(columns["y"])]})

    @staticmethod
    def quiet() -> Specimen:
        """All answers are known."""
        return Specimen(plain_columns())
