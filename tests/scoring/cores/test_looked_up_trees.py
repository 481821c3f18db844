"""Boosted trees that are looked up say what the trees say that are walked."""

from __future__ import annotations

import tracemalloc

import lightgbm
import numpy as np
import pytest

from mlwright.core.family import NotApplicable
from mlwright.records.model import Calibrator, CoreRef, EncodingPlan, Member, ModelSpec, NumberColumn
from mlwright.scoring import leaves
from mlwright.scoring.blocks import Blocks
from mlwright.scoring.boosted import FEWEST_ROWS, PART_ROWS
from mlwright.scoring.cores.lightgbm import LightGBMCore
from mlwright.scoring.encoder import Encoder
from mlwright.scoring.leaves import Leaves
from mlwright.scoring.lightgbm_text import of_lightgbm
from mlwright.scoring.model import Model
from mlwright.scoring.together import Together

KINDS = {0: "regression", 2: "binary", 4: "multiclass"}
KEPT = np.full(3, np.nan)
N_LEVELS = (70, 70)
PLAN = EncodingPlan(columns=(NumberColumn(name="x", low=0, high=1),))


def rows(n_rows: int = 600, seed: int = 0) -> Blocks:
    """Numbers with gaps; names, some of them missing and some that were never seen in training."""
    rng = np.random.default_rng(seed)
    numbers = rng.normal(size=(n_rows, 3)).round(1).astype(np.float32)
    numbers[rng.random(numbers.shape) < 0.1] = np.nan
    return Blocks(numbers, rng.integers(-1, 70 if seed else 50, size=(n_rows, 2)).astype(np.int32))


def core(n_classes: int, n_leaves: int, fills: np.ndarray = KEPT, seed: int = 0, n_rounds: int = 12) -> LightGBMCore:
    blocks, rng = rows(), np.random.default_rng(seed)
    matrix = blocks.matrix()
    target = np.nan_to_num(matrix[:, 0]) + 0.02 * np.nan_to_num(matrix[:, 3]) + rng.normal(size=len(blocks))
    if n_classes:
        target = np.digitize(target, np.linspace(-1, 2, n_classes - 1))
    filled = np.where(np.isnan(matrix[:, :3]), np.nan_to_num(fills, nan=np.nan), matrix[:, :3])
    data = lightgbm.Dataset(np.hstack([filled, matrix[:, 3:]]), target, categorical_feature=[3, 4])
    options = {"objective": KINDS[n_classes], "num_leaves": n_leaves, "min_data_in_leaf": 2, "verbose": -1}
    options |= {"num_class": n_classes} if n_classes > 2 else {}
    text = lightgbm.train(options | {"num_threads": 1}, data, num_boost_round=n_rounds).model_to_string()
    return LightGBMCore.of(text, fills)


@pytest.mark.parametrize("n_classes", [0, 2, 4])
@pytest.mark.parametrize("n_leaves", [2, 12, 31, 50, 150])
def test_a_row_alone_is_looked_up(n_classes: int, n_leaves: int) -> None:
    cores = [core(n_classes, n_leaves), core(n_classes, n_leaves + 9, np.array([np.nan, 0.3, -1.0]), seed=1)]
    weighted = list(zip((0.25, 0.75), cores, strict=True))
    blocks = rows(200, seed=1)
    wanted = sum(weight * each.predict(blocks) for weight, each in weighted)
    quick = Together(weighted, N_LEVELS)
    found = np.vstack([quick.scores(blocks.take(np.array([row])).first) for row in range(len(blocks))])
    np.testing.assert_allclose(found, wanted, rtol=0, atol=1e-12)


def test_trees_that_never_split_are_looked_up() -> None:
    one = core(2, 2, n_rounds=1)
    flat = LightGBMCore(lightgbm.train(
        {"objective": "binary", "verbose": -1, "min_data_in_leaf": 10_000},
        lightgbm.Dataset(rows().matrix(), np.arange(600) % 3 == 0), num_boost_round=2,
    ).model_to_string())  # fmt: skip
    row, few = rows(1, seed=3), rows(3, seed=4)
    for weighted in ([(1.0, flat)], [(0.5, flat), (0.5, one)]):
        wanted, of_few = (sum(weight * each.predict(asked) for weight, each in weighted) for asked in (row, few))
        np.testing.assert_allclose([Together(weighted, N_LEVELS).scores(row.first)], wanted, atol=1e-12)
        np.testing.assert_allclose(Together(weighted, N_LEVELS).scores_of_many(few), of_few, atol=1e-12)


def test_columns_of_few_values_are_taken_together_and_rule_out_the_same_leaves() -> None:
    few_values = Blocks(np.random.default_rng(5).integers(0, 4, size=(600, 6)).astype(np.float32), rows().codes)
    target = (few_values.numbers[:, :3].sum(axis=1) > 4).astype(int)
    booster = lightgbm.train({"verbose": -1, "num_leaves": 20}, lightgbm.Dataset(few_values.matrix(), target), 8)
    one = LightGBMCore(booster.model_to_string())
    quick = Together([(1.0, one)], N_LEVELS)
    opened = quick._boosted[0]._openings.rows_of_one(few_values.first.plain())
    assert len(opened) < few_values.matrix().shape[1]
    some = few_values.take(np.arange(40))
    some.numbers[::7, 1] = np.nan
    np.testing.assert_allclose(quick.scores_of_many(some), one.predict(some), atol=1e-12)
    alone = [quick.scores(some.take(np.array([row])).first) for row in range(40)]
    assert quick.scores_of_many(some).tolist() == alone


def test_a_number_on_a_threshold_goes_where_the_tree_sends_it() -> None:
    one = core(0, 31)
    trees, _ = of_lightgbm(one.text)
    on_it = trees.threshold[trees.feature == 0].astype(np.float32)
    on_it = on_it[np.abs(on_it) > 1e-30]  # its own reader of numbers is not exact there
    on_it = np.concatenate([on_it, np.nextafter(on_it, np.float32(-9)), np.nextafter(on_it, np.float32(9))])
    numbers = np.column_stack([on_it, np.zeros_like(on_it), np.full_like(on_it, np.nan)])
    blocks = Blocks(numbers, np.zeros((len(on_it), 2), dtype=np.int32))
    quick = Together([(1.0, one)], N_LEVELS)
    found = np.vstack([quick.scores(blocks.take(np.array([row])).first) for row in range(len(blocks))])
    np.testing.assert_allclose(found, one.predict(blocks), rtol=0, atol=1e-12)


def test_tables_that_would_be_too_large_are_not_made(monkeypatch: pytest.MonkeyPatch) -> None:
    one = core(2, 31)
    monkeypatch.setattr(leaves, "MOST_BYTES", 1_000)
    with pytest.raises(NotApplicable, match="too large"):
        Leaves(of_lightgbm(one.text)[0], KEPT)
    assert one.looked_up(N_LEVELS) is None
    row = rows(1, seed=2)
    np.testing.assert_allclose([Together([(1.0, one)], N_LEVELS).scores(row.first)], one.predict(row), atol=1e-12)


@pytest.mark.parametrize("n_rows", [2, 17, 200, PART_ROWS + 77])
@pytest.mark.parametrize("n_classes", [0, 2, 4])
def test_rows_are_looked_up_as_each_of_them_alone(n_classes: int, n_rows: int) -> None:
    cores = [core(n_classes, 31), core(n_classes, 150, np.array([np.nan, 0.3, -1.0]), seed=1)]
    quick = Together([(0.25, cores[0]), (0.75, cores[1])], N_LEVELS)
    blocks = rows(n_rows, seed=1)
    alone = [quick.scores(blocks.take(np.array([row])).first) for row in range(n_rows)]
    assert quick.scores_of_many(blocks).tolist() == alone


@pytest.mark.parametrize("n_classes", [0, 4])
def test_no_rows_have_no_scores(n_classes: int) -> None:
    one = core(n_classes, 31)
    none = rows(3).take(np.zeros(0, dtype=np.int64))
    assert Together([(1.0, one)], N_LEVELS).scores_of_many(none).shape == one.predict(none).shape


def test_what_is_between_a_table_and_its_scores_does_not_grow_with_it() -> None:
    quick, sizes = Together([(1.0, core(2, 31, n_rounds=60))], N_LEVELS), []
    for times in (8, 64):
        blocks = rows(PART_ROWS, seed=1).take(np.tile(np.arange(PART_ROWS), times))
        quick.scores_of_many(blocks)
        tracemalloc.start()
        quick.scores_of_many(blocks)
        sizes.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert sizes[1] - sizes[0] < 4 * 56 * PART_ROWS * 8


def test_cores_of_all_widths_are_looked_up_at_once() -> None:
    cores = [core(2, 6, n_rounds=90), core(2, 31), core(2, 150, seed=1), core(2, 12, n_rounds=40, seed=2)]
    weighted = list(zip((0.1, 0.2, 0.3, 0.4), cores, strict=True))
    blocks, quick = rows(50, seed=1), Together(weighted, N_LEVELS)
    found = quick.scores_of_many(blocks)
    np.testing.assert_allclose(found, sum(weight * each.predict(blocks) for weight, each in weighted), atol=1e-12)
    assert found.tolist() == [quick.scores(blocks.take(np.array([row])).first) for row in range(len(blocks))]


@pytest.mark.parametrize("n_classes", [0, 2, 4])
@pytest.mark.parametrize("n_rows", [1, FEWEST_ROWS - 1, FEWEST_ROWS, 20])
def test_records_that_wait_together_get_the_scores_of_each_alone(n_classes: int, n_rows: int) -> None:
    several = Calibrator(form="vector", parameters=(1.1, 0.9, 1.0, 1.2, 0.1, 0.0, -0.1, 0.2))
    calibrators = {0: None, 2: Calibrator(form="beta", parameters=(1.1, 0.9, 0.2)), 4: several}
    member = Member(candidate="trees", weight=1.0, cores=(CoreRef(form="lightgbm", blob="0" * 64),) * 2)
    spec = ModelSpec(
        task=KINDS[n_classes],
        classes=tuple("abcd"[:n_classes]),
        plan=PLAN,
        members=(member,),
        calibrator=calibrators[n_classes],
        low=None if n_classes else -0.5,
        high=None if n_classes else 0.5,
    )
    model = Model(spec, Encoder(PLAN), [[core(n_classes, 31), core(n_classes, 12, seed=1)]])
    asked = rows(n_rows, seed=3)
    each = [asked.take(np.array([row])).first for row in range(n_rows)]
    assert model.predict_rows(each) == [model.predict_row(row) for row in each]
