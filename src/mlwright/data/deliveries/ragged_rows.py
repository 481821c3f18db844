"""Rows that were cut, or have a field too many."""

from __future__ import annotations

from collections.abc import Iterator

from scipy.stats import hypergeom

from mlwright.core.family import NotApplicable
from mlwright.data.clauses.chance import ALARMS
from mlwright.data.deliveries import DeliveryCheck, Specimen
from mlwright.data.deliveries._plain import now, then
from mlwright.data.two_tables import TwoTables
from mlwright.data.words import counted
from mlwright.records.findings import Finding

KEY = "ragged_rows"


class RaggedRows(DeliveryCheck):
    """Rows of a text file with more or fewer fields than its header, more often than before.

    A file that was cut on its way ends in the middle of a row; a row with a field too many holds an unquoted delimiter.
    Fisher's exact test at 0.5 %; where there was none before, one is enough.
    """

    severity = "warning"
    title = "Rows that are cut or too long"
    action = "Ask whether the file is whole: it may end in the middle of a row, with all rows behind it missing."

    def look(self, tables: TwoTables) -> Iterator[Finding]:
        """One finding, in the words of whoever read the file."""
        details = tables.snapshot.lineage.details
        if "delimiter" not in details:
            raise NotApplicable("it is no text file")
        n_before, n_now = (int(each.get(KEY, 0)) for each in (tables.promise.details, details))
        drawn = hypergeom(tables.n_then + tables.n_now, n_before + n_now, tables.n_now)
        if n_now and (not n_before or drawn.sf(n_now - 1) < ALARMS):
            told = [each for each in tables.snapshot.notices if "another width" in each]
            was = f"{counted(n_before, 'row')} of {tables.n_then:,}" if n_before else "none"
            yield self.found(" ".join([*told, f"Before there were {was}."]))

    @staticmethod
    def speaks() -> Specimen:
        """The file ends in the middle of a row."""
        return Specimen(then(), now(), csv_share=0.731)

    @staticmethod
    def quiet() -> Specimen:
        """The file is whole."""
        return Specimen(then(), now(), csv_share=1.0)
