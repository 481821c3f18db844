"""Several neural nets with shared layers, fitted with PyTorch (extra ``deep``)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from statistics import fmean

import numpy as np
from numpy.typing import NDArray

from mlwright.learning.design import lay_out, learn_design
from mlwright.learning.models import Facts, FitContext, Fitted, ModelFamily, Params, Rows
from mlwright.learning.models._goal import Goal, course
from mlwright.learning.models._net import recipe_of
from mlwright.learning.models._params import between, number, one_of, whole
from mlwright.learning.models._sample import some_rows
from mlwright.learning.models._shared_fit import SharedFit
from mlwright.learning.models._shared_nets import SharedNets, best_device, with_threads
from mlwright.records.model import Candidate
from mlwright.scoring.blocks import Blocks
from mlwright.scoring.cores.nets import NetsCore

FEWEST_ROWS = 1_000
BASE: Params = {"n_nets": 16, "width": 128, "n_layers": 2, "n_ramps": 16, "rate": 4e-3, "decay": 0.01, "dropout": 0.1}
MOST_ENTRIES = 50_000_000
"""Fits use a random part of the rows above this many entries of the design."""
MOST_COLUMNS = 5_000
STEP_S, STEP_ON_A_GPU_S = 2e-3, 5e-4
"""What a batch costs beside its products."""
ON_A_GPU = 0.02
"""What the products cost there, as a share of what they cost on one core."""


class TabM(ModelFamily):
    """Sixteen nets of two layers that share their weights, on well-scaled columns with ramps.

    The mean of so many nets errs less than one, for little more memory: on nine public sets of 4,000 to 8,000 rows the
    loss was 9 % lower than that of the small net (``mlp``), in about ten times its processor time. A GPU is used where
    there is one. What is packed needs no PyTorch.

    References
    ----------
    Gorishniy, Y., Kotelnikov, A. and Babenko, A. (2025). TabM: advancing tabular deep learning with parameter-efficient
    ensembling. ICLR.
    """

    title = "Neural nets with shared layers"

    def candidates(self, facts: Facts) -> list[Candidate]:
        """One, where there are rows enough."""
        return [Candidate(name="tabm", family="tabm", params=BASE | _course(facts.n_rows))] if _suits(facts) else []

    def vary(self, facts: Facts, rng: np.random.Generator) -> Params | None:
        """Other sizes, steps and shares that are left out."""
        if not _suits(facts):
            return None
        return _course(facts.n_rows) | {
            "n_nets": round(one_of(rng, (8, 16, 32))),
            "width": round(one_of(rng, (64, 128, 256))),
            "n_layers": round(one_of(rng, (2, 3))),
            "n_ramps": round(one_of(rng, (8, 16, 32))),
            "rate": between(rng, 1e-3, 1e-2),
            "decay": between(rng, 1e-3, 0.1),
            "dropout": one_of(rng, (0.0, 0.1, 0.2, 0.3)),
        }

    def cost_s(self, candidate: Candidate, facts: Facts) -> float:
        """By the products of weights, from fits on one core."""
        params, width = candidate.params, number(candidate.params, "width")
        products = width * (_n_columns(facts) + width * (whole(params, "n_layers") - 1))
        share, step_s = (ON_A_GPU, STEP_ON_A_GPU_S) if best_device().type == "cuda" else (1.0, STEP_S)
        per_row = 1.8e-10 * whole(params, "n_nets") * products * share + step_s / whole(params, "batch_size")
        return 0.2 + _n_used(facts) * whole(params, "n_epochs") * per_row

    def fit(self, candidate: Candidate, train: Rows, valid: Rows, context: FitContext) -> Fitted:
        """Fit epoch by epoch."""
        start = _Start(candidate, train, context)
        held_out = start.columns(valid.blocks)

        def held_out_loss() -> float:
            return start.goal.loss(start.fit.answers(start.nets, held_out), valid.target)

        n_epochs = start.fit.run(start.nets, start.known, start.goal.wanted, held_out_loss)
        return Fitted(start.core(), start.fit.cut, {"n_epochs": float(n_epochs)})

    def refit(
        self, candidate: Candidate, rows: Rows, chosen: Sequence[Mapping[str, float]], context: FitContext
    ) -> Fitted:
        """Fit for as many epochs as the folds chose."""
        start, wanted = _Start(candidate, rows, context), fmean(each["n_epochs"] for each in chosen)
        start.fit.run_blindly(start.nets, start.known, start.goal.wanted, max(round(wanted), 1))
        return Fitted(start.core(), start.fit.cut)


class _Start:
    """Nets before their first step, and all that they are fitted with."""

    def __init__(self, candidate: Candidate, train: Rows, context: FitContext) -> None:
        facts, params, rng = context.facts, candidate.params, np.random.default_rng(context.seed)
        with_threads(context.n_threads)
        train = some_rows(train, _n_used(facts), context.seed)
        self.design = learn_design(train.blocks, facts.names, with_text=False, n_ramps=whole(params, "n_ramps"))
        self.goal = Goal(train.target, facts)
        widths = [self.design.width, *[whole(params, "width")] * whole(params, "n_layers")]
        self.nets = SharedNets(widths, whole(params, "n_nets"), self.goal.start, rng, best_device())
        self.fit = SharedFit(
            recipe_of(params), self.goal.link_place, rng, context.time_up, context.heard, self.goal.quantile
        )
        self.known = self.columns(train.blocks)

    def columns(self, blocks: Blocks) -> NDArray[np.float32]:
        """The columns of the design for these rows."""
        laid = lay_out(self.design, blocks, np.float32)
        return laid.dense if laid.sparse is None else np.hstack([laid.dense, laid.sparse.toarray()])

    def core(self) -> NetsCore:
        """The nets as they stand."""
        layers, head, bias = self.nets.arrays()
        goal = self.goal
        return NetsCore(self.design, layers, head, bias, goal.link_place, center=goal.center, scale=goal.scale)


def _course(n_rows: int) -> Params:
    """That of one net with batches of twice the size and six tenths of the epochs: as good, in half of the time."""
    alone = course(n_rows)
    return {
        "batch_size": 2 * whole(alone, "batch_size"),
        "n_epochs": round(0.6 * whole(alone, "n_epochs")),
        "patience": round(0.6 * whole(alone, "patience")),
    }


def _suits(facts: Facts) -> bool:
    return bool(facts.names.all) and facts.n_rows >= FEWEST_ROWS and _n_columns(facts) <= MOST_COLUMNS


def _n_columns(facts: Facts) -> int:
    """About how many columns the design has."""
    names = facts.names
    return (2 + whole(BASE, "n_ramps")) * len(names.numbers) + sum(n + 2 for n in names.n_levels) + 1


def _n_used(facts: Facts) -> int:
    return min(facts.n_rows, max(1000, MOST_ENTRIES // _n_columns(facts)))
