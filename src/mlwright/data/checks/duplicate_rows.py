"""Rows that come more than once."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from mlwright.data.checks import Check, Specimen
from mlwright.data.checks._plain import plain_columns
from mlwright.data.compute.table import SplitTable
from mlwright.data.equal_rows import equal_rows
from mlwright.data.repeats import telling_columns, weight_of_repeats
from mlwright.data.words import counted, percent
from mlwright.records.findings import Finding
from mlwright.records.profile import Profile

REPEATED_SHARE = 0.01


class DuplicateRows(Check):
    """Rows that repeat an earlier one in every input, and in texts that name a row without being a key (names).

    It speaks if 1 % of the rows do and that is more than coincidence (see `repeats.weight_of_repeats`).
    """

    severity = "warning"
    title = "Repeated rows"
    action = (
        "mlwright keeps them, and they count twice. If they are copies, remove them where the data comes from; "
        "if each is a case of its own, nothing needs to be done."
    )

    def look(self, table: SplitTable, profile: Profile) -> Iterator[Finding]:
        """One finding with a few of the rows."""
        equal = equal_rows(table, telling_columns(profile))
        n_repeats = equal.n_later
        if n_repeats < max(2, REPEATED_SHARE * profile.n_rows):
            return
        if (weight := weight_of_repeats(table, profile, profile.roles.inputs)) is None:
            return
        often = np.lexsort([equal.first, -equal.sizes])[:5]
        verb = "repeats" if n_repeats == 1 else "repeat"
        yield self.found(
            f"{counted(n_repeats, 'row')} of {profile.n_rows:,} ({percent(n_repeats / profile.n_rows)}) {verb} an "
            f"earlier row in every input; one row is there {equal.sizes[often[0]]:,} times.",
            rows=equal.first[often].tolist(),
            severity=weight,
        )

    @staticmethod
    def speaks() -> Specimen:
        """The last 30 rows are copies of the first 30."""
        return Specimen({name: [*values[:270], *values[:30]] for name, values in plain_columns().items()})

    @staticmethod
    def quiet() -> Specimen:
        """Six kinds of rows is all that two coarse columns allow."""
        columns = plain_columns()
        return Specimen({"colour": columns["colour"], "size": ["S", "L", "L"] * 100, "y": columns["y"]})
