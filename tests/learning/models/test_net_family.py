"""The net's own mathematics: slopes are right, dropout keeps sums, the best weights are kept."""

from __future__ import annotations

import numpy as np
import pytest

from mlwright.learning.design import Columns
from mlwright.learning.models._net import Net, NetFit, Recipe, _dropout_mask
from mlwright.scoring.links import softmax


def rng(seed=0):
    return np.random.default_rng(seed)


def test_the_gradients_are_the_slopes_of_the_loss():
    net = Net([3, 5, 4, 2], np.zeros(2, dtype=np.float32), rng())
    columns = rng(1).normal(size=(7, 3)).astype(np.float32)
    target = np.eye(2, dtype=np.float32)[rng(2).integers(0, 2, 7)]
    for part, average in zip(net.parts, net.averages, strict=True):
        part += rng(3).normal(size=part.shape).astype(np.float32) * 0.3
        average[...] = part

    def loss() -> float:
        sums = net.sums(Columns(columns.astype(np.float64))).astype(np.float64)
        return float(-(target * np.log(softmax(sums))).sum() / len(target))

    found = net.gradients(Columns(columns), lambda sums: (softmax(sums) - target) / len(target), 0.0, rng())
    for part, gradient in zip(net.averages, found, strict=True):
        place = tuple(size // 2 for size in part.shape)
        kept = part[place]
        part[place] = kept + 1e-2
        above = loss()
        part[place] = kept - 1e-2
        below = loss()
        part[place] = kept
        assert gradient[place] == pytest.approx((above - below) / 2e-2, abs=2e-4)


def test_dropout_leaves_out_its_share_and_keeps_the_sum():
    mask = _dropout_mask((1000, 50), 0.2, rng())
    assert (mask == 0).mean() == pytest.approx(0.2, abs=0.01)
    assert mask.mean() == pytest.approx(1.0, abs=0.01)


def test_the_weights_that_did_best_on_held_out_rows_are_kept():
    recipe = Recipe(rate=0.01, decay=0.0, dropout=0.0, batch_size=10, n_epochs=6, patience=6)
    net = Net([2, 3, 1], np.zeros(1, dtype=np.float32), rng())
    losses, seen = iter([5.0, 4.0, 1.0, 2.0, 3.0, 4.0, 5.0]), []

    def held_out_loss(fitted: Net) -> float:
        seen.append(fitted.averages[0].copy())
        return next(losses)

    columns = rng(1).normal(size=(40, 2)).astype(np.float32)
    NetFit(recipe, rng(), lambda: False).run(net, Columns(columns), columns[:, :1], lambda sums, _: sums, held_out_loss)
    assert (net.averages[0] == seen[2]).all()
    assert not (net.averages[0] == seen[-1]).all()


def test_averages_lie_among_the_latest_steps():
    net, place = Net([1, 1], np.zeros(1, dtype=np.float32), rng()), []
    for _ in range(1000):
        net.step([np.ones((1, 1), dtype=np.float32), np.ones(1, dtype=np.float32)], rate=0.01, decay=0.0)
        place.append(float(net.weights[0][0, 0]))
    steps_behind = (float(net.averages[0][0, 0]) - place[-1]) / 0.01
    assert 50 < steps_behind < 150


def test_patience_ends_the_course():
    recipe = Recipe(rate=0.01, decay=0.0, dropout=0.0, batch_size=10, n_epochs=100, patience=3)
    net, n_looks = Net([2, 3, 1], np.zeros(1, dtype=np.float32), rng()), [0]

    def held_out_loss(fitted: Net) -> float:
        n_looks[0] += 1
        return float(n_looks[0])

    columns = rng(1).normal(size=(40, 2)).astype(np.float32)
    NetFit(recipe, rng(), lambda: False).run(net, Columns(columns), columns[:, :1], lambda sums, _: sums, held_out_loss)
    assert n_looks[0] == 1 + 3
