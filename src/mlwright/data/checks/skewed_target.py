"""A few rows decide the error."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from mlwright.core.family import NotApplicable
from mlwright.data.checks import Check, Specimen
from mlwright.data.checks._plain import plain_numbers
from mlwright.data.columns import training_rows
from mlwright.data.compute.table import SplitTable
from mlwright.data.words import figure, percent
from mlwright.records.findings import Finding
from mlwright.records.profile import Profile

MIN_ROWS = 200
FEW_SHARE = 0.01
MUCH = 0.4


class SkewedTarget(Check):
    """One per cent of the training rows holds 40 % or more of the target's squared distance from its mean."""

    group = "target"
    severity = "note"
    title = "Few rows decide the error"
    action = (
        "Squared errors will be those of the extreme rows. If each row matters alike, optimise the mean absolute "
        'error: train.metric = "mae".'
    )

    def look(self, table: SplitTable, profile: Profile) -> Iterator[Finding]:
        """One finding at most."""
        if profile.roles.task != "regression":
            raise NotApplicable("the target is not a number")
        values = training_rows(table, profile).values
        if len(values) < MIN_ROWS:
            raise NotApplicable(f"{len(values)} training rows are too few to judge a tail")
        squares = np.sort((values - values.mean()) ** 2)[::-1]
        n_few = max(1, int(FEW_SHARE * len(values)))
        share = squares[:n_few].sum() / squares.sum() if squares.sum() > 0 else 0.0
        if share >= MUCH:
            yield self.found(
                f"The most extreme {percent(FEW_SHARE)} of the rows hold {percent(share)} of the spread of "
                f"'{profile.roles.target}': half of all rows are below {figure(float(np.median(values)))}, "
                f"the largest has {figure(values.max())}.",
                profile.roles.target,
            )

    @staticmethod
    def speaks() -> Specimen:
        """Incomes: most are small, a few are enormous."""
        columns = plain_numbers(400)
        return Specimen(columns | {"y": [1.07 ** float(y) for y in columns["y"]]})

    @staticmethod
    def quiet() -> Specimen:
        """Heights."""
        return Specimen(plain_numbers(400))
