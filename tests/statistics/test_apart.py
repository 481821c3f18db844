"""Intervals of the largest difference and the smallest ratio hold the truth, also where groups are equal."""

from __future__ import annotations

from functools import partial

import numpy as np
import pytest

from mlwright.records.evaluation import Estimate
from mlwright.statistics.apart import largest_difference, smallest_ratio
from mlwright.statistics.shares import wilson


def share(found: int, n: int, level: float) -> Estimate:
    low, high = wilson(found / n, n, level)
    return Estimate(value=found / n, low=low, high=high, level=level, method="Wilson")


def groups(shares: list[float], n: int, rng: np.random.Generator) -> list[partial[Estimate]]:
    return [partial(share, int(rng.binomial(n, each)), n) for each in shares]


@pytest.mark.parametrize("shares", [[0.3, 0.3], [0.3, 0.3, 0.3, 0.3, 0.3], [0.1, 0.25, 0.4], [0.02, 0.05]])
def test_intervals_hold_the_truth(shares: list[float]) -> None:
    rng, held = np.random.default_rng(0), []
    for _ in range(400):
        apart = largest_difference(groups(shares, 120, rng)).value
        ratio = smallest_ratio(groups(shares, 120, rng)).value
        held.append(
            [apart.low <= max(shares) - min(shares) <= apart.high, ratio.low <= min(shares) / max(shares) <= ratio.high]
        )
    assert np.mean(held, axis=0).min() > 0.93


def test_equal_groups_are_seldom_told_apart() -> None:
    rng = np.random.default_rng(1)
    sure = [largest_difference(groups([0.3] * 6, 150, rng)).value.low > 0 for _ in range(400)]
    assert np.mean(sure) <= 0.06


def test_by_hand() -> None:
    of = [partial(share, *counts) for counts in ((30, 100), (12, 100), (20, 100))]
    apart, ratio = largest_difference(of), smallest_ratio(of)
    assert (apart.most, apart.least) == (0, 1)
    assert apart.value.value == pytest.approx(0.18)
    assert ratio.value.value == pytest.approx(0.4)
    assert 0 < apart.value.low < 0.18 < apart.value.high
    assert 0 < ratio.value.low < 0.4 < ratio.value.high < 1


def test_a_group_without_any_has_a_ratio_of_nothing() -> None:
    ratio = smallest_ratio([partial(share, 0, 50), partial(share, 25, 50)]).value
    assert ratio.value == ratio.low == 0.0
    assert 0 < ratio.high < 0.3
