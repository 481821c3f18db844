"""CatBoost's trees that are looked up say what CatBoost says."""

from __future__ import annotations

from typing import Any

import catboost
import numpy as np
import pytest

from mlwright.scoring.blocks import Blocks
from mlwright.scoring.catboost_rows import features
from mlwright.scoring.catboost_trees import read_catboost
from mlwright.scoring.cores.catboost import CatBoostCore
from mlwright.scoring.together import Together

N_LEVELS = (3, 20, 40)
KEPT = np.full(3, np.nan)
KINDS: dict[int, dict[str, Any]] = {
    0: {"loss_function": "RMSE"},
    2: {"loss_function": "Logloss"},
    4: {"loss_function": "MultiClass", "classes_count": 4},
}


def rows(n_rows: int, seed: int) -> Blocks:
    """Numbers with gaps; names, some of them missing and some that training has never seen."""
    rng = np.random.default_rng(seed)
    numbers = rng.normal(size=(n_rows, 3)).round(1).astype(np.float32)
    numbers[rng.random(numbers.shape) < 0.1] = np.nan
    codes = [rng.integers(-1, size + (seed > 0), size=n_rows) for size in N_LEVELS]
    return Blocks(numbers, np.array(codes, dtype=np.int32).T)


def core(n_classes: int, depth: int = 6, fills: np.ndarray = KEPT) -> CatBoostCore:
    blocks, rng = rows(800, 0), np.random.default_rng(1)
    target = np.nan_to_num(blocks.numbers[:, 0]) + (blocks.codes[:, 1] % 3) * (blocks.codes[:, 0] == 1)
    target = target + (blocks.codes[:, 1] % 2 == blocks.codes[:, 2] % 2) + rng.normal(size=800) / 4
    if n_classes:
        target = np.digitize(target, np.linspace(0, 3, n_classes - 1))
    words = {
        "iterations": 80,
        "depth": depth,
        "one_hot_max_size": 4,
        "model_size_reg": 0.0,
        "max_ctr_complexity": 3,
        "logging_level": "Silent",
        "thread_count": 1,
    }
    model = catboost.CatBoost(KINDS[n_classes] | words | {"allow_writing_files": False, "random_seed": 3})
    model.fit(catboost.Pool(features(blocks, fills), target))
    return CatBoostCore.of(model, fills, link={0: 0, 2: 1, 4: 2}[n_classes])


@pytest.mark.parametrize("n_classes", [0, 2, 4])
@pytest.mark.parametrize("fills", [KEPT, np.array([np.nan, 0.3, -1.0])])
def test_rows_are_answered_as_catboost_answers(n_classes: int, fills: np.ndarray) -> None:
    one = core(n_classes, fills=fills)
    quick, blocks = Together([(1.0, one)], N_LEVELS), rows(300, 5)
    assert quick._boosted
    found = quick.scores_of_many(blocks)
    np.testing.assert_allclose(found, one.predict(blocks), rtol=1e-12, atol=1e-12)
    assert found.tolist() == [quick.scores(blocks.take(np.array([row])).first) for row in range(len(blocks))]


@pytest.mark.parametrize("kept", ["numbers", "names", "one name of no use"])
def test_tables_of_numbers_alone_and_of_names_alone_are_looked_up(kept: str) -> None:
    def part(blocks: Blocks) -> Blocks:
        if kept == "names":
            return Blocks(blocks.numbers[:, :0], blocks.codes)
        return Blocks(blocks.numbers, blocks.codes[:, :0] if kept == "numbers" else np.zeros_like(blocks.codes[:, :1]))

    n_levels = {"numbers": (), "names": N_LEVELS, "one name of no use": (1,)}[kept]
    fills = KEPT[:0] if kept == "names" else KEPT
    learned = rows(800, 0)
    target = learned.codes[:, 1] % 3 if kept == "names" else np.nan_to_num(learned.numbers) @ [1.0, -2.0, 0.5]
    model = catboost.CatBoost(KINDS[0] | {"iterations": 40, "logging_level": "Silent", "allow_writing_files": False})
    model.fit(catboost.Pool(features(part(learned), fills), target))
    one, blocks = CatBoostCore.of(model, fills, link=0), part(rows(100, 5))
    quick = Together([(1.0, one)], n_levels)
    assert quick._boosted
    np.testing.assert_allclose(quick.scores_of_many(blocks), one.predict(blocks), rtol=1e-12, atol=1e-12)
    assert quick.scores(blocks.first) == quick.scores_of_many(blocks)[0].tolist()


def test_combinations_of_names_with_numbers_and_with_names_are_among_them() -> None:
    one = core(2)
    trees = read_catboost(one.model, KEPT, N_LEVELS).trees
    asked = [question.feature for tree in trees for question in tree.questions]
    sizes = {len(feature.parts) for feature in asked if not isinstance(feature, int)}
    assert {1, 2} <= sizes


def test_a_number_on_a_border_goes_where_catboost_sends_it() -> None:
    one = core(0)
    borders = {
        q.border for tree in read_catboost(one.model, KEPT, N_LEVELS).trees for q in tree.questions if q.feature == 0
    }
    on_it = np.array(sorted(borders), dtype=np.float32)
    on_it = np.concatenate([on_it, np.nextafter(on_it, np.float32(-9)), np.nextafter(on_it, np.float32(9))])
    blocks = Blocks(np.column_stack([on_it, on_it, on_it]), np.zeros((len(on_it), 3), dtype=np.int32))
    np.testing.assert_allclose(Together([(1.0, one)], N_LEVELS).scores_of_many(blocks), one.predict(blocks), atol=1e-12)


def test_deep_trees_are_left_to_catboost() -> None:
    one, blocks = core(2, depth=9), rows(1, 5)
    assert one.looked_up(N_LEVELS) is None
    assert Together([(1.0, one)], N_LEVELS).scores(blocks.first) == one.predict(blocks)[0].tolist()
