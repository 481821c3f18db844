"""Evidence of a change that holds however often one looks."""

import numpy as np
import pytest

from mlwright.statistics.changes import changed, possible_beginnings, summed, worth_rows

N_CELLS, N_LOOKS = 8, 60
EACH, HALVES = np.arange(N_CELLS), np.arange(N_CELLS) // 4
PARTS = [EACH, HALVES]
WEIGHTS = np.full(N_LOOKS, 1 / N_LOOKS)


def looks(rng, n_years, size, shares=None, since=0):
    """A reference of 1,000 rows in cells that end at its order statistics, and looks at later rows, year by year."""
    own = rng.dirichlet(np.full(N_CELLS, 1_000 / N_CELLS), size=n_years)
    later = own if shares is None else own * shares
    later = later / later.sum(axis=1, keepdims=True)
    before = (
        np.stack([rng.multinomial(size, own) for _ in range(since)], axis=1) if since else np.empty((n_years, 0, 8))
    )
    after = np.stack([rng.multinomial(size, later) for _ in range(N_LOOKS - since)], axis=1)
    reference = np.full((n_years, N_CELLS), 1_000 / N_CELLS)
    return reference, np.concatenate([before, after], axis=1).astype(float)


@pytest.mark.parametrize("size", [5, 100, 10_000])
def test_without_a_change_evidence_is_one_on_average_at_most_though_the_reference_is_a_sample_itself(size):
    reference, counts = looks(np.random.default_rng(size), 400, size)
    at_the_end = np.exp(changed(reference, counts, PARTS).log_e[:, 0, :].mean(axis=1))
    assert np.minimum(at_the_end, 50.0).mean() <= 1.0 + 4 * at_the_end.std() / 20


@pytest.mark.parametrize("size", [5, 100, 10_000])
def test_alarms_keep_their_budget_over_all_looks(size):
    reference, counts = looks(np.random.default_rng(7 + size), 200, size)
    days = range(1, N_LOOKS + 1, 2)
    highest = np.max([summed(changed(reference, counts[:, :day], PARTS), WEIGHTS) for day in days], axis=0)
    assert (highest >= np.log(10)).mean() <= 0.1 + 3 * np.sqrt(0.1 * 0.9 / 200)


def test_a_small_move_of_the_level_is_found_and_its_beginning_too():
    tilt = np.where(np.arange(N_CELLS) < 4, 0.8, 1.2)
    reference, counts = looks(np.random.default_rng(3), 1, 200, tilt, since=30)
    change = changed(reference[0], counts[0], PARTS)
    since, part = change.likeliest(WEIGHTS)
    assert summed(change, WEIGHTS) > np.log(1_000)
    assert 24 <= since <= 34
    assert part == 1


def test_a_beginning_without_weight_is_not_told():
    tilt = np.where(np.arange(N_CELLS) < 4, 0.5, 1.5)
    reference, counts = looks(np.random.default_rng(4), 1, 200, tilt, since=30)
    weights = np.where(np.arange(N_LOOKS) < 50, 0.0, WEIGHTS)
    assert changed(reference[0], counts[0], PARTS).likeliest(weights)[0] >= 50


def test_possible_beginnings_grow_with_the_logarithm_of_the_looks():
    assert len(possible_beginnings(10_000)) < 80
    assert possible_beginnings(1).tolist() == [0]


def test_rows_of_alike_days_are_worth_less_and_never_more_than_they_are():
    assert worth_rows(50.0, 0.0) == 50.0
    assert worth_rows(1e9, 0.01) == pytest.approx(100.0, rel=0.001)
