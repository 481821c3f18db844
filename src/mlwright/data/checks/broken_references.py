"""Values that refer to nothing."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import ibis
import ibis.expr.types as ir

from mlwright.core.family import NotApplicable
from mlwright.data.checks import Check, Specimen
from mlwright.data.checks._plain import plain_columns
from mlwright.data.compute.table import ROW, SplitTable
from mlwright.data.words import counted, named, percent, quoted
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
        asked = [(each, file) for each, file in table.references if _is_shown(each, table)]
        if not asked and not table.counted_references:
            raise NotApplicable("no keys are known (collect.keys)")
        yield from (self._counted(each) for each in table.counted_references if each.n_lost)
        for reference, file in asked:
            yield from self._orphans(table, profile, reference, file)
            if reference.n_keys is not None and reference.n_keys < (reference.n_rows or 0):
                yield self.found(
                    f"{named(reference.keys)} of '{reference.table}' should name each row, but "
                    f"{counted((reference.n_rows or 0) - reference.n_keys, 'row repeats', 'rows repeat')} "
                    f"{'a value' if len(reference.keys) == 1 else 'the values'} of another one: a join by it "
                    "multiplies rows.",
                    *reference.columns,
                    action="Make the key unique where the data comes from, or join by another one.",
                )

    def _counted(self, reference: CountedReference) -> Finding:
        """A foreign key that the database has tested."""
        share = percent(reference.n_lost / max(1, reference.n_rows))
        few = f"{counted(reference.n_lost, 'row')} of {reference.n_rows:,} ({share})"
        return self.found(
            f"{few} {'has' if reference.n_lost == 1 else 'have'} a value of {named(reference.columns)} that is "
            f"not there in {named(reference.keys)} of "
            f"'{reference.table}', which the database declares and has counted over all rows, such as "
            f"{quoted(reference.examples, 2)}.",
            *reference.columns,
            examples=reference.examples,
        )

    def _orphans(
        self, table: SplitTable, profile: Profile, reference: Reference, file: Path | None
    ) -> Iterator[Finding]:
        lost, values = _lost(table, reference, file)
        answer = table.rows_of(lost.aggregate(n=lost.count(), distinct=ibis.struct(values).nunique()))[0]
        if n := int(answer["n"]):
            worst = table.rows_of(lost.order_by(ROW).limit(5))
            where = named(reference.keys) + (f" of '{reference.table}'" if reference.table else "")
            said = ", as the database declares" if reference.is_declared else ""
            few = f"{counted(n, 'row')} of {profile.n_rows:,} ({percent(n / profile.n_rows)})"
            shown = [", ".join(str(row[name]) for name in values) for row in worst]
            what = f"a {named(reference.columns)} that is not there"
            if len(reference.columns) > 1:
                what = f"values of {named(reference.columns)} that are not there together"
            yield self.found(
                f"{few} {'has' if n == 1 else 'have'} {what} in {where}{said}: "
                f"{answer['distinct']:,} different, such as {quoted(shown, 2)}.",
                *reference.columns,
                rows=[row[ROW] for row in worst],
                examples=shown,
            )

    @staticmethod
    def speaks() -> Specimen:
        """The boss of one is not there."""
        return Specimen(_staff(boss=999), settings={"keys": {"boss": "staff_id"}})

    @staticmethod
    def quiet() -> Specimen:
        """All bosses are there, and one has none."""
        return Specimen(_staff(boss=None), settings={"keys": {"boss": "staff_id"}})


def _is_shown(reference: Reference, table: SplitTable) -> bool:
    """Whether all of its columns may be seen: the target may not."""
    return {*reference.columns, *(() if reference.table else reference.keys)} <= set(table.columns)


def _lost(table: SplitTable, reference: Reference, file: Path | None) -> tuple[ir.Table, dict[str, ir.Value]]:
    """The rows whose values are none of the keys, with their position, and their columns of these values."""
    names = [f"value_{place}" for place in range(len(reference.columns))]
    own = dict(zip(names, reference.columns, strict=True))
    rows = table.expr.select(ROW, **{name: table.expr[column] for name, column in own.items()})
    if file is None:
        theirs = {f"key_{place}": table.expr[key] for place, key in enumerate(reference.keys)}
        keys = table.expr.select(**theirs)
    else:
        keys = table.expr.get_backend().read_parquet(file)
    pairs = list(zip(names, keys.columns, strict=True))
    for name, key in pairs:
        rows = rows.filter(rows[name].notnull())
        if keys[key].type() != rows[name].type():
            rows = rows.mutate(**{name: _spelled(rows[name])})
            keys = keys.mutate(**{key: _spelled(keys[key])})
        if rows[name].type().is_string():
            rows = rows.filter(rows[name].strip() != "")
    lost = rows.anti_join(keys, [rows[name] == keys[key] for name, key in pairs])
    return lost, {name: lost[name] for name in names}


def _spelled(column: ir.Value) -> ir.Value:
    """A key as text: whole numbers without a fraction, whatever type they are stored in."""
    return column.cast("string").strip().re_replace(r"\.0+$", "")


def _staff(boss: int | None) -> dict[str, list[object]]:
    columns = {name: list(values) for name, values in plain_columns().items()}
    bosses: list[object] = [100 + row // 10 for row in range(300)]
    bosses[40] = boss
    return columns | {"staff_id": list(range(100, 400)), "boss": bosses}
