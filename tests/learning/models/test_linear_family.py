"""The linear family finds what is linear, and fits what scikit-learn fits."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from scipy.sparse import csr_matrix
from sklearn.linear_model import LogisticRegression, Ridge

from mlwright.learning.design import Columns
from mlwright.learning.models import Facts, FitContext, Rows
from mlwright.learning.models._descent import (
    Weights,
    descend,
    several_class_loss,
    squared_loss,
    two_class_loss,
)
from mlwright.learning.models.linear import STRENGTHS, Linear
from mlwright.scoring.blocks import BlockNames, Blocks


def never() -> bool:
    return False


def start(n_sums: int) -> Weights:
    return Weights(np.zeros((4, n_sums)), np.zeros(n_sums))


def columns_and_signal(n_rows=400):
    rng = np.random.default_rng(0)
    X = rng.normal(size=(n_rows, 4))
    return X, X @ np.array([1.0, -2.0, 0.5, 0.0]) + rng.normal(size=n_rows)


def test_the_descent_ends_where_ridge_regression_does():
    X, y = columns_and_signal()
    found = descend(Columns(X), squared_loss(y), 10.0 / len(X), start(1), never)
    expected = Ridge(alpha=10.0).fit(X, y)
    assert found.slope[:, 0] == pytest.approx(expected.coef_, abs=1e-3)
    assert found.intercept[0] == pytest.approx(expected.intercept_, abs=1e-3)


def test_the_descent_ends_where_logistic_regression_does():
    X, signal = columns_and_signal()
    target = (signal > 0).astype(float)
    found = descend(Columns(X[:, :2], csr_matrix(X[:, 2:])), two_class_loss(target), 1.0 / len(X), start(1), never)
    assert found.slope[:, 0] == pytest.approx(LogisticRegression(C=1.0).fit(X, target).coef_[0], abs=5e-3)


def test_the_descent_ends_where_regression_of_several_classes_does():
    X, signal = columns_and_signal()
    target = np.digitize(signal, [-1.0, 1.0]).astype(float)
    found = descend(Columns(X), several_class_loss(target, 3), 1.0 / len(X), start(3), never)
    expected = LogisticRegression(C=1.0).fit(X, target).coef_.T
    assert found.slope == pytest.approx(expected, abs=5e-3)


def fit(target_of, n_ramps: int):
    """Fit on one number and return the error on other rows, as a share of the target's variance."""
    rng = np.random.default_rng(1)
    number = rng.uniform(-3, 3, size=(900, 1)).astype(np.float32)
    target = target_of(number[:, 0].astype(float))
    blocks = Blocks(number, np.zeros((900, 0), dtype=np.int32))
    train, valid, trial = (Rows(blocks.take(part), target[part]) for part in np.split(np.arange(900), 3))
    facts = Facts("regression", 0, 300, 300, BlockNames(("x",), ("x",), (), (), ()), 60.0)
    candidate = next(c for c in Linear().candidates(facts) if bool(c.params["n_ramps"]) == bool(n_ramps))
    core = Linear().fit(candidate, train, valid, FitContext(facts, 0, 1, never)).core
    return np.mean((core.predict(trial.blocks)[:, 0] - trial.target) ** 2) / trial.target.var()


def test_a_line_is_found_exactly():
    assert fit(lambda x: 3.0 * x + 5.0, n_ramps=0) < 1e-4


def test_ramps_follow_a_curve_that_a_line_cannot():
    assert fit(np.square, n_ramps=0) > 0.9
    assert fit(np.square, n_ramps=8) < 0.05


def test_of_groups_one_core_for_all_rows_is_the_mean_of_those_with_the_pulls_that_the_folds_chose():
    X, target = columns_and_signal()
    blocks = Blocks(X.astype(np.float32), np.zeros((len(X), 0), dtype=np.int32))
    names = tuple("abcd")
    facts = Facts("regression", 0, len(X), len(X), BlockNames(names, names, (), (), ()), 60.0)
    candidate = Linear().candidates(facts)[0]

    def said(*strengths, has_groups=True):
        chosen = [{"strength": strength} for strength in strengths]
        context = FitContext(replace(facts, has_groups=has_groups), 0, 1, never)
        return Linear().refit(candidate, Rows(blocks, target), chosen, context).core.predict(blocks)

    mean = (2 * said(100.0) + said(1.0)) / 3
    assert said(100.0, 1.0, 100.0) == pytest.approx(mean, abs=1e-6)
    assert np.abs(said(100.0) - said(1.0)).max() > 0.05
    # Of rows one by one it has the pull between theirs.
    assert said(100.0, 1.0, has_groups=False) == pytest.approx(said(10.0), abs=1e-6)


def test_of_groups_a_fold_hears_what_weaker_pulls_than_its_own_would_cost_and_chooses_the_same():
    rng = np.random.default_rng(0)
    X = rng.normal(size=(60, 20))
    target = X[:, 0] + 2 * rng.normal(size=60)
    blocks = Blocks(X.astype(np.float32), np.zeros((60, 0), dtype=np.int32))
    learn, held = (Rows(blocks.take(part), target[part]) for part in (np.arange(40), np.arange(40, 60)))
    names = tuple(f"x{place}" for place in range(20))
    facts = Facts("regression", 0, 40, 40, BlockNames(names, names, (), (), ()), 60.0)
    paths, chosen = [], []
    for has_groups in (False, True):
        heard: list[float] = []
        context = FitContext(replace(facts, has_groups=has_groups), 0, 1, never, heard.append)
        chosen.append(Linear().fit(Linear().candidates(facts)[0], learn, held, context).chosen)
        paths.append(heard)
    assert chosen[0] == chosen[1]
    assert len(paths[0]) < len(paths[1]) == len(STRENGTHS)
    assert paths[1][: len(paths[0])] == paths[0]
    assert paths[1][-1] > paths[0][-1]
    assert STRENGTHS[int(np.argmin(paths[1]))] == chosen[1]["strength"]
