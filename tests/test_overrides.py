"""What is said for one call goes before what the file of settings says, and a slip in it is told."""

from pathlib import Path

import pytest

from mlwright.core.errors import SettingsError
from mlwright.overrides import (
    at_home,
    check_stage,
    last_stage,
    length_of,
    with_budget,
    with_decimal,
    with_history,
    with_moments,
    with_new_rows,
    with_preference,
)
from mlwright.pipeline import Settings
from mlwright.records.served import LOG_FACTS


def settings(**sections):
    return Settings.model_validate(sections)


SHOP = settings(
    collect={"source": "shop.csv", "query": "select 1", "time": "day", "tables": {"towns": "towns.csv"}},
    watch={"source": "new.csv", "sheet": "May", "decimal": ","},
)


def test_files_are_seen_from_their_folder_and_a_project_without_a_name_is_called_like_it():
    home = at_home(SHOP, Path("/home/ada/churn"))
    assert home.project.name == "churn"
    assert home.collect.source == "/home/ada/churn/shop.csv"
    assert home.collect.tables == {"towns": "/home/ada/churn/towns.csv"}
    assert home.watch.source == "/home/ada/churn/new.csv"
    assert at_home(settings(project={"name": "shop"}), Path("/home/ada/churn")).project.name == "shop"


def test_new_rows_from_elsewhere_take_nothing_over_from_those_of_the_settings(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert with_new_rows(SHOP, None, None) == SHOP
    watch = with_new_rows(SHOP, "june.csv", "select 2").watch
    assert (watch.source, watch.query, watch.sheet) == (str(tmp_path / "june.csv"), "select 2", None)


def test_the_decimal_mark_is_that_of_the_settings_else_that_of_the_rows_that_were_learned_from():
    assert with_decimal(SHOP, {"decimal": "."}).watch.decimal == ","
    assert with_decimal(settings(), {"decimal": ","}).watch.decimal == ","
    assert with_decimal(settings(), {}).watch.decimal is None


def test_a_log_tells_the_time_itself_and_other_rows_by_the_column_of_the_settings(tmp_path):
    assert with_moments(SHOP).watch.time == "day"
    assert with_moments(settings(collect={"time": "day"}, watch={"time": "seen"})).watch.time == "seen"
    (tmp_path / LOG_FACTS).touch()
    log = settings(collect={"time": "day"}, watch={"source": str(tmp_path)})
    assert with_moments(log).watch.time not in (None, "day")


def test_another_history_takes_the_query_away_and_keeps_the_time_unless_it_is_named(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert with_history(SHOP, None, None) == SHOP
    other = with_history(SHOP, "years.csv", None).collect
    assert (other.source, other.query, other.time) == (str(tmp_path / "years.csv"), None, "day")
    assert with_history(SHOP, None, "week").collect.time == "week"


def test_a_budget_is_a_length_of_time_above_nothing():
    assert with_budget(SHOP, None) == SHOP
    assert with_budget(SHOP, "1m30s").train.limit_s == 90.0
    assert with_budget(SHOP, 5).train.limit_s == 5.0
    for none in ("0", 0, -3.0, float("nan"), "nan"):
        with pytest.raises(SettingsError, match=r"The wait is .*; it must be more than nothing"):
            length_of(none, "The wait")
    with pytest.raises(SettingsError, match=r"The budget is not usable: 'soon' is not a length of time") as caught:
        with_budget(SHOP, "soon")
    assert caught.value.hint == "Write it like 90s, 5m or 1h30m."


def test_what_is_preferred_is_one_of_those_there_are():
    assert with_preference(SHOP, None) == SHOP
    assert with_preference(SHOP, "speed").train.prefer == "speed"
    with pytest.raises(SettingsError, match="What is preferred is 'sped', which is not known") as caught:
        with_preference(SHOP, "sped")
    assert "speed" in (caught.value.hint or "")


def test_a_stage_is_one_of_those_there_are():
    check_stage(None)
    check_stage("train")
    with pytest.raises(SettingsError, match="There is no stage called 'trian'") as caught:
        check_stage("trian")
    assert "train" in (caught.value.hint or "")


def test_where_nothing_is_predicted_the_data_is_looked_at_and_no_more():
    nothing = settings(project={"task": "none"})
    assert last_stage(nothing, None) == "explore"
    assert last_stage(nothing, "check") == "check"
    assert last_stage(nothing, "explore") == "explore"
    assert last_stage(SHOP, None) is None
    assert last_stage(SHOP, "train") == "train"
    with pytest.raises(SettingsError, match=r"There is nothing to train: project\.task is 'none'"):
        last_stage(nothing, "train")
