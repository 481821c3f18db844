"""New rows that a classifier tells from the rows before, though no column alone has drifted."""

from __future__ import annotations

from collections.abc import Iterator

from mlwright.core.family import NotApplicable
from mlwright.data.clauses.chance import ALARMS
from mlwright.data.deliveries import DeliveryCheck, Specimen
from mlwright.data.deliveries._plain import changed, now, then, unchanged
from mlwright.data.deliveries._telling import LEAST_ROWS, tell_apart
from mlwright.data.two_tables import TwoTables
from mlwright.data.words import listing
from mlwright.records.contract import Clause
from mlwright.records.findings import Finding

LEAST_AUC = 0.6
KINDS = ("number", "category", "boolean")


class ToldApart(DeliveryCheck):
    """Columns that are each as before, but no longer belong together as they did.

    A classifier learns on one half of the rows (of each table 4,000 at most) to tell new rows from those before; on
    the other half, of which it knows nothing, its ranking is tested by Mann and Whitney's test, so that the chance is
    honest whatever it learned. It speaks at a chance below 0.5 % from an area under the curve of 0.6 on, and names
    the columns whose shuffling makes it worst. Columns that moved by themselves, dates, running numbers, keys and
    texts are left out.

    References
    ----------
    Lopez-Paz, D. and Oquab, M. (2017). Revisiting classifier two-sample tests. ICLR.
    """

    severity = "warning"
    title = "New rows can be told from those before"
    action = "Look at these columns together: one may be shifted, sorted, joined wrongly or filled in otherwise."

    def look(self, tables: TwoTables) -> Iterator[Finding]:
        """One finding with the columns that give the new rows away."""
        clauses = [c for c in tables.common if c.part == "input" and c.order == "none" and c.kind in KINDS]
        clauses = [c for c in clauses if not _has_moved(tables, c)]
        if len(clauses) < 2:
            raise NotApplicable("fewer than two columns are left that have not drifted by themselves")
        if min(tables.n_then, tables.n_now) < LEAST_ROWS:
            raise NotApplicable(f"fewer than {LEAST_ROWS} rows are too few to learn from")
        told = tell_apart(tables, clauses)
        if told.chance <= ALARMS and told.auc >= LEAST_AUC:
            names = listing([f"'{name}'" for name in told.columns])
            yield self.found(
                f"A classifier tells new rows from those before in {100 * told.auc:.0f} of 100 pairs (50 is guessing), "
                f"though no column that it used has drifted by itself; it goes by {names}.",
                *told.columns,
            )

    @staticmethod
    def speaks() -> Specimen:
        """The weights stand in the rows of other orders, sorted by price."""
        price = list(now()["price"])
        order = sorted(range(len(price)), key=price.__getitem__)
        weight = [0.0] * len(price)
        for place, value in zip(order, sorted(now()["weight"]), strict=True):
            weight[place] = value
        return Specimen(then(), changed(weight=weight).now)

    @staticmethod
    def quiet() -> Specimen:
        """Nothing has changed."""
        return unchanged()


def _has_moved(tables: TwoTables, clause: Clause) -> bool:
    """Whether the column alone tells the tables apart: by its values, its gaps or foreign values."""
    column, move = tables.column(clause), tables.moves.get(clause.name)
    gaps = column.shifts.get("missing_share")
    has_drifted = move is not None and move.chance <= ALARMS
    return has_drifted or column.is_foreign or (gaps is not None and gaps.p_value <= ALARMS)
