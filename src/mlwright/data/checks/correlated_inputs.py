"""Inputs that say the same."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import connected_components

from mlwright.core.family import NotApplicable
from mlwright.data.checks import Check, Specimen
from mlwright.data.checks._plain import plain_columns
from mlwright.data.columns import TrainingRows, mean_ranks, training_rows
from mlwright.data.compute.table import SplitTable
from mlwright.data.words import counted, listing, quoted
from mlwright.records.findings import Finding
from mlwright.records.profile import Profile

MIN_ROWS = 50
MAX_ROWS = 5_000
NEAR_COPY = 0.98
MOST_MISSING = 0.5
FEW_VALUES = 8
"""Numbers of fewer values are compared by their groups: seven things are in the same order by chance once in 2,520."""


class CorrelatedInputs(Check):
    """Near copies among the inputs.

    Ordered inputs: a rank correlation of 0.98 and more, which noise of 50 rows does not reach among thousands of
    columns. Categories, and numbers of fewer than eight values: the values of one stand for those of the other, one to
    one; three shops are in the same order by many of their figures, and all of those figures tell the shop.
    """

    severity = "note"
    title = "Inputs that say the same"
    action = (
        "mlwright keeps them; models share the weight among them, so read their importance together. One of each is "
        "enough to collect."
    )

    def look(self, table: SplitTable, profile: Profile) -> Iterator[Finding]:
        """One finding for all groups."""
        rows = training_rows(table, profile)
        if len(rows) < MIN_ROWS:
            raise NotApplicable(f"{len(rows)} training rows are too few to compare columns")
        equal = _equal_groupings(rows)
        known = {name for group in equal for name in group.names}
        found = [*equal, *_near_copies(rows, known)]
        if found:
            columns = [name for group in found for name in group.names]
            told = listing(f"{quoted(group.names, 6)} ({group.how})" for group in found)
            groups = counted(len(found), "group")
            yield self.found(
                f"{groups} of inputs {'says' if len(found) == 1 else 'say'} nearly the same: {told}.", *columns
            )

    @staticmethod
    def speaks() -> Specimen:
        """The height is there in two units."""
        columns = plain_columns()
        return Specimen(columns | {"height_inches": [round(height / 2.54, 1) for height in columns["height"]]})

    @staticmethod
    def quiet() -> Specimen:
        """A weight that depends on the height."""
        columns = plain_columns()
        noise = np.random.default_rng(1).normal(0, 3, 300)
        shoe = [round(height / 4 + extra) for height, extra in zip(columns["height"], noise, strict=True)]
        return Specimen(columns | {"shoe": shoe})


class Alike(NamedTuple):
    """Columns that say the same, and in what sense."""

    names: list[str]
    how: str


def _near_copies(rows: TrainingRows, known: Collection[str]) -> list[Alike]:
    """Ordered inputs in groups, each of which is a near copy of another one of its group; the largest group first."""
    ordered = [name for name in rows.profile.roles.inputs if rows.is_ordered(name) and name not in known]
    names = [name for name in ordered if rows.missing(name).mean() < MOST_MISSING]
    if len(names) < 2:
        return []
    step = max(1, len(rows) // MAX_ROWS)
    matrix = np.column_stack([_standard_ranks(rows.numbers(name)[::step]) for name in names])
    correlations = np.abs(matrix.T @ matrix / len(matrix))
    _, group = connected_components(csr_matrix(correlations >= NEAR_COPY), directed=False)
    found = []
    for number in np.flatnonzero(np.bincount(group) > 1):
        members = np.flatnonzero(group == number)
        least = min(correlations[np.ix_(members, members)][np.triu_indices(len(members), 1)].max(), 0.9999)
        how = f"correlation {least:.3g}" if len(members) == 2 else f"correlations up to {least:.3g}"
        found.append(Alike([names[member] for member in members], how))
    return sorted(found, key=lambda alike: -len(alike.names))


def _standard_ranks(values: NDArray[np.float64]) -> NDArray[np.float32]:
    """Ranks of mean 0 and variance 1; all 0 where there is one value."""
    centred = mean_ranks(values)
    centred -= centred.mean()
    return (centred / max(float(centred.std()), 1e-12)).astype(np.float32)


def _equal_groupings(rows: TrainingRows) -> list[Alike]:
    """Categories and numbers of few values whose rows fall into the same groups."""
    groups: dict[bytes, list[str]] = defaultdict(list)
    for name in rows.profile.roles.inputs:
        if not rows.is_ordered(name) or rows.profile.column(name).n_distinct < FEW_VALUES:
            first_seen = _by_first_row(rows.levels(name).places)
            if 1 < first_seen.max(initial=0) + 1 < len(rows) / 2:
                groups[first_seen.tobytes()].append(name)
    return [Alike(same, "one to one") for same in groups.values() if len(same) > 1]


def _by_first_row(places: NDArray[np.int64]) -> NDArray[np.int64]:
    """The places renumbered in the order in which they first come, so that only the grouping is left."""
    _, first, inverse = np.unique(places, return_index=True, return_inverse=True)
    order = np.empty(len(first), dtype=np.int64)
    order[np.argsort(first)] = np.arange(len(first))
    renumbered: NDArray[np.int64] = order[inverse]
    return renumbered
