"""Keys that name more than one row."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

import ibis

from mlwright.core.family import NotApplicable
from mlwright.data.checks import Check, Specimen
from mlwright.data.checks._plain import plain_columns
from mlwright.data.compute.table import ROW, SplitTable
from mlwright.data.equal_rows import equal_rows
from mlwright.data.kinds.names import words_of
from mlwright.data.words import counted, named, quoted
from mlwright.records.findings import Finding
from mlwright.records.profile import Profile

NEARLY_ALL = 0.95
KEY_WORDS = frozenset({"id", "uuid", "guid", "key", "identifier"})


class RepeatedKeys(Check):
    """Columns that are called like a key and name each row, but for a few values that come more than once.

    A column counts as a key if its name says so and 95 % of its values are different; all rows are counted, also
    those of a table that stays in its database. What a person says, ``collect.unique``, holds whatever the names and
    the share, and for several columns together; rows without a value in one of them are left out.
    """

    severity = "warning"
    title = "Keys that repeat"
    action = (
        "Look at these rows: copies, a join that multiplied rows, or a key that is none? If each value is one case, "
        "keep one row of it; else name the column as collect.group, so that its rows stay together."
    )

    def look(self, table: SplitTable, profile: Profile) -> Iterator[Finding]:
        """One finding for each key."""
        said = [columns for columns in table.unique if set(columns) <= set(table.columns)]
        names = [
            column.name
            for column in profile.columns
            if column.kind == "id" and _is_called_key(column.name) and column.name in table.columns
        ]
        names = [name for name in names if (name,) not in said]
        if not names and not said:
            raise NotApplicable("no column is called like a key, and collect.unique names none")
        if not said and not isinstance(table, SplitTable):
            yield from self._told_by_figures(profile, names)
            return
        for columns in (*said, *((name,) for name in names)):
            found = _repeats(table, columns)
            if found and (columns in said or NEARLY_ALL * found.n <= found.n - found.n_later):
                yield self._told(columns, found)

    def _told(self, columns: tuple[str, ...], found: _Repeats) -> Finding:
        shown = [", ".join(str(row[name]) for name in columns) for row in found.often]
        alone = len(columns) == 1
        return self.found(
            f"{named(columns)} {'should' if alone else 'together should'} name each row, but "
            f"{counted(found.n_later, 'row repeats', 'rows repeat')} {'a value' if alone else 'the values'} of another "
            f"one, such as {quoted(shown, 2)}.",
            *columns,
            rows=[row["__first__"] for row in found.often],
            examples=shown,
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


class _Repeats(NamedTuple):
    """How many rows have values in all columns of a key, how many repeat those of an earlier one, and which often."""

    n: int
    n_later: int
    often: list[dict[str, Any]]


def _repeats(table: SplitTable, columns: tuple[str, ...]) -> _Repeats | None:
    """What repeats; None if no two rows agree."""
    if not equal_rows(table, list(columns)).n_later:
        return None
    known = table.expr.filter([table.expr[name].notnull() for name in columns])
    counts = known.group_by(list(columns)).aggregate(__n__=ibis._.count(), __first__=ibis._[ROW].min())
    repeated = counts.filter(counts["__n__"] > 1)
    asked = table.rows_of(repeated.aggregate(later=(repeated["__n__"] - 1).sum()))[0]["later"]
    if not asked:
        return None
    often = table.rows_of(repeated.order_by([repeated["__n__"].desc(), repeated["__first__"]]).limit(5))
    n = table.rows_of(known.aggregate(n=known.count()))[0]["n"]
    return _Repeats(int(n), int(asked), often)
