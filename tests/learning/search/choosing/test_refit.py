import numpy as np
import pytest

from mlwright.learning.models import MODELS
from mlwright.learning.models.linear import Linear
from mlwright.learning.search.budget import Budget
from mlwright.learning.search.choosing.choice import on_its_own
from mlwright.learning.search.choosing.refit import refit
from mlwright.learning.search.course import Course
from mlwright.learning.search.lineup import line_up
from mlwright.scoring.cores import CORES


class Broken(Linear):
    """Fits no more."""

    def refit(self, *given):
        raise ArithmeticError("no")


@pytest.fixture
def course(make_bench):
    models = {name: MODELS.get(name)() for name in ("dummy", "linear", "lightgbm")}
    bench = make_bench(models)
    course = Course(bench, line_up(models, bench.facts), Budget(bench.run.clock, 1))
    course.run()
    return course


def test_a_linear_model_ends_as_one_core_and_trees_keep_those_of_its_folds(course):
    found = refit(["linear", "lightgbm", "linear"], course.standing, course.budget)
    assert list(found) == ["linear"]
    assert on_its_own(course.standing, "linear", found).cores == (found["linear"],)
    assert len(on_its_own(course.standing, "lightgbm", found).cores) == 3


def test_the_core_of_all_rows_says_what_those_of_the_folds_say(course):
    bench = course.bench
    core = refit(["linear"], course.standing, course.budget)["linear"]
    one = CORES.get(core.form).from_bytes(bench.run.get(core.blob)).predict(bench.rows.blocks)
    of_folds = [
        CORES.get(trial.core.form).from_bytes(bench.run.get(trial.core.blob)).predict(bench.rows.blocks)
        for trial in course.standing.trials["linear"]
    ]
    assert np.abs(one - np.mean(of_folds, axis=0)).mean() < 0.05


def test_without_time_the_cores_of_the_folds_stay(course):
    course.bench.run.clock.budget_s = course.bench.run.clock.elapsed_s + 1e-3
    assert refit(["linear", "dummy"], course.standing, course.budget) == {}


def test_a_fit_on_all_rows_is_kept_like_any_other(course):
    first = refit(["linear"], course.standing, course.budget)
    course.bench.models["linear"] = Broken()
    assert refit(["linear"], course.standing, course.budget) == first


def test_a_fit_is_not_taken_for_one_of_other_parameters_or_folds(course):
    """As a search that was killed and goes on may have them under the same name."""
    refit(["linear"], course.standing, course.budget)
    course.bench.models["linear"] = Broken()
    trials = course.standing.trials["linear"]
    course.standing.trials["linear"] = trials[:-1]
    assert refit(["linear"], course.standing, course.budget) == {}
    other = trials[0].candidate.model_copy(update={"params": {"strength": 3.0}})
    course.standing.trials["linear"] = [trial.model_copy(update={"candidate": other}) for trial in trials]
    assert refit(["linear"], course.standing, course.budget) == {}
