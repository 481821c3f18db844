"""Equal rows with different answers."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from mlwright.core.family import NotApplicable
from mlwright.data.checks import Check, Specimen
from mlwright.data.checks._plain import plain_columns
from mlwright.data.compute.table import SplitTable
from mlwright.data.repeats import repeats, row_keys
from mlwright.data.words import counted, percent
from mlwright.records.findings import Finding
from mlwright.records.profile import Profile
from mlwright.scoring.spelling import spelled

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
        keys = row_keys(table, profile.roles.inputs)[table.train.positions]
        n_train = len(keys)
        if repeats(keys).n_in_all < max(2, LOST_SHARE * n_train):
            return
        torn = _torn(keys, spelled(table.train.arrow([profile.roles.target])[0]).places, table.train.positions)
        share = torn.n_lost / max(1, n_train)
        if share < LOST_SHARE or torn.n_lost < 2:
            return
        yield self.found(
            f"{counted(torn.n_rows, 'training row')} of {n_train:,} share their inputs with a row of another "
            f"'{profile.roles.target}': even the best model can be right on {percent(1 - share)} of the rows at most.",
            severity="warning" if share >= MANY_LOST_SHARE else "note",
            rows=torn.worst,
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


class Torn(NamedTuple):
    """Rows whose equals have another answer, how many of them any model must miss, and the first of the worst."""

    n_rows: int
    n_lost: int
    worst: list[int]


def _torn(keys: NDArray[np.uint64], answers: NDArray[np.int64], positions: NDArray[np.int64]) -> Torn:
    """What becomes of rows that are equal, where the most frequent answer is taken for right."""
    _, first, key_of, sizes = np.unique(keys, return_index=True, return_inverse=True, return_counts=True)
    several = np.flatnonzero(sizes[key_of] > 1)
    pairs, counts = np.unique(np.stack([key_of[several], answers[several]]), axis=1, return_counts=True)
    most = np.zeros(len(sizes), np.int64)
    np.maximum.at(most, pairs[0], counts)
    lost = np.where(sizes > 1, sizes - most, 0)
    worst = np.lexsort([first, -lost])[:5]
    return Torn(int(sizes[lost > 0].sum()), int(lost.sum()), positions[first[worst[lost[worst] > 0]]].tolist())
