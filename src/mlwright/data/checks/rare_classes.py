"""Classes with hardly any rows."""

from __future__ import annotations

from collections.abc import Iterator

from mlwright.core.family import NotApplicable
from mlwright.data.checks import Check, Specimen
from mlwright.data.checks._plain import plain_columns
from mlwright.data.checks._sizes import class_sizes
from mlwright.data.compute.table import SplitTable
from mlwright.data.words import counted, listing
from mlwright.records.findings import Finding
from mlwright.records.profile import Profile

FEW_ROWS = 30


class RareClasses(Check):
    """Three or more classes of which some have fewer than 30 training rows."""

    group = "target"
    severity = "warning"
    title = "Classes with few rows"
    action = (
        "The model will seldom answer with them and often be wrong. Collect more such rows, or join classes that are "
        "alike."
    )

    def look(self, table: SplitTable, profile: Profile) -> Iterator[Finding]:
        """One finding for all classes, the rarest first."""
        if profile.roles.task != "multiclass":
            raise NotApplicable("there are not three classes or more")
        few = {name: n for name, n in class_sizes(table, profile).items() if n < FEW_ROWS}
        if few:
            told = listing(f"'{name}' ({counted(n, 'row')})" for name, n in few.items())
            yield self.found(
                f"{counted(len(few), 'class', 'classes')} of {len(profile.roles.classes)} can hardly be learned, for "
                f"want of training rows: {told}.",
                profile.roles.target,
                examples=tuple(few)[:5],
            )

    @staticmethod
    def speaks() -> Specimen:
        """Gold comes 20 times in 600 rows."""
        return Specimen(plain_columns(600) | {"y": ((["tin"] * 15 + ["iron"] * 14) + ["gold"]) * 20})

    @staticmethod
    def quiet() -> Specimen:
        """Gold comes 120 times."""
        return Specimen(plain_columns(600) | {"y": ["tin", "iron", "tin", "iron", "gold"] * 120})
