"""Zeros that stand apart from all other values."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from mlwright.core.family import NotApplicable
from mlwright.data.checks import Check, Specimen
from mlwright.data.checks._heaps import least_beyond_zero
from mlwright.data.checks._plain import plain_columns
from mlwright.data.columns import sampled_rows
from mlwright.data.compute.table import SplitTable
from mlwright.data.words import counted, figure, listing
from mlwright.records.findings import Finding
from mlwright.records.profile import ColumnProfile, Profile

MIN_DISTINCT = 20
LEAST_ROWS = 2
MOST_SHARE = 0.3


class ZerosForMissing(Check):
    """Columns of positive numbers in which zero lies far below the smallest other value, twice or more.

    What far means is told by `_heaps.least_beyond_zero`; up to 30 % of the rows may be zero. Numbers that thin out
    towards zero by nature, or reach it in small steps, are left alone.
    """

    severity = "note"
    title = "Zeros that may mean 'not known'"
    action = (
        "Does zero mean 'none' or 'not known' here? If it is not known, say so: profile.missing = {COLUMN = [\"0\"]}. "
        "mlwright takes it as a number."
    )

    def look(self, table: SplitTable, profile: Profile) -> Iterator[Finding]:
        """One finding for all columns."""
        names = [c.name for c in profile.columns if _has_zeros(c, profile.n_rows) and c.name in table.columns]
        if not any(column.kind == "number" for column in profile.columns):
            raise NotApplicable("there is no column of numbers")
        told, places = {}, []
        rows = sampled_rows(table, profile) if names else None
        for name in names:
            assert rows is not None
            values = rows.numbers(name)
            least = least_beyond_zero(values[values > 0])
            if least is not None:
                n = profile.column(name).n_zero or 0
                told[name] = f"{name} ({counted(n, 'row')}, where all others are {figure(least)} or more)"
                places += np.flatnonzero(values == 0)[:2].tolist()
        if rows is not None and told:
            yield self.found(
                f"In {counted(len(told), 'column')} zero lies far from all other values: {listing(told.values(), 4)}.",
                *told,
                rows=rows.positions[places[:6]].tolist(),
            )

    @staticmethod
    def speaks() -> Specimen:
        """Some people have no height."""
        columns = plain_columns()
        return Specimen(columns | {"height": [0.0 if row % 30 == 0 else h for row, h in enumerate(columns["height"])]})

    @staticmethod
    def quiet() -> Specimen:
        """Some people have no child, and some days no rain."""
        rain = np.random.default_rng(0).exponential(3, 300).round(1).tolist()
        return Specimen(plain_columns() | {"children": [row % 5 for row in range(300)], "rain": rain})


def _has_zeros(column: ColumnProfile, n_rows: int) -> bool:
    n_zero = column.n_zero or 0
    is_end = column.kind == "number" and column.minimum == 0 and column.n_distinct >= MIN_DISTINCT
    return is_end and LEAST_ROWS <= n_zero <= MOST_SHARE * (n_rows - column.n_missing)
