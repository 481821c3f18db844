"""Test rows that were seen in training."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from mlwright.core.family import NotApplicable
from mlwright.data.checks import Check, Specimen
from mlwright.data.checks._plain import plain_columns
from mlwright.data.compute.table import SplitTable
from mlwright.data.equal_rows import EqualRows, equal_rows
from mlwright.data.repeats import places_among, weight_of_repeats
from mlwright.data.words import percent
from mlwright.records.findings import Finding
from mlwright.records.profile import Profile

SEEN_SHARE = 0.02


class TrainTestOverlap(Check):
    """Test rows, 2 % of them or more, that are equal to a training row in every input.

    It speaks if that is more than coincidence (see `repeats.weight_of_repeats`). The time of the rows is left out, as
    it differs always; then test rows must be seen in training twice as often as training rows are equal to each other,
    or things that come again (a shop, week by week) are no copies.
    """

    group = "leaks"
    severity = "warning"
    title = "Test rows that were seen in training"
    action = (
        "The test flatters a model that learns rows by heart. Remove copies where the data comes from, or name a "
        "column whose equal values belong together: collect.group."
    )

    def look(self, table: SplitTable, profile: Profile) -> Iterator[Finding]:
        """One finding with a few of the test rows."""
        if not (n_test := table.test.n_rows):
            raise NotApplicable("no row is set aside")
        names = [name for name in profile.roles.inputs if name != profile.roles.time]
        equal = equal_rows(table, names)
        if equal.n_in_all < max(2, SEEN_SHARE * n_test):
            return
        learned, held = (places_among(equal.positions, part.positions) >= 0 for part in (table.train, table.test))
        seen = equal.positions[held & np.isin(equal.sets, equal.sets[learned])]
        n_seen = len(seen)
        if n_seen < max(2, SEEN_SHARE * n_test) or (weight := weight_of_repeats(table, profile, names)) is None:
            return
        if len(names) < len(profile.roles.inputs) and not _come_late(equal, learned, n_seen / n_test, table):
            return
        but = "" if len(names) == len(profile.roles.inputs) else f" but '{profile.roles.time}'"
        yield self.found(
            f"{n_seen:,} of {n_test:,} test rows ({percent(n_seen / n_test)}) are equal to a training row in every "
            f"input{but}, so the test asks partly what the model has been told.",
            rows=seen[:5].tolist(),
            severity=weight,
        )

    @staticmethod
    def speaks() -> Specimen:
        """Every row is there twice."""
        return Specimen({name: [*values[:150], *values[:150]] for name, values in plain_columns().items()})

    @staticmethod
    def quiet() -> Specimen:
        """Every row is there once."""
        return Specimen(plain_columns())


def _come_late(equal: EqualRows, learned: NDArray[np.bool_], seen_share: float, table: SplitTable) -> bool:
    """Whether more of the test rows are known from training than training rows are equal to each other."""
    sets = equal.sets[learned]
    n_again = int((np.bincount(sets)[sets] > 1).sum()) if len(sets) else 0
    return seen_share > 2 * n_again / max(1, table.train.n_rows)
