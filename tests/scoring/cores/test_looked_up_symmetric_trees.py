"""CatBoost's trees as arrays of our own say what CatBoost says, looked up or level by level."""

from __future__ import annotations

from typing import Any

import catboost
import numpy as np
import pytest

from mlwright.core.errors import BundleError
from mlwright.core.family import NotApplicable
from mlwright.scoring import catboost_trees, symmetric, symmetric_rows
from mlwright.scoring.arrays import arrays_to_bytes
from mlwright.scoring.blocks import Blocks
from mlwright.scoring.catboost_rows import features
from mlwright.scoring.cores.catboost import CatBoostCore
from mlwright.scoring.cores.symmetric import SymmetricCore
from mlwright.scoring.symmetric_trees import ABOVE, CODE, LEVEL
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


def read_back(one: CatBoostCore, n_levels: tuple[int, ...] = N_LEVELS) -> SymmetricCore:
    return SymmetricCore.from_bytes(one.symmetric(n_levels).to_bytes())


def core(n_classes: int, depth: int = 6, fills: np.ndarray = KEPT, kind: dict[str, Any] | None = None) -> CatBoostCore:
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
    model = catboost.CatBoost((kind or KINDS[n_classes]) | words | {"allow_writing_files": False, "random_seed": 3})
    model.fit(catboost.Pool(features(blocks, fills), target))
    return CatBoostCore.of(model, fills, link={0: 0, 2: 1, 4: 2}[n_classes])


@pytest.mark.parametrize("n_classes", [0, 2, 4])
@pytest.mark.parametrize("fills", [KEPT, np.array([np.nan, 0.3, -1.0])])
@pytest.mark.parametrize("most_places", [65_536, 1])
def test_rows_are_answered_as_catboost_answers(
    n_classes: int, fills: np.ndarray, most_places: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(symmetric_rows, "MOST_PLACES", most_places)
    monkeypatch.setattr(symmetric, "MOST_COLUMNS", 1_000)
    one = core(n_classes, fills=fills)
    ours, blocks = read_back(one), rows(300, 5)
    np.testing.assert_allclose(ours.predict(blocks), one.predict(blocks), rtol=1e-14, atol=1e-14)
    quick = Together([(1.0, ours)], N_LEVELS)
    assert quick.is_looked_up
    found = quick.scores_of_many(blocks)
    np.testing.assert_allclose(found, one.predict(blocks), rtol=1e-12, atol=1e-12)
    assert found.tolist() == [quick.scores(blocks.take(np.array([row])).first) for row in range(len(blocks))]


def test_quantiles_are_answered_as_catboost_answers() -> None:
    one = core(0, kind={"loss_function": "Quantile:alpha=0.8"})
    np.testing.assert_allclose(read_back(one).predict(rows(300, 5)), one.predict(rows(300, 5)), rtol=1e-14)


def test_no_row_and_more_rows_than_are_read_at_once() -> None:
    ours, many = read_back(core(2)), rows(9_000, 5)
    assert ours.predict(many.take(np.arange(0))).shape == (0, 1)
    alone = [ours.predict(many.take(np.array([row])))[0, 0] for row in (0, 8_191, 8_192, 8_999)]
    np.testing.assert_allclose(ours.predict(many)[[0, 8_191, 8_192, 8_999], 0], alone, atol=1e-14)


def test_trees_that_ask_of_many_combinations_are_not_looked_up(monkeypatch: pytest.MonkeyPatch) -> None:
    ours = read_back(core(2))
    monkeypatch.setattr(symmetric, "MOST_COLUMNS", 5)
    assert ours.looked_up(N_LEVELS) is None


@pytest.mark.parametrize(
    ("name", "change"),
    [
        ("feature", lambda array: array + 10_000),
        ("key_class", lambda array: array + 10_000),
        ("part_column", lambda array: array + 3),
        ("leaf_values", lambda array: array[:-1]),
        ("told_bin", lambda array: array[:-1]),
        ("missing_bin", lambda array: array[:-1]),
        ("cut", lambda array: array.astype(np.float64)),
        ("tree_link", lambda array: array + 50),
        ("feature", lambda array: array.astype(np.uint64)),
        ("n_keys", lambda array: array.astype(np.uint64)),
        ("code_sizes", lambda array: np.full(len(array), -128, dtype=np.int8)),
        ("part_value", lambda array: np.full_like(array, -9)),
        ("missing_bin", lambda array: array + 300),
        ("n_told", lambda array: array[:0]),
        ("n_classes", lambda array: array * 0),
        ("depths", lambda array: array[:0]),
    ],
)
def test_arrays_that_do_not_fit_together_are_refused(name: str, change: Any) -> None:
    arrays = read_back(core(2)).trees.to_arrays()
    with pytest.raises(BundleError, match="do not fit together"):
        SymmetricCore.from_bytes(arrays_to_bytes(arrays | {name: change(arrays[name])}))


def test_few_bytes_that_would_take_much_memory_are_refused() -> None:
    arrays = read_back(core(2)).trees.to_arrays()
    n_shallow = 200  # as deep as the one deep tree they would have 13 million leaves
    deep = np.array([16] + [0] * n_shallow, dtype=np.uint8)
    asked = {name: np.zeros(16, dtype=arrays[name].dtype) for name in ("feature", "cut")}
    blown_up = asked | {"depths": deep, "leaf_values": np.zeros((65_536 + n_shallow, 1))}
    with pytest.raises(BundleError, match="do not fit together"):
        SymmetricCore.from_bytes(arrays_to_bytes(arrays | blown_up))


def test_what_would_take_much_memory_to_read_is_left_to_the_library(monkeypatch: pytest.MonkeyPatch) -> None:
    one = core(2)
    monkeypatch.setattr(catboost_trees, "MOST_LEAVES", 80 * 64 - 1)
    with pytest.raises(NotApplicable, match="5120 numbers"):
        one.symmetric(N_LEVELS)


def test_a_model_without_trees_is_left_to_the_library() -> None:
    one = core(0)
    one.model.shrink(ntree_start=0, ntree_end=0)
    with pytest.raises(NotApplicable, match="0 numbers"):
        one.symmetric(N_LEVELS)


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
    quick = Together([(1.0, read_back(one, n_levels))], n_levels)
    assert quick.is_looked_up
    np.testing.assert_allclose(quick.scores_of_many(blocks), one.predict(blocks), rtol=1e-12, atol=1e-12)
    assert quick.scores(blocks.first) == quick.scores_of_many(blocks)[0].tolist()


def test_combinations_of_names_with_numbers_and_with_names_are_among_them() -> None:
    combinations = read_back(core(2)).trees.combinations
    assert {1, 2} <= {len(each.parts) for each in combinations}
    assert {part.kind for each in combinations for part in each.parts} == {CODE, ABOVE, LEVEL}


def test_tables_of_classes_are_as_narrow_as_classes_are_few() -> None:
    trees = read_back(core(2)).trees
    tables = [(symmetric_rows.class_table(trees, each), len(each.bins)) for each in trees.combinations]
    assert {table.dtype for table, n in tables if n <= 256} == {np.dtype(np.uint8)}
    assert all(table.max() < n for table, n in tables)


def test_a_number_on_a_border_goes_where_catboost_sends_it() -> None:
    one = core(0)
    on_it = read_back(one).trees.borders_of[0]
    on_it = np.concatenate([on_it, np.nextafter(on_it, np.float32(-9)), np.nextafter(on_it, np.float32(9))])
    blocks = Blocks(np.column_stack([on_it, on_it, on_it]), np.zeros((len(on_it), 3), dtype=np.int32))
    np.testing.assert_allclose(Together([(1.0, one)], N_LEVELS).scores_of_many(blocks), one.predict(blocks), atol=1e-12)


def test_deep_trees_are_asked_level_by_level() -> None:
    one, blocks = core(2, depth=9), rows(40, 5)
    ours = read_back(one)
    assert ours.looked_up(N_LEVELS) is None
    np.testing.assert_allclose(ours.predict(blocks), one.predict(blocks), rtol=1e-14)
    assert Together([(1.0, ours)], N_LEVELS).scores(blocks.first) == pytest.approx(one.predict(blocks)[0])
