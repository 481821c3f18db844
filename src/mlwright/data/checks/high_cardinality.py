"""Categories of very many names."""

from __future__ import annotations

from collections.abc import Iterator

from mlwright.data.checks import Check, Specimen
from mlwright.data.checks._plain import plain_columns
from mlwright.data.compute.table import SplitTable
from mlwright.data.kinds.amounts import are_amounts
from mlwright.data.kinds.dates import could_be_date, how_written
from mlwright.data.words import counted, listing
from mlwright.records.findings import Finding
from mlwright.records.profile import ColumnProfile, Profile, ValueCount

MANY_NAMES = 50
ROWS_PER_NAME = 20


class HighCardinality(Check):
    """Categories of 50 names or more, with fewer than 20 rows for each on average.

    Amounts with units (``1h 35min``, ``$1.4M``) are no names, nor are dates in several ways: models read them as what
    they are.
    """

    severity = "note"
    title = "Categories of many names"
    action = (
        "mlwright treats rare names together. New names will come when the model is used; if the names have parts (a "
        "code, a place), split them where the data comes from."
    )

    def look(self, table: SplitTable, profile: Profile) -> Iterator[Finding]:
        """One finding for all columns, the one of most names first."""
        found = [column for column in profile.inputs if column.kind == "category" and _has_many(column, profile.n_rows)]
        found.sort(key=lambda column: -column.n_distinct)
        if found:
            told = listing(f"{c.name} ({c.n_distinct:,} names in {profile.n_rows - c.n_missing:,} rows)" for c in found)
            verb = "has" if len(found) == 1 else "have"
            yield self.found(
                f"{counted(len(found), 'category', 'categories')} {verb} more names than the rows can teach: {told}.",
                *(column.name for column in found),
            )

    @staticmethod
    def speaks() -> Specimen:
        """People come from a hundred towns."""
        return Specimen(plain_columns(600) | {"town": [f"town {row * row % 199}" for row in range(600)]})

    @staticmethod
    def quiet() -> Specimen:
        """People come from seven towns."""
        return Specimen(plain_columns(600) | {"town": [f"town {row * row % 7}" for row in range(600)]})


def _has_many(column: ColumnProfile, n_rows: int) -> bool:
    has_many = column.n_distinct >= MANY_NAMES and n_rows - column.n_missing < ROWS_PER_NAME * column.n_distinct
    return has_many and not are_amounts(column) and not all(map(_is_date, column.top))


def _is_date(value: ValueCount) -> bool:
    return could_be_date(value.value) and how_written([value.value]) is not None
