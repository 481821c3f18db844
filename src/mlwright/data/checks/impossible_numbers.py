"""Numbers that the name of their column rules out."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import ibis.expr.types as ir

from mlwright.core.family import NotApplicable
from mlwright.data.checks import Check, Specimen
from mlwright.data.checks._plain import plain_columns
from mlwright.data.compute.table import ROW, SplitTable
from mlwright.data.kinds.names import word_set, words_of
from mlwright.data.words import counted, figure, listing
from mlwright.records.findings import Finding
from mlwright.records.profile import ColumnProfile, Profile

MOST_SHARE = 0.05


class Range(NamedTuple):
    """What columns of such names can hold, both ends included."""

    words: frozenset[str]
    low: float
    high: float


RANGES = (
    Range(frozenset({"age", "ages"}), 0, 130),
    Range(frozenset({"latitude", "lat"}), -90, 90),
    Range(frozenset({"longitude", "lon", "lng"}), -180, 180),
    Range(frozenset({"hour"}), 0, 24),
    Range(frozenset({"minute"}), 0, 60),
    Range(frozenset({"month"}), 0, 12),
    Range(frozenset({"weekday"}), 0, 7),
    Range(frozenset({"year"}), 0, 2200),
    Range(
        word_set(
            """weight height width length area size distance mileage duration population speed rooms bedrooms
            bathrooms floors children members persons passengers visitors visits"""
        ),
        0,
        float("inf"),
    ),
)
_CHANGES = word_set("change diff difference delta growth error residual z score scaled norm normalized log min max per")


class ImpossibleNumbers(Check):
    """Numbers that cannot be, by the name of their column: a negative age, a 13th month, a latitude of 95.

    Speaks of 5 % of the rows at most: where more lie outside, the name means something else. Names that speak of
    changes, scales or rates are left out.
    """

    severity = "warning"
    title = "Numbers that cannot be"
    action = (
        "Mend them where the data comes from, or, if they stand for 'not known', say so: profile.missing = {COLUMN = "
        '["-1"]}. mlwright takes them as they are.'
    )

    def look(self, table: SplitTable, profile: Profile) -> Iterator[Finding]:
        """One finding for all columns."""
        ranges = {c.name: found for c in profile.columns if c.name in table.columns and (found := _range_of(c))}
        if not ranges:
            raise NotApplicable("no name of a column says what its numbers can be")
        broken = {c.name: c for c in profile.columns if c.name in ranges and _reaches_out(c, ranges[c.name])}
        outside = {name: _outside(table.expr[name], ranges[name], broken[name]) for name in broken}
        counts = table.ask(**{f"n_{place}": each.sum() for place, each in enumerate(outside.values())})
        told, rows = {}, []
        for place, (name, where) in enumerate(outside.items()):
            n, column = int(counts[f"n_{place}"] or 0), broken[name]
            if 0 < n <= MOST_SHARE * (profile.n_rows - column.n_missing):
                told[name] = f"{name} ({counted(n, 'row')} {_beyond(column, ranges[name])})"
                rows += [row[ROW] for row in table.rows_of(table.expr.filter(where).select(ROW).order_by(ROW).limit(3))]
        if told:
            yield self.found(
                f"{counted(len(told), 'column holds', 'columns hold')} numbers that cannot be: "
                f"{listing(told.values(), 4)}.",
                *told,
                rows=rows[:6],
            )

    @staticmethod
    def speaks() -> Specimen:
        """One age is negative, one is that of a tortoise."""
        return Specimen(plain_columns() | {"age": _years()})

    @staticmethod
    def quiet() -> Specimen:
        """A change may well be negative."""
        return Specimen(plain_columns() | {"age change": _years()})


def _range_of(column: ColumnProfile) -> Range | None:
    words = words_of(column.name)
    if column.kind not in ("number", "category") or column.minimum is None or _CHANGES & set(words):
        return None
    return next((each for each in RANGES if words and (words[-1] in each.words or words[0] in each.words)), None)


def _reaches_out(column: ColumnProfile, given: Range) -> bool:
    is_stored = not column.length_max
    assert column.minimum is not None
    assert column.maximum is not None
    return is_stored and (column.minimum < given.low or column.maximum > given.high)


def _outside(value: ir.Value, given: Range, column: ColumnProfile) -> ir.Value:
    codes = [float(code) for code in column.missing_codes]
    where = (value < given.low) | (value > given.high if given.high < float("inf") else False)
    return where & ~value.isin(codes) if codes else where


def _beyond(column: ColumnProfile, given: Range) -> str:
    assert column.minimum is not None
    assert column.maximum is not None
    ends = [f"down to {figure(column.minimum)}"] if column.minimum < given.low else []
    return listing([*ends, *([f"up to {figure(column.maximum)}"] if column.maximum > given.high else [])])


def _years() -> list[int]:
    years = [20 + row % 60 for row in range(300)]
    years[5], years[7] = -3, 190
    return years
