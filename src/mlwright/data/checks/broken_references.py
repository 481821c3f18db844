"""Values that refer to nothing."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import ibis.expr.types as ir

from mlwright.core.family import NotApplicable
from mlwright.data.checks import Check, Specimen
from mlwright.data.checks._plain import plain_columns
from mlwright.data.compute.table import ROW, SplitTable
from mlwright.data.words import counted, listing, percent, quoted
from mlwright.records.data import CountedReference, Reference
from mlwright.records.findings import Finding
from mlwright.records.profile import Profile


class BrokenReferences(Check):
    """Columns whose values should be there in the key of a table, and are not; or keys that name several rows.

    The keys are those of ``collect.keys`` and the foreign keys that a database declares; those of several columns, and
    those of a table of which only a sample was fetched, are counted there. All rows are counted; a row without a value
    refers to nothing and is all right.
    """

    severity = "warning"
    title = "Values that refer to nothing"
    action = (
        "Look at these rows: were rows of the other table deleted, not yet delivered, or is the key written in another "
        "way? Whatever is joined by it will be missing there."
    )

    def look(self, table: SplitTable, profile: Profile) -> Iterator[Finding]:
        """One finding for each column, and one for each key that is none."""
        asked = [(each, file) for each, file in table.references if {each.column, each.key} & set(table.columns)]
        asked = [(each, file) for each, file in asked if each.column in table.columns]
        if not asked and not table.counted_references:
            raise NotApplicable("no keys are known (collect.keys)")
        yield from (self._counted(each) for each in table.counted_references if each.n_lost)
        for reference, file in asked:
            yield from self._orphans(table, profile, reference, file)
            if reference.n_keys is not None and reference.n_keys < (reference.n_rows or 0):
                yield self.found(
                    f"'{reference.key}' of '{reference.table}' should name each row, but "
                    f"{counted((reference.n_rows or 0) - reference.n_keys, 'row repeats', 'rows repeat')} a value of "
                    "another one: a join by it multiplies rows.",
                    reference.column,
                    action="Make the key unique where the data comes from, or join by another one.",
                )

    def _counted(self, reference: CountedReference) -> Finding:
        """A foreign key that the database has tested."""
        names = listing((f"'{name}'" for name in reference.columns), len(reference.columns))
        keys = listing((f"'{name}'" for name in reference.keys), len(reference.keys))
        share = percent(reference.n_lost / max(1, reference.n_rows))
        few = f"{counted(reference.n_lost, 'row')} of {reference.n_rows:,} ({share})"
        return self.found(
            f"{few} {'has' if reference.n_lost == 1 else 'have'} a value of {names} that is not there in {keys} of "
            f"'{reference.table}', which the database declares and has counted over all rows, such as "
            f"{quoted(reference.examples, 2)}.",
            *reference.columns,
            examples=reference.examples,
        )

    def _orphans(
        self, table: SplitTable, profile: Profile, reference: Reference, file: Path | None
    ) -> Iterator[Finding]:
        lost = _lost(table, reference, file)
        answer = table.rows_of(lost.aggregate(n=lost.count(), distinct=lost.value.nunique()))[0]
        if n := int(answer["n"]):
            worst = table.rows_of(lost.order_by(ROW).limit(5))
            where = f"'{reference.key}' of '{reference.table}'" if reference.table else f"'{reference.key}'"
            said = ", as the database declares" if reference.is_declared else ""
            few = f"{counted(n, 'row')} of {profile.n_rows:,} ({percent(n / profile.n_rows)})"
            shown = quoted([str(row["value"]) for row in worst], 2)
            yield self.found(
                f"{few} {'has' if n == 1 else 'have'} a '{reference.column}' that is not there in {where}{said}: "
                f"{answer['distinct']:,} different, such as {shown}.",
                reference.column,
                rows=[row[ROW] for row in worst],
                examples=[str(row["value"]) for row in worst],
            )

    @staticmethod
    def speaks() -> Specimen:
        """The boss of one is not there."""
        return Specimen(_staff(boss=999), settings={"keys": {"boss": "staff_id"}})

    @staticmethod
    def quiet() -> Specimen:
        """All bosses are there, and one has none."""
        return Specimen(_staff(boss=None), settings={"keys": {"boss": "staff_id"}})


def _lost(table: SplitTable, reference: Reference, file: Path | None) -> ir.Table:
    """The rows whose value is none of the keys, with their position."""
    if file is None:
        keys = table.expr.select(key=table.expr[reference.key])
    else:
        keys = table.expr.get_backend().read_parquet(file)
    value = table.expr[reference.column]
    rows = table.expr.select(ROW, value=value).filter(value.notnull())
    if keys.key.type() != rows.value.type():
        rows, keys = rows.mutate(value=_spelled(rows.value)), keys.select(key=_spelled(keys.key))
    if rows.value.type().is_string():
        rows = rows.filter(rows.value.strip() != "")
    return rows.anti_join(keys, rows.value == keys.key)


def _spelled(column: ir.Value) -> ir.Value:
    """A key as text: whole numbers without a fraction, whatever type they are stored in."""
    return column.cast("string").strip().re_replace(r"\.0+$", "")


def _staff(boss: int | None) -> dict[str, list[object]]:
    columns = {name: list(values) for name, values in plain_columns().items()}
    bosses: list[object] = [100 + row // 10 for row in range(300)]
    bosses[40] = boss
    return columns | {"staff_id": list(range(100, 400)), "boss": bosses}
