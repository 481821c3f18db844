"""Gradient boosting with LightGBM."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import lightgbm
import numpy as np

from mlwright.learning.models import Facts, FitContext, Fitted, ModelFamily, Params, Rows
from mlwright.learning.models._fills import learn_fills
from mlwright.learning.models._lightgbm import (
    MANY_CLASSES,
    MOST_CLASSES,
    boost,
    dataset,
    drawn,
    grow,
    hurry,
    in_time,
    own_words,
    rounds_for,
)
from mlwright.learning.models._params import number, whole
from mlwright.learning.models._sample import with_every_class
from mlwright.learning.models._target import n_outputs
from mlwright.records.model import Candidate
from mlwright.scoring.cores.lightgbm import LightGBMCore

MIDDLING_ROWS, SLOW_PAYS_ROWS, MANY_ROWS = 10_000, 20_000, 100_000
"""From the first on random cuts bring nothing, and below it small steps; from the second on these pay most."""
MOST_LEAVES = 200

TUNED_FOR_CLASSES: Params = {
    "learning_rate": 0.04,
    "num_leaves": 50,
    "bagging_fraction": 0.75,
    "min_data_in_leaf": 40,
    "min_sum_hessian_in_leaf": 1e-7,
}
TUNED_FOR_NUMBERS: Params = TUNED_FOR_CLASSES | {
    "learning_rate": 0.05,
    "num_leaves": 100,
    "bagging_fraction": 0.7,
    "min_data_in_leaf": 3,
}
FOR_MANY_ROWS: Params = {"learning_rate": 0.1, "max_bin": 127, "feature_fraction": 0.7}
"""Where the budget is short for so many rows: by 1 to 2 % worse than with time, at 24,000 rows of three public sets."""
SLOW: Params = {
    "learning_rate": 0.0114,
    "num_leaves": 84,
    "feature_fraction": 0.53,
    "bagging_fraction": 0.98,
    "min_data_in_leaf": 3,
}
RANDOM: Params = {
    "learning_rate": 0.018,
    "extra_trees": True,
    "num_leaves": 39,
    "feature_fraction": 0.46,
    "bagging_fraction": 0.88,
    "min_data_in_leaf": 3,
    "lambda_l1": 0.24,
    "lambda_l2": 0.36,
    "cat_smooth": 15.4,
    "cat_l2": 0.34,
    "max_cat_to_onehot": 16,
}
SHALLOW: Params = {
    "learning_rate": 0.03,
    "extra_trees": True,
    "num_leaves": 6,
    "feature_fraction": 0.42,
    "min_data_in_leaf": 15,
}


class LightGBM(ModelFamily):
    """Trees that each mend what those before them left over.

    The number of trees is the one that did best on the validation rows.

    References
    ----------
    The settings are known to do well over many data sets: those of Holzmüller, D., Grinsztajn, L. and Steinwart, I.
    (2024), Better by default (``lightgbm``), and of AutoGluon's portfolio (``slow``, ``random``, ``shallow``).
    """

    title = "LightGBM"
    keeps_directions = True
    keeps_apart = True

    def candidates(self, facts: Facts) -> list[Candidate]:
        """The tuned defaults first; then ones for noisy and small data, or one for large data."""
        if not _suits(facts):
            return []
        settings = {"": _tuned(facts), "-random": RANDOM, "-shallow": SHALLOW}
        if facts.n_rows >= MIDDLING_ROWS:
            settings = {"": _tuned(facts), "-shallow": SHALLOW, "-slow": SLOW}
        if facts.n_rows >= SLOW_PAYS_ROWS:
            settings = {"": _tuned(facts), "-slow": SLOW, "-shallow": SHALLOW}
        return [
            Candidate(
                name=f"lightgbm{suffix}", family="lightgbm", params=in_time(params, _cost_s(params, facts), facts)
            )
            for suffix, params in settings.items()
        ]

    def vary(self, facts: Facts, rng: np.random.Generator) -> Params | None:
        """Any of the settings that do well somewhere."""
        params = drawn(rng, MOST_LEAVES)
        return in_time(params, _cost_s(params, facts), facts) if _suits(facts) else None

    def cost_s(self, candidate: Candidate, facts: Facts) -> float:
        """From fits of 23 columns on one core."""
        return _cost_s(candidate.params, facts)

    def fit(self, candidate: Candidate, train: Rows, valid: Rows, context: FitContext) -> Fitted:
        """Boost until the validation rows no longer gain."""
        train = with_every_class(train, context.facts.n_classes, context.seed)
        fills = learn_fills(train.blocks.numbers)
        params = own_words(candidate.params, context)
        known = dataset(train, fills, context, params)
        booster = lightgbm.Booster(params, known)
        booster.add_valid(dataset(valid, fills, context, params, known), "valid")
        best, cut = boost(booster, float(params["learning_rate"]), context)
        core = LightGBMCore.of(booster.model_to_string(num_iteration=best), fills)
        return Fitted(core, cut, {"n_rounds": float(best), "n_rows": float(len(train))})

    def refit(
        self, candidate: Candidate, rows: Rows, chosen: Sequence[Mapping[str, float]], context: FitContext
    ) -> Fitted:
        """Boost for as many rounds as the folds chose."""
        rows = with_every_class(rows, context.facts.n_classes, context.seed)
        fills = learn_fills(rows.blocks.numbers)
        params = own_words(candidate.params, context)
        booster = lightgbm.Booster(params, dataset(rows, fills, context, params))
        cut = grow(booster, rounds_for(len(rows), chosen), context)
        return Fitted(LightGBMCore.of(booster.model_to_string(), fills), cut)


def _suits(facts: Facts) -> bool:
    """Whether there is something to learn from, and not too many classes."""
    return bool(facts.names.all) and facts.n_classes <= MOST_CLASSES


def _tuned(facts: Facts) -> Params:
    params = dict(TUNED_FOR_NUMBERS if facts.task == "regression" else TUNED_FOR_CLASSES)
    if facts.n_rows >= MANY_ROWS and hurry(_cost_s(params, facts), facts) > 1.0:
        params |= FOR_MANY_ROWS
    params["min_data_in_leaf"] = min(whole(params, "min_data_in_leaf"), max(3, facts.n_rows // 25))
    return params


def _cost_s(params: Params, facts: Facts) -> float:
    steps: float = 0.05 / number(params, "learning_rate") * (number(params, "num_leaves") / 31.0) ** 0.5
    many: float = max(1.0, n_outputs(facts) / MANY_CLASSES) ** 0.5
    per_entry = 5e-6 if facts.task == "regression" else 3e-6 * n_outputs(facts) ** 0.7 * many
    return 0.1 + per_entry * facts.n_rows * facts.n_felt * steps
