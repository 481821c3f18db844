"""Where rows follow each other in time, every family is tried with and without sight of how it counts on."""

from dataclasses import replace

import numpy as np
import pytest

from mlwright.learning.models import MODELS, FitContext, Rows
from mlwright.learning.search.lineup import line_up
from mlwright.learning.search.timeless import shown, twins
from mlwright.learning.search.tune import variant
from mlwright.records.model import Candidate
from mlwright.testing.encoded_rows import easy

FAMILIES = ("linear", "lightgbm", "catboost", "extra_trees", "mlp", "crafted")


def lesson_in_time():
    """A lesson whose second number counts the time on, and decides too."""
    lesson = easy("regression", 400)
    return replace(lesson, facts=replace(lesson.facts, elapsed=(1,)))


def test_without_an_order_in_time_there_are_no_twins(make_bench):
    bench = make_bench({name: MODELS.get(name)() for name in ("dummy", "linear", "lightgbm")})
    assert not [name for name in line_up(bench.models, bench.facts).everybody if "timeless" in name]


def test_every_family_opens_twice_and_a_twin_costs_what_the_other_costs(make_bench):
    bench = make_bench({name: MODELS.get(name)() for name in ("dummy", "linear", "lightgbm")})
    lineup = line_up(bench.models, replace(bench.facts, elapsed=(1,)))
    assert [one.name for one in lineup.opening if one.timeless] == [
        f"{one.name}-timeless" for one in lineup.opening if not one.timeless
    ]
    assert lineup.costs_s["lightgbm-timeless"] == lineup.costs_s["lightgbm"]
    assert not lineup.simple.timeless


def test_who_has_nothing_but_the_time_to_see_has_no_twin():
    facts = lesson_in_time().facts
    alone = replace(facts, elapsed=tuple(range(len(facts.names.all))))
    assert twins([Candidate(name="mlp", family="mlp")], alone) == []


def test_every_second_variant_does_not_see_the_time():
    facts, family = lesson_in_time().facts, MODELS.get("lightgbm")()
    assert [variant("lightgbm", family, facts, number).timeless for number in (1, 2, 3, 4)] == [False, True] * 2


@pytest.mark.parametrize("name", FAMILIES)
def test_what_was_not_seen_in_learning_changes_no_answer(name):
    lesson = lesson_in_time()
    (twin,) = twins(MODELS.get(name)().candidates(lesson.facts)[:1], lesson.facts)
    train, valid = (shown(rows, twin, lesson.facts) for rows in (lesson.train, lesson.valid))
    core = MODELS.get(name)().fit(twin, train, valid, FitContext(lesson.facts, 1, 1, lambda: False)).core
    later = lesson.trial.blocks.take(np.arange(len(lesson.trial)))
    later.numbers[:, 1] += 1e4
    later.numbers[::7, 1] = np.nan
    assert core.predict(later) == pytest.approx(core.predict(lesson.trial.blocks), rel=1e-9)


def test_rows_stay_as_they_are():
    lesson = lesson_in_time()
    before = lesson.train.blocks.numbers.copy()
    hidden = shown(lesson.train, Candidate(name="a", family="mlp", timeless=True), lesson.facts)
    assert isinstance(hidden, Rows)
    assert (hidden.blocks.numbers[:, 1] == 0).all()
    assert np.array_equal(before, lesson.train.blocks.numbers, equal_nan=True)
