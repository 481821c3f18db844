"""Intervals and sets of classes hold the truth as often as they say, in every region and of every class."""

from __future__ import annotations

import numpy as np
import pytest

from mlwright.core.errors import UserMistake
from mlwright.learning.uncertainty import LEVELS, learn_familiar, learn_intervals, learn_sets, often_new, passing
from mlwright.records.model import CategoryColumn, DateColumn, EncodingPlan, NumberColumn
from mlwright.records.uncertainty import Uncertainty
from mlwright.scoring.blocks import Blocks
from mlwright.scoring.uncertain import Uncertain

PLAN = EncodingPlan(columns=(NumberColumn(name="x", low=-3.0, high=3.0), NumberColumn(name="z", low=-3.0, high=3.0)))


def blocks_of(x: np.ndarray) -> Blocks:
    return Blocks(x.astype(np.float32), np.zeros((len(x), 0), dtype=np.int32))


def uneven(n: int, seed: int) -> tuple[np.ndarray, np.ndarray, Blocks, np.ndarray]:
    """Numbers that are four times as hard to tell, and lopsided, where x is above 0."""
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(n, 2))
    error = rng.exponential(size=n) * np.where(x[:, 0] > 0, 4.0, 1.0)
    said = x[:, 1]
    return said + error, said, blocks_of(x), x[:, 0] > 0


def test_intervals_hold_as_often_as_they_say_overall_and_where_it_is_hard() -> None:
    held: list[list[float]] = []
    for seed in range(20):
        uncertain = Uncertain(learn_intervals(*uneven(1000, seed)[:3], seed), PLAN)
        target, said, blocks, hard = uneven(4000, 1000 + seed)
        low, high = uncertain.intervals(blocks, said[:, None], 0.9).T
        inside = (low <= target) & (target <= high)
        held.append([inside.mean(), inside[hard].mean(), inside[~hard].mean()])
    overall, where_hard, where_easy = np.mean(held, axis=0)
    assert overall == pytest.approx(0.9, abs=0.02)
    assert where_hard == pytest.approx(0.9, abs=0.035)
    assert where_easy == pytest.approx(0.9, abs=0.035)


def test_a_higher_level_makes_a_wider_interval() -> None:
    target, said, blocks, _ = uneven(1000, 0)
    uncertain = Uncertain(learn_intervals(target, said, blocks, 0), PLAN)
    widths = [np.diff(uncertain.intervals(blocks, said[:, None], level)).mean() for level in LEVELS]
    assert widths == sorted(widths)


def test_few_rows_are_one_region() -> None:
    assert learn_intervals(*uneven(150, 0)[:3], 0).tree is None


def classes(n: int, seed: int) -> tuple[np.ndarray, np.ndarray, Blocks]:
    """Two classes, one of them rare, their probabilities, and two numbers that tell nothing."""
    rng = np.random.default_rng(seed)
    logit = 1.5 * rng.normal(size=n) - 2.5
    positive = 1 / (1 + np.exp(-logit))
    target = (rng.random(n) < positive).astype(float)
    return target, np.stack([1 - positive, positive], axis=1), blocks_of(rng.normal(size=(n, 2)))


def test_sets_hold_the_rare_class_as_often_as_the_other() -> None:
    held = []
    for seed in range(20):
        uncertain = Uncertain(learn_sets(*classes(1000, seed)), PLAN)
        target, probabilities, blocks = classes(5000, 1000 + seed)
        inside = uncertain.sets(blocks, probabilities, 0.9)[np.arange(5000), target.astype(int)]
        held.append([inside[target == 0].mean(), inside[target == 1].mean()])
    common, rare = np.mean(held, axis=0)
    assert rare == pytest.approx(0.9, abs=0.025)
    assert common > 0.88


def lopsided(n: int, seed: int) -> tuple[np.ndarray, np.ndarray, Blocks, np.ndarray]:
    """As `classes`, but in one row of twenty (x above 1.645) the rare class is frequent, unknown to the model."""
    target, probabilities, blocks = classes(n, seed)
    odd = blocks.numbers[:, 0] > 1.645
    turned = np.random.default_rng(seed + 1).random(n) < 0.6
    return np.where(odd, turned, target), probabilities, blocks, odd


def test_sets_hold_in_a_rare_part_that_is_hard_to_tell() -> None:
    held, naive = [], []
    for seed in range(10):
        uncertain = Uncertain(learn_sets(*lopsided(3000, seed)[:3]), PLAN)
        target, probabilities, blocks, odd = lopsided(5000, 1000 + seed)
        without = Uncertain(uncertain.spec.model_copy(update={"tree": None, "limits_of_parts": ()}), PLAN)
        for found, way in ((held, uncertain), (naive, without)):
            inside = way.sets(blocks, probabilities, 0.9)[np.arange(5000), target.astype(int)]
            found.append([inside[odd].mean(), inside[~odd].mean()])
    assert np.mean(naive, axis=0)[0] < 0.8
    assert np.mean(held, axis=0)[0] > 0.87
    assert np.mean(held, axis=0)[1] > 0.87


def test_without_such_a_part_there_is_one_region() -> None:
    assert sum(learn_sets(*classes(2000, seed)).tree is not None for seed in range(20)) <= 3


def test_the_likeliest_class_is_always_possible() -> None:
    uncertain = Uncertain(Uncertainty(levels=LEVELS, n_rows=9, limits=((0.99,) * 3, (0.99,) * 3)), PLAN)
    assert uncertain.sets(blocks_of(np.zeros((1, 2))), np.array([[0.6, 0.4]]), 0.9).tolist() == [[True, False]]


def test_a_level_that_is_not_known_names_those_that_are() -> None:
    uncertain = Uncertain(learn_sets(*classes(100, 0)), PLAN)
    with pytest.raises(UserMistake, match=r"no interval of level 0\.5") as caught:
        uncertain.sets(blocks_of(np.zeros((1, 2))), np.array([[0.6, 0.4]]), 0.5)
    assert "0.8, 0.9, 0.95" in (caught.value.hint or "")


def test_rows_like_those_seen_are_familiar_and_others_say_why_not() -> None:
    rng = np.random.default_rng(0)
    x = rng.normal(size=(2000, 1)).clip(-3, 3)
    together = np.hstack([x, x + 0.1 * rng.normal(size=(2000, 1))])
    plan = EncodingPlan(columns=(*PLAN.columns, CategoryColumn(name="city", levels=("Oslo",), counts=(9,))))
    blocks = Blocks(together.astype(np.float32), np.zeros((2000, 1), dtype=np.int32))
    uncertain = Uncertain(Uncertainty(levels=LEVELS, n_rows=2000, familiar=learn_familiar(blocks, 0)), plan)
    fresh = rng.normal(size=(2000, 1)).clip(-3, 3)
    like = np.hstack([fresh, fresh + 0.1 * rng.normal(size=(2000, 1))]).astype(np.float32)
    assert np.mean([bool(why) for why in uncertain.unlike(Blocks(like, blocks.codes))]) < 0.005
    odd = np.array([[2.0, -2.0], [9.0, 3.0], [0.0, 0.0]], dtype=np.float32)
    strange = Blocks(odd, np.array([[0], [0], [1]], dtype=np.int32))
    assert uncertain.unlike(strange) == [
        "no row like it as a whole",
        "x far above all that was seen",
        "a new name in city",
    ]


def test_that_time_goes_by_makes_no_row_unlike_anything_seen() -> None:
    rng = np.random.default_rng(0)
    plan = EncodingPlan(
        columns=(NumberColumn(name="x", low=-3, high=3), DateColumn(name="day", parts=("month", "weekday", "days")))
    )
    assert passing(plan) == {1, 3}

    def rows(first: int) -> Blocks:
        days = first + np.arange(300.0)
        numbers = np.stack([rng.normal(size=300).clip(-3, 3), 1 + days // 30, days % 7, days], axis=1)
        return Blocks(numbers.astype(np.float32), np.zeros((300, 0), dtype=np.int32))

    for left_out, share in ((frozenset[int](), 1.0), (passing(plan), 0.0)):
        familiar = learn_familiar(rows(0), 0, left_out)
        found = Uncertain(Uncertainty(levels=LEVELS, n_rows=300, familiar=familiar), plan).unlike(rows(600))
        assert np.mean([bool(why) for why in found]) == pytest.approx(share, abs=0.02)


def test_where_new_names_are_usual_one_is_not_unlike_anything_seen() -> None:
    many = CategoryColumn(name="street", levels=tuple(map(str, range(60))), counts=(2,) * 60)
    few = CategoryColumn(name="city", levels=("Oslo", "Rome"), counts=(60, 60))
    plan = EncodingPlan(columns=(many, few))
    streets = np.concatenate([np.arange(50), np.full(70, 50)])
    codes = np.stack([streets, np.arange(120) % 2], axis=1).astype(np.int32)
    blocks = Blocks(np.zeros((120, 0), dtype=np.float32), codes)
    assert often_new(plan, blocks) == ("street",)
    familiar = learn_familiar(blocks, 0).model_copy(update={"often_new": ("street",)})
    uncertain = Uncertain(Uncertainty(levels=LEVELS, n_rows=120, familiar=familiar), plan)
    new = Blocks(np.zeros((1, 0), dtype=np.float32), np.array([[60, 2]], dtype=np.int32))
    assert uncertain.unlike(new) == ["a new name in city"]
