"""Checks of what happens along the rows or in time."""

import numpy as np
import pytest

from mlwright.data.checks import Specimen
from mlwright.data.checks._breaks import breaks
from mlwright.data.checks._steps import steps_of
from mlwright.testing.checks import look, open_specimen

N = 600
DAY_S = 86_400.0


@pytest.fixture
def find(tmp_path):
    def ask(name, columns, **settings):
        rng = np.random.default_rng(0)
        n = len(next(iter(columns.values())))
        base = {"size": rng.normal(size=n).tolist(), "y": rng.choice(["no", "yes"], n).tolist()}
        return look(name, open_specimen(Specimen(base | columns, settings=settings), tmp_path))

    return ask


def test_a_step_is_found_within_a_few_rows():
    values = np.random.default_rng(1).normal(size=N)
    values[400:] += 8
    (found,) = breaks(values)
    assert abs(found.place - 400) <= 2
    assert found.size > 0.9


@pytest.mark.parametrize("seed", range(20))
def test_what_grows_swings_or_walks_at_random_has_no_step(seed):
    rng, row = np.random.default_rng(seed), np.arange(2_000)
    assert breaks(rng.normal(size=2_000)) == []
    assert breaks(np.sort(rng.lognormal(size=2_000))) == []
    assert breaks(np.cumsum(rng.normal(size=2_000))) == []
    assert breaks(5 * np.sin(row / 100) + rng.normal(size=2_000)) == []


def test_rows_that_are_merely_sorted_by_a_name_have_no_step(find):
    weight = np.random.default_rng(2).normal(70, 5, N)
    weight[300:] += 60
    broken = {"weight": weight.tolist()}
    assert len(find("level_shift", broken)) == 1
    assert find("level_shift", broken | {"species": ["cat"] * 300 + ["dog"] * 300}) == []
    assert find("level_shift", broken | {"y": ["cat"] * 300 + ["dog"] * 300}) == []


def test_a_column_that_was_introduced_late_is_told_with_its_row(find):
    rating = [None if k < 250 else k % 5 for k in range(N)]
    (finding,) = find("missing_stretch", {"rating": rating})
    assert "100 % of its values" not in finding.sentence.split("then")[1]
    assert "row 250" in finding.sentence


def series(step_s, n=N, left_out=()):
    return np.array([k * step_s for k in range(n) if k not in left_out])


def test_missing_moments_are_counted_series_by_series():
    one, other = series(3_600.0, left_out=(50, 51, 300)), series(3_600.0)
    found = steps_of(np.concatenate([one, other]), np.repeat([0, 1], [len(one), len(other)]))
    assert (found.step, found.n_gaps, found.n_lost, found.longest) == (3_600.0, 2, 3, 3.0)
    assert found.n_twice == 0


def test_a_step_that_changes_for_good_is_told_with_its_day():
    moments = np.concatenate([series(1_800.0, 300), 300 * 1_800.0 + series(3_600.0, 300)])
    found = steps_of(moments, np.zeros(600, dtype=np.int64))
    assert found.changed == (300 * 1_800.0 - 1_800.0, 1_800.0, 3_600.0) or found.changed[1:] == (1_800.0, 3_600.0)


def test_months_are_regular_though_they_differ_in_length():
    months = np.arange("2000-01", "2020-01", dtype="datetime64[M]").astype("datetime64[s]").astype(np.float64)
    found = steps_of(months, np.zeros(len(months), dtype=np.int64))
    assert found.in_months
    assert found.n_gaps == 0


def test_moments_at_random_are_no_regular_series():
    moments = np.sort(np.random.default_rng(0).uniform(0, 1e7, N))
    assert steps_of(moments, np.zeros(N, dtype=np.int64)) is None


def test_a_hanging_sensor_is_found_and_a_steady_one_is_not(find):
    level = np.random.default_rng(5).normal(20, 2, N).round(2)
    level[100:140] = level[100]
    assert find("frozen_values", {"level": level.tolist()})[0].rows == (100,)
    steady = np.repeat(np.random.default_rng(6).normal(20, 2, N // 10).round(2), 10)
    assert find("frozen_values", {"level": steady.tolist()}) == []
