"""Gradient boosting on columns and on numbers that are made of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, NamedTuple

import lightgbm
import numpy as np
from numpy.typing import NDArray

from mlwright.learning.models import Facts, FitContext, Fitted, ModelFamily, Params, Rows
from mlwright.learning.models._craft import Recipe, learn, make_out_of_fold, propose
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
from mlwright.learning.models._params import number
from mlwright.learning.models._sample import some_rows, with_every_class
from mlwright.learning.models._target import n_outputs, standardised
from mlwright.learning.models._term_sums import cost_s as sums_cost_s
from mlwright.learning.models._term_sums import tell_sums
from mlwright.records.model import Candidate
from mlwright.scoring.blocks import BlockNames, Blocks
from mlwright.scoring.cores.crafted import CraftedCore
from mlwright.scoring.cores.lightgbm import LightGBMCore
from mlwright.scoring.craft import Craft
from mlwright.scoring.term_sums import TermSums

Array = NDArray[np.float64]

MOST_ROWS, ROWS_TO_CHOOSE, MOST_MADE, MOST_TARGETS = 300_000, 10_000, 24, 5
ROUNDS_TO_CHOOSE = 60
MOST_LEAVES = 64
QUICK: Params = {"learning_rate": 0.1, "num_leaves": 31, "feature_fraction": 0.6, "min_data_in_leaf": 20}
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
        made = _make(train, candidate, context)
        held_out = Rows(made.extended(valid.blocks), valid.target)
        made.booster.add_valid(dataset(held_out, made.fills, made.inside, made.params, made.known), "valid")
        best, cut = boost(made.booster, number(candidate.params, "learning_rate"), made.inside)
        return Fitted(made.core(best), cut, {"n_rounds": float(best), "n_rows": float(len(train))})

    def refit(
        self, candidate: Candidate, rows: Rows, chosen: Sequence[Mapping[str, float]], context: FitContext
    ) -> Fitted:
        """Choose and make anew, and boost for as many rounds as the folds chose."""
        made = _make(rows, candidate, context)
        cut = grow(made.booster, rounds_for(len(rows), chosen), made.inside)
        return Fitted(made.core(), cut)


def _suits(facts: Facts) -> bool:
    """Whether there is something to combine, and not too much of it."""
    n_parts = len(facts.names.numbers) + 2 * len(facts.names.codes)
    return facts.n_rows <= MOST_ROWS and facts.n_classes <= MOST_CLASSES and n_parts >= 2


def _in_time(params: Params, facts: Facts) -> Params:
    return in_time(params, _cost_s(params, facts), facts)


def _cost_s(params: Params, facts: Facts) -> float:
    """Seconds of choosing what is made, and of boosting on it."""
    n_columns = len(facts.names.all) + MOST_MADE
    steps = 0.05 / number(params, "learning_rate")
    several: float = n_outputs(facts) ** 0.7
    choosing = 2e-6 * min(facts.n_rows, ROWS_TO_CHOOSE) * 150
    boosting = 4e-6 * facts.n_rows * n_columns * steps
    return 0.2 + (choosing + boosting) * several + sums_cost_s(facts)


class _Made(NamedTuple):
    """Rows with what was made of them, ready to be boosted on."""

    sums: TermSums | None
    craft: Craft
    fills: Array
    inside: FitContext
    params: dict[str, Any]
    known: Any
    booster: Any

    def core(self, n_rounds: int | None = None) -> CraftedCore:
        """What was boosted, so many rounds of it."""
        trees = LightGBMCore.of(self.booster.model_to_string(num_iteration=n_rounds), self.fills)
        return CraftedCore(self.craft, trees, self.sums)

    def extended(self, blocks: Blocks) -> Blocks:
        """Other rows with what is made of them."""
        return self.craft.extended(blocks if self.sums is None else self.sums.extended(blocks))


def _make(train: Rows, candidate: Candidate, context: FitContext) -> _Made:
    rng = np.random.default_rng(context.seed)
    told = tell_sums(with_every_class(train, context.facts.n_classes, context.seed), context, rng)
    train, facts, context = told.rows, told.facts, replace(context, facts=told.facts)
    wanted = suited(candidate.params, train.target)
    quick = QUICK | {word: value for word, value in wanted.items() if word == OBJECTIVE}
    recipe = _choose(some_rows(train, ROWS_TO_CHOOSE, context.seed), quick, context, rng)
    wider, craft = _extend(recipe, train, facts, rng)
    inside = replace(context, facts=replace(facts, names=_wider_names(facts.names, craft.width)))
    fills = learn_fills(wider.blocks.numbers)
    params = own_words(wanted, inside)
    known = dataset(wider, fills, inside, params)
    return _Made(told.sums, craft, fills, inside, params, known, lightgbm.Booster(params, known))


def _choose(rows: Rows, quick: Params, context: FitContext, rng: np.random.Generator) -> Recipe:
    """What a quick fit uses most of all that is proposed for the columns that another quick fit uses."""
    facts = context.facts
    proposed = propose(facts.names, _worth(rows, quick, context), _targets(rows.target, facts).shape[1])
    wider, _ = _extend(proposed, rows, facts, rng)
    n_made = len(proposed.pairs) + len(proposed.tables)
    inside = replace(context, facts=replace(facts, names=_wider_names(facts.names, n_made)))
    n_numbers = len(facts.names.numbers)
    worth = _worth(wider, quick, inside)[n_numbers : n_numbers + n_made]
    best = np.argsort(-worth, kind="stable")[:MOST_MADE]
    return proposed.keep(sorted(int(place) for place in best if worth[place] > 0))


def _worth(rows: Rows, quick: Params, context: FitContext) -> Array:
    """By how much the cuts in each column lower the loss of a quick fit, shape (n_columns,)."""
    params = own_words(quick, context)
    booster = lightgbm.Booster(params, dataset(rows, learn_fills(rows.blocks.numbers), context, params))
    grow(booster, ROUNDS_TO_CHOOSE, context)
    worth: Array = np.asarray(booster.feature_importance("gain"), dtype=np.float64)
    return worth


def _extend(recipe: Recipe, rows: Rows, facts: Facts, rng: np.random.Generator) -> tuple[Rows, Craft]:
    """The rows with what is made for them from other rows, and how it is made for rows to come."""
    targets = _targets(rows.target, facts)
    made = make_out_of_fold(recipe, rows, targets, facts.names, rng)
    blocks = Blocks(np.hstack([rows.blocks.numbers, made]), rows.blocks.codes)
    return Rows(blocks, rows.target), learn(recipe, rows, targets, facts.names)


def _targets(target: Array, facts: Facts) -> Array:
    """The columns whose means are taken: the number, or a 0/1 column for the most frequent classes."""
    if facts.task == "regression":
        return standardised(target).values[:, None]
    if facts.n_classes == 2:
        return target[:, None]
    counts = np.bincount(target.astype(np.int64), minlength=facts.n_classes)
    frequent = np.argsort(-counts, kind="stable")[:MOST_TARGETS]
    of_class: Array = (target[:, None] == frequent).astype(np.float64)
    return of_class


def _wider_names(names: BlockNames, n_made: int) -> BlockNames:
    made = tuple(f"made{place}" for place in range(n_made))
    return replace(names, numbers=names.numbers + made, number_inputs=names.number_inputs + made)
