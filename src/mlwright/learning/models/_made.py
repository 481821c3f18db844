"""Rows with numbers that are made of their columns: which are worth it, and how they are made for rows to come."""

from __future__ import annotations

from dataclasses import replace
from typing import NamedTuple

import lightgbm
import numpy as np
from numpy.typing import NDArray

from mlwright.learning.models import Facts, FitContext, Params, Rows
from mlwright.learning.models._craft import Recipe, learn, make_out_of_fold, propose
from mlwright.learning.models._fills import learn_fills
from mlwright.learning.models._lightgbm import dataset, grow, own_words
from mlwright.learning.models._sample import some_rows, with_every_class
from mlwright.learning.models._target import n_outputs, standardised
from mlwright.learning.models._term_sums import cost_s as sums_cost_s
from mlwright.learning.models._term_sums import tell_sums
from mlwright.scoring.blocks import Blocks
from mlwright.scoring.craft import Craft
from mlwright.scoring.made_columns import MadeColumns

Array = NDArray[np.float64]

MOST_ROWS, ROWS_TO_CHOOSE, MOST_MADE, MOST_TARGETS = 300_000, 10_000, 24, 5
ROUNDS_TO_CHOOSE = 60
QUICK: Params = {"learning_rate": 0.1, "num_leaves": 31, "feature_fraction": 0.6, "min_data_in_leaf": 20}


class Made(NamedTuple):
    """Rows with what was made of them.

    Parameters
    ----------
    rows : Rows
        With the made numbers after their own.
    context : FitContext
        Of a fit on them.
    columns : MadeColumns
        How the numbers are made.
    """

    rows: Rows
    context: FitContext
    columns: MadeColumns

    def extended(self, blocks: Blocks) -> Blocks:
        """Other rows with what is made of them."""
        return self.columns.extended(blocks)


def has_parts(facts: Facts) -> bool:
    """Whether there is something to combine, and not too much of it."""
    return facts.n_rows <= MOST_ROWS and len(facts.names.numbers) + 2 * len(facts.names.codes) >= 2


def making_s(facts: Facts) -> float:
    """Seconds of choosing what is made, from fits of 23 columns on one core."""
    choosing = 2e-6 * min(facts.n_rows, ROWS_TO_CHOOSE) * 150
    several: float = n_outputs(facts) ** 0.7
    return 0.2 + choosing * several + sums_cost_s(facts)


def wider(facts: Facts, n_made: int = MOST_MADE) -> Facts:
    """The facts of rows with so many made numbers."""
    made = tuple(f"made{place}" for place in range(n_made))
    names = facts.names
    names = replace(names, numbers=names.numbers + made, number_inputs=names.number_inputs + made)
    return replace(facts, names=names, felt=facts.felt if facts.felt is None else facts.felt + n_made)


def make(train: Rows, context: FitContext, quick: Params = QUICK) -> Made:
    """Choose what is made of these rows, and make it.

    Parameters
    ----------
    train : Rows
    context : FitContext
    quick : dict
        The settings of the fits that choose.
    """
    rng = np.random.default_rng(context.seed)
    told = tell_sums(with_every_class(train, context.facts.n_classes, context.seed), context, rng)
    train, context = told.rows, replace(context, facts=told.facts)
    recipe = _choose(some_rows(train, ROWS_TO_CHOOSE, context.seed), quick, context, rng)
    rows, craft = _extend(recipe, train, told.facts, rng)
    return Made(rows, replace(context, facts=wider(told.facts, craft.width)), MadeColumns(craft, told.sums))


def _choose(rows: Rows, quick: Params, context: FitContext, rng: np.random.Generator) -> Recipe:
    """What a quick fit uses most of all that is proposed for the columns that another quick fit uses."""
    facts = context.facts
    proposed = propose(facts.names, _worth(rows, quick, context), _targets(rows.target, facts).shape[1])
    extended, _ = _extend(proposed, rows, facts, rng)
    n_made = len(proposed.pairs) + len(proposed.tables)
    inside = replace(context, facts=wider(facts, n_made))
    n_numbers = len(facts.names.numbers)
    worth = _worth(extended, quick, inside)[n_numbers : n_numbers + n_made]
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
