"""A small neural net."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from statistics import fmean

import numpy as np
from numpy.typing import NDArray

from mlwright.learning.design import lay_out, learn_design
from mlwright.learning.models import Facts, FitContext, Fitted, ModelFamily, Params, Rows
from mlwright.learning.models._goal import Goal, course
from mlwright.learning.models._net import Net, NetFit, recipe_of
from mlwright.learning.models._params import between, number, one_of, whole
from mlwright.learning.models._sample import some_rows
from mlwright.learning.models._target import n_outputs
from mlwright.records.model import Candidate
from mlwright.scoring.cores.net import NetCore

Array = NDArray[np.float64]

BASE: Params = {"width": 128, "rate": 3e-3, "decay": 0.01, "dropout": 0.1}
WIDE: Params = {"width": 256, "rate": 2e-3, "dropout": 0.3}
N_RAMPS, N_LAYERS = 8, 2
CLASS_S = 2e-8
"""For each class and each row that a step sees: the last layer and its probabilities."""
MOST_ENTRIES = 50_000_000
"""Fits use a random part of the rows above this many entries of the design."""


class Mlp(ModelFamily):
    """Two layers of weighted sums between well-scaled columns and the answer.

    Every number comes with ramps between its quantiles, without which nets are slow to learn steps and bends.

    References
    ----------
    Gorishniy, Y., Rubachev, I. and Babenko, A. (2022). On embeddings for numerical features in tabular deep
    learning. NeurIPS: piecewise linear encoding.
    """

    title = "Neural net"

    def candidates(self, facts: Facts) -> list[Candidate]:
        """Two sizes."""
        if not facts.names.all:
            return []
        sizes = course(facts.n_rows)
        return [
            Candidate(name="mlp", family="mlp", params=BASE | sizes),
            Candidate(name="mlp-wide", family="mlp", params=BASE | WIDE | sizes),
        ]

    def vary(self, facts: Facts, rng: np.random.Generator) -> Params | None:
        """Other sizes, steps and shares that are left out."""
        if not facts.names.all:
            return None
        return course(facts.n_rows) | {
            "width": round(one_of(rng, (64, 128, 192, 256))),
            "n_layers": round(one_of(rng, (2, 3))),
            "n_ramps": round(one_of(rng, (4, 8, 16))),
            "rate": between(rng, 1e-3, 1e-2),
            "decay": between(rng, 3e-3, 0.1),
            "dropout": one_of(rng, (0.0, 0.1, 0.2, 0.3, 0.5)),
        }

    def cost_s(self, candidate: Candidate, facts: Facts) -> float:
        """From fits of 23 columns on one core."""
        n_seen = _n_used(facts) * whole(candidate.params, "n_epochs")
        width = number(candidate.params, "width") / 128.0
        small = 1.0 + 16.0 / number(candidate.params, "batch_size")
        return 0.05 + n_seen * width * small * (3e-6 + 6e-9 * _n_columns(facts) + CLASS_S * facts.n_classes)

    def fit(self, candidate: Candidate, train: Rows, valid: Rows, context: FitContext) -> Fitted:
        """Fit epoch by epoch."""
        start = _Start(candidate, train, context)
        held_out = lay_out(start.design, valid.blocks, np.float32)
        n_epochs = start.net_fit.run(
            start.net,
            start.columns,
            start.goal.wanted,
            start.goal.slope,
            lambda fitted: start.goal.loss(start.goal.link(fitted.sums(held_out).astype(np.float64)), valid.target),
        )
        return Fitted(start.core(), start.net_fit.cut, {"n_epochs": float(n_epochs)})

    def refit(
        self, candidate: Candidate, rows: Rows, chosen: Sequence[Mapping[str, float]], context: FitContext
    ) -> Fitted:
        """Fit for as many epochs as the folds chose."""
        start, goal = _Start(candidate, rows, context), fmean(each["n_epochs"] for each in chosen)
        start.net_fit.run_blindly(start.net, start.columns, start.goal.wanted, start.goal.slope, max(round(goal), 1))
        return Fitted(start.core(), start.net_fit.cut)


class _Start:
    """A net before its first step, and all that it is fitted with."""

    def __init__(self, candidate: Candidate, train: Rows, context: FitContext) -> None:
        facts, rng = context.facts, np.random.default_rng(context.seed)
        train = some_rows(train, _n_used(facts), context.seed)
        n_ramps = whole(candidate.params, "n_ramps", N_RAMPS)
        self.design = learn_design(train.blocks, facts.names, with_text=False, n_ramps=n_ramps)
        self.goal = Goal(train.target, facts)
        hidden = [whole(candidate.params, "width")] * whole(candidate.params, "n_layers", N_LAYERS)
        self.net = Net([self.design.width, *hidden, n_outputs(facts)], self.goal.start, rng)
        self.net_fit = NetFit(recipe_of(candidate.params), rng, context.time_up, context.heard)
        self.columns = lay_out(self.design, train.blocks, np.float32)

    def core(self) -> NetCore:
        """The net as it stands."""
        goal, n_layers = self.goal, len(self.net.weights)
        weights, biases = self.net.averages[:n_layers], self.net.averages[n_layers:]
        return NetCore(self.design, weights, biases, goal.link_place, center=goal.center, scale=goal.scale)


def _n_columns(facts: Facts) -> int:
    """About how many columns of the design a row fills."""
    return (2 + N_RAMPS) * len(facts.names.numbers) + len(facts.names.codes) + 1


def _n_used(facts: Facts) -> int:
    return min(facts.n_rows, max(1000, MOST_ENTRIES // _n_columns(facts)))
