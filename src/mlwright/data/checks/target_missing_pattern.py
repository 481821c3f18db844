"""Rows without an answer that are unlike the others."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from mlwright.core.family import NotApplicable
from mlwright.data.checks import Check, Specimen
from mlwright.data.checks._plain import plain_columns
from mlwright.data.columns import sampled_rows
from mlwright.data.compute.table import SplitTable
from mlwright.data.two_tables.parts import apart, told_apart
from mlwright.data.words import counted, listing
from mlwright.records.findings import Finding
from mlwright.records.profile import Profile

MIN_ROWS = 50


class TargetMissingPattern(Check):
    """Inputs whose values differ between the rows with and without a target: it is not missing at random.

    Measured like `train_test_drift` (see `parts.apart`): 15 % of the rows would have to change to undo it, and its
    chance, over all inputs and tests together, is below 0.1 % (Holm). Needs 50 rows without a target; looks at
    50,000 rows at most.
    """

    group = "target"
    severity = "warning"
    title = "Answers that are not missing at random"
    action = (
        "The model learns from rows that are unlike those without an answer, and its test tells nothing about them. "
        "Find out why the answer is missing; if it comes late, learn from rows that are old enough to have one."
    )

    def look(self, table: SplitTable, profile: Profile) -> Iterator[Finding]:
        """One finding for all inputs, the one that differs most first."""
        target = profile.roles.target
        if profile.column(target).n_missing < MIN_ROWS:
            raise NotApplicable(f"fewer than {MIN_ROWS} rows have no target")
        rows = sampled_rows(table, profile)
        answered = np.concatenate([part.rows for part in (table.train, table.test) if part.rows is not None])
        has_answer = np.isin(rows.positions, answered)
        known, unknown = rows.where(has_answer), rows.where(~has_answer)
        if min(len(known), len(unknown)) < MIN_ROWS:
            raise NotApplicable("too few of the rows looked at have no target")
        names = [name for name in profile.roles.inputs if name in table.columns]
        found = apart(known, unknown, names)
        if found:
            told = listing((told_apart(name, shift, "answered", "unanswered") for name, shift in found.items()), 3)
            verb = "differs" if len(found) == 1 else "differ"
            yield self.found(
                f"{len(found)} of {counted(len(names), 'input')} {verb} between the rows with and without '{target}': "
                f"{told}.",
                *found,
                rows=unknown.positions[:5].tolist(),
            )

    @staticmethod
    def speaks() -> Specimen:
        """The heavy ones did not answer."""
        columns = plain_columns(600)
        answers = [None if w > 78 else y for w, y in zip(columns["weight"], columns["y"], strict=True)]
        return Specimen(columns | {"y": answers})

    @staticmethod
    def quiet() -> Specimen:
        """Every fifth did not answer."""
        columns = plain_columns(600)
        return Specimen(columns | {"y": [None if row % 5 == 0 else y for row, y in enumerate(columns["y"])]})
