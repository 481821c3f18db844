from dataclasses import replace

import pytest

from mlwright.core.errors import SettingsError
from mlwright.learning.models import MODELS
from mlwright.learning.search.lineup import answering_s, expected_cost_s, line_up, open_families
from mlwright.records.model import Candidate
from mlwright.records.trials import Trial

A, C = (Candidate(name=name, family=name) for name in "ac")


def trial(name: str, seconds: float, *, cut: bool = False) -> Trial:
    return Trial(candidate=Candidate(name=name, family=name), fold=0, score=0.1, seconds=seconds, cut=cut)


@pytest.fixture
def bench(make_bench):
    return make_bench({name: MODELS.get(name)() for name in ("dummy", "linear", "lightgbm", "extra_trees")})


def test_the_best_bets_open_and_the_cheapest_is_first(bench):
    lineup = line_up(bench.models, bench.facts)
    costs = [lineup.costs_s[candidate.name] for candidate in lineup.opening]
    assert {candidate.family for candidate in lineup.opening} >= {"lightgbm", "extra_trees"}
    assert costs == sorted(costs)
    assert lineup.baseline.name == "dummy"
    assert lineup.simple.name == "linear"


def test_a_dear_family_comes_after_the_best_bets_and_does_not_count_for_the_folds(bench):
    names = ("dummy", "linear", "lightgbm", "crafted", "crafted_catboost")
    facts = replace(bench.facts, task="regression", n_classes=0, n_rows=2_000)
    lineup = line_up({name: MODELS.get(name)() for name in names}, facts)
    assert {candidate.family for candidate in lineup.opening} == {"linear", "lightgbm", "crafted"}
    assert "crafted_catboost" in {candidate.name for candidate in lineup.extra}


def test_experience_orders_what_comes_after_the_best_bets(bench):
    plain = line_up(bench.models, bench.facts)
    last = plain.extra[-1].name
    advised = line_up(bench.models, bench.facts, worth={plain.opening[-1].name: 1.0, last: 1.0, "other": 0.0})
    assert advised.opening == plain.opening
    assert advised.extra[0].name == last != plain.extra[0].name


def test_few_rows_allow_few_candidates(bench):
    lineup = line_up(bench.models, bench.facts)
    assert 1 + len(lineup.opening) + len(lineup.extra) <= 8


def test_every_name_is_there_once(bench):
    lineup = line_up(bench.models, bench.facts)
    everybody = [lineup.baseline, lineup.simple, *lineup.opening, *lineup.extra]
    assert len({candidate.name for candidate in everybody}) == len(everybody) == len(lineup.everybody)


def test_the_floor_is_opened_whatever_is_wanted(bench):
    assert set(open_families(["lightgbm"], bench.run)) == {"dummy", "linear", "lightgbm"}
    assert set(open_families([], bench.run)) >= {"dummy", "linear", "lightgbm"}


def test_a_simple_model_that_is_not_wanted_does_not_compete(bench):
    assert line_up(bench.models, bench.facts).compete
    lineup = line_up(bench.models, bench.facts, ["lightgbm"])
    assert not lineup.compete
    assert {candidate.family for candidate in (*lineup.opening, *lineup.extra)} == {"lightgbm", "extra_trees"}


def test_an_unknown_family_names_the_nearest(bench):
    with pytest.raises(SettingsError, match="'lightgb'") as caught:
        open_families(["lightgb"], bench.run)
    assert caught.value.hint == "Try: lightgbm"


def test_a_cost_is_what_the_first_fits_took():
    assert expected_cost_s(A, {"a": 1.0}, {}) == 1.0
    assert expected_cost_s(A, {"a": 1.0}, {"a": [trial("a", 4.0), trial("a", 6.0)]}) == 5.0


def test_on_a_slow_machine_all_guesses_are_corrected():
    costs = {"a": 10.0, "b": 20.0, "c": 4.0}
    done = {"a": [trial("a", 30.0)], "b": [trial("b", 60.0)]}
    assert expected_cost_s(C, costs, done) == pytest.approx(12.0, rel=0.1)


def test_a_few_short_fits_correct_little():
    assert expected_cost_s(C, {"a": 0.1, "c": 4.0}, {"a": [trial("a", 0.5)]}) == pytest.approx(4.0, rel=0.15)


def test_what_is_known_of_the_machine_corrects_a_guess_before_any_fit():
    assert expected_cost_s(C, {"c": 4.0}, {}, times=2.5) == 10.0
    assert expected_cost_s(C, {"a": 1.0, "c": 4.0}, {"a": [trial("a", 2.5)]}, times=2.5) == pytest.approx(10.0)


def test_a_guess_that_is_far_off_says_something_of_its_family_and_little_of_others():
    bent, costs = Candidate(name="a-bent", family="a"), {"a": 1.0, "a-bent": 2.0, "c": 4.0}
    done = {"a": [trial("a", 9.0)]}
    assert expected_cost_s(C, costs, done) == pytest.approx(6.0)
    assert expected_cost_s(bent, costs, done) == pytest.approx(13.0)
    at_least = {"a": [trial("a", 9.0, cut=True)]}
    assert expected_cost_s(C, costs, at_least) == 4.0
    assert expected_cost_s(bent, costs, at_least) > 10.0


def test_a_fit_that_was_cut_corrects_no_guess():
    costs = {"a": 1.0, "c": 4.0}
    assert expected_cost_s(C, costs, {"a": [trial("a", 0.2, cut=True)]}) == 4.0


def test_a_fit_answers_held_out_rows_after_its_deadline_about_as_long_as_its_kin():
    waiting, done_before = Candidate(name="b-slow", family="b"), Candidate(name="b-quick", family="b")
    done = {
        "a": [trial("a", 1.0).model_copy(update={"predict_s": 9.0})],
        "b-quick": [
            trial("b-quick", 1.0).model_copy(update={"candidate": done_before, "predict_s": predict_s})
            for predict_s in (0.5, 0.8)
        ],
    }
    assert answering_s(waiting, done) == 0.8
    assert answering_s(Candidate(name="c", family="c"), done) == 0.0
