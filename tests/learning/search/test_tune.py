import numpy as np
import pytest

from mlwright.learning.models import MODELS, Facts, Fitted, ModelFamily
from mlwright.learning.search.budget import Budget
from mlwright.learning.search.course import Course
from mlwright.learning.search.lineup import line_up
from mlwright.learning.search.tune import Tuner, is_variant, variant
from mlwright.records.model import Candidate
from mlwright.scoring.blocks import BlockNames
from mlwright.scoring.cores.constant import ConstantCore

FACTS = Facts("binary", 2, 5_000, 2_000, BlockNames(("a", "b"), ("a", "b"), ("c",), ("c",), (5,)), 60.0)


class Varied(ModelFamily):
    """Says a number for every row: 0.5, and its variants numbers around it."""

    title = "Varied"

    def __init__(self, name="varied", cost_s=0.01):
        self.name, self.cost = name, cost_s

    def candidates(self, facts):
        return [Candidate(name=self.name, family=self.name, params={"says": 0.5})]

    def vary(self, facts, rng):
        return {"says": round(float(rng.uniform(0.3, 0.7)), 9)}

    def cost_s(self, candidate, facts):
        return self.cost

    def fit(self, candidate, train, valid, context):
        return Fitted(ConstantCore(np.array([candidate.params["says"]])))


def names(found):
    return [one.name for one in found]


def tuner(**costs):
    return Tuner({name: Varied(name, cost_s) for name, cost_s in costs.items()}, FACTS)


def test_the_family_that_carries_the_model_has_its_turn_most_often():
    drawn = names(tuner(a=0.1, b=0.1).draw(8, {"a": 0.9, "b": 0.1}, {"a": "a", "b": "b"}))
    assert sum(name.startswith("a") for name in drawn) > sum(name.startswith("b") for name in drawn) > 0


def test_of_two_that_weigh_alike_the_cheaper_one_has_more_turns():
    drawn = names(tuner(a=0.1, b=10.0).draw(8, {"a": 0.5, "b": 0.5}, {"a": "a", "b": "b"}))
    assert sum(name.startswith("a") for name in drawn) > sum(name.startswith("b") for name in drawn)


def test_a_family_whose_variants_help_goes_on():
    asked = tuner(a=0.1, b=0.1)
    first = names(asked.draw(4, {"a": 0.5, "b": 0.5}, {"a": "a", "b": "b"}))
    of_a = [name for name in first if name.startswith("a")]
    weights = {"a": 0.3, "b": 0.5, **dict.fromkeys(of_a, 0.1)}
    families = {"a": "a", "b": "b", **dict.fromkeys(of_a, "a")}
    more = names(asked.draw(4, weights, families))
    assert sum(name.startswith("a") for name in more) > 2


def test_what_was_worth_much_on_like_data_comes_first():
    assert names(Tuner({"a": Varied("a")}, FACTS, {"a-v7": 0.9, "a": 0.1}).draw(1, {}, {})) == ["a-v7"]


def test_the_list_is_the_same_for_everybody_and_ends():
    first, again = (tuner(a=0.1).draw(100, {}, {}) for _ in range(2))
    assert first == again
    assert len(first) == len({one.params["says"] for one in first}) == 24


@pytest.mark.parametrize("name", MODELS.installed())
def test_variants_are_named_after_their_family_and_differ(name):
    found = [variant(name, MODELS.get(name)(), FACTS, number) for number in range(1, 7)]
    known = [one for one in found if one is not None]
    assert len(known) in (0, 6)
    assert all(is_variant(one.name) and one.name.startswith(name) and one.family == name for one in known)
    assert len({one.model_dump_json(exclude={"name"}) for one in known}) >= len(known) // 2


@pytest.fixture
def search(make_bench):
    """Searches among the dummy, the linear model and a family of many variants."""

    def run(most=None, **kwargs):
        models = {name: MODELS.get(name)() for name in ("dummy", "linear")} | {"varied": Varied()}
        bench = make_bench(models, **kwargs)
        lineup = line_up(models, bench.facts, most=most)
        course = Course(bench, lineup, Budget(bench.run.clock, 1), Tuner(models, bench.facts), stops_early=False)
        course.run()
        return course

    return run


def tried(course):
    return [name for name in course.standing.trials if is_variant(name)]


def test_variants_are_tried_once_all_else_was_and_who_adds_nothing_leaves_after_one_fold(search):
    course = search(n_rows=3_000)
    assert len(tried(course)) == 24
    assert all("it adds nothing beside" in course.standing.fates[name] for name in tried(course))
    assert all(len(course.standing.trials[name]) == 1 for name in tried(course))


def test_a_count_of_candidates_counts_variants_too(search):
    course = search(most=7, n_rows=3_000)
    assert len(course.standing.trials) - 1 == 7
    assert len(tried(course)) == 4


def test_a_search_that_goes_on_takes_the_same_variants(search):
    first, again = search(most=9, n_rows=3_000), search(most=9, n_rows=3_000)
    assert tried(first) == tried(again)


def test_variants_end_where_time_does(search):
    assert search(budget_s=1e-3, n_rows=3_000).stopped == "time was up"
