"""Made columns find ratios and crossings that plain trees follow in many small steps."""

from __future__ import annotations

import numpy as np
import pytest

from mlwright.learning.models import MODELS, Facts, FitContext, Rows
from mlwright.scoring.blocks import BlockNames, Blocks

NAMES = BlockNames(("a", "b", "c"), ("a", "b", "c"), ("city", "plan"), ("city", "plan"), (12, 12))


def rows(n_rows: int, seed: int, truth: str) -> Rows:
    """Numbers and codes at random, and a target that one ratio, one difference or one crossing decides."""
    rng = np.random.default_rng(seed)
    numbers = rng.uniform(1, 10, size=(n_rows, 3)).astype(np.float32)
    codes = rng.integers(0, 12, size=(n_rows, 2)).astype(np.int32)
    crossing = np.random.default_rng(0).normal(size=(12, 12))
    target = {
        "ratio": numbers[:, 0] / numbers[:, 1],
        "difference": np.abs(numbers[:, 0] - numbers[:, 1]),
        "crossing": crossing[codes[:, 0], codes[:, 1]],
    }[truth]
    return Rows(Blocks(numbers, codes), target.astype(np.float64) + 0.01 * rng.normal(size=n_rows))


def missed(family: str, truth: str) -> float:
    facts = Facts("regression", 0, 1500, 1500, NAMES, budget_s=60.0)
    context, model, trial = FitContext(facts, 1, 1, lambda: False), MODELS.get(family)(), rows(1000, 9, truth)
    core = model.fit(model.candidates(facts)[0], rows(1500, 1, truth), rows(400, 2, truth), context).core
    return float(np.sqrt(((core.predict(trial.blocks)[:, 0] - trial.target) ** 2).mean()))


@pytest.mark.parametrize("truth", ["ratio", "difference", "crossing"])
def test_what_two_columns_decide_together_is_found(truth):
    assert missed("crafted", truth) < 0.9 * missed("lightgbm", truth)


def test_with_many_rows_or_one_number_there_is_nothing_to_try():
    many = Facts("regression", 0, 500_000, 500_000, NAMES, budget_s=60.0)
    lone = Facts("regression", 0, 500, 500, BlockNames(("a",), ("a",), (), (), ()), budget_s=60.0)
    assert MODELS.get("crafted")().candidates(many) == MODELS.get("crafted")().candidates(lone) == []
