import itertools
import math
import time

import numpy as np
import pytest

from mlwright.core.pace import Pace
from mlwright.learning.models import MODELS, Fitted, ModelFamily
from mlwright.learning.search.budget import Budget
from mlwright.learning.search.choosing.choice import choose, members, out_of_fold
from mlwright.learning.search.correcting.correction import Correction
from mlwright.learning.search.course import Course
from mlwright.learning.search.fits import Fits
from mlwright.learning.search.leaderboard import leaderboard
from mlwright.learning.search.lineup import line_up
from mlwright.learning.search.standing import Standing
from mlwright.learning.search.tune import Tuner, is_variant
from mlwright.records.model import Candidate
from mlwright.scoring.cores.constant import ConstantCore


class Made(ModelFamily):
    """A family of as many candidates as a test wants; `act` stands for the fit."""

    title = "Made"

    def __init__(self, name, act, n=1, cost_s=0.01):
        self.name, self.act, self.n, self.cost = name, act, n, cost_s

    def candidates(self, facts):
        names = [self.name, *(f"{self.name}-{i}" for i in range(2, self.n + 1))]
        return [Candidate(name=name, family=self.name) for name in names]

    def cost_s(self, candidate, facts):
        return self.cost

    def fit(self, candidate, train, valid, context):
        return self.act(candidate, train, context)


def crash(candidate, train, context):
    raise ValueError("no luck")


def constant(candidate, train, context):
    return Fitted(ConstantCore(np.array([0.9])))


def shares(candidate, train, context):
    return Fitted(ConstantCore(np.array([train.target.mean()])))


def until_time_is_up(candidate, train, context):
    while not context.time_up():
        time.sleep(0.01)
    return Fitted(ConstantCore(np.array([train.target.mean()])), cut=True)


@pytest.fixture
def search(make_bench):
    """Runs a search over the dummy, the linear model and made families; what was told is in `told`."""

    def run(*made, wanted=(), tuned=False, given_s=math.inf, **kwargs):
        told = []
        models = {name: MODELS.get(name)() for name in ("dummy", "linear")} | {family.name: family for family in made}
        bench = make_bench(models, listen=told.append, **kwargs)
        budget, tuner = Budget(bench.run.clock, bench.run.n_jobs), Tuner(models, bench.facts) if tuned else None
        course = Course(bench, line_up(models, bench.facts, wanted), budget, tuner, given_s=given_s)
        course.run()
        course.told = told
        return course

    return run


def fits(course):
    return [event["label"] for event in course.told if event["event"] == "item_done" and not event["reused"]]


def chosen(course):
    return choose(course.standing, course.budget, np.random.default_rng(0))


def board(course):
    return {
        row.name: row
        for row in leaderboard(
            course.standing, chosen(course), Correction(0.0, 0.0, 0.0, 0.0), np.random.default_rng(0)
        )
    }


def test_the_floor_comes_first_and_then_fold_after_fold(search):
    course = search(Made("a", shares), Made("b", shares))
    labels = fits(course)
    assert {label.partition(",")[0] for label in labels[:6]} == {"dummy", "linear"}
    assert [label.partition(", ")[2] for label in labels[6:8]] == ["fold 1 of 3", "fold 1 of 3"]


def test_the_useful_model_is_chosen(search):
    course = search()
    assert chosen(course).weights == {"linear": 1.0}
    assert course.stopped == "all candidates were tried"
    assert board(course)["linear"].fate == "the chosen model is made of it"
    assert board(course)["dummy"].fate == "the answer without looking at the row"


def test_who_is_surely_worse_is_dropped_after_one_fold(search):
    course = search(Made("off", constant))
    assert len(course.standing.trials["off"]) == 1
    assert board(course)["off"].fate.startswith("dropped after one fold: its loss is ")


def test_a_family_that_crashes_does_not_end_the_search(search):
    course = search(Made("broken", crash))
    row = board(course)["broken"]
    assert row.fate == "failed on fold 1: ValueError: no luck"
    assert row.score is None
    assert row.n_folds == 0
    assert chosen(course).weights == {"linear": 1.0}
    assert list(board(course))[-1] == "broken"


def test_if_all_but_the_dummy_fail_the_dummy_wins(search):
    course = search(Made("broken", crash), Made("linear", crash))
    assert chosen(course).weights == {"dummy": 1.0}
    assert course.standing.simple() == "dummy"
    assert board(course)["ensemble"].fate == "chosen: 100% dummy"


def test_a_simple_model_that_nobody_asked_for_is_there_to_compare_with(search):
    course = search(Made("a", shares), wanted=("a",))
    assert chosen(course).weights == {"a": 1.0}
    assert course.standing.simple() == "linear"
    assert board(course)["linear"].fate == "the simple model to compare with"


@pytest.mark.parametrize("n_jobs", [1, 2])
def test_time_is_kept_and_there_is_a_model_in_the_end(search, n_jobs):
    course = search(Made("slow", until_time_is_up, n=3, cost_s=5.0), budget_s=2.0, n_jobs=n_jobs)
    assert course.stopped == "time was up"
    assert "linear" in chosen(course).weights


def test_without_any_time_the_floor_still_stands(search):
    course = search(Made("slow", until_time_is_up), budget_s=1e-3)
    assert {name: len(trials) for name, trials in course.standing.trials.items()} == {"dummy": 3, "linear": 3}
    assert course.stopped == "time was up"
    assert chosen(course).weights == {"linear": 1.0}


def test_where_the_later_stages_need_all_the_time_one_better_model_is_still_looked_at(search, monkeypatch):
    monkeypatch.setattr(Budget, "left_s", 0.0)
    course = search(Made("quick", shares), Made("other", shares), budget_s=60.0)
    assert {name: len(trials) for name, trials in course.standing.trials.items()} == {
        "dummy": 3,
        "linear": 3,
        "quick": 1,
    }


def test_what_is_kept_is_not_fitted_again_and_gives_the_same(search):
    first = search(Made("a", shares, n=3))
    again = search(Made("a", shares, n=3))
    assert len(fits(first)) > 6
    assert fits(again) == []
    assert chosen(again).weights == chosen(first).weights
    assert members(chosen(again).option, again.standing, {}) == members(chosen(first).option, first.standing, {})


class Varied(Made):
    """A made family with further settings."""

    def vary(self, facts, rng):
        return {"says": float(rng.uniform())}


def test_a_search_without_gain_ends_in_further_settings_once_they_cost_more_than_they_usually_bring(search):
    made = Varied("same", shares, n=4, cost_s=1.0)
    course = search(made, n_rows=3_000, tuned=True, given_s=20.0)
    assert course.stopped == "no further gain"
    assert sum(map(is_variant, course.standing.trials)) < 24
    assert course.lately.gain == course.lately.error == 0.0
    assert course.lately.expected < course.lately.worth


def test_a_search_without_gain_goes_to_its_end_where_that_is_cheap(search):
    course = search(Varied("same", shares, n=4, cost_s=1.0), n_rows=3_000, tuned=True, given_s=2_000.0)
    assert course.stopped == "all candidates were tried"
    assert sum(map(is_variant, course.standing.trials)) == 24


def test_the_usual_settings_of_a_family_are_all_tried(search):
    course = search(Made("same", shares, n=20, cost_s=1.0), n_rows=3_000, given_s=20.0)
    assert course.stopped == "all candidates were tried"
    assert {f"same-{i}" for i in range(2, 21)} < set(course.standing.trials)


def test_with_few_rows_a_search_ends_where_they_tell_no_more_apart(search):
    course = search(Varied("same", shares, n=9), n_rows=300, tuned=True)
    assert course.stopped == "so many rows tell no more candidates apart"
    assert len(course.standing.trials) - 1 == 24


def test_predictions_are_held_out_for_every_row(search):
    course = search()
    everywhere = out_of_fold(chosen(course), 300)
    assert everywhere.shape == (300, 1)
    assert np.isfinite(everywhere).all()


def test_a_candidate_that_time_stopped_counts_on_the_folds_that_it_has(search):
    """The front runner has finished one fold only, the others all: then one fold is what they are compared on."""
    course = search(Made("a", shares), Made("ahead", shares), wanted=("a", "ahead"))
    trials, linear = course.standing.trials, course.standing.trials["linear"]
    assert course.standing.level() == 3
    ahead = [trial.model_copy(update={"candidate": Candidate(name="ahead", family="a")}) for trial in linear[:1]]
    cut = Standing(course.bench, course.lineup, trials | {"ahead": ahead})
    assert cut.level() == 1
    assert cut.finalists(1) == ["a", "ahead"]
    assert Standing(course.bench, course.lineup, trials | {"ahead": trials["a"][:1]}).level() == 3


def test_who_was_looked_at_on_one_fold_must_be_surely_better(search):
    """A little luck on one fold is no reason to give up what stood the test on all."""
    course = search(Made("a", shares), wanted=("a", "linear"))
    standing, trials = course.standing, course.standing.trials
    said, held = standing.bench.prediction(trials["linear"][:1]), standing.judge(1).held
    luck = np.where(np.arange(len(said)) % 40 == 0, np.where(held.target > 0.5, 0.01, -0.01), 0.0)[:, None]
    blob = course.bench.run.put(np.clip(said + luck, 0.01, 0.99).astype(np.float32).tobytes())
    lucky = trials["linear"][0].model_copy(
        update={"candidate": Candidate(name="lucky", family="a"), "predictions": blob}
    )
    lineup = course.lineup.with_variants([lucky.candidate], {"lucky": 1.0})
    assert Standing(course.bench, lineup, {**trials, "lucky": [lucky]}).level() == 3


def test_fewer_folds_are_used_where_fits_take_longer_than_was_guessed(search, monkeypatch):
    """All families but the dearest find time on one fold of many rows, as the first fit of the simple model says."""
    monkeypatch.setattr(Budget, "affordable", lambda self, costs, n: len(costs) if n == 1 else 0)
    course = search(Made("a", shares), Made("b", shares, cost_s=1.0), wanted=("a", "b"), n_rows=8_000, budget_s=60.0)
    assert {name: len(trials) for name, trials in course.standing.trials.items()} == {
        "dummy": 3,
        "linear": 1,
        "a": 1,
        "b": 1,
    }
    assert course.standing.level() == 1
    assert course.standing.simple() == "linear"
    assert "Fits take longer than was foreseen: 1 of 3 folds are used." in [each.get("message") for each in course.told]


def test_where_one_fold_has_to_do_after_all_the_last_fits_may_take_a_part_of_the_time_for_fits(search, monkeypatch):
    """As where that was foreseen: not of the budget, most of which is gone where the time is short."""
    monkeypatch.setattr(Budget, "affordable", lambda self, costs, n: len(costs) if n == 1 else 0)
    budget = search(Made("a", shares), Made("b", shares, cost_s=1.0), n_rows=8_000, budget_s=60.0).budget
    budget.expect(0.0)
    left_s, budget.refits = budget.left_s, True
    budget.expect(0.0, refit_s=1_000.0)
    assert budget.left_s < 0.6 * left_s


def test_the_simple_model_counts_on_the_folds_that_it_has_if_nothing_else_was_fitted(search, monkeypatch):
    monkeypatch.setattr(Budget, "affordable", lambda self, costs, n: len(costs) if n == 1 else 0)
    course = search(Made("a", crash), Made("b", crash, cost_s=1.0), wanted=("a", "b"), n_rows=8_000, budget_s=60.0)
    assert course.standing.n_folds == 1
    assert course.standing.level() == 1
    assert chosen(course).weights == {"dummy": 1.0}
    assert len(course.standing.blend({"linear": 1.0}, 1)) == len(chosen(course).judge.held)


@pytest.mark.parametrize(("guessed_s", "is_tried"), [(100.0, True), (3_000.0, False)])
def test_a_best_bet_that_has_to_wait_gets_what_is_left_before_further_candidates(
    search, monkeypatch, guessed_s, is_tried
):
    """Its cost is a guess: where all are looked at on one fold, a fit that is cut is worth more than none."""
    monkeypatch.setattr(Pace, "times", 1.0)
    monkeypatch.setattr(Budget, "affordable", lambda self, costs, n: sum(c < 50 for c in costs) if n == 1 else 0)
    dear = Made("dear", shares, cost_s=guessed_s)
    course = search(Made("a", shares, n=2), dear, wanted=("a", "dear"), n_rows=8_000, budget_s=60.0)
    asked = [label.partition(",")[0] for label in fits(course)]
    assert ("dear" in asked) == is_tried
    assert not is_tried or asked.index("dear") < asked.index("a-2")


def test_what_is_weighed_against_each_other_is_expected_at_the_same_pace(search, monkeypatch):
    """The pace changes from one look to the next, and who has to wait does not hang on that."""
    course = search(Made("a", crash), Made("b", crash), budget_s=60.0)
    paces = itertools.cycle([1.0, 8.0])
    monkeypatch.setattr(Pace, "times", property(lambda pace: next(paces)))
    planned, both = Fits(course.standing, course.budget), course.lineup.opening[:2]
    assert len(set(planned.costs_s(both))) == 1
    assert len(set(planned.in_order([(one, 0) for one in both])[0].waiting_s)) == 1
