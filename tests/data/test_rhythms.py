"""How days differ by themselves is learned from training."""

import numpy as np
import pytest

from mlwright.data.cells.rhythms import rhythm_of, rhythm_of_counts, seasons_of
from mlwright.statistics.changes import worth_rows

N_DAYS, N_CELLS = 200, 8
DAYS = np.arange(20_000, 20_000 + N_DAYS)
TILT = np.linspace(-1, 1, N_CELLS)


def counts(seed, size, lean):
    """Rows in cells by day; each day leans to one side by as much as is said."""
    rng = np.random.default_rng(seed)
    shares = np.exp(TILT * np.asarray(lean)[:, None])
    return rng.multinomial(size, shares / shares.sum(axis=1, keepdims=True)).astype(float)


def slow(seed, sd, stays):
    rng = np.random.default_rng(seed)
    found = np.zeros(N_DAYS)
    for day in range(1, N_DAYS):
        found[day] = stays * found[day - 1] + sd * np.sqrt(1 - stays**2) * rng.normal()
    return found


def test_days_that_are_alike_by_chance_alone_are_worth_a_good_part_of_their_rows():
    found = rhythm_of_counts(counts(0, 500, np.zeros(N_DAYS)), DAYS)
    assert found.seasons == {}
    assert worth_rows(500.0, found.alike) > 180


def test_days_that_vary_are_worth_fewer_rows_and_slow_swings_fewer_still():
    calm, lively, slowly = (
        rhythm_of_counts(counts(1, 2_000, lean), DAYS).alike
        for lean in (np.zeros(N_DAYS), slow(2, 0.1, 0.0), slow(3, 0.1, 0.9))
    )
    assert 3 * calm < lively
    assert 3 * lively < slowly


def test_few_rows_a_day_leave_open_how_much_many_rows_would_vary():
    found = rhythm_of_counts(counts(4, 20, np.zeros(N_DAYS)), DAYS)
    assert worth_rows(100_000.0, found.alike) < 5_000


def test_a_weekly_season_is_told_and_is_no_variance_between_days():
    weekend = np.isin(DAYS % 7, [(2 - 3) % 7, (3 - 3) % 7])
    found = rhythm_of_counts(counts(5, 500, 0.5 * weekend), DAYS)
    assert sorted(found.seasons) == [f"weekday {day}" for day in range(7)]
    assert worth_rows(500.0, found.alike) > 180


@pytest.mark.parametrize("seed", range(10))
def test_no_season_is_told_where_there_is_none(seed):
    assert rhythm_of_counts(counts(100 + seed, 300, slow(seed, 0.05, 0.5)), DAYS).seasons == {}


def test_without_time_nothing_is_known():
    found = rhythm_of(np.zeros(50, int), np.full(50, -1), 3)
    assert (found.alike, found.n_days) == (0.0, 0)


def test_the_season_of_a_day():
    assert seasons_of(20_000) == ("weekday 4", "month 10")
