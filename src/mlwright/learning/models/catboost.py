"""Gradient boosting with CatBoost."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import catboost
import numpy as np

from mlwright.core.errors import RunCancelled
from mlwright.learning.models import Facts, FitContext, Fitted, ModelFamily, Params, Rows
from mlwright.learning.models._fills import learn_fills
from mlwright.learning.models._lightgbm import has_rare_class, hurry, rounds_for
from mlwright.learning.models._lowered import lowered
from mlwright.learning.models._params import number
from mlwright.learning.models._sample import with_every_class
from mlwright.learning.models._target import constant_core, n_outputs, standardised
from mlwright.records.model import Candidate
from mlwright.scoring.blocks import Blocks
from mlwright.scoring.catboost_rows import features

FEW_ROWS, MANY_ROWS = 2_000, 100_000

SHARED: Params = {"bootstrap_type": "Bernoulli", "subsample": 0.9, "l2_leaf_reg": 1e-5, "boosting_type": "Plain"}
TUNED_FOR_CLASSES: Params = SHARED | {
    "learning_rate": 0.08,
    "depth": 7,
    "random_strength": 0.8,
    "one_hot_max_size": 15,
    "leaf_estimation_iterations": 1,
}
TUNED_FOR_NUMBERS: Params = SHARED | {
    "learning_rate": 0.09,
    "depth": 7,
    "random_strength": 0.0,
    "one_hot_max_size": 20,
    "leaf_estimation_iterations": 10,
}
FOR_FEW_ROWS: Params = {"learning_rate": 0.05, "depth": 6}
SQUARES: Params = {"loss_function": "RMSE"}
FOR_RARE_CLASSES: Params = {"l2_leaf_reg": 3.0}
MANY_CLASSES, MOST_CLASSES = 20, 50
"""From the former on a round costs more with the square of the classes: 0.2 seconds for 26 of them with 13,500 rows,
1 for 60 with 5,400 rows, 20 for 355, which no deadline could end. Above the latter there are no fits."""
IN_A_HURRY: Params = {"learning_rate": 0.15, "depth": 6}
FOR_MANY_ROWS: Params = {"learning_rate": 0.15, "depth": 6, "border_count": 128, "iterations": 400}
"""Instead, where the rows are many: by 3 % worse than with time, at 24,000 rows of two public sets."""
MOST_HURRY = 2.0
"""Where fits would be cut to less than half, larger steps and smaller trees lose less: under 1 % at half the time."""


class CatBoost(ModelFamily):
    """Symmetric trees that each mend what those before them left over; strong on categories.

    The number of trees is the one that did best on the validation rows.

    References
    ----------
    The settings for middling tables are those of Holzmüller, D., Grinsztajn, L. and Steinwart, I. (2024), Better by
    default, but for numbers trees of 7 in place of 9 cuts, with 10 in place of 20 steps for a leaf: from 4,000 rows
    that was 2.3 % better for diamonds and 0.5 % for bike sharing, in a half of the time. Below 2,000 rows rate and
    depth are CatBoost's own.

    Where the middle is wanted, leaves hold exact medians: on seven public sets (1,500 rows, two folds) the mean
    absolute error was 1.6 % lower than by ten steps along the gradient, in a third of the time. Fits by squared errors
    were up to 18 % better (five sets, those with little noise) and up to 92 % worse, so that both are tried.
    """

    title = "CatBoost"
    keeps_directions = True

    def candidates(self, facts: Facts) -> list[Candidate]:
        """One, by the number of rows; by squared errors too, where the middle is wanted."""
        if not facts.names.all or facts.n_classes > MOST_CLASSES:
            return []
        params = _params(facts)
        found = [Candidate(name="catboost", family="catboost", params=params)]
        if facts.aim.is_middle:
            found.append(Candidate(name="catboost-squares", family="catboost", params=params | SQUARES))
        return found

    def cost_s(self, candidate: Candidate, facts: Facts) -> float:
        """From fits of 23 columns on one core."""
        return _cost_s(candidate.params, facts)

    def fit(self, candidate: Candidate, train: Rows, valid: Rows, context: FitContext) -> Fitted:
        """Boost until the validation rows no longer gain."""
        return _fit(train, valid, _own_words(candidate.params, context), context)

    def refit(
        self, candidate: Candidate, rows: Rows, chosen: Sequence[Mapping[str, float]], context: FitContext
    ) -> Fitted:
        """Boost for as many rounds as the folds chose."""
        words = _own_words(candidate.params, context)
        if all(each for each in chosen):
            words |= {"iterations": rounds_for(len(rows), chosen)}
        return _fit(rows, None, words | {"use_best_model": False, "early_stopping_rounds": None}, context)


def _fit(train: Rows, valid: Rows | None, words: dict[str, Any], context: FitContext) -> Fitted:
    facts = context.facts
    train = with_every_class(train, facts.n_classes, context.seed)
    if train.target.min() == train.target.max() or _is_constant(train.blocks):
        return Fitted(constant_core(train.target, facts))
    fills, is_number = learn_fills(train.blocks.numbers), facts.task == "regression"
    standard = standardised(train.target)

    def pool(rows: Rows) -> Any:
        wanted = (rows.target - standard.center) / standard.scale if is_number else rows.target.astype(np.int64)
        weight = facts.aim.weights(rows.target) if is_number and words["loss_function"] != "RMSE" else None
        return catboost.Pool(features(rows.blocks, fills), wanted, weight=weight)

    model, watch = catboost.CatBoost(words), _Watch(context)
    model.fit(pool(train), eval_set=None if valid is None else pool(valid), callbacks=[watch])
    watch.raise_if_cancelled()
    if is_number:
        model.set_scale_and_bias(*_unstandardised(model, standard.center, standard.scale))
    link = 0 if is_number else min(2, facts.n_classes - 1)
    chosen = {"n_rounds": float(model.tree_count_), "n_rows": float(len(train))}
    core = lowered(model, fills, link, facts.names.n_levels, train.blocks)
    return Fitted(core, watch.time_was_up, chosen)


class _Watch:
    """Ends the fit when time is up; an error must not pass through CatBoost, so it is kept until the fit is over."""

    def __init__(self, context: FitContext) -> None:
        self._time_up = context.time_up
        self._heard = context.heard
        self._cancelled: RunCancelled | None = None
        self.time_was_up = False

    def after_iteration(self, info: Any) -> bool:
        """Whether to go on."""
        self._hear(getattr(info, "metrics", None) or {})
        try:
            self.time_was_up = self._time_up()
        except RunCancelled as cancelled:
            self._cancelled = cancelled
        return not self.time_was_up and self._cancelled is None

    def _hear(self, metrics: Mapping[str, Mapping[str, Sequence[float]]]) -> None:
        for name, losses in metrics.get("validation", {}).items():
            self._heard(losses[-1] ** 2 if name == "RMSE" else losses[-1])

    def raise_if_cancelled(self) -> None:
        """Raise what was kept."""
        if self._cancelled is not None:
            raise self._cancelled


def _is_constant(blocks: Blocks) -> bool:
    """Whether there is nothing to learn from, of which CatBoost would complain."""
    matrix = blocks.matrix()
    return not ((matrix != matrix[:1]) & ~(np.isnan(matrix) & np.isnan(matrix[:1]))).any()


def _unstandardised(model: Any, center: float, scale: float) -> tuple[float, float]:
    own_scale, own_bias = model.get_scale_and_bias()
    return own_scale * scale, own_bias * scale + center


def _params(facts: Facts) -> Params:
    params = dict(TUNED_FOR_NUMBERS if facts.task == "regression" else TUNED_FOR_CLASSES)
    if facts.n_rows < FEW_ROWS:
        params |= FOR_FEW_ROWS
    if hurry(_cost_s(params, facts), facts) > MOST_HURRY:
        params |= FOR_MANY_ROWS if facts.n_rows >= MANY_ROWS else IN_A_HURRY
    if has_rare_class(facts):
        params |= FOR_RARE_CLASSES
    return {"iterations": 2000, "early_stopping_rounds": 60} | params


def _cost_s(params: Params, facts: Facts) -> float:
    n_columns = max(4, len(facts.names.all))
    deep: float = 2.0 ** (number(params, "depth") - 7.0)
    per_row = 1.6e-5 * n_columns * 0.08 / number(params, "learning_rate")
    several: float = n_outputs(facts) ** 0.5 * max(1.0, n_outputs(facts) / MANY_CLASSES) ** 1.5
    cost: float = (0.3 + per_row * facts.n_rows) * max(0.5, deep) * several
    return cost


def _own_words(params: Params, context: FitContext) -> dict[str, Any]:
    """The parameters as CatBoost takes them."""
    facts = context.facts
    kinds: dict[str, dict[str, Any]] = {
        "binary": {"loss_function": "Logloss"},
        "multiclass": {"loss_function": "MultiClass", "classes_count": facts.n_classes},
        "regression": _of_numbers(params, facts),
    }
    here = {"random_seed": context.seed % 2**31, "thread_count": context.n_threads}
    quiet = {"allow_writing_files": False, "logging_level": "Silent", "use_best_model": True}
    return {**params, **kinds[facts.task], **here, **quiet, **_directions(facts)}


def _of_numbers(params: Params, facts: Facts) -> dict[str, Any]:
    """Exact quantiles in the leaves; CatBoost does not keep directions with them."""
    if facts.aim.is_mean or params.get("loss_function") == "RMSE":
        return SQUARES
    exact = {"leaf_estimation_method": "Exact", "leaf_estimation_iterations": 1}
    return {"loss_function": f"Quantile:alpha={facts.aim.quantile}"} | ({} if any(facts.directions) else exact)


def _directions(facts: Facts) -> dict[str, Any]:
    if not any(facts.directions):
        return {}
    return {"monotone_constraints": [*facts.directions, *[0] * len(facts.names.codes)]}
