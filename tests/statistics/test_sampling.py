from __future__ import annotations

import numpy as np
import pytest

from mlwright.statistics.sampling import Draws, Sampling, block_length

GROUPS = np.array([5, 5, 5, 2, 2, 9, 9, 9, 9, 1])
ORDER = np.array([3, 1, 0, 2, 4, 5, 9, 8, 7, 6])
KINDS = {
    "rows": Sampling(10),
    "groups": Sampling(10, groups=GROUPS),
    "stretches of time": Sampling(10, order=ORDER, block=3),
}


@pytest.mark.parametrize("name", KINDS)
def test_sums_over_units_and_weights_of_rows_tell_the_same_totals(name: str) -> None:
    sampling = KINDS[name]
    values = np.random.default_rng(0).normal(size=(10, 2))
    draws = Draws(sampling, seed=1, n_replicates=50)
    by_rows = np.array([sampling.row_weights(counts) @ values for counts in draws.counts])
    assert np.allclose(draws.totals(sampling.sums(values)), by_rows)


@pytest.mark.parametrize("name", KINDS)
def test_a_sample_has_as_many_units_as_were_drawn(name: str) -> None:
    draws = Draws(KINDS[name], seed=1, n_replicates=20)
    assert (draws.counts.sum(axis=1) == KINDS[name].n_draws).all()
    assert KINDS[name].drawn == name


def test_whole_groups_are_drawn() -> None:
    sampling = KINDS["groups"]
    weights = sampling.row_weights(Draws(sampling, seed=3, n_replicates=1).counts[0])
    assert all(len(set(weights[group == GROUPS])) == 1 for group in np.unique(GROUPS))


def test_stretches_of_time_wrap_around_and_hold_neighbours() -> None:
    sampling = KINDS["stretches of time"]
    only_the_last = np.zeros(10, dtype=np.uint8)
    only_the_last[9] = 1
    weights = sampling.row_weights(only_the_last)
    assert set(np.flatnonzero(weights)) == {ORDER[9], ORDER[0], ORDER[1]}


def test_the_error_of_a_mean_of_independent_rows_is_the_textbook_one() -> None:
    values = np.random.default_rng(0).normal(size=500)
    assert Sampling(500).error_of_mean(values) == pytest.approx(values.std(ddof=1) / np.sqrt(500))


def test_the_same_seed_draws_the_same_samples() -> None:
    first, second = (Draws(Sampling(30), seed=5, n_replicates=10).counts for _ in range(2))
    assert (first == second).all()


def test_many_rows_are_drawn_fewer_times() -> None:
    assert Draws(Sampling(1_000), 0).n_replicates == 2000
    assert Draws(Sampling(16_000), 0).n_replicates == 500
    assert Draws(Sampling(1_000_000), 0).n_replicates == 60


def test_independent_rows_need_no_stretches_and_alike_ones_do() -> None:
    rng = np.random.default_rng(0)
    noise = rng.normal(size=1000)
    waves = np.convolve(rng.normal(size=1019), np.ones(20), mode="valid")
    assert block_length(noise) <= 3
    assert 20 <= block_length(waves) <= 100
    assert block_length(np.zeros(100)) == 1


@pytest.mark.parametrize("name", KINDS)
def test_some_of_the_rows_keep_their_bonds(name: str) -> None:
    rows = np.array([0, 2, 3, 7])
    part = KINDS[name].take(rows)
    assert part.n_rows == 4
    if part.groups is not None:
        assert list(part.groups) == [5, 5, 2, 9]
    if part.order is not None:
        assert list(rows[part.order]) == [row for row in ORDER if row in rows]


@pytest.mark.parametrize("n_some", [2, 3, 9, 30])
def test_a_few_rows_of_long_stretches_are_drawn_in_shorter_ones(n_some: int) -> None:
    rng = np.random.default_rng(0)
    whole = Sampling(400, order=rng.permutation(400), block=49)
    some = whole.take(np.sort(rng.choice(400, n_some, replace=False)))
    values = rng.normal(size=n_some)
    assert 0 < some.error_of_mean(values) < np.inf
    for counts in Draws(some, seed=1, n_replicates=5).counts:
        assert some.row_weights(counts).shape == (n_some,)
