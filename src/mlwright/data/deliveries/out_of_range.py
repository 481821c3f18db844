"""Numbers and dates beyond what the contract allows."""

from __future__ import annotations

from collections.abc import Iterator

from mlwright.data.clauses.chance import ALARMS, chance_beyond
from mlwright.data.clauses.wording import moment
from mlwright.data.deliveries import DeliveryCheck, Specimen
from mlwright.data.deliveries._plain import changed, now
from mlwright.data.deliveries._rescaling import rescaled
from mlwright.data.two_tables import TwoTables
from mlwright.data.two_tables.arrived import Arrived
from mlwright.data.words import counted, percent, quoted
from mlwright.records.findings import Finding, Severity


class OutOfRange(DeliveryCheck):
    """Values beyond the limits of the contract, or more of them beyond the range seen than chance explains.

    A table of the same source keeps all limits with a probability of 99.5 % (see `clauses.limits`). Of rows beyond
    the range that was seen, the chance is exact for any distribution (see `chance.chance_beyond`); below 0.5 % over
    all columns it speaks, where they are 1 % of the rows. Critical: half of an input's values are beyond a limit. A
    note: a whole number is the next one to the limit, in no more rows than chance explains, as a rare level is. What
    came in another unit is left to `unit_change`.
    """

    severity = "warning"
    title = "Values out of range"
    action = (
        "Are they slips, or another unit? If they are right, loosen the clause (contract.columns.NAME.least or .most "
        "in mlwright.toml) and train again with such rows."
    )

    def look(self, tables: TwoTables) -> Iterator[Finding]:
        """One finding a column."""
        clauses = [c for c in tables.common if (c.low is not None or c.least is not None or c.most is not None)]
        for clause in clauses:
            column = tables.column(clause)
            if clause.name in rescaled(tables) or not column.n_there:
                continue
            chance = 2 * len(clauses) * chance_beyond(column.beyond_seen.n, tables.n_then, tables.n_now)
            if column.beyond_limits.n:
                yield self._beyond_limits(column, is_next=chance > ALARMS and _is_next(column))
            elif chance <= ALARMS and column.beyond_seen.n >= column.n_there / 100:
                yield self._beyond_seen(column)

    def _beyond_limits(self, column: Arrived, *, is_next: bool) -> Finding:
        clause, found = column.clause, column.beyond_limits
        share = found.n / column.n_there
        bounds = " to ".join(
            ["any" if bound is None else moment(clause, bound) for bound in (clause.least, clause.most)]
        )
        weight: Severity | None = "critical" if column.is_foreign and clause.part == "input" else None
        return self.found(
            f"{counted(found.n, 'value')} of '{clause.name}' ({percent(share)}) {'lies' if found.n == 1 else 'lie'} "
            f"beyond what the contract allows ({bounds}), as {quoted(found.examples)}.",
            clause.name,
            severity="note" if is_next else weight,
            rows=found.rows,
            examples=found.examples,
        )

    def _beyond_seen(self, column: Arrived) -> Finding:
        clause, found = column.clause, column.beyond_seen
        seen = f"{moment(clause, clause.low or 0.0)} to {moment(clause, clause.high or 0.0)}"
        return self.found(
            f"{counted(found.n, 'value')} of '{clause.name}' ({percent(found.n / column.n_there)}) lie beyond what was "
            f"seen ({seen}), as {quoted(found.examples)}; chance does not explain so many.",
            clause.name,
            rows=found.rows,
            examples=found.examples,
        )

    @staticmethod
    def speaks() -> Specimen:
        """Two weights are slips."""
        return changed(weight=[7010.0, *now()["weight"][1:399], 6900.0])

    @staticmethod
    def quiet() -> Specimen:
        """One weight is larger than any before, by little."""
        return changed(weight=[108.5, *now()["weight"][1:]])


def _is_next(column: Arrived) -> bool:
    """Whether nothing is farther from the limits than the next whole number, and no person has set them."""
    clause = column.clause
    if not clause.whole or {"least", "most"} & set(clause.edited) or column.low is None or column.high is None:
        return False
    is_low_next = clause.least is None or column.low >= clause.least - 1
    return is_low_next and (clause.most is None or column.high <= clause.most + 1)
