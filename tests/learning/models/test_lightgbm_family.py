"""Boosting with LightGBM ends where nothing is gained any more, and not before."""

from __future__ import annotations

import numpy as np
import pytest

from mlwright.learning.models import MODELS, Facts, FitContext, Rows
from mlwright.records.model import Candidate
from mlwright.scoring.blocks import BlockNames, Blocks

ONE_COLUMN_A_TREE = {"learning_rate": 0.1, "num_leaves": 6, "feature_fraction": 0.3, "min_data_in_leaf": 15}


def two_flags(n: int, seed: int) -> Rows:
    """Of four columns one decides; the others have a handful of rows apart, too few for a leaf."""
    rng = np.random.default_rng(seed)
    numbers = np.zeros((n, 4), dtype=np.float32)
    numbers[:, 0] = rng.uniform(-1, 1, n)
    numbers[:5, 1:] = 1.0
    return Rows(Blocks(numbers, np.empty((n, 0), dtype=np.int32)), 3.0 * numbers[:, 0] + 0.1 * rng.normal(size=n))


NAMES = BlockNames(("a", "b", "c", "d"), ("a", "b", "c", "d"), (), (), ())
CONTEXT = FitContext(Facts("regression", 0, 400, 400, NAMES, 60.0), seed=3, n_threads=1, time_up=lambda: False)


@pytest.mark.parametrize("again", [False, True])
def test_a_round_that_sees_only_columns_without_a_cut_is_not_the_last(again):
    candidate = Candidate(name="lightgbm", family="lightgbm", params=ONE_COLUMN_A_TREE)
    family, train, test = MODELS.get("lightgbm")(), two_flags(400, 0), two_flags(400, 1)
    fitted = family.fit(candidate, train, two_flags(200, 2), CONTEXT)
    if again:
        fitted = family.refit(candidate, train, [fitted.chosen], CONTEXT)
    errors = fitted.core.predict(test.blocks)[:, 0] - test.target
    assert np.mean(errors**2) < 0.05 * test.target.var()


def test_where_no_column_has_a_cut_the_fit_ends_with_the_mean():
    rng = np.random.default_rng(0)
    rows = Rows(Blocks(np.zeros((400, 4), np.float32), np.empty((400, 0), np.int32)), 5.0 + rng.normal(size=400))
    candidate = Candidate(name="lightgbm", family="lightgbm", params=ONE_COLUMN_A_TREE)
    heard = []
    context = FitContext(CONTEXT.facts, seed=3, n_threads=1, time_up=lambda: False, heard=heard.append)
    said = MODELS.get("lightgbm")().fit(candidate, rows, rows, context).core.predict(rows.blocks)
    assert said == pytest.approx(np.full((400, 1), rows.target.mean()), abs=1e-3)
    assert len(heard) < 25


@pytest.mark.parametrize("family", ["lightgbm", "catboost"])
def test_many_rows_alone_are_no_reason_for_large_steps(family):
    def rate(n_rows: int, budget_s: float) -> float:
        facts = Facts("regression", 0, n_rows, n_rows, NAMES, budget_s)
        return float(MODELS.get(family)().candidates(facts)[0].params["learning_rate"])

    assert rate(150_000, budget_s=5_000.0) == rate(50_000, budget_s=5_000.0)
    assert rate(150_000, budget_s=45.0) > 1.5 * rate(150_000, budget_s=5_000.0)


@pytest.mark.parametrize(
    ("n_rows", "names"),
    [
        (9_999, ["lightgbm", "lightgbm-random", "lightgbm-shallow"]),
        (10_000, ["lightgbm", "lightgbm-shallow", "lightgbm-slow"]),
        (20_000, ["lightgbm", "lightgbm-slow", "lightgbm-shallow"]),
    ],
)
def test_small_steps_are_for_many_rows_and_random_cuts_for_few(n_rows, names):
    facts = Facts("regression", 0, n_rows, n_rows, NAMES, 60.0)
    assert [candidate.name for candidate in MODELS.get("lightgbm")().candidates(facts)] == names
