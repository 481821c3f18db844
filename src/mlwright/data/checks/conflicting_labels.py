"""Equal rows with different answers."""

from __future__ import annotations

from collections.abc import Iterator

from mlwright.core.family import NotApplicable
from mlwright.data.checks import Check, Specimen
from mlwright.data.checks._plain import plain_columns
from mlwright.data.compute.table import SplitTable
from mlwright.data.repeats import twins
from mlwright.data.words import counted, percent
from mlwright.records.findings import Finding
from mlwright.records.profile import Profile

LOST_SHARE = 0.02
MANY_LOST_SHARE = 0.05


class ConflictingLabels(Check):
    """Training rows that are equal in every input and yet differ in the target, for classes.

    It speaks if no model could be right on 2 % of the rows, and warns from 5 % on.
    """

    group = "target"
    severity = "note"
    title = "Equal rows, different answers"
    action = (
        "No model can tell such rows apart. If the answers were given by people, have a few of these rows looked at; "
        "else a column is missing that makes the difference."
    )

    def look(self, table: SplitTable, profile: Profile) -> Iterator[Finding]:
        """One finding with a few of the rows."""
        if profile.roles.task == "regression":
            raise NotApplicable("the target is a number, and numbers differ by chance")
        found, n_train = twins(table, profile), table.train.n_rows
        share = found.n_lost / max(1, n_train)
        if share < LOST_SHARE or found.n_lost < 2:
            return
        yield self.found(
            f"{counted(found.n_torn, 'training row')} of {n_train:,} share their inputs with a row of another "
            f"'{profile.roles.target}': even the best model can be right on {percent(1 - share)} of the rows at most.",
            severity="warning" if share >= MANY_LOST_SHARE else "note",
            rows=list(found.worst),
        )

    @staticmethod
    def speaks() -> Specimen:
        """Twenty rows come again with the other answer."""
        columns = plain_columns()
        other = ["no" if answer == "yes" else "yes" for answer in columns["y"][:60]]
        doubled = {name: [*values, *values[:60]] for name, values in columns.items()}
        return Specimen(doubled | {"y": [*columns["y"], *other]})

    @staticmethod
    def quiet() -> Specimen:
        """They come again with the same answer."""
        return Specimen({name: [*values, *values[:60]] for name, values in plain_columns().items()})
