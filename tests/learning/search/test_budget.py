import math
from pathlib import Path

import pytest

from mlwright.core.ahead import Ahead, Load, Need
from mlwright.core.errors import RunCancelled
from mlwright.core.pace import Pace
from mlwright.core.run import Clock
from mlwright.learning.search.budget import LOOK_S, WRAP_UP_S, Budget


class QuietMachine(Pace):
    times = 1.0  # type: ignore[assignment]


def reads(load: Load) -> Need:
    return Need(load.open_s, load.open_s)


def judged(load: Load) -> Need:
    """A stage that asks about every test row twice, and about ten times as many if it can."""
    return Need(1.0 + 2 * load.n_test * load.answer_s, 3.0 + 20 * load.n_test * load.answer_s)


def budget(tmp_path: Path, whole_s: float | None, spent_s: float = 0.0, n_workers: int = 2) -> Budget:
    clock = Clock(tmp_path / "cancel", whole_s, spent_s)
    ahead = Ahead(lambda: clock.left_s, later=[judged], pace=QuietMachine())
    return Budget(clock, n_workers, ahead, Load(answer_s=1e-5, n_rows=5_000, n_test=1_000))


WRAP_UP_OF_100 = 3 * LOOK_S + WRAP_UP_S
LOOKS_OF_A_SLOW_MODEL = 3 + 2 - 2 * LOOK_S
LATER = 1.02 + 2.18
LEFT_OF_100 = 100 - WRAP_UP_OF_100 - LATER


def test_what_the_later_stages_need_is_not_spent(tmp_path):
    shared = budget(tmp_path, 100, spent_s=50)
    assert shared.left_s == pytest.approx(LEFT_OF_100 - 50, abs=0.1)
    assert not shared.is_up()
    assert budget(tmp_path, 100, spent_s=96).is_up()
    assert budget(tmp_path, 100, spent_s=120).left_s == 0.0


def test_a_slow_model_leaves_less_time_for_fits(tmp_path):
    shared = budget(tmp_path, 100)
    shared.expect(score_s=5e-3)
    least, ease = 1.02 + 2 * 1_000 * 5e-3, 0.05 * 100
    assert shared.left_s == pytest.approx(100 - WRAP_UP_OF_100 - LOOKS_OF_A_SLOW_MODEL - least - ease, abs=0.1)


def test_looks_at_a_model_are_kept_time_for_by_how_long_it_answers(tmp_path):
    """Shares of the budget were kept before, of which a small model used next to nothing."""
    shared = budget(tmp_path, 100)
    quick = shared.reserve_s
    shared.expect(score_s=1e-4)
    later, looks = 2 * 1_000 * 1e-4 + 1.8, (1 + 3) * 2_000 * 1e-4
    assert shared.reserve_s == pytest.approx(quick + later + looks, abs=0.3)


def test_no_more_than_half_of_the_time_is_kept_however_slow_the_model(tmp_path):
    shared = budget(tmp_path, 100)
    shared.expect(score_s=1.0)
    assert shared.left_s == pytest.approx(50, abs=0.1)


def test_a_model_may_have_as_many_cores_as_the_later_stages_have_time_to_ask(tmp_path):
    shared = budget(tmp_path, 100, spent_s=100 - WRAP_UP_OF_100 - 5)
    assert shared.affordable_cores(1e-4, n_folds=5) == 5
    assert shared.affordable_cores(9e-4, n_folds=5) == 2
    assert shared.affordable_cores(1e-2, n_folds=5) == 0
    assert budget(tmp_path, None).affordable_cores(1e3, n_folds=5) == 5


def test_a_model_is_not_made_poorer_where_the_later_stages_are_late_whatever_it_is(tmp_path):
    late = budget(tmp_path, 100, spent_s=99)
    assert late.affordable_cores(1e-4, n_folds=5) == 5
    assert late.affordable_cores(2e-3, n_folds=5) == 1
    assert late.affordable_cores(3e-3, n_folds=5) == 0


def test_with_time_for_all_a_fit_may_take_all_of_it(tmp_path):
    assert budget(tmp_path, 100).allowance_s([5, 5, 20]) == pytest.approx(LEFT_OF_100, abs=0.1)


def test_when_time_is_short_cheap_fits_get_what_they_need_and_dear_ones_are_cut_alike(tmp_path):
    allowed = budget(tmp_path, 100).allowance_s([1, 1, 1, 1, 200, 200, 200, 200])
    assert allowed == pytest.approx((LEFT_OF_100 - 2 * 1.3) / 2, abs=0.1)


def test_an_odd_number_of_fits_keeps_one_worker_longer(tmp_path):
    assert budget(tmp_path, 100).allowance_s([200, 200, 200]) == pytest.approx(LEFT_OF_100 / 2, abs=0.1)


def test_without_a_budget_there_is_no_deadline(tmp_path):
    free = budget(tmp_path, None)
    assert free.allowance_s([1, 100]) == math.inf
    assert not free.timer(math.inf)()


def test_a_timer_ends_and_lets_a_cancel_through(tmp_path):
    limited = budget(tmp_path, 60)
    assert limited.timer(0.0)()
    assert not limited.timer(50.0)()
    (tmp_path / "cancel").touch()
    with pytest.raises(RunCancelled):
        budget(tmp_path, 60).timer(50.0)()


def test_the_floor_is_not_pressed_by_those_who_wait(tmp_path):
    waiting = [0.1, *[200] * 20]
    assert budget(tmp_path, 100).allowance_s(waiting, must=True) == pytest.approx(LEFT_OF_100 / 6, abs=0.1)
    assert budget(tmp_path, 100).allowance_s([200] * 20) < LEFT_OF_100 / 6


def test_candidates_are_taken_until_the_dearest_would_be_cut_too_short(tmp_path):
    shared = budget(tmp_path, 100)
    assert shared.affordable([1, 2, 10], n_folds=5) == 3
    assert shared.affordable([1, 2, 40], n_folds=5) == 3
    assert shared.affordable([1, 2, 90], n_folds=5) == 2
    assert shared.affordable([900, 900], n_folds=5) == 0


def test_where_one_hold_out_has_to_do_the_last_fits_may_take_a_part_of_the_time_for_fits(tmp_path):
    """Not of the budget: most of a short one goes into what has to be done whatever the time."""
    clock = Clock(tmp_path / "cancel", 20.0, 12.0)
    shared = Budget(clock, 1, Ahead(lambda: clock.left_s, pace=QuietMachine()), refits=True, one_fold=True)
    there_was = shared.left_s
    shared.expect(0.0, refit_s=100.0)
    assert shared.left_s == pytest.approx(0.5 * there_was, abs=0.1)


def test_the_time_to_choose_is_kept_by_what_weights_took(tmp_path):
    budget = Budget(Clock(tmp_path / "cancel", 100.0), 1)
    budget.expect(0.0)
    before = budget.reserve_s
    budget.expect(0.0, weighing_s=2.0)
    assert budget.reserve_s == pytest.approx(before + 8.0)


def reading(tmp_path: Path, pace: Pace, whole_s: float = 100.0) -> Budget:
    """For one later stage, which reads the model."""
    clock = Clock(tmp_path / "cancel", whole_s)
    ahead = Ahead(lambda: clock.left_s, later=[reads], pace=pace)
    return Budget(clock, 1, ahead, Load(answer_s=0.0, n_rows=5_000, n_test=1_000))


def test_time_is_kept_to_read_a_large_model_and_other_forms_of_it(tmp_path):
    budget = reading(tmp_path, QuietMachine())
    before = budget.reserve_s
    budget.expect(0.0, open_s=2.0)
    assert budget.reserve_s == pytest.approx(before + 3 * 2.0)


def test_more_is_kept_as_soon_as_the_machine_becomes_slower(tmp_path):
    class Busy(Pace):
        times = 1.0  # type: ignore[assignment]

    pace = Busy()
    budget = reading(tmp_path, pace)
    budget.expect(0.0, open_s=2.0)
    before = budget.reserve_s
    pace.times = 2.0  # type: ignore[misc]
    assert budget.reserve_s == pytest.approx(before + 3 * 2.0 + WRAP_UP_S + 3 * LOOK_S)


def test_a_model_that_takes_long_to_be_read_has_fewer_cores(tmp_path):
    budget = reading(tmp_path, QuietMachine(), 9.5 + WRAP_UP_OF_100)
    assert budget.affordable_cores(0.0, n_folds=5) == 5
    assert budget.affordable_cores(0.0, n_folds=5, open_s=1.0) == 3
