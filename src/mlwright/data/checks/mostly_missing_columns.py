"""Columns that are mostly empty."""

from __future__ import annotations

from collections.abc import Iterator

from mlwright.data.checks import Check, Specimen
from mlwright.data.checks._plain import plain_columns
from mlwright.data.compute.table import SplitTable
from mlwright.data.words import counted, listing, percent
from mlwright.records.findings import Finding
from mlwright.records.profile import Profile

MISSING_SHARE = 0.6


class MostlyMissingColumns(Check):
    """Inputs that lack a value in more than 60 % of the rows."""

    severity = "note"
    title = "Mostly missing"
    action = (
        "mlwright keeps them and lets the models see where a value is missing. Make sure that the values will be "
        "missing in the same way when the model is used."
    )

    def look(self, table: SplitTable, profile: Profile) -> Iterator[Finding]:
        """One finding for all of them, the emptiest first."""
        shares = {column.name: column.n_missing / max(1, profile.n_rows) for column in profile.inputs}
        found = sorted(
            (name for name, share in shares.items() if share > MISSING_SHARE), key=lambda name: -shares[name]
        )
        if found:
            verb = "lacks" if len(found) == 1 else "lack"
            told = listing(f"{name} ({percent(shares[name])})" for name in found)
            yield self.found(f"{counted(len(found), 'input')} {verb} a value in most rows: {told}.", *found)

    @staticmethod
    def speaks() -> Specimen:
        """One cabin in five is known."""
        return Specimen(plain_columns() | {"cabin": ["upper", None, None, None, None, "lower"] * 50})

    @staticmethod
    def quiet() -> Specimen:
        """One cabin in five is not known."""
        return Specimen(plain_columns() | {"cabin": ["upper", "lower", "upper", "lower", None] * 60})
