"""One class is rare."""

from __future__ import annotations

from collections.abc import Iterator

from mlwright.core.family import NotApplicable
from mlwright.data.checks import Check, Specimen
from mlwright.data.checks._plain import plain_columns
from mlwright.data.checks._sizes import class_sizes
from mlwright.data.compute.table import SplitTable
from mlwright.data.words import counted, percent
from mlwright.records.findings import Finding
from mlwright.records.profile import Profile

RARE_SHARE = 0.1


class ClassImbalance(Check):
    """Two classes of which one has less than 10 % of the training rows."""

    group = "target"
    severity = "note"
    title = "One class is rare"
    action = (
        "mlwright fits probabilities and chooses the threshold by what answers are worth, so nothing needs to be "
        "mended; do not judge the model by its share of right answers."
    )

    def look(self, table: SplitTable, profile: Profile) -> Iterator[Finding]:
        """One finding at most."""
        if profile.roles.task != "binary":
            raise NotApplicable("there are not two classes")
        sizes = class_sizes(table, profile)
        (rare, n_rare), (common, n_common) = sizes.items()
        share = n_rare / max(1, n_rare + n_common)
        if share < RARE_SHARE:
            yield self.found(
                f"'{rare}' is the answer in {counted(n_rare, 'training row')} of {n_rare + n_common:,} "
                f"({percent(share)}): who always says '{common}' is right in {percent(1 - share)} of the rows.",
                profile.roles.target,
            )

    @staticmethod
    def speaks() -> Specimen:
        """One row in twenty is a yes."""
        return Specimen(plain_columns(600) | {"y": (["no"] * 19 + ["yes"]) * 30})

    @staticmethod
    def quiet() -> Specimen:
        """One row in five is a yes."""
        return Specimen(plain_columns(600) | {"y": (["no"] * 4 + ["yes"]) * 120})
