"""Inputs that are cut off."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from mlwright.core.family import NotApplicable
from mlwright.data.checks import Check, Specimen
from mlwright.data.checks._heaps import heaps_at_ends
from mlwright.data.checks._plain import plain_columns
from mlwright.data.columns import sampled_rows
from mlwright.data.compute.table import SplitTable
from mlwright.data.words import counted, listing, number_spelling, percent
from mlwright.records.findings import Finding
from mlwright.records.profile import Profile


class CappedInputs(Check):
    """Numeric inputs whose largest or smallest value heads a heap of equal values (see `_heaps.heaps_at_ends`)."""

    severity = "note"
    title = "Inputs that are cut off"
    action = (
        "Rows at the limit differ in a way that the data does not show. Get the true values if they can be had; where "
        "the same limit will hold in use, nothing needs to be done."
    )

    def look(self, table: SplitTable, profile: Profile) -> Iterator[Finding]:
        """One finding for all columns."""
        names = [column.name for column in profile.inputs if column.kind == "number"]
        if not names:
            raise NotApplicable("there is no numeric input")
        rows = sampled_rows(table, profile)
        found = {name: heaps for name in names if (heaps := list(heaps_at_ends(rows.numbers(name))))}
        if found:
            told = listing(
                f"{name} ({percent(heap.n / len(rows))} of the rows have the {heap.end} value, "
                f"{_spelled(heap.value, name, profile)})"
                for name, heaps in found.items()
                for heap in heaps
            )
            places = [np.flatnonzero(rows.numbers(name) == heaps[0].value)[:2] for name, heaps in found.items()]
            yield self.found(
                f"{counted(len(found), 'numeric input looks', 'numeric inputs look')} as if cut at a limit: {told}.",
                *found,
                rows=rows.positions[np.concatenate(places)[:6]].tolist(),
            )

    @staticmethod
    def speaks() -> Specimen:
        """A scale that ends at 85 kilograms."""
        columns = plain_columns()
        return Specimen(columns | {"weight": [min(weight, 82.0) for weight in columns["weight"]]})

    @staticmethod
    def quiet() -> Specimen:
        """Waiting times of which many are nothing."""
        columns = plain_columns()
        return Specimen(columns | {"weight": [max(weight - 65.0, 0.0) for weight in columns["weight"]]})


def _spelled(value: float, name: str, profile: Profile) -> str:
    column = profile.column(name)
    return number_spelling(column.minimum, column.maximum)(value)
