"""Columns that a user wants apart act for themselves, and slips in naming them are told."""

from __future__ import annotations

import pytest

from mlwright.core.errors import SettingsError
from mlwright.learning.search.lineup import APART, open_families
from mlwright.learning.search.setup import apart, promises
from mlwright.records.profile import Asked, Roles
from mlwright.records.settings import TrainSettings
from mlwright.scoring.blocks import BlockNames

ROLES = Roles(asked=Asked(target="y", task="binary", classes=("no", "yes")), inputs=("age", "city", "day"))
OUTPUTS = BlockNames(
    ("age", "city:count", "day:month", "day:hour"), ("age", "city", "day", "day"), ("city",), ("city",), (3,)
)


def test_all_that_comes_of_a_column_goes_with_it() -> None:
    wish = TrainSettings(apart=(("city", "day"),))
    assert apart(wish, ROLES, OUTPUTS) == ((frozenset({1, 4}), frozenset({2, 3})),)
    assert promises(wish) == [APART]
    assert promises(TrainSettings()) == []


def test_slips_are_told() -> None:
    with pytest.raises(SettingsError, match="'cty', which is no input") as slip:
        apart(TrainSettings(apart=(("cty", "day"),)), ROLES, OUTPUTS)
    assert "city" in slip.value.hint
    with pytest.raises(SettingsError, match="one column"):
        apart(TrainSettings(apart=(("day", "day"),)), ROLES, OUTPUTS)


def test_families_that_let_columns_act_together_stay_out(make_bench) -> None:
    models = open_families((), make_bench().run, [APART])
    assert {"dummy", "linear", "lightgbm"} <= set(models)
    assert not {"mlp", "catboost", "extra_trees", "crafted"} & set(models)
    with pytest.raises(SettingsError, match=r"'mlp', which cannot keep what train\.apart asks for"):
        open_families(("mlp",), make_bench().run, [APART])
