"""What fits are flattered by stopping where the held-out rows were answered best is known from the other folds."""

from dataclasses import replace

import numpy as np
import pytest

from mlwright.learning.models import MODELS
from mlwright.learning.search.budget import Budget
from mlwright.learning.search.choosing.choice import choose
from mlwright.learning.search.correcting.correction import correction
from mlwright.learning.search.correcting.stopping import stopping_luck
from mlwright.learning.search.correcting.together import disagreement
from mlwright.learning.search.course import Course
from mlwright.learning.search.lineup import line_up

N_FOLDS, N_STEPS = 8, 40


def true_path():
    """What is lost on new rows after each step: least after the 20th."""
    return 1.0 + ((np.arange(N_STEPS) - 20) / 40) ** 2


def paths_of(seed):
    """What the folds' rows say after each step: the truth, and a chance that changes slowly from step to step."""
    chance = np.random.default_rng(seed).normal(0, 0.01, (N_FOLDS, N_STEPS)).cumsum(axis=1)
    return list(true_path() + chance)


def test_what_folds_owe_to_stopping_by_their_own_rows_is_found():
    errors, naive = [], []
    for seed in range(200):
        paths = paths_of(seed)
        said = np.array([path.min() for path in paths])
        true = np.array([true_path()[path.argmin()] for path in paths])
        naive.append((said - true).mean())
        errors.append(said.mean() * (1 + stopping_luck(paths).mean()) - true.mean())
    assert np.mean(naive) < -0.02
    assert abs(np.mean(errors)) < 0.15 * abs(np.mean(naive))


def test_where_all_folds_stop_at_the_same_step_nothing_is_owed():
    assert stopping_luck([true_path()] * 3) == pytest.approx([0, 0, 0])


def test_a_fold_that_hardly_loses_anything_does_not_speak_for_the_others():
    without_rare_rows = np.geomspace(0.3, 0.001, N_STEPS)
    assert stopping_luck([*paths_of(0), without_rare_rows]).mean() < 0.1


def test_a_fold_that_ended_earlier_counts_as_if_nothing_had_changed():
    assert stopping_luck([np.array([2.0, 1.0, 1.5]), np.array([2.0, 1.0])]) == pytest.approx([0, 0])


def test_the_mean_of_several_answers_is_better_by_how_far_they_disagree():
    rng = np.random.default_rng(0)
    target = rng.normal(size=4_000)
    said = np.clip(0.5 * target, -9, 9)[None, :, None] + rng.normal(0, 0.5, (5, 4_000, 1))
    alone = ((said[:, :, 0] - target) ** 2).mean()
    together = ((said.mean(axis=0)[:, 0] - target) ** 2).mean()
    found = disagreement(said, np.ones((5, 4_000), dtype=bool), 0.0, is_number=True)
    assert found == pytest.approx(alone - together, rel=0.05)


def test_probabilities_are_better_together_by_how_far_they_disagree_too():
    rng = np.random.default_rng(0)
    truth = rng.uniform(0.1, 0.9, 20_000)
    target = rng.random(20_000) < truth
    said = np.clip(truth + rng.normal(0, 0.08, (5, 20_000)), 0.02, 0.98)

    def loss(probability):
        return -np.log(np.where(target, probability, 1 - probability)).mean()

    found = disagreement(said[:, :, None], np.ones(said.shape, dtype=bool), 0.0, is_number=False)
    assert found == pytest.approx(np.mean([loss(each) for each in said]) - loss(said.mean(axis=0)), rel=0.15)


def test_a_search_that_stopped_early_says_what_it_owes(make_bench):
    models = {name: MODELS.get(name)() for name in ("dummy", "linear", "lightgbm")}
    bench = make_bench(models, n_folds=4)
    course = Course(bench, line_up(models, bench.facts, most=3), Budget(bench.run.clock, 1))
    course.run()
    choice = choose(course.standing, course.budget, np.random.default_rng(0))
    found = correction(course.standing, choice, list(choice.weights), lambda: False)
    assert found.stopping > 0
    assert found.together > 0
    assert found.total == pytest.approx(choice.flattery + found.stopping - found.together)
    in_place_of_several = correction(course.standing, choice, [], lambda: False)
    assert in_place_of_several.together == pytest.approx(found.together)
    assert 0 < in_place_of_several.stopping <= found.stopping
    assert correction(course.standing, choice, list(choice.weights), lambda: True).together == 0


def test_in_time_order_what_the_packed_model_has_learned_more_counts(make_bench):
    models = {name: MODELS.get(name)() for name in ("dummy", "linear")}
    forward = [(np.arange(50 * k), np.arange(50 * k, 50 * k + 50)) for k in (5, 4, 3, 2, 1)]
    bench = replace(make_bench(models), folds=forward, n_cores=2)
    course = Course(bench, line_up(models, bench.facts, most=3), Budget(bench.run.clock, 1))
    course.run()
    choice = choose(course.standing, course.budget, np.random.default_rng(0))
    of_all_rows = correction(course.standing, choice, [], lambda: False)
    of_two_cores = correction(course.standing, choice, list(choice.weights), lambda: False)
    assert 0 < of_two_cores.together < of_all_rows.together
    assert of_all_rows.error > of_all_rows.together / 2
    assert correction(course.standing, choice, [], lambda: True).together == 0
