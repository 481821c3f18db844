"""The answer of somebody who does not look at the row."""

from __future__ import annotations

import numpy as np

from mlwright.learning.models import Facts, FitContext, Fitted, ModelFamily, Rows
from mlwright.learning.models._target import class_scores
from mlwright.records.model import Candidate
from mlwright.scoring.cores.constant import ConstantCore


class Dummy(ModelFamily):
    """Class shares, or the mean: what every model has to beat."""

    title = "Dummy"

    def candidates(self, facts: Facts) -> list[Candidate]:
        """Always one."""
        return [Candidate(name="dummy", family="dummy")]

    def cost_s(self, candidate: Candidate, facts: Facts) -> float:
        """Nothing to speak of."""
        return 0.001

    def fit(self, candidate: Candidate, train: Rows, valid: Rows, context: FitContext) -> Fitted:
        """Count."""
        if context.facts.task == "regression":
            return Fitted(ConstantCore(np.array([train.target.mean()])))
        return Fitted(ConstantCore(class_scores(train.target, context.facts.n_classes)))
