"""Values that stand apart from all others."""

import numpy as np
import pytest

from mlwright.data.checks._extremes import values_apart

N = 2_000


@pytest.mark.parametrize(
    "draw",
    [
        lambda rng: rng.normal(size=N),
        lambda rng: rng.exponential(size=N),
        lambda rng: rng.lognormal(0, 2, N),
        lambda rng: rng.standard_t(3, N),
        lambda rng: rng.standard_cauchy(N),
        lambda rng: rng.pareto(1.0, N),
        lambda rng: rng.poisson(3, N).astype(float),
        lambda rng: np.where(rng.random(N) < 0.8, 0.0, rng.lognormal(8, 1, N)),
    ],
    ids=["normal", "exponential", "lognormal", "t3", "cauchy", "pareto", "poisson", "mostly zero"],
)
def test_no_natural_tail_raises_an_alarm(draw):
    assert not any(values_apart(draw(np.random.default_rng(seed)), 0.001) for seed in range(100))


@pytest.mark.parametrize("wrong", [99_999.0, -99_999.0, 1_700.0])
def test_a_slipped_point_among_heights_is_found(wrong):
    heights = np.random.default_rng(0).normal(170, 8, N)
    heights[[3, 50]] = wrong
    (found,) = values_apart(heights, 0.001)
    assert sorted(found.rows.tolist()) == [3, 50]
    assert 130 < found.bound < 210


def test_both_ends_are_told_apart_and_gaps_do_not_matter():
    values = np.random.default_rng(1).normal(0, 1, N)
    values[::7] = np.nan
    values[[1, 2]] = 500, -900
    upper, lower = values_apart(values, 0.001)
    assert upper.rows.tolist() == [1]
    assert lower.rows.tolist() == [2]


def test_few_values_are_not_judged():
    assert values_apart(np.array([1.0] * 50 + [1e9]), 0.001) == []
    assert values_apart(np.array([0.0, 1.0] * 500 + [1e9]), 0.001) == []
    assert values_apart(np.full(500, np.nan), 0.001) == []
