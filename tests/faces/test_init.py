"""``mlwright init``: from a table to a project folder."""

import tomllib
from datetime import date, timedelta

import pytest

from mlwright import Project

DAYS = [date(2024, 1, 1) + timedelta(days=i) for i in range(80)]
ROWS = "".join(f"{i * i % 31},{'ab'[i % 2]},{i % 7 < 3},{day}\n" for i, day in enumerate(DAYS))


@pytest.fixture
def table(tmp_path):
    file = tmp_path / "sales.csv"
    file.write_text("amount,kind,bought,day\n" + ROWS)
    return file


def test_what_was_inferred_is_written_with_its_reasons(call, table):
    answer = call("init", "sales.csv", "--target", "bought")
    assert answer.status == 0
    text = (table.parent / "sales" / "mlwright.toml").read_text()
    settings = tomllib.loads(text)
    roles = Project("sales").show("profile").roles
    assert settings["project"]["target"] == "bought"
    assert settings["project"]["task"] == roles.task == "binary"
    assert settings["collect"]["time"] == roles.time == "day"
    assert f"# {roles.asked.reason}" in text
    assert f"# {roles.time_reason}" in text


def test_the_written_settings_are_those_of_the_project(call, table):
    call("init", "sales.csv", "--target", "bought", "-p", "shop")
    settings = Project("shop").settings()
    assert settings.project.name == "shop"
    assert settings.collect.source == str(table)


def test_it_says_what_each_column_is(call, table):
    answer = call("init", "sales.csv", "--target", "bought")
    for column in Project("sales").show("profile").columns:
        assert f"{column.name} " in answer.out
        assert column.kind in answer.out
    assert f"mlwright run -p {table.parent / 'sales'}" in answer.out


def test_the_profile_comes_as_json(call, table):
    answer = call("init", "sales.csv", "--target", "bought", "--json")
    assert answer.json == Project("sales").show("profile").model_dump(mode="json")
    assert answer.err == ""


def test_what_a_person_has_written_is_not_written_over(call, table):
    call("init", "sales.csv", "--target", "bought")
    settings = table.parent / "sales" / "mlwright.toml"
    settings.write_text(settings.read_text() + "\n# mine\n")
    answer = call("init", "sales.csv", "--target", "bought")
    assert answer.status == 2
    assert "holds a project already" in answer.err
    assert "mlwright run -p" in answer.err
    assert settings.read_text().endswith("# mine\n")


def test_a_target_that_is_refused_leaves_nothing_behind(call, table):
    before = sorted(table.parent.rglob("*"))
    answer = call("init", "sales.csv", "--target", "boght")
    assert answer.status == 2
    assert "'boght' is missing" in answer.err
    assert sorted(table.parent.rglob("*")) == before


def test_a_folder_that_was_there_stays(call, table):
    folder = table.parent / "mine"
    folder.mkdir()
    (folder / "notes.txt").write_text("keep me")
    assert call("init", "sales.csv", "--target", "boght", "-p", "mine").status == 2
    assert [file.name for file in folder.iterdir()] == ["notes.txt"]


def test_names_that_toml_would_not_bear_are_borne(call, table):
    hostile = 'a"] [x] # \\'
    quoted = '"' + hostile.replace('"', '""') + '"'
    table.write_text(
        f"amount,{quoted}\n" + "".join(f"{i * i % 31},{'yes' if i % 7 < 3 else 'no'}\n" for i in range(80))
    )
    answer = call("init", "sales.csv", "--target", hostile)
    assert answer.status == 0, answer.err
    assert Project("sales").settings().project.target == hostile
