"""Columns whose values lie otherwise than before."""

from __future__ import annotations

from collections.abc import Iterator

from mlwright.core.family import NotApplicable
from mlwright.data.clauses.chance import ALARMS
from mlwright.data.deliveries import DeliveryCheck, Specimen
from mlwright.data.deliveries._plain import changed, now, unchanged
from mlwright.data.deliveries._rescaling import rescaled
from mlwright.data.two_tables import TwoTables
from mlwright.data.words import counted, quoted
from mlwright.records.findings import Finding

LEAST = 0.05
LARGE = 0.1
SHOWN = 2


class DriftedColumns(DeliveryCheck):
    """Inputs, or the target, whose values are distributed otherwise than before.

    Judged by the tests of drift that `mlwright watch` uses too (see `data.drifts`), which count that both tables are
    samples; their chances are corrected over all columns together (Holm), and below 0.5 % it speaks. However sure it
    is, a shift of less than 5 % of the rows is too small to speak of. A warning: 10 % of the rows of an input would
    have to change their value to undo it, or of the target, and the model makes something of the input, where that is
    known. Everything else is a note. Dates and running numbers move by themselves; what came in another unit, or with
    names or numbers that are mostly foreign to the contract, is left to `unit_change`, `new_names` and `out_of_range`.
    """

    severity = "warning"
    title = "Drifted columns"
    action = (
        "The model answers for data that it has not learned from. If the world has changed, train again with the new "
        "rows; if only the sample has, expect answers that are less good than promised."
    )

    def look(self, tables: TwoTables) -> Iterator[Finding]:
        """One finding for what matters, one for what does not."""
        if not tables.moves:
            raise NotApplicable("there are too few rows, or no columns that can be compared")
        moved = {
            name: move
            for name, move in tables.moves.items()
            if move.chance <= ALARMS and move.size >= LEAST and not _is_told_elsewhere(name, tables)
        }
        ranked = sorted(moved, key=lambda name: -moved[name].size)
        weighty = [name for name in ranked if moved[name].size >= LARGE and tables.is_strong(name)]
        slight = [name for name in ranked if name not in weighty]
        if weighty:
            yield self._finding(weighty, tables)
        if slight:
            finding = self._finding(slight, tables)
            yield finding.model_copy(update={"severity": "note", "title": "Columns that drifted a little"})

    def _finding(self, names: list[str], tables: TwoTables) -> Finding:
        told = " ".join(f"'{name}': {tables.moves[name].sentence}" for name in names[:SHOWN])
        lead = f"{counted(len(names), 'column')} of {len(tables.moves):,} drifted beyond chance ({quoted(names, 8)})."
        return self.found(f"{lead} {told}", *names)

    @staticmethod
    def speaks() -> Specimen:
        """The weights are larger by half a standard deviation."""
        return changed(weight=[value + 5 for value in now()["weight"]])

    @staticmethod
    def quiet() -> Specimen:
        """They are as they were."""
        return unchanged()


def _is_told_elsewhere(name: str, tables: TwoTables) -> bool:
    return name in rescaled(tables) or tables.column(tables.contract.clause(name)).is_foreign
