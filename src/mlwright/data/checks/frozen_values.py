"""A value that stands still for many rows."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from mlwright.core.family import NotApplicable
from mlwright.data.checks import Check, Specimen
from mlwright.data.checks._breaks import in_order
from mlwright.data.checks._plain import plain_columns
from mlwright.data.columns import Rows, sampled_rows
from mlwright.data.compute.table import SplitTable
from mlwright.data.words import counted, figure, listing
from mlwright.records.findings import Finding
from mlwright.records.profile import Profile

MIN_DISTINCT = 50
LEAST_RUN = 15
LEAST_SHARE = 0.003
MOST_EQUAL = 0.15


class FrozenValues(Check):
    """Numeric inputs that have one value in many rows in succession, though neighbours are hardly ever equal elsewhere.

    A sensor that hung, or gaps that were filled with the last value. 15 rows and 0.3 % of them at least, where at most
    15 % of all other neighbours are equal: by chance such a run comes with less than one in 10^10. The rows stand in
    the order of the group and the time columns where these are known; 50,000 rows at most are looked at.
    """

    severity = "note"
    title = "Values that stand still"
    action = (
        "Look at these rows: a sensor that hung, a gap that was filled with the last value? If nothing was measured "
        "there, let the values be missing where the data comes from."
    )

    def look(self, table: SplitTable, profile: Profile) -> Iterator[Finding]:
        """One finding for all columns."""
        names = [column.name for column in profile.inputs if column.kind == "number"]
        names = [name for name in names if profile.column(name).n_distinct >= MIN_DISTINCT]
        if not names:
            raise NotApplicable("there is no numeric input that varies")
        rows = sampled_rows(table, profile)
        order = _by_group(rows)
        found = {name: run for name in names if (run := longest_run(rows.numbers(name)[order]))}
        if found:
            told = listing((f"'{name}' is {figure(run.value)} in {run.n:,} rows" for name, run in found.items()), 4)
            first = [int(rows.positions[order[run.start]]) for run in found.values()]
            yield self.found(
                f"{counted(len(found), 'numeric input stands', 'numeric inputs stand')} still for many rows in "
                f"succession: {told}.",
                *found,
                rows=first[:6],
            )

    @staticmethod
    def speaks() -> Specimen:
        """The scale hung for 30 rows."""
        columns = plain_columns()
        hung = [71.3 if 100 <= row < 130 else weight for row, weight in enumerate(columns["weight"])]
        return Specimen(columns | {"weight": hung})

    @staticmethod
    def quiet() -> Specimen:
        """The weights are rounded, so that neighbours are equal now and then."""
        columns = plain_columns()
        return Specimen(columns | {"weight": [round(weight * 2) / 2 for weight in columns["weight"]]})


class Run(NamedTuple):
    """So many rows in succession have this value, from this one of the ordered rows on."""

    value: float
    n: int
    start: int


def longest_run(ordered: NDArray[np.float64]) -> Run | None:
    """The longest run of equal values, if it is longer than chance makes."""
    places = np.flatnonzero(~np.isnan(ordered))
    values = ordered[places]
    starts = np.flatnonzero(np.append(True, values[1:] != values[:-1])) if len(values) else np.empty(0, dtype=np.int64)
    lengths = np.diff(np.append(starts, len(values)))
    if not len(lengths) or lengths.max() < max(LEAST_RUN, LEAST_SHARE * len(values)):
        return None
    longest = int(lengths.argmax())
    elsewhere = np.delete(lengths, longest)
    equal = (elsewhere - 1).sum() / max(1, elsewhere.sum() - 1)
    if equal > MOST_EQUAL:
        return None
    start = int(starts[longest])
    return Run(float(values[start]), int(lengths[longest]), int(places[start]))


def _by_group(rows: Rows) -> NDArray[np.int64]:
    """The rows in order, those of one group together where groups are known."""
    order, group = in_order(rows), rows.profile.roles.group
    return order if group is None else order[np.argsort(rows.levels(group).places[order], kind="stable")]
