"""Logistic regression for classes, ridge regression for numbers."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from mlwright.learning.design import lay_out, learn_design
from mlwright.learning.loss import log_loss_rows, squared_error_rows
from mlwright.learning.models import Facts, FitContext, Fitted, ModelFamily, Rows
from mlwright.learning.models._descent import (
    Loss,
    Weights,
    descend,
    several_class_loss,
    squared_loss,
    two_class_loss,
)
from mlwright.learning.models._params import whole
from mlwright.learning.models._sample import some_rows
from mlwright.learning.models._target import class_shares, n_outputs, standardised
from mlwright.records.model import Candidate
from mlwright.scoring.cores.linear import LinearCore
from mlwright.scoring.dense import Design
from mlwright.scoring.links import LINKS

Array = NDArray[np.float64]

STRENGTHS = (100.0, 10.0, 1.0, 0.1, 0.01)
"""Strengths of the pull towards zero, strongest first; 1 / strength is what others call C."""
N_RAMPS = 8
MOST_ENTRIES = 20_000_000
"""Fits use a random part of the rows above this many entries of the design."""


class _Problem(NamedTuple):
    """What is to be made small, where to start, and how sums become scores."""

    loss: Loss
    start: Array
    link: int
    center: float = 0.0
    scale: float = 1.0


class Linear(ModelFamily):
    """A weighted sum of well-scaled columns, the simple model that others must be worth more than.

    With ramps it is an additive model: the sum of one piecewise linear curve for each number.

    The pull of the weights towards zero is chosen on the validation rows: from strong to weak, each fit starting
    where the last one ended, until it no longer helps.
    """

    title = "Linear model"

    def candidates(self, facts: Facts) -> list[Candidate]:
        """The plain sum, and one in which every number counts along a curve of its own."""
        plain = Candidate(name="linear", family="linear", params={"n_ramps": 0})
        bent = Candidate(name="linear-bent", family="linear", params={"n_ramps": N_RAMPS})
        return [plain, bent] if facts.names.numbers else [plain]

    def cost_s(self, candidate: Candidate, facts: Facts) -> float:
        """Mostly the number of entries that every step goes through."""
        n_entries = facts.n_rows * _n_filled(candidate, facts)
        return 0.02 + 1.2e-7 * min(n_entries, MOST_ENTRIES) * n_outputs(facts)

    def fit(self, candidate: Candidate, train: Rows, valid: Rows, context: FitContext) -> Fitted:
        """Walk from strong to weak."""
        most = max(1000, MOST_ENTRIES // _n_filled(candidate, context.facts))
        train = some_rows(train, most, context.seed)
        n_ramps = whole(candidate.params, "n_ramps", 0)
        design = learn_design(train.blocks, context.facts.names, with_text=True, n_ramps=n_ramps)
        problem = _problem(train.target, context.facts)
        walk = _Walk(design, problem, train, valid, context)
        weights = walk.best()
        core = LinearCore(design, weights.slope * problem.scale, weights.intercept * problem.scale, problem.link)
        core.intercept += problem.center
        return Fitted(core, cut=walk.cut)


class _Walk:
    """The fits from the strongest pull to the weakest."""

    def __init__(self, design: Design, problem: _Problem, train: Rows, valid: Rows, context: FitContext) -> None:
        self.problem = problem
        self.context = context
        self.columns = lay_out(design, train.blocks)
        self.held_out = lay_out(design, valid.blocks)
        self.wanted = (valid.target - problem.center) / problem.scale
        self.cut = False

    def best(self) -> Weights:
        """The weights with the smallest loss on the validation rows."""
        n_rows = len(self.columns)
        weights = Weights(np.zeros((self.columns.width, len(self.problem.start))), self.problem.start)
        best, best_loss = weights, np.inf
        for strength in STRENGTHS:
            weights = descend(self.columns, self.problem.loss, strength / n_rows, weights, self._time_up)
            loss = self._loss(weights)
            if loss >= best_loss:
                break
            best, best_loss = weights, loss
            if self.cut:
                break
        return best

    def _time_up(self) -> bool:
        self.cut = self.cut or self.context.time_up()
        return self.cut

    def _loss(self, weights: Weights) -> float:
        sums = self.held_out.times(weights.slope) + weights.intercept
        rows = squared_error_rows if self.problem.link == 0 else log_loss_rows
        return float(rows(self.wanted, LINKS[self.problem.link](sums)).mean())


def _problem(target: Array, facts: Facts) -> _Problem:
    if facts.task == "regression":
        standard = standardised(target)
        return _Problem(squared_loss(standard.values), np.zeros(1), 0, standard.center, standard.scale)
    shares = class_shares(target, facts.n_classes)
    if facts.n_classes == 2:
        return _Problem(two_class_loss(target), np.log(shares[1:] / shares[:1]), 1)
    return _Problem(several_class_loss(target, facts.n_classes), np.log(shares), 2)


def _n_filled(candidate: Candidate, facts: Facts) -> int:
    """About how many entries of a row are not zero."""
    names, n_ramps = facts.names, whole(candidate.params, "n_ramps", 0)
    return 1 + (2 + n_ramps) * len(names.numbers) + len(names.codes) + min(names.n_terms, 100)
