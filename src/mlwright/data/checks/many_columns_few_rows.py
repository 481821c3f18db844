"""More columns than the rows can teach about."""

from __future__ import annotations

from collections.abc import Iterator

from mlwright.data.checks import Check, Specimen
from mlwright.data.checks._plain import plain_columns
from mlwright.data.compute.table import SplitTable
from mlwright.data.words import counted
from mlwright.records.findings import Finding
from mlwright.records.profile import Profile

MIN_COLUMNS = 20
ROWS_PER_COLUMN = 5


class ManyColumnsFewRows(Check):
    """Fewer than five training rows for each input, with 20 inputs or more."""

    severity = "warning"
    title = "Many columns, few rows"
    action = (
        "Some columns will seem to matter by chance alone. Leave out what cannot matter (mlwright run --ignore), or "
        "collect more rows."
    )

    def look(self, table: SplitTable, profile: Profile) -> Iterator[Finding]:
        """One finding at most."""
        n_inputs, n_train = len(profile.roles.inputs), table.train.n_rows
        if n_inputs >= MIN_COLUMNS and n_train < ROWS_PER_COLUMN * n_inputs:
            yield self.found(
                f"There are {counted(n_inputs, 'input')} and {counted(n_train, 'training row')}: "
                f"{n_train / n_inputs:.1f} rows for each input."
            )

    @staticmethod
    def speaks() -> Specimen:
        """Twenty-five measurements of 120 things."""
        return Specimen(plain_columns(120) | _measurements(25))

    @staticmethod
    def quiet() -> Specimen:
        """Ten measurements of as many."""
        return Specimen(plain_columns(120) | _measurements(10))


def _measurements(n: int) -> dict[str, list[float]]:
    return {f"m{place}": [((row + 1) * (place + 3) * 7919 % 1009) / 10 for row in range(120)] for place in range(n)}
