"""What each splitter does with rows that are hard to divide."""

from __future__ import annotations

import numpy as np
import pytest

from mlwright.data.splitters import SPLITTERS, SplitKeys


def rng(seed: int = 0) -> np.random.Generator:
    return np.random.default_rng(seed)


def test_a_class_of_two_rows_stands_on_both_sides_and_one_of_a_single_row_learns() -> None:
    classes = np.array([0] * 50 + [1] * 2 + [2])
    held = SPLITTERS.get("stratified")().holdout(SplitKeys(53, classes=classes), 0.2, rng())
    assert [int(held[classes == place].sum()) for place in range(3)] == [10, 1, 0]


def test_folds_share_out_a_class_of_few_rows() -> None:
    classes = np.array([0] * 91 + [1] * 3)
    folds = SPLITTERS.get("stratified")().folds(SplitKeys(94, classes=classes), 3, rng())
    assert [int((classes[held] == 1).sum()) for _, held in folds] == [1, 1, 1]
    assert max(len(held) for _, held in folds) - min(len(held) for _, held in folds) <= 1


def test_more_folds_than_rows_are_as_many_as_there_are_rows() -> None:
    assert len(SPLITTERS.get("random")().folds(SplitKeys(3), 5, rng())) == 3


@pytest.mark.parametrize("seed", range(5))
def test_one_giant_group_learns_and_the_share_is_kept_by_the_others(seed: int) -> None:
    groups = np.r_[np.zeros(600, dtype=np.int64), 1 + np.arange(400) // 4]
    held = SPLITTERS.get("by_group")().holdout(SplitKeys(1_000, groups=groups), 0.2, rng(seed))
    assert not held[:600].any()
    assert held.mean() == pytest.approx(0.2, abs=0.01)


def test_groups_are_drawn_with_about_the_mix_of_classes_of_all_rows() -> None:
    groups = np.repeat(np.arange(100), 10)
    classes = (groups % 10 == 0).astype(np.int64)
    held = SPLITTERS.get("by_group")().holdout(SplitKeys(1_000, classes=classes, groups=groups), 0.2, rng())
    assert classes[held].mean() == pytest.approx(0.1, abs=0.051)
    assert classes[held].any()


def test_two_groups_are_one_to_learn_from_and_one_to_test_with() -> None:
    groups = np.array([0] * 70 + [1] * 30)
    held = SPLITTERS.get("by_group")().holdout(SplitKeys(100, groups=groups), 0.2, rng())
    assert held.sum() in (30, 70)


def test_group_folds_are_of_like_size() -> None:
    groups = rng().integers(0, 60, 3_000)
    folds = SPLITTERS.get("by_group")().folds(SplitKeys(3_000, groups=groups), 5, rng())
    assert all(len(held) == pytest.approx(600, abs=40) for _, held in folds)


def test_the_latest_rows_are_held_back_and_a_moment_is_never_torn_apart() -> None:
    times = np.repeat([3, 1, 0, 2], [10, 40, 40, 10])
    held = SPLITTERS.get("by_time")().holdout(SplitKeys(100, times=times), 0.15, rng())
    assert set(times[held]) in ({3}, {2, 3})
    assert set(times[~held]).isdisjoint(times[held])


def test_rows_of_one_moment_cannot_be_divided_by_time() -> None:
    keys = SplitKeys(10, times=np.zeros(10, dtype=np.int64))
    assert SPLITTERS.get("by_time")().folds(keys, 3, rng()) == []


def test_each_fold_in_time_learns_from_more_of_the_past() -> None:
    folds = SPLITTERS.get("by_time")().folds(SplitKeys(120, times=np.arange(120)), 3, rng())
    assert [len(train) for train, _ in folds] == [30, 60, 90]
    assert [held.tolist() for _, held in folds] == [
        list(range(30, 60)),
        list(range(60, 90)),
        list(range(90, 120)),
    ]


@pytest.mark.parametrize("name", ["random", "stratified", "by_group"])
def test_no_more_folds_are_made_than_are_asked_for(name):
    keys = SplitKeys(300, classes=np.arange(300) % 2, groups=np.arange(300) // 3)
    splitter = SPLITTERS.get(name)()
    whole, two = splitter.folds(keys, 30, rng()), splitter.folds(keys, 30, rng(), 2)
    assert len(two) == 2
    for one, other in zip(whole, two, strict=False):
        np.testing.assert_array_equal(one[0], other[0])
        np.testing.assert_array_equal(one[1], other[1])


def test_in_time_order_the_latest_folds_are_made():
    keys, splitter = SplitKeys(120, times=np.arange(120)), SPLITTERS.get("by_time")()
    (latest,) = splitter.folds(keys, 6, rng(), 1)
    np.testing.assert_array_equal(latest[1], splitter.folds(keys, 6, rng())[-1][1])
    np.testing.assert_array_equal(latest[0], np.arange(latest[1][0]))
