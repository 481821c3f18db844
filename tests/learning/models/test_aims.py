"""What the metric asks for is what every family that looks for it answers."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from mlwright.learning.aim import Aim
from mlwright.learning.models import MODELS, Facts, FitContext, Rows
from mlwright.scoring.blocks import BlockNames, Blocks

NAMES = BlockNames(("level", "spread", "noise"), ("level", "spread", "noise"), (), (), ())
FACTS = Facts("regression", 0, 1_000, 1_000, NAMES, 60.0)
FAMILIES = ("dummy", "linear", "lightgbm", "catboost", "crafted", "extra_trees", "mlp")


def fanned_out(n: int, seed: int) -> Rows:
    """Numbers whose spread depends on the second column, far above zero."""
    rng = np.random.default_rng(seed)
    numbers = rng.uniform(-1, 1, size=(n, 3)).astype(np.float32)
    target = 50.0 + 3.0 * numbers[:, 0] + (3.0 + 2.0 * numbers[:, 1]) * rng.normal(size=n)
    return Rows(Blocks(numbers, np.empty((n, 0), dtype=np.int32)), target)


def answers(family: str, facts: Facts, test: Rows) -> np.ndarray:
    context = FitContext(facts, seed=0, n_threads=1, time_up=lambda: False)
    candidate = MODELS.get(family)().candidates(facts)[0]
    core = MODELS.get(family)().fit(candidate, fanned_out(1_000, 0), fanned_out(500, 1), context).core
    return core.predict(test.blocks)[:, 0]


@pytest.mark.parametrize(
    ("family", "quantile"), [*((name, 0.9) for name in FAMILIES), ("lightgbm", 0.1), ("linear", 0.1)]
)
def test_so_many_truths_are_below_the_answer_and_it_leans_further_where_more_is_unsure(family, quantile):
    test = fanned_out(4_000, 2)
    said = answers(family, replace(FACTS, aim=Aim(quantile)), test)
    assert (test.target <= said).mean() == pytest.approx(quantile, abs=0.07)
    lean, wide = np.abs(said - 50.0 - 3.0 * test.blocks.numbers[:, 0]), test.blocks.numbers[:, 1] > 0
    assert family == "dummy" or lean[wide].mean() > lean[~wide].mean() + 0.7


def test_shares_count_the_small_ones_more():
    target = np.array([1.0, 1.0, 10.0, 10.0, 10.0])
    assert Aim(0.5, relative=True).constant(target) == 1.0
    assert Aim(0.5).constant(target) == 10.0
    assert Aim(0.5, logarithms=True).constant(np.array([0.0, 3.0])) == pytest.approx(1.0)


def test_by_shares_boosted_trees_miss_by_smaller_shares():
    rng = np.random.default_rng(3)

    def amounts(n: int) -> Rows:
        numbers = rng.normal(size=(n, 3)).astype(np.float32)
        target = np.where(rng.random(n) < 0.45, 1.0, 30.0) * np.exp(0.2 * numbers[:, 0])
        return Rows(Blocks(numbers, np.empty((n, 0), dtype=np.int32)), target)

    train, valid, test = amounts(800), amounts(400), amounts(2_000)
    for family in ("lightgbm", "catboost"):
        shares = []
        for aim in (Aim(0.5, relative=True), Aim(0.5)):
            facts = replace(FACTS, n_rows=800, aim=aim)
            context = FitContext(facts, seed=0, n_threads=1, time_up=lambda: False)
            one = MODELS.get(family)().candidates(facts)[0]
            core = MODELS.get(family)().fit(one, train, valid, context).core
            shares.append(np.mean(np.abs(core.predict(test.blocks)[:, 0] - test.target) / test.target))
        assert shares[0] < 0.5 * shares[1]
