"""Too few rows to learn from."""

from __future__ import annotations

import math
from collections.abc import Iterator

from mlwright.data.checks import Check, Specimen
from mlwright.data.checks._plain import plain_columns
from mlwright.data.checks._sizes import class_sizes
from mlwright.data.compute.table import SplitTable
from mlwright.data.words import counted
from mlwright.records.findings import Finding
from mlwright.records.profile import Profile

FEW_ROWS = 200
VERY_FEW_ROWS = 50
FEW_OF_CLASS = 30


class TooFewRows(Check):
    """Fewer than 200 training rows, or, of two classes, fewer than 30 rows of one; critical below 50 rows."""

    severity = "warning"
    title = "Few rows"
    action = (
        "Every figure will be uncertain: read the intervals, not the numbers. Collect more rows before you rely on it."
    )

    def look(self, table: SplitTable, profile: Profile) -> Iterator[Finding]:
        """One finding at most."""
        is_binary = profile.roles.task == "binary"
        n_train, n_test = table.train.n_rows, table.test.n_rows
        if n_train < FEW_ROWS:
            doubt = round(100 / math.sqrt(max(1, n_test)))
            yield self.found(
                f"There are {counted(n_train, 'row')} to learn from and {n_test:,} to test on; a share that is found "
                f"on so few test rows may be off by {doubt} points.",
                severity="critical" if n_train < VERY_FEW_ROWS else "warning",
            )
        elif is_binary:
            name, size = next(iter(class_sizes(table, profile).items()))
            if size < FEW_OF_CLASS:
                yield self.found(
                    f"Only {counted(size, 'training row')} of {n_train:,} are '{name}'.", profile.roles.target
                )

    @staticmethod
    def speaks() -> Specimen:
        """A table of 150 rows."""
        return Specimen(plain_columns(150))

    @staticmethod
    def quiet() -> Specimen:
        """A table of 600 rows."""
        return Specimen(plain_columns(600))
