"""Columns that never change within a group."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from mlwright.core.family import NotApplicable
from mlwright.data.checks import Check, Specimen
from mlwright.data.checks._plain import plain_columns
from mlwright.data.columns import Rows, sampled_rows
from mlwright.data.compute.table import SplitTable
from mlwright.data.words import counted, listing
from mlwright.records.findings import Finding
from mlwright.records.profile import Profile

MIN_GROUPS = 10
LEAST_REPEATS = 100
CONSTANT_SHARE = 0.999


class ConstantInGroup(Check):
    """Inputs that have one value in all rows of a group, though they differ from group to group.

    They say which group a row is of, and have as many cases as there are groups, not rows. An input counts if 99.9 % of
    the rows with their group's first row agree in it, of 100 such rows at least, where two rows at random agree in less
    than half of all cases. Asked where rows belong together (collect.group); looks at 50,000 rows at most.
    """

    severity = "note"
    title = "Inputs that never change within a group"
    action = (
        "mlwright keeps a group on one side of the split, so the test is honest. What these inputs tell is learned "
        "from as many cases as there are groups: with few groups expect little of them."
    )

    def look(self, table: SplitTable, profile: Profile) -> Iterator[Finding]:
        """One finding for all inputs."""
        group = profile.roles.group
        if group is None:
            raise NotApplicable("no rows are known to belong together")
        rows = sampled_rows(table, profile)
        leader = _first_of_group(rows, group)
        followers = np.flatnonzero(leader != np.arange(len(rows)))
        n_groups = len(rows.levels(group).names)
        if len(followers) < LEAST_REPEATS or n_groups < MIN_GROUPS:
            raise NotApplicable("there are too few groups of several rows")
        fixed = [name for name in profile.roles.inputs if _is_fixed(rows, name, leader, followers)]
        if fixed:
            verb = "never changes" if len(fixed) == 1 else "never change"
            yield self.found(
                f"{counted(len(fixed), 'input')} {verb} within one '{group}': {listing(fixed, 8)}; {n_groups:,} groups "
                f"stand behind {len(rows):,} rows.",
                *fixed,
            )

    @staticmethod
    def speaks() -> Specimen:
        """The clinic's size belongs to the clinic."""
        return Specimen(_visits(by_clinic=True), settings={"group": "clinic"})

    @staticmethod
    def quiet() -> Specimen:
        """The size is that of the ward, of which a clinic has several."""
        return Specimen(_visits(by_clinic=False), settings={"group": "clinic"})


def _first_of_group(rows: Rows, group: str) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    """The first row of the group of each row; itself where the group is missing."""
    places = rows.levels(group).places
    _, first, inverse = np.unique(places, return_index=True, return_inverse=True)
    return np.where(places >= 0, first[inverse], np.arange(len(rows)))


def _is_fixed(
    rows: Rows,
    name: str,
    leader: np.ndarray[tuple[int], np.dtype[np.int64]],
    followers: np.ndarray[tuple[int], np.dtype[np.int64]],
) -> bool:
    places = rows.levels(name).places
    shares = np.bincount(places + 1) / len(places)
    agreeing = places[followers] == places[leader[followers]]
    return bool(agreeing.mean() >= CONSTANT_SHARE and (shares**2).sum() < 1 / 2)


def _visits(*, by_clinic: bool) -> dict[str, list[object]]:
    clinic = [row % 20 for row in range(300)]
    beds = [100 + 10 * place if by_clinic else 20 + row * 13 % 50 for row, place in enumerate(clinic)]
    return {**plain_columns(), "clinic": [f"C{place:02d}" for place in clinic], "beds": beds}  # type: ignore[dict-item]
