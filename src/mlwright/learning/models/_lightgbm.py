"""One fit of LightGBM."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from itertools import product
from statistics import fmean
from typing import Any

import lightgbm
import numpy as np
from numpy.typing import NDArray

from mlwright.learning.aim import Aim
from mlwright.learning.models import Facts, FitContext, Params, Rows
from mlwright.learning.models._params import between, number, one_of, whole
from mlwright.scoring.fills import fill

FITS_IN_BUDGET = 30
"""How many fits of such a cost should find room in the budget: five folds of half a dozen candidates."""
MOST_HURRY, LARGEST_RATE = 4.0, 0.1
OBJECTIVE, TWEEDIE_POWER = "objective", 1.5
ROWS_BEYOND = 3.0
"""Of a leaf whose answer is a quantile, so many rows lie beyond it."""
RARE, HELD_BACK = 0.02, 1.0
"""The share below which one of several classes is rare, and the rows that its leaves are then held back by."""
MANY_CLASSES, MOST_CLASSES = 20, 100
"""Every round grows a tree for each class. From the former on there are not so much fewer rounds that a fit would cost
the same; above the latter there are no fits: with 355 classes a row took 4 ms, and a linear model erred less."""
WORTHWHILE = 1e-4
"""Boosting goes on as long as the loss falls by this share within the patience."""
BARREN = 20
"""After so many rounds in a row that found no cut there is none. One alone proves little: with few columns it may have
been shown only those, or only cuts at random places, that do not help."""


def boost(booster: Any, rate: float, context: FitContext) -> tuple[int, bool]:
    """Add trees; how many did best, and whether time was up before more could be known."""
    patience, most = max(30, round(4.0 / rate)), round(50.0 / rate)
    best, best_loss = 1, np.inf
    looked_at, to_beat = 0, np.inf
    for done in rounds(booster, most):
        loss = booster.eval_valid()[0][2]
        context.heard(loss)
        if loss < best_loss:
            best, best_loss = done, loss
        if loss < to_beat:
            looked_at, to_beat = done, loss * (1.0 - WORTHWHILE)
        if done - looked_at >= patience:
            break
        if context.time_up():
            return best, True
    return best, False


def grow(booster: Any, n_rounds: int, context: FitContext) -> bool:
    """Add so many trees without looking at other rows; whether time was up before."""
    return any(context.time_up() for done in rounds(booster, n_rounds) if done < n_rounds)


def rounds(booster: Any, most: int) -> Iterator[int]:
    """Add trees until there are so many rounds of them or none finds a cut; after each, how many there are."""
    done = barren = 0
    while done < most and barren < BARREN:
        barren = barren + 1 if booster.update() else 0
        now = booster.num_trees() // booster.num_model_per_iteration()
        if now > done:
            done = now
            yield done


def rounds_for(n_rows: int, chosen: Sequence[Mapping[str, float]]) -> int:
    """How many rounds suit so many rows, if fits on fewer ended with so many: they grow with the root of the rows.

    >>> rounds_for(144, [{"n_rounds": 90.0, "n_rows": 100.0}, {"n_rounds": 110.0, "n_rows": 100.0}])
    120
    """
    longer = math.sqrt(n_rows / fmean(each["n_rows"] for each in chosen))
    return max(round(longer * fmean(each["n_rounds"] for each in chosen)), 1)


def drawn(rng: np.random.Generator, most_leaves: int) -> Params:
    """Settings at random, from where those lie that do well over many data sets.

    References
    ----------
    Erickson, N. et al. (2025). TabArena: a living benchmark for machine learning on tabular data. NeurIPS: the ranges.
    """
    return {
        "learning_rate": between(rng, 0.01, 0.05),
        "num_leaves": round(between(rng, 4, most_leaves)),
        "feature_fraction": round(float(rng.uniform(0.4, 1.0)), 2),
        "bagging_fraction": round(float(rng.uniform(0.7, 1.0)), 2),
        "min_data_in_leaf": round(between(rng, 2, 60)),
        "extra_trees": bool(rng.integers(2)),
        "lambda_l1": between(rng, 1e-4, 1.0),
        "lambda_l2": between(rng, 1e-4, 2.0),
        "cat_smooth": between(rng, 1.0, 100.0),
        "max_cat_to_onehot": round(one_of(rng, (4, 16, 64))),
    }


def hurry(cost_s: float, facts: Facts) -> float:
    """How many times the budget all fits would take if they took so long; above 1 the time is short."""
    return cost_s * FITS_IN_BUDGET / max(facts.budget_s, 0.1)


def in_time(params: Params, cost_s: float, facts: Facts) -> Params:
    """The same with larger steps, if the budget asks for it: a fit that is cut short ends far from its best."""
    rate = number(params, "learning_rate")
    quicker = min(rate * min(max(hurry(cost_s, facts), 1.0), MOST_HURRY), max(rate, LARGEST_RATE))
    return params | {"learning_rate": round(quicker, 4)}


def own_words(params: Params, context: FitContext) -> dict[str, Any]:
    """The parameters as LightGBM takes them."""
    facts = context.facts
    kinds: dict[str, dict[str, Any]] = {
        "binary": {"objective": "binary", "metric": "binary_logloss"},
        "multiclass": {"objective": "multiclass", "metric": "multi_logloss", "num_class": facts.n_classes},
        "regression": _of_numbers(params, facts),
    }
    fixed = {"bagging_freq": 1, "deterministic": True, "force_col_wise": True, "feature_pre_filter": False}
    here = {"seed": context.seed % 2**31, "num_threads": context.n_threads, "verbosity": -1}
    if has_rare_class(facts):
        params = params | {"lambda_l2": max(number(params, "lambda_l2", 0.0), HELD_BACK)}
    return {**params, **kinds[facts.task], **fixed, **here, **_directions(facts), **_apart(facts)}


def has_rare_class(facts: Facts) -> bool:
    """Whether one of several classes is so rare that leaves of it alone must be held back.

    Such a leaf wants a step of one over the share of the class, which no small rate makes small: with 86 classes fits
    went astray in their first rounds.
    """
    return facts.n_classes > 2 and facts.smallest_class < RARE * facts.n_rows


def _of_numbers(params: Params, facts: Facts) -> dict[str, Any]:
    """What is to be made small, without what would depend on the unit of the target: `lambda_l1` is an amount of it."""
    if OBJECTIVE in params:
        return {"metric": "l2", "tweedie_variance_power": TWEEDIE_POWER, "lambda_l1": 0.0}
    norm: dict[str, Any] = {"objective": "l2", "metric": "l2"}
    # LightGBM knows no directions for absolute errors.
    if not facts.aim.is_mean and not any(facts.directions):
        norm = {"objective": "l1", "metric": "l1"} if facts.aim.is_middle else _lopsided(params, facts.aim)
    return norm | {"lambda_l1": 0.0}


def _lopsided(params: Params, aim: Aim) -> dict[str, Any]:
    """A leaf holds a quantile of its rows: of few it is mostly chance, and too far in."""
    least = max(whole(params, "min_data_in_leaf"), aim.rows_needed(ROWS_BEYOND))
    return {"objective": "quantile", "metric": "quantile", "alpha": aim.quantile, "min_data_in_leaf": least}


def suited(params: Params, target: NDArray[np.float64]) -> Params:
    """The same, by squared errors where these rows cannot be learned as amounts: there may be others than at first."""
    lowest = float(target.min())
    suits = {"tweedie": lowest >= 0 and target.any(), "gamma": lowest > 0}.get(str(params.get(OBJECTIVE)), True)
    return params if suits else {word: value for word, value in params.items() if word != OBJECTIVE}


def _directions(facts: Facts) -> dict[str, Any]:
    if not any(facts.directions):
        return {}
    every = [*facts.directions, *[0] * len(facts.names.codes)]
    return {"monotone_constraints": every, "monotone_constraints_method": "intermediate"}


def _apart(facts: Facts) -> dict[str, Any]:
    """Sets of columns that may stand in one branch: all but those that one of each wish shuts out."""
    if not facts.apart:
        return {}
    every = frozenset(range(len(facts.names.all)))
    sets = [
        every.difference(
            *(other for wish, kept in zip(facts.apart, choice, strict=True) for other in wish if other != kept)
        )
        for choice in product(*facts.apart)
    ]
    return {"interaction_constraints": [sorted(each) for each in dict.fromkeys(sets) if each]}


def dataset(
    rows: Rows, fills: NDArray[np.float64], context: FitContext, params: dict[str, Any], reference: Any = None
) -> Any:
    """The rows as LightGBM takes them; codes as categories."""
    names = context.facts.names
    first_code = len(names.numbers)
    return lightgbm.Dataset(
        fill(rows.blocks.matrix(), fills),
        rows.target,
        reference=reference,
        weight=_weights(rows.target, params, context.facts),
        categorical_feature=list(range(first_code, first_code + len(names.codes))),
        params=params,
    )


def _weights(target: NDArray[np.float64], params: dict[str, Any], facts: Facts) -> NDArray[np.float64] | None:
    """What each row counts; None where all count the same."""
    if params.get(OBJECTIVE) == "tweedie":
        return _tweedie_weights(target)
    by_distance = params.get(OBJECTIVE) in ("l1", "quantile")
    return facts.aim.weights(target) if by_distance else None


def _tweedie_weights(target: NDArray[np.float64]) -> NDArray[np.float64]:
    """Equal weights, so that what a leaf holds against `lambda_l2` does not depend on the unit of the target."""
    scale = max(float(target.mean()), float(np.finfo(np.float32).tiny))
    return np.full(len(target), scale ** (TWEEDIE_POWER - 2.0))
