"""Gradient boosting on columns and on numbers that are made of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import lightgbm
import numpy as np
from numpy.typing import NDArray

from mlwright.learning.models import Facts, FitContext, Fitted, ModelFamily, Params, Rows
from mlwright.learning.models._fills import learn_fills
from mlwright.learning.models._lightgbm import (
    MOST_CLASSES,
    OBJECTIVE,
    boost,
    dataset,
    drawn,
    grow,
    in_time,
    own_words,
    rounds_for,
    suited,
)
from mlwright.learning.models._made import QUICK, Made, has_parts, make, making_s, wider
from mlwright.learning.models._params import number
from mlwright.learning.models._target import n_outputs
from mlwright.records.model import Candidate
from mlwright.scoring.cores.crafted import CraftedCore
from mlwright.scoring.cores.lightgbm import LightGBMCore

Array = NDArray[np.float64]

MOST_LEAVES = 64
PARAMS: Params = {
    "learning_rate": 0.03,
    "num_leaves": 31,
    "feature_fraction": 0.55,
    "bagging_fraction": 0.9,
    "min_data_in_leaf": 15,
    "lambda_l1": 0.5,
    "lambda_l2": 1.0,
}


class Crafted(ModelFamily):
    """LightGBM with up to 24 made columns: pairs of numbers, what is known of codes and pairs of codes; sums of terms.

    Proposed are the sums, differences, products and ratios of the eight numbers that count most; the mean of the
    target for each code and pair of codes; the mean of a number for each code, and how far the number is from it.
    Kept are those that a quick fit uses most. Means of the target are taken from other rows than the one that learns.
    Before all that, texts and names that are phrases give one number more (one for each class): what linear models of
    other rows make of all their terms, of which trees else see a few dozen projections.

    Amounts and counts are also learned as such (``crafted-tweedie``, ``crafted-gamma``): trees add up to the logarithm
    of what is expected, and large amounts may be missed by more than small ones. Where the middle is wanted,
    squared errors are tried beside (``crafted-squares``): with little noise these miss by less, size by size.

    References
    ----------
    Micci-Barreca, D. (2001). A preprocessing scheme for high-cardinality categorical attributes. SIGKDD Explorations.
    Jørgensen, B. (1987). Exponential dispersion models. Journal of the Royal Statistical Society B 49.
    """

    title = "LightGBM on made columns"

    def candidates(self, facts: Facts) -> list[Candidate]:
        """One, where there is something to combine; others for amounts, and where errors count by their size."""
        if not _suits(facts):
            return []
        objectives = (
            {f"-{one}": one for one in facts.amount_objectives} if facts.aim.is_root or facts.aim.relative else {}
        )
        if facts.aim.is_middle:
            objectives |= {"-squares": "regression"}
        others = {suffix: PARAMS | {OBJECTIVE: objective} for suffix, objective in objectives.items()}
        return [
            Candidate(name=f"crafted{suffix}", family="crafted", params=_in_time(params, facts))
            for suffix, params in ({"": PARAMS} | others).items()
        ]

    def vary(self, facts: Facts, rng: np.random.Generator) -> Params | None:
        """Other ways to boost on what is made."""
        return _in_time(drawn(rng, MOST_LEAVES), facts) if _suits(facts) else None

    def cost_s(self, candidate: Candidate, facts: Facts) -> float:
        """From fits of 23 columns on one core."""
        return _cost_s(candidate.params, facts)

    def fit(self, candidate: Candidate, train: Rows, valid: Rows, context: FitContext) -> Fitted:
        """Choose what is made, make it, and boost."""
        ready = _boosting(train, candidate, context)
        held_out, inside = Rows(ready.made.extended(valid.blocks), valid.target), ready.made.context
        ready.booster.add_valid(dataset(held_out, ready.fills, inside, ready.params, ready.known), "valid")
        best, cut = boost(ready.booster, number(candidate.params, "learning_rate"), inside)
        return Fitted(ready.core(best), cut, {"n_rounds": float(best), "n_rows": float(len(train))})

    def refit(
        self, candidate: Candidate, rows: Rows, chosen: Sequence[Mapping[str, float]], context: FitContext
    ) -> Fitted:
        """Choose and make anew, and boost for as many rounds as the folds chose."""
        ready = _boosting(rows, candidate, context)
        cut = grow(ready.booster, rounds_for(len(rows), chosen), ready.made.context)
        return Fitted(ready.core(), cut)


def _suits(facts: Facts) -> bool:
    """Whether there is something to combine, and not too much of it."""
    return has_parts(facts) and facts.n_classes <= MOST_CLASSES


def _in_time(params: Params, facts: Facts) -> Params:
    return in_time(params, _cost_s(params, facts), facts)


def _cost_s(params: Params, facts: Facts) -> float:
    """Seconds of choosing what is made, and of boosting on it."""
    steps = 0.05 / number(params, "learning_rate")
    several: float = n_outputs(facts) ** 0.7
    return making_s(facts) + 4e-6 * facts.n_rows * wider(facts).n_felt * steps * several


class _Boosting(NamedTuple):
    """Rows with what was made of them, ready to be boosted on."""

    made: Made
    fills: Array
    params: dict[str, Any]
    known: Any
    booster: Any

    def core(self, n_rounds: int | None = None) -> CraftedCore:
        """What was boosted, so many rounds of it."""
        trees = LightGBMCore.of(self.booster.model_to_string(num_iteration=n_rounds), self.fills)
        return CraftedCore(self.made.columns, trees)


def _boosting(train: Rows, candidate: Candidate, context: FitContext) -> _Boosting:
    wanted = suited(candidate.params, train.target)
    made = make(train, context, QUICK | {word: value for word, value in wanted.items() if word == OBJECTIVE})
    fills = learn_fills(made.rows.blocks.numbers)
    params = own_words(wanted, made.context)
    known = dataset(made.rows, fills, made.context, params)
    return _Boosting(made, fills, params, known, lightgbm.Booster(params, known))
