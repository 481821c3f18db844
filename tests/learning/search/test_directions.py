"""Directions that a user states are kept by who can, refused by who cannot, and checked against the columns."""

from __future__ import annotations

import pytest

from mlwright.core.errors import SettingsError
from mlwright.learning.search.lineup import DIRECTIONS, line_up, open_families
from mlwright.learning.search.setup import directions
from mlwright.records.model import CategoryColumn, EncodingPlan, NumberColumn
from mlwright.records.profile import Asked, Roles
from mlwright.records.settings import TrainSettings

PLAN = EncodingPlan(
    columns=(
        NumberColumn(name="age", low=0, high=99),
        CategoryColumn(name="city", levels=("Bonn", "Ulm"), counts=(5, 5)),
        NumberColumn(name="income", low=0, high=9e5),
    )
)
BINARY = Roles(asked=Asked(target="y", task="binary", classes=("no", "yes")), inputs=("age", "city", "income"))
SEVERAL = Roles(asked=Asked(target="y", task="multiclass", classes=("a", "b", "c")), inputs=("age",))


def asked(**how: str) -> TrainSettings:
    return TrainSettings(monotone=how)


def test_without_a_wish_every_column_is_free():
    assert directions(asked(), BINARY, PLAN) == ()


def test_directions_stand_where_their_numbers_do():
    assert directions(asked(income="falling"), BINARY, PLAN) == (0, -1)
    assert directions(asked(income="falling", age="rising"), BINARY, PLAN) == (1, -1)


def test_a_category_has_no_direction_and_a_slip_gets_an_offer():
    with pytest.raises(SettingsError, match="'city', which is not a column of numbers"):
        directions(asked(city="rising"), BINARY, PLAN)
    with pytest.raises(SettingsError) as slip:
        directions(asked(incme="rising"), BINARY, PLAN)
    assert "income" in slip.value.hint


def test_several_classes_have_no_order():
    with pytest.raises(SettingsError, match="several classes"):
        directions(asked(age="rising"), SEVERAL, PLAN)


def test_families_that_cannot_promise_it_stay_out_and_the_run_says_so(make_bench):
    told = []
    bench = make_bench(listen=told.append)
    models = open_families((), bench.run, [DIRECTIONS])
    assert {"dummy", "linear", "lightgbm", "catboost"} <= set(models)
    assert "mlp" not in models
    assert any("mlp" in str(event) and "monotone" in str(event) for event in told)


def test_the_linear_model_is_compared_with_but_does_not_compete(make_bench):
    bench = make_bench()
    models = open_families((), bench.run, [DIRECTIONS])
    facts = bench.facts.__class__(**{**vars(bench.facts), "directions": (1, 0)})
    lineup = line_up(models, facts)
    assert lineup.simple is not None
    assert not lineup.compete
    assert "linear" not in {candidate.family for candidate in (*lineup.opening, *lineup.extra)}


def test_asking_for_both_is_refused(make_bench):
    with pytest.raises(SettingsError, match="'mlp', which cannot keep"):
        open_families(("mlp",), make_bench().run, [DIRECTIONS])
