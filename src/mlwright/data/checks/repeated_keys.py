"""Keys that name more than one row."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from mlwright.core.family import NotApplicable
from mlwright.data.checks import Check, Specimen
from mlwright.data.checks._plain import plain_columns
from mlwright.data.compute.table import ROW, SplitTable
from mlwright.data.equal_rows import equal_rows
from mlwright.data.kinds.names import words_of
from mlwright.data.words import counted, listing
from mlwright.records.findings import Finding
from mlwright.records.profile import Profile

NEARLY_ALL = 0.95
KEY_WORDS = frozenset({"id", "uuid", "guid", "key", "identifier"})


class RepeatedKeys(Check):
    """Columns that are called like a key and name each row, but for a few values that come more than once.

    A column counts as a key if its name says so and 95 % of its values are different; all rows are counted, also
    those of a table that stays in its database.
    """

    severity = "warning"
    title = "Keys that repeat"
    action = (
        "Look at these rows: copies, a join that multiplied rows, or a key that is none? If each value is one case, "
        "keep one row of it; else name the column as collect.group, so that its rows stay together."
    )

    def look(self, table: SplitTable, profile: Profile) -> Iterator[Finding]:
        """One finding for each key."""
        names = [
            column.name
            for column in profile.columns
            if column.kind == "id" and _is_called_key(column.name) and column.name in table.columns
        ]
        if not names:
            raise NotApplicable("no column is called like a key")
        if not isinstance(table, SplitTable):
            yield from self._told_by_figures(profile, names)
            return
        for name in names:
            if not (n_later := equal_rows(table, [name]).n_later):
                continue
            n_missing = int(table.ask(n=table.expr[name].isnull().sum())["n"] or 0)
            n = profile.n_rows - n_missing
            n_distinct = n - (n_later - max(0, n_missing - 1))
            if NEARLY_ALL * n <= n_distinct < n:
                often = _often(table, name)
                yield self.found(
                    f"'{name}' should name each row, but {counted(n - n_distinct, 'row repeats', 'rows repeat')} a "
                    f"value of another one, such as {listing(repr(str(row['value'])) for row in often[:2])}.",
                    name,
                    rows=[row["first"] for row in often],
                    examples=[str(row["value"]) for row in often],
                )

    def _told_by_figures(self, profile: Profile, names: list[str]) -> Iterator[Finding]:
        """Keys of a table that stays where it is, whose different values were counted there."""
        for column in map(profile.column, names):
            n = profile.n_rows - column.n_missing
            see = f'To see them: select "{column.name}", count(*) ... group by 1 having count(*) > 1.'
            if column.distinct_is_exact and NEARLY_ALL * n <= column.n_distinct < n:
                yield self.found(
                    f"'{column.name}' should name each row, but "
                    f"{counted(n - column.n_distinct, 'row repeats', 'rows repeat')} a value of another one.",
                    column.name,
                    action=f"{see} {self.action}",
                )

    @staticmethod
    def speaks() -> Specimen:
        """Three customers were entered twice."""
        ids = [f"C{1_000 + (row - 50 if row in (60, 70, 80) else row)}" for row in range(300)]
        return Specimen(plain_columns() | {"customer_id": ids})

    @staticmethod
    def quiet() -> Specimen:
        """Names of people are no keys, and each customer is there once."""
        ids = [f"C{1_000 + row}" for row in range(300)]
        people = [f"P. {chr(65 + row % 26)}{row - 50 if row in (60, 70, 80) else row}" for row in range(300)]
        return Specimen(plain_columns() | {"customer_id": ids, "person": people})


def _is_called_key(name: str) -> bool:
    """Whether the name promises that each value is there once; a code or a number promises nothing."""
    words = words_of(name)
    return bool(words) and (words[-1] in KEY_WORDS or words[0] == "id")


def _often(table: SplitTable, name: str) -> list[dict[str, Any]]:
    """The values that come most often, with the first row of each."""
    known = table.expr.filter(table.expr[name].notnull())
    counts = known.group_by(value=known[name]).aggregate(n=known.count(), first=known[ROW].min())
    repeated = counts.filter(counts.n > 1).order_by([counts.n.desc(), counts.first])
    return table.rows_of(repeated.limit(5))
