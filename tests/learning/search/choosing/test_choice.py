from dataclasses import replace

import numpy as np
import pytest

from mlwright.core.ahead import Ahead, Load, Need
from mlwright.core.pace import Pace
from mlwright.core.run import Clock
from mlwright.learning.models import MODELS
from mlwright.learning.search.budget import Budget
from mlwright.learning.search.choosing.choice import choose, members, on_its_own, out_of_fold
from mlwright.learning.search.choosing.options import Wishes
from mlwright.learning.search.correcting.correction import Correction
from mlwright.learning.search.course import Course
from mlwright.learning.search.leaderboard import leaderboard
from mlwright.learning.search.lineup import line_up


@pytest.fixture
def course(make_bench):
    models = {name: MODELS.get(name)() for name in ("dummy", "linear")}
    bench = make_bench(models)
    course = Course(bench, line_up(models, bench.facts), Budget(bench.run.clock, 1))
    course.run()
    return course


class QuietMachine(Pace):
    times = 1.0  # type: ignore[assignment]


def chosen(course):
    return choose(course.standing, course.budget, np.random.default_rng(0))


def asked_thrice(load: Load) -> Need:
    return Need(3 * load.n_test * load.answer_s)


def with_time_left(course, left_s: float, n_test: int = 1_000):
    ahead = Ahead(lambda: left_s, later=[asked_thrice], pace=QuietMachine())
    clock = Clock(course.bench.run.clock.cancel_file, left_s)
    course.budget = Budget(clock, 1, ahead, Load(0.0, n_rows=5 * n_test, n_test=n_test))
    return course


def slowed(course, name: str, row_s: float):
    trials = course.standing.trials
    trials[name] = [trial.model_copy(update={"predict_s": 100 * row_s}) for trial in trials[name]]
    return course


def test_weights_sum_to_one_and_name_members_with_all_their_cores(course):
    found = members(chosen(course).option, course.standing, {})
    assert sum(member.weight for member in found) == pytest.approx(1.0)
    assert [member.weight for member in found] == sorted((member.weight for member in found), reverse=True)
    assert {len(member.cores) for member in found} == {3}


def test_predictions_stand_where_their_rows_stand(course):
    choice = chosen(course)
    everywhere = out_of_fold(choice, 300)
    assert everywhere[choice.judge.held.rows] == pytest.approx(choice.prediction, abs=1e-6)


def test_who_is_left_out_for_size_is_told_so_with_the_size(course):
    def measure(option):
        return replace(option, row_ms=0.1, size_bytes=1_000 if option.weights == {"linear": 1.0} else 2_000_000)

    wishes = Wishes(measure, max_size_bytes=500_000)
    choice = choose(course.standing, course.budget, np.random.default_rng(0), wishes)
    board = leaderboard(
        course.standing, choice, Correction(0.0, 0.0, 0.0, 0.0), np.random.default_rng(0), choice.measured
    )
    fates = {row.name: row.fate for row in board}
    assert list(choice.weights) == ["linear"]
    assert fates["linear-bent"] == "over the limits, with one core too: 2 MB, 0.1 ms for a record"


def test_when_time_is_short_every_member_has_fewer_cores(course):
    for name in course.standing.alive():
        slowed(course, name, 1e-3)
    n_members = len(chosen(course).weights)
    choice = chosen(with_time_left(course, left_s=3 * 2.5 * n_members))
    assert choice.n_cores == 2
    assert {len(member.cores) for member in members(choice.option, course.standing, {})} == {2}
    assert len(on_its_own(course.standing, "linear", {}).cores) == 3


def test_who_is_too_slow_for_the_time_that_is_left_is_left_out(course):
    slowest = next(iter(chosen(course).weights))
    choice = chosen(with_time_left(slowed(course, slowest, 10.0), left_s=30.0))
    assert slowest not in choice.weights
    assert choice.n_cores == 3
