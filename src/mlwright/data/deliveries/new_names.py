"""Names that were never seen."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from mlwright.data.clauses.chance import ALARMS, chance_of_new_names
from mlwright.data.deliveries import DeliveryCheck, Specimen
from mlwright.data.deliveries._plain import changed, now
from mlwright.data.two_tables import TwoTables
from mlwright.data.two_tables.arrived import Arrived
from mlwright.data.two_tables.reference import NAMED
from mlwright.data.words import counted, listing, percent, quoted
from mlwright.records.contract import Clause
from mlwright.records.findings import Finding, Severity
from mlwright.scoring.answers import Senses

SHOWN = 5


class NewNames(DeliveryCheck):
    """Names that the contract does not list.

    A warning where they are more than chance explains (see `chance.chance_of_new_names`) or a person has forbidden
    them, critical where they are half of an input's rows; a note in a column that no model uses, and where a name
    that was never seen came, but chance may have brought it. Columns of so many names that they were not all listed
    are not judged.
    """

    severity = "warning"
    title = "Names that were never seen"
    action = "The model treats them as unknown. Are they spelled otherwise, or really new? If new, train again."

    def look(self, tables: TwoTables) -> Iterator[Finding]:
        """One finding a column that breaks the contract, and one for all others."""
        clauses = [c for c in tables.common if c.kind in NAMED and c.levels and c.new_levels != "any"]
        new = {clause.name: _new(clause, tables.column(clause)) for clause in clauses}
        few: list[str] = []
        for clause in clauses:
            if not new[clause.name]:
                continue
            is_hard = "new_levels" in clause.edited and clause.new_levels == "refuse"
            if is_hard or _chance(clause, tables.column(clause)) * len(clauses) <= ALARMS:
                yield self._finding(clause, new[clause.name], tables.column(clause))
            else:
                few += [f"{name!r} in '{clause.name}' ({n:,})" for name, n in new[clause.name].items()]
        if few:
            sentence = f"Some names are new, no more than chance explains: {listing(few)}."
            yield self.found(sentence, *[c.name for c in clauses if new[c.name]], severity="note")

    def _finding(self, clause: Clause, new: dict[str, int], column: Arrived) -> Finding:
        share = column.new_share
        respelled = _respelled(clause, new)
        hint = f" But for case and spaces, {respelled} of them are names that are known." if respelled else ""
        weight: Severity = "note" if clause.part == "other" else "warning"
        return self.found(
            f"{counted(len(new), 'name')} in '{clause.name}' ({percent(share)} of its values) never came before: "
            f"{quoted(list(new), SHOWN)}; known are {quoted(clause.levels, 3)}.{hint}",
            clause.name,
            severity="critical" if column.is_foreign and clause.part == "input" else weight,
            examples=list(new)[:SHOWN],
        )

    @staticmethod
    def speaks() -> Specimen:
        """One colour is spelled otherwise."""
        return changed(colour=[value.upper() if value == "red" else value for value in now()["colour"]])

    @staticmethod
    def quiet() -> Specimen:
        """There is one colour less."""
        return changed(colour=["blue" if value == "red" else value for value in now()["colour"]])


def _new(clause: Clause, column: Arrived) -> dict[str, int]:
    """Rows of each new name, the most frequent first."""
    known = {*clause.levels, *clause.missing_codes}
    new = {name: n for name, n in column.names.items() if name not in known}
    if clause.part == "target":  # outcomes are read however they are written
        senses = Senses(clause.levels)
        said = {senses.of(name) for name in clause.levels}
        new = {name: n for name, n in new.items() if senses.of(name) not in said}
    return dict(sorted(new.items(), key=lambda pair: (-pair[1], pair[0])))


def _chance(clause: Clause, column: Arrived) -> float:
    names = [*dict.fromkeys([*clause.levels, *column.names])]
    then = dict(zip(clause.levels, clause.counts, strict=True))
    counts = np.array([[then.get(name, 0), column.names.get(name, 0)] for name in names], dtype=np.int64)
    return chance_of_new_names(counts[:, 0], counts[:, 1])


def _respelled(clause: Clause, new: dict[str, int]) -> int:
    known = {"".join(name.casefold().split()) for name in clause.levels}
    return sum("".join(name.casefold().split()) in known for name in new)
