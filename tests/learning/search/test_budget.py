import math
from pathlib import Path

import pytest

from mlwright.core.errors import RunCancelled
from mlwright.core.run import Clock
from mlwright.learning.search.budget import Budget, count_affordable, fitting_s, reserve_s


def budget(tmp_path: Path, whole_s: float | None, spent_s: float = 0.0) -> Budget:
    return Budget(Clock(tmp_path / "cancel", whole_s, spent_s), n_workers=2, n_test=1_000, row_s=1e-5)


def test_what_the_later_stages_need_is_not_spent(tmp_path):
    shared = budget(tmp_path, 100, spent_s=50)
    assert shared.left_s == pytest.approx(50 - 12, abs=0.1)
    assert not shared.is_up()
    assert budget(tmp_path, 100, spent_s=88).is_up()
    assert budget(tmp_path, 100, spent_s=120).left_s == 0.0


def test_a_slow_model_leaves_less_time_for_fits(tmp_path):
    shared = budget(tmp_path, 100)
    shared.expect(score_s=5e-4)
    assert shared.left_s == pytest.approx(100 - 40 * 1_000 * 5.1e-4, abs=0.1)


def test_fits_get_time_by_their_cost(tmp_path):
    shared = budget(tmp_path, 68.2)
    cheap, dear = shared.allowance_s(5, 120), shared.allowance_s(20, 120)
    assert cheap == pytest.approx(2 * 2 * 60 * 5 / 120, rel=0.05)
    assert dear == pytest.approx(2 * 2 * 60 * 20 / 120, rel=0.05)


def test_no_fit_gets_more_than_all_that_is_left(tmp_path):
    assert budget(tmp_path, 10).allowance_s(1, 1) == pytest.approx(7, rel=0.05)


def test_without_a_budget_there_is_no_deadline(tmp_path):
    free = budget(tmp_path, None)
    assert free.allowance_s(1, 100) == math.inf
    assert not free.timer(math.inf)()


def test_a_timer_ends_and_lets_a_cancel_through(tmp_path):
    limited = budget(tmp_path, 60)
    assert limited.timer(0.0)()
    assert not limited.timer(50.0)()
    (tmp_path / "cancel").touch()
    with pytest.raises(RunCancelled):
        budget(tmp_path, 60).timer(50.0)()


def test_jobs_are_counted_until_the_time_is_well_overdrawn():
    assert count_affordable([10, 10, 10], 100) == 3
    assert count_affordable([10, 10, 10], 15) == 2
    assert count_affordable([10, 10, 10], 1) == 0


def test_many_test_rows_and_a_slow_model_need_a_longer_finish():
    assert reserve_s(60, 1_000, 1e-5) == pytest.approx(7.2)
    assert reserve_s(60, 10_000, 5e-5) == pytest.approx(20)
    assert reserve_s(60, 10**6, 1e-3) == 30.0
    assert reserve_s(5, 100, 1e-5) == 2.5


def test_the_time_for_fits_grows_with_the_workers():
    assert fitting_s(100, 2) == 2 * fitting_s(100, 1)
