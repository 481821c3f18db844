"""With many classes, some of them rare, every family stays on the way and within its size."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from mlwright.learning.loss import log_loss_rows
from mlwright.learning.models import MODELS, Facts, FitContext, Rows
from mlwright.scoring.blocks import BlockNames, Blocks

N_CLASSES = 40
NAMES = BlockNames(("a", "b", "c"), ("a", "b", "c"), (), (), ())
FACTS = Facts("multiclass", N_CLASSES, 1_200, 2, NAMES, budget_s=60.0)


def clouds(n: int, seed: int) -> Rows:
    """Points around the middles of forty classes, the last of which are rare."""
    rng, shares = np.random.default_rng(seed), np.geomspace(1.0, 0.02, N_CLASSES)
    middles = np.random.default_rng(0).normal(scale=2.0, size=(N_CLASSES, 3))
    classes = rng.choice(N_CLASSES, size=n, p=shares / shares.sum())
    numbers = (middles[classes] + rng.normal(scale=0.6, size=(n, 3))).astype(np.float32)
    return Rows(Blocks(numbers, np.empty((n, 0), dtype=np.int32)), classes.astype(np.float64))


@pytest.mark.parametrize(("family", "leaves"), [("lightgbm", {"min_data_in_leaf": 3}), ("catboost", {})])
def test_large_steps_do_not_lead_astray_where_classes_are_rare(family, leaves):
    train, valid, test = clouds(1_200, 1), clouds(400, 2), clouds(1_000, 3)
    one = MODELS.get(family)().candidates(FACTS)[0]
    hurried = one.model_copy(update={"params": one.params | leaves | {"learning_rate": 0.3}})
    context = FitContext(FACTS, seed=0, n_threads=1, time_up=lambda: False)
    loss = log_loss_rows(
        test.target, MODELS.get(family)().fit(hurried, train, valid, context).core.predict(test.blocks)
    )
    known = np.bincount(train.target.astype(int), minlength=N_CLASSES) + 1.0
    dummy = log_loss_rows(test.target, np.tile(known / known.sum(), (len(test), 1)))
    assert loss.mean() < 0.6 * dummy.mean()


@pytest.mark.parametrize(
    ("n_classes", "n_rows", "n_trees", "rows_in_leaf"),
    [(2, 4_000, 100, 1), (10, 4_000, 40, 1), (N_CLASSES, 4_000, 25, 2), (2, 30_000, 25, 2), (2, 90_000, 25, 6)],
)
def test_there_are_fewer_extra_trees_before_their_leaves_become_large(n_classes, n_rows, n_trees, rows_in_leaf):
    task = "binary" if n_classes == 2 else "multiclass"
    facts = replace(FACTS, task=task, n_classes=n_classes, n_rows=n_rows)
    sharp, calm = MODELS.get("extra_trees")().candidates(facts)
    assert sharp.params["n_trees"] == pytest.approx(n_trees, abs=1)
    assert sharp.params["min_samples_leaf"] == rows_in_leaf
    assert calm.params["min_samples_leaf"] == max(rows_in_leaf, 5)


def test_fewer_extra_trees_with_small_leaves_tell_more_than_a_hundred_of_the_same_weight():
    """Twenty thousand rows whose nearest neighbours know the answer, but no cut does."""

    def rings(n: int, seed: int) -> Rows:
        numbers = np.random.default_rng(seed).uniform(-1, 1, size=(n, 2)).astype(np.float32)
        return Rows(Blocks(numbers, np.empty((n, 0), dtype=np.int32)), 1.0 * (np.sin(25 * np.hypot(*numbers.T)) > 0))

    names = BlockNames(("a", "b"), ("a", "b"), (), (), ())
    facts, test = Facts("binary", 2, 20_000, 10_000, names, budget_s=60.0), rings(2_000, 1)
    context = FitContext(facts, seed=0, n_threads=1, time_up=lambda: False)
    family = MODELS.get("extra_trees")()
    chosen = family.candidates(facts)[0]
    many = chosen.model_copy(update={"params": chosen.params | {"n_trees": 100, "min_samples_leaf": 5}})
    few, all_of_them = (
        log_loss_rows(test.target, family.fit(one, rings(20_000, 0), test, context).core.predict(test.blocks)).mean()
        for one in (chosen, many)
    )
    assert few < 0.8 * all_of_them


@pytest.mark.parametrize(("n_classes", "families"), [(60, {"lightgbm", "crafted", "mlp"}), (300, {"mlp"})])
def test_boosting_is_left_to_so_many_classes_as_a_row_is_answered_for_in_time(n_classes, families):
    facts = replace(FACTS, n_classes=n_classes, n_rows=6_000)
    offered = {name for name in ("lightgbm", "crafted", "catboost", "mlp") if MODELS.get(name)().candidates(facts)}
    varied = {
        name
        for name in ("lightgbm", "crafted", "mlp")
        if MODELS.get(name)().vary(facts, np.random.default_rng(0)) is not None
    }
    assert offered == families
    assert varied == families
