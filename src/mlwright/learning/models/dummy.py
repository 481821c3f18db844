"""The answer of somebody who does not look at the row."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from mlwright.learning.models import Facts, FitContext, Fitted, ModelFamily, Rows
from mlwright.learning.models._target import constant_core
from mlwright.records.model import Candidate


class Dummy(ModelFamily):
    """Class shares, or the best constant number (the mean, or another quantile): what every model has to beat."""

    title = "Dummy"
    keeps_directions = True
    keeps_apart = True

    def candidates(self, facts: Facts) -> list[Candidate]:
        """Always one."""
        return [Candidate(name="dummy", family="dummy")]

    def cost_s(self, candidate: Candidate, facts: Facts) -> float:
        """Nothing to speak of."""
        return 0.001

    def fit(self, candidate: Candidate, train: Rows, valid: Rows, context: FitContext) -> Fitted:
        """Count."""
        return Fitted(constant_core(train.target, context.facts))

    def refit(
        self, candidate: Candidate, rows: Rows, chosen: Sequence[Mapping[str, float]], context: FitContext
    ) -> Fitted | None:
        """Count all rows."""
        return self.fit(candidate, rows, rows, context)
