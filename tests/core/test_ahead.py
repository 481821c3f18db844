import math
import time

import pytest

from mlwright.core.ahead import Ahead, Load, Need
from mlwright.core.pace import Pace, Spent

LOAD = Load(answer_s=1e-3, n_rows=5_000, n_test=1_000)


class At(Pace):
    def __init__(self, times: float) -> None:
        super().__init__(threads=dict)
        self._own = times


def ahead(left_s: float, own: Need, *later: Need, times: float = 1.0) -> Ahead:
    return Ahead(lambda: left_s, lambda load: own, [lambda load, need=need: need for need in later], At(times))


def test_where_there_is_time_for_all_a_stage_takes_the_most():
    assert ahead(100, Need(1, 6), Need(1, 4)).own_s(LOAD) == pytest.approx(6)


def test_what_is_short_is_shared_by_what_each_wants_beyond_its_least():
    assert ahead(7, Need(1, 6), Need(1, 6)).own_s(LOAD) == pytest.approx(1 + 2.5)
    assert ahead(6, Need(1, 9), Need(1, 3)).own_s(LOAD) == pytest.approx(1 + 4 * 0.8)


def test_where_time_is_up_a_stage_takes_its_least_and_no_more():
    assert ahead(-5, Need(1, 6), Need(1, 4)).own_s(LOAD) == pytest.approx(1)


def test_what_must_come_later_is_never_spent():
    assert ahead(10, Need(1, 60), Need(8, 8)).own_s(LOAD) == pytest.approx(2)


def test_without_a_budget_a_stage_may_take_what_it_likes_and_nothing_is_kept():
    free = ahead(math.inf, Need(1, 6), Need(1, 4))
    assert free.own_s(LOAD) == math.inf
    assert free.later(LOAD) == Need(0, 0)


def test_on_a_slow_machine_a_stage_needs_more_seconds_and_does_less_in_what_it_wants():
    assert ahead(100, Need(1, 6), Need(1, 4), times=3.0).later(LOAD) == Need(3, 4)
    assert ahead(100, Need(1, 6), Need(2, 4), times=3.0).later(LOAD) == Need(6, 6)


def test_the_time_of_an_answer_was_measured_here_and_is_not_made_longer_again():
    def answers(load: Load) -> Need:
        return Need(1 + load.n_test * load.answer_s, 0)

    assert Ahead(lambda: 100, later=[answers], pace=At(3.0)).later(LOAD).least_s == pytest.approx(3 * 1 + 1_000 * 1e-3)


def test_what_is_spare_is_what_the_later_stages_leave_beyond_their_least():
    assert ahead(100, Need(0, 0), Need(8, 60), Need(2, 2)).spare_s(LOAD) == pytest.approx(90)
    assert ahead(100, Need(0, 0), Need(8, 60), Need(2, 2), times=4.0).spare_s(LOAD) == pytest.approx(60)
    assert ahead(9, Need(0, 0), Need(8, 60), Need(2, 2)).spare_s(LOAD) == 0.0


def test_the_pace_is_told_by_how_long_threads_wait_for_a_processor():
    spent = {"1": Spent(5.0, 0.0)}
    pace = Pace(threads=lambda: dict(spent))
    pace._own = 1.0
    assert pace.times == 1.0
    spent["1"] = Spent(6.0, 3.0)
    assert pace.times == pytest.approx(4)
    for second in range(7, 27, 2):
        spent["1"], spent["2"] = Spent(float(second), 3.0), Spent(float(second), 0.0)
        quiet = pace.times
    assert quiet == pytest.approx(1, abs=0.05)


def test_where_threads_do_not_tell_the_pace_is_the_wall_clock_against_the_processor_time():
    pace = At(1.0)
    assert pace.times == 1.0
    pace.saw(wall_s=9, cpu_s=3)
    assert pace.times == pytest.approx(3)
    for _ in range(10):
        pace.saw(wall_s=1, cpu_s=2)
    assert pace.times == pytest.approx(1, abs=0.1)


def test_a_slow_processor_shows_in_a_small_piece_of_work():
    began = time.thread_time()
    assert 1.0 <= Pace().times <= 8.0
    assert time.thread_time() - began < 1.0
