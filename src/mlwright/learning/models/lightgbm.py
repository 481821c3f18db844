"""Gradient boosting with LightGBM."""

from __future__ import annotations

from typing import Any

import lightgbm
import numpy as np
from numpy.typing import NDArray

from mlwright.learning.models import Facts, FitContext, Fitted, ModelFamily, Rows
from mlwright.learning.models._fills import learn_fills
from mlwright.learning.models._params import Params, number, whole
from mlwright.learning.models._sample import with_every_class
from mlwright.learning.models._target import n_outputs
from mlwright.records.model import Candidate
from mlwright.scoring.cores.lightgbm import LightGBMCore
from mlwright.scoring.fills import fill

SLOW_PAYS_ROWS, MANY_ROWS = 20_000, 100_000
FITS_IN_BUDGET = 30
"""How many fits of such a cost should find room in the budget: five folds of half a dozen candidates."""
MOST_HURRY = 4.0
WORTHWHILE = 1e-4
"""Boosting goes on as long as the loss falls by this share within the patience."""

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

    def candidates(self, facts: Facts) -> list[Candidate]:
        """The tuned defaults first; then ones for noisy and small data, and one for large data."""
        if not facts.names.all:
            return []
        settings = {"": _tuned(facts), "-random": RANDOM, "-shallow": SHALLOW, "-slow": SLOW}
        if facts.n_rows >= SLOW_PAYS_ROWS:
            settings = {"": _tuned(facts), "-slow": SLOW, "-random": RANDOM, "-shallow": SHALLOW}
        return [
            Candidate(name=f"lightgbm{suffix}", family="lightgbm", params=_in_time(params, facts))
            for suffix, params in settings.items()
        ]

    def cost_s(self, candidate: Candidate, facts: Facts) -> float:
        """From fits of 23 columns on one core."""
        return _cost_s(candidate.params, facts)

    def fit(self, candidate: Candidate, train: Rows, valid: Rows, context: FitContext) -> Fitted:
        """Boost until the validation rows no longer gain."""
        train = with_every_class(train, context.facts.n_classes, context.seed)
        fills = learn_fills(train.blocks.numbers)
        params = _own_words(candidate.params, context)
        known = _dataset(train, fills, context, params)
        booster = lightgbm.Booster(params, known)
        booster.add_valid(_dataset(valid, fills, context, params, known), "valid")
        best, cut = _boost(booster, float(params["learning_rate"]), context)
        return Fitted(LightGBMCore.of(booster.model_to_string(num_iteration=best), fills), cut)


def _boost(booster: Any, rate: float, context: FitContext) -> tuple[int, bool]:
    """Add trees; how many did best, and whether time was up before more could be known."""
    patience, most = max(30, round(4.0 / rate)), round(50.0 / rate)
    best, best_loss = 1, np.inf
    looked_at, to_beat = 0, np.inf
    for done in range(1, most + 1):
        is_finished = booster.update()
        loss = booster.eval_valid()[0][2]
        if loss < best_loss:
            best, best_loss = done, loss
        if loss < to_beat:
            looked_at, to_beat = done, loss * (1.0 - WORTHWHILE)
        if is_finished or done - looked_at >= patience:
            break
        if context.time_up():
            return best, True
    return best, False


def _tuned(facts: Facts) -> Params:
    params = dict(TUNED_FOR_NUMBERS if facts.task == "regression" else TUNED_FOR_CLASSES)
    if facts.n_rows >= MANY_ROWS:
        params |= FOR_MANY_ROWS
    params["min_data_in_leaf"] = min(whole(params, "min_data_in_leaf"), max(3, facts.n_rows // 25))
    return params


def _in_time(params: Params, facts: Facts) -> Params:
    """The same with larger steps, if the budget asks for it."""
    hurry = _cost_s(params, facts) * FITS_IN_BUDGET / max(facts.budget_s, 0.1)
    rate = number(params, "learning_rate")
    quicker = min(rate * min(max(hurry, 1.0), MOST_HURRY), max(rate, 0.1))
    return params | {"learning_rate": round(quicker, 4)}


def _cost_s(params: Params, facts: Facts) -> float:
    n_columns = max(4, len(facts.names.all))
    steps: float = 0.05 / number(params, "learning_rate") * (number(params, "num_leaves") / 31.0) ** 0.5
    per_entry = 5e-6 if facts.task == "regression" else 3e-6 * n_outputs(facts) ** 0.7
    return 0.1 + per_entry * facts.n_rows * n_columns * steps


def _own_words(params: Params, context: FitContext) -> dict[str, Any]:
    """The parameters as LightGBM takes them."""
    facts = context.facts
    kinds: dict[str, dict[str, Any]] = {
        "binary": {"objective": "binary", "metric": "binary_logloss"},
        "multiclass": {"objective": "multiclass", "metric": "multi_logloss", "num_class": facts.n_classes},
        "regression": {"objective": "regression", "metric": "l2"},
    }
    fixed = {"bagging_freq": 1, "deterministic": True, "force_col_wise": True, "feature_pre_filter": False}
    here = {"seed": context.seed % 2**31, "num_threads": context.n_threads, "verbosity": -1}
    return {**params, **kinds[facts.task], **fixed, **here}


def _dataset(
    rows: Rows, fills: NDArray[np.float64], context: FitContext, params: dict[str, Any], reference: Any = None
) -> Any:
    names = context.facts.names
    first_code = len(names.numbers)
    return lightgbm.Dataset(
        fill(rows.blocks.matrix(), fills),
        rows.target,
        reference=reference,
        categorical_feature=list(range(first_code, first_code + len(names.codes))),
        params=params,
    )
