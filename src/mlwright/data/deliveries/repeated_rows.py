"""Rows that come several times within the delivery."""

from __future__ import annotations

from collections.abc import Iterator

from scipy.stats import hypergeom

from mlwright.core.family import NotApplicable
from mlwright.data.clauses.chance import ALARMS
from mlwright.data.deliveries import DeliveryCheck, Specimen
from mlwright.data.deliveries._plain import changed, now, unchanged
from mlwright.data.equal_rows import equal_rows
from mlwright.data.two_tables import TwoTables
from mlwright.data.words import percent
from mlwright.records.findings import Finding

LEAST = 0.01


class RepeatedRows(DeliveryCheck):
    """Rows that are equal to an earlier row of the new table in all columns but the target, more often than before.

    Fisher's exact test, at 0.5 %, of 1 % more of the rows; rows of a delivery that is much larger than the table before
    are left alone, as equal rows grow more frequent with the number of rows. Where a person has forbidden it
    (``contract.may_repeat``) a single one is told.
    """

    severity = "warning"
    title = "Rows that come several times"
    action = "Ask whether the export ran twice; take copies out before they are counted twice."

    def look(self, tables: TwoTables) -> Iterator[Finding]:
        """One finding."""
        names = [clause.name for clause in tables.contract.columns if clause.part != "target"]
        if {clause.name for clause in tables.lost} & set(names):
            raise NotApplicable("columns are missing, without which more rows are alike")
        n = equal_rows(tables.now, names).n_later
        before = tables.contract.n_repeated
        share, was = n / tables.n_now, before / tables.n_then
        drawn = hypergeom(tables.n_then + tables.n_now, before + n, tables.n_now)
        is_more = share - was >= LEAST and float(drawn.sf(n - 1)) <= ALARMS and tables.n_now <= 2 * tables.n_then
        if is_more or (n and not tables.contract.may_repeat):
            yield self.found(
                f"{n:,} of {tables.n_now:,} new rows ({percent(share)}) are equal to an earlier one in all columns but "
                f"the target; {before:,} of {tables.n_then:,} were before."
            )

    @staticmethod
    def speaks() -> Specimen:
        """The last hundred rows are the first hundred."""
        return changed(**{name: [*list(values)[:300], *list(values)[:100]] for name, values in now().items()})

    @staticmethod
    def quiet() -> Specimen:
        """Every row is there once."""
        return unchanged()
