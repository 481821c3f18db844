"""Values that are missing more or less often."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from scipy.stats import hypergeom

from mlwright.data.clauses.chance import ALARMS
from mlwright.data.deliveries import DeliveryCheck, Specimen
from mlwright.data.deliveries._plain import changed, now
from mlwright.data.two_tables import TwoTables
from mlwright.data.two_tables.arrived import Arrived
from mlwright.data.words import listing, percent
from mlwright.records.contract import Clause
from mlwright.records.findings import Finding
from mlwright.statistics.several import holm

LEAST = 0.02
GONE = 0.95


class MissingValues(DeliveryCheck):
    """Columns in which values are missing more or less often than before.

    Fisher's exact test for each column, corrected over all columns (Holm): below 0.5 % it speaks. Critical: an input
    holds hardly anything now. A warning: 2 % more are missing, or some in a column in which none ever was, or in
    which a person has forbidden it. Less missing values, and smaller changes, are a note.
    """

    severity = "warning"
    title = "More values are missing"
    action = "Ask whether something was left out on the way; the model takes gaps for what they meant in training."

    def look(self, tables: TwoTables) -> Iterator[Finding]:
        """One finding for each weight of the change."""
        columns = [tables.column(clause) for clause in tables.common]
        chances = holm(np.array([_chance(column, tables) for column in columns]))
        broken = [c for c, chance in zip(columns, chances, strict=True) if chance <= ALARMS or _is_forbidden(c)]
        more = [column for column in broken if _share(column) > _before(column.clause, tables)]
        gone = [c for c in more if _share(c) >= GONE and c.clause.required]
        many = [c for c in more if c not in gone and self._is_weighty(c, tables)]
        some = [column for column in broken if column not in gone and column not in many]
        if gone:
            yield self._finding(gone, tables).model_copy(update={"severity": "critical", "title": "Inputs are empty"})
        if many:
            yield self._finding(many, tables)
        if some:
            update = {"severity": "note", "title": "Other values are missing than before"}
            yield self._finding(some, tables).model_copy(update=update)

    @staticmethod
    def _is_weighty(column: Arrived, tables: TwoTables) -> bool:
        clause = column.clause
        grown = _share(column) - _before(clause, tables)
        return clause.part == "input" and (grown >= LEAST or not clause.optional or _is_forbidden(column))

    def _finding(self, columns: list[Arrived], tables: TwoTables) -> Finding:
        columns = sorted(columns, key=lambda c: -abs(_share(c) - _before(c.clause, tables)))
        told = [f"'{c.clause.name}' ({_told(_share(c))}; {_told(_before(c.clause, tables))} before)" for c in columns]
        names = [column.clause.name for column in columns]
        return self.found(f"Values are missing in another share of the rows in {listing(told, 3)}.", *names)

    @staticmethod
    def speaks() -> Specimen:
        """Every fifth weight is missing."""
        return changed(weight=[None if row % 5 == 0 else value for row, value in enumerate(now()["weight"])])

    @staticmethod
    def quiet() -> Specimen:
        """A single weight is missing."""
        return changed(weight=[None, *now()["weight"][1:]])


def _share(column: Arrived) -> float:
    return column.n_missing / max(1, column.n_rows)


def _before(clause: Clause, tables: TwoTables) -> float:
    return clause.n_missing / max(1, tables.n_then)


def _is_forbidden(column: Arrived) -> bool:
    return column.n_missing > 0 and "optional" in column.clause.edited and not column.clause.optional


def _chance(column: Arrived, tables: TwoTables) -> float:
    """Twice the smaller tail of the hypergeometric distribution."""
    n_then, n_now, before, after = tables.n_then, column.n_rows, column.clause.n_missing, column.n_missing
    if not before and not after:
        return 1.0
    drawn = hypergeom(n_then + n_now, before + after, n_now)
    return min(1.0, 2.0 * min(float(drawn.cdf(after)), float(drawn.sf(after - 1))))


def _told(share: float) -> str:
    return "none" if share == 0 else percent(share)
