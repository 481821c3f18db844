"""Touched-up answers are what the model's metric rewards."""

from __future__ import annotations

import numpy as np
import pytest

from mlwright.learning.aim import Aim
from mlwright.learning.quick import Question
from mlwright.learning.touches import Kind, Learned, fit_touches
from mlwright.scoring.blocks import BlockNames, Blocks

NAMES = BlockNames(("level",), ("level",), (), (), ())


def moved(n: int, seed: int) -> Learned:
    """Rows that lie three above the answers that once were right for nine of ten."""
    rng = np.random.default_rng(seed)
    level = rng.uniform(-1, 1, size=(n, 1)).astype(np.float32)
    truth = 3.0 + 2.0 * level[:, 0] + rng.normal(size=n)
    said = 2.0 * level.astype(np.float64) + 1.2816
    return Learned(Blocks(level, np.empty((n, 0), dtype=np.int32)), said, truth, n)


@pytest.mark.parametrize("way", ["shifted", "corrected"])
def test_an_answer_for_nine_of_ten_stays_one(way):
    kind = Kind("regression", 0, NAMES, aim=Aim(quantile=0.9))
    touch, later = fit_touches(moved(1_500, 0), kind, 300, 0)[way], moved(1_500, 1)
    assert (later.target <= later.said[:, 0]).mean() < 0.1
    assert (later.target <= touch.answers(later.said, later.blocks)[:, 0]).mean() == pytest.approx(0.9, abs=0.05)


def test_an_expected_number_stays_one():
    touch, later = fit_touches(moved(1_500, 0), Kind("regression", 0, NAMES), 300, 0)["shifted"], moved(1_500, 1)
    said = touch.answers(later.said, later.blocks)[:, 0]
    assert said.mean() == pytest.approx(later.target.mean(), abs=0.2)


@pytest.mark.parametrize("way", ["shifted", "corrected", "latest"])
def test_touched_up_answers_keep_directions(way):
    """Outcomes that all speak against a direction flatten the answers; they do not turn them round."""
    rows = moved(600, 0)
    turned = rows._replace(target=-rows.target, n_since=600)
    along = Blocks(np.linspace(-1, 1, 200, dtype=np.float32)[:, None], np.empty((200, 0), dtype=np.int32))
    said = 2.0 * along.numbers.astype(np.float64)

    def steps(kind: Kind) -> np.ndarray:
        return np.diff(fit_touches(turned, kind, 300, 0)[way].answers(said, along)[:, 0])

    free = Kind("regression", 0, NAMES)
    assert steps(free).sum() < -1.0
    assert steps(free._replace(directions=(1,))).min() >= -1e-9


def test_touched_up_answers_keep_columns_apart():
    rng, names = np.random.default_rng(0), BlockNames(("a", "b"), ("a", "b"), (), (), ())
    numbers = rng.choice([-1.0, 1.0], size=(800, 2)).astype(np.float32)
    target = (numbers[:, 0] * numbers[:, 1]).astype(np.float64)
    rows = Learned(Blocks(numbers, np.empty((800, 0), dtype=np.int32)), np.zeros((800, 1)), target, 800)
    corners = Blocks(np.array([[-1, -1], [-1, 1], [1, -1], [1, 1]], dtype=np.float32), np.empty((4, 0), dtype=np.int32))

    def together(kind: Kind) -> float:
        said = fit_touches(rows, kind, 400, 0)["corrected"].answers(np.zeros((4, 1)), corners)[:, 0]
        return float(said[3] - said[2] - said[1] + said[0])

    free = Kind("regression", 0, names)
    assert together(free) > 3.0
    assert abs(together(free._replace(apart=((frozenset({0}), frozenset({1})),)))) < 1e-6


def test_rows_are_lost_by_the_distance_that_counts():
    question = Question(profile=None, aim=Aim(quantile=0.9))
    assert question.losses(np.array([1.0, 1.0]), np.array([[0.0], [2.0]])) == pytest.approx([1.8, 0.2])
