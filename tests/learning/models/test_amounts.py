"""Amounts and counts are learned as such, and in whatever unit they come."""

from __future__ import annotations

import numpy as np
import pytest

from mlwright.learning.aim import Aim
from mlwright.learning.models import MODELS, Facts, FitContext, Rows
from mlwright.scoring.blocks import BlockNames, Blocks

NAMES = BlockNames(("a", "b", "c"), ("a", "b", "c"), ("city",), ("city",), (6,))
FACTS = Facts("regression", 0, 900, 900, NAMES, budget_s=60.0, amount_objectives=("tweedie", "gamma"))


def amounts(n_rows: int, seed: int, unit: float = 1.0, *, is_exact: bool = False) -> Rows:
    """Amounts to which every column contributes a factor, with an error that grows with the amount or with none."""
    rng = np.random.default_rng(seed)
    numbers = rng.normal(size=(n_rows, 3)).astype(np.float32)
    codes = rng.integers(0, 6, size=(n_rows, 1)).astype(np.int32)
    expected = np.exp(1.0 + numbers @ [0.6, -0.5, 0.4] + 0.3 * codes[:, 0])
    return Rows(Blocks(numbers, codes), unit * expected * (1.0 if is_exact else rng.gamma(4.0, 0.25, n_rows)))


def answers(family: str, name: str, unit: float = 1.0):
    """What a candidate answers for other rows, and what is to be expected of them."""
    model, trial = MODELS.get(family)(), amounts(1_500, 9, unit, is_exact=True)
    candidate = {one.name: one for one in model.candidates(FACTS)}[name]
    context = FitContext(FACTS, 1, 1, lambda: False)
    core = model.fit(candidate, amounts(900, 1, unit), amounts(400, 2, unit), context).core
    return core.predict(trial.blocks)[:, 0], trial.target


def missed_share(name: str) -> float:
    said, expected = answers("crafted", name)
    return float(np.mean(np.abs(said - expected) / expected))


@pytest.mark.parametrize(
    ("family", "name"),
    [
        ("lightgbm", "lightgbm-random"),
        ("crafted", "crafted"),
        ("crafted", "crafted-tweedie"),
        ("crafted", "crafted-gamma"),
    ],
)
def test_the_unit_of_the_target_does_not_matter(family, name):
    small, plain = answers(family, name, 1e-4)[0], answers(family, name)[0]
    assert small * 1e4 == pytest.approx(plain, rel=0.05)


@pytest.mark.parametrize("objective", ["tweedie", "gamma"])
def test_small_amounts_are_missed_by_less_where_they_are_learned_as_amounts(objective):
    assert missed_share(f"crafted-{objective}") < 0.9 * missed_share("crafted")
    assert answers("crafted", f"crafted-{objective}")[0].min() > 0.0


@pytest.mark.parametrize("name", ["crafted-tweedie", "crafted-gamma"])
def test_rows_below_zero_that_come_later_are_learned_by_squared_errors(name):
    model, rows = MODELS.get("crafted")(), amounts(300, 1)
    candidate = {one.name: one for one in model.candidates(FACTS)}[name]
    refunds = Rows(rows.blocks, rows.target - rows.target.mean())
    again = model.refit(
        candidate, refunds, [{"n_rounds": 60.0, "n_rows": 300.0}], FitContext(FACTS, 1, 1, lambda: False)
    )
    assert again.core.predict(rows.blocks).min() < 0.0


def test_only_amounts_are_tried_as_amounts():
    free = Facts("regression", 0, 900, 900, NAMES, budget_s=60.0)
    assert [one.name for one in MODELS.get("crafted")().candidates(free)] == ["crafted"]


def test_where_errors_count_by_size_squared_ones_are_tried_beside_them():
    facts = Facts("regression", 0, 900, 900, NAMES, budget_s=60.0, aim=Aim(0.5))
    plain, squares = MODELS.get("crafted")().candidates(facts)
    context = FitContext(facts, 1, 1, lambda: False)
    cores = [
        MODELS.get("crafted")().fit(one, amounts(300, 1), amounts(200, 2), context).core for one in (plain, squares)
    ]
    assert squares.name == "crafted-squares"
    assert ["regression_l1" in core.trees.text for core in cores] == [True, False]
