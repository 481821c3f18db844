"""Rows that hold the names of the columns."""

from __future__ import annotations

import math
from collections.abc import Iterator
from functools import reduce
from operator import add

from mlwright.core.family import NotApplicable
from mlwright.data.checks import Check, Specimen
from mlwright.data.checks._plain import plain_columns
from mlwright.data.compute.questions import lots
from mlwright.data.compute.table import ROW, SplitTable
from mlwright.data.words import counted
from mlwright.records.findings import Finding
from mlwright.records.profile import Profile

MAX_COLUMNS = 50
ASKED_AT_ONCE = 200_000


class RepeatedHeader(Check):
    """Rows in which two columns or more, and half of the columns of text, hold their own name: files were joined.

    The first 50 columns of text are looked at, in all rows.
    """

    severity = "warning"
    title = "The header stands among the rows"
    action = (
        "Remove these rows where the files were joined. Until then columns of numbers that hold the name as well are "
        "read as text or lose these cells."
    )

    def look(self, table: SplitTable, profile: Profile) -> Iterator[Finding]:
        """One finding at most."""
        names = [c.name for c in profile.columns if c.length_max is not None and c.name in table.columns][:MAX_COLUMNS]
        if len(names) < 2:
            raise NotApplicable("fewer than two columns hold text")
        found = _rows_of_names(table, names)
        if n := len(found):
            yield self.found(
                f"{counted(n, 'row')} of {profile.n_rows:,} {'holds' if n == 1 else 'hold'} the names of the columns "
                "in place of values, as if several files had been joined with their headers.",
                rows=found[:6],
            )

    @staticmethod
    def speaks() -> Specimen:
        """Two files were joined below each other, the second with its header."""
        return Specimen(_delivered("town", "street"))

    @staticmethod
    def quiet() -> Specimen:
        """One street is called like its column, which happens."""
        return Specimen(_delivered("Lisbon", "street"))


def _rows_of_names(table: SplitTable, names: list[str]) -> list[int]:
    """Positions of the rows in which enough columns hold their own name, rising.

    Of all columns but so few that they do not suffice, one at least holds its name in such a row. In a large table each
    of these is asked by itself: the file tells by the extremes of its parts where a value cannot be, so that hardly
    anything is read.
    """
    part, _ = next(lots(table, names, 1))
    n_needed = max(2, math.ceil(len(names) / 2))
    holds = {name: (part.expr[name] == name).fill_null(False) for name in names}
    is_header = reduce(add, (each.cast("int64") for each in holds.values())) >= n_needed
    is_large = table.n_rows > ASKED_AT_ONCE
    asked = [part.expr[name] == name for name in names[: len(names) - n_needed + 1]] if is_large else [is_header]
    rows = (part.expr.filter(each).filter(is_header).select(ROW) for each in asked)
    return sorted({row[ROW] for each in rows for row in table.rows_of(each)})


def _delivered(town: str, street: str) -> dict[str, list[object]]:
    places = {"town": ["Oslo", "Rome", "Bern"] * 100, "street": [f"Road {row % 40}" for row in range(300)]}
    columns = {name: list(values) for name, values in (plain_columns() | places).items()}
    columns["town"][150], columns["street"][150] = town, street
    return columns
