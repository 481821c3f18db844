"""``mlwright check`` and ``mlwright explore``: a look at data, with or without a project."""

import numpy as np
import pyarrow as pa
import pytest
from pyarrow import csv

from mlwright import Project
from mlwright.core.errors import SettingsError


@pytest.fixture
def people(tmp_path, monkeypatch):
    """A file in the folder where the commands are typed; `answer` gives the target away."""
    rng = np.random.default_rng(0)
    left = rng.random(300) < 0.3
    columns = {
        "age": rng.integers(18, 80, 300),
        "plan": rng.choice(["basic", "plus", "pro"], 300),
        "left": np.where(left, "yes", "no"),
        "answer": np.where(left, "left us", "with us"),
    }
    csv.write_csv(pa.table({name: pa.array(values.tolist()) for name, values in columns.items()}), tmp_path / "p.csv")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_a_file_is_checked_without_a_target_and_nothing_is_left_behind(call, people):
    answer = call("check", "p.csv", "--json")
    assert answer.status == 0
    assert [finding["check"] for finding in answer.json["findings"]] == ["correlated_inputs"]
    assert "target_leak" in [skipped["name"] for skipped in answer.json["skipped"]]
    assert [file.name for file in people.iterdir()] == ["p.csv"]


def test_with_a_target_leaks_are_found_and_the_exit_status_says_so(call, people):
    answer = call("check", "p.csv", "--target", "left")
    assert answer.status == 3
    assert "answer" in answer.out


def test_a_look_can_be_kept_as_a_project(call, people):
    assert call("check", "p.csv", "-p", "kept").status == 0
    project = Project(people / "kept")
    assert project.settings().project.task == "none"
    assert project.show("profile").roles.asked is None
    assert call("explore", "-p", "kept").status == 0
    assert call("check", "-p", "kept", "--json").json == project.show("findings").model_dump(mode="json")


def test_a_project_that_only_looks_ends_with_the_look(call, people):
    call("check", "p.csv", "-p", "kept")
    project = Project(people / "kept")
    assert project.run().status == "finished"
    assert not project.runs()[-1].has_done("train")
    with pytest.raises(SettingsError, match="nothing to train"):
        project.run(until="train")


def test_a_file_is_explored_without_a_target(call, people):
    answer = call("explore", "p.csv", "-o", "look.html")
    assert answer.status == 0
    assert "'left' and 'answer' say nearly the same" in " ".join(answer.out.split())
    assert (people / "look.html").stat().st_size < 5_000_000
    assert sorted(file.name for file in people.iterdir()) == ["look.html", "p.csv"]


def test_with_a_target_what_gives_it_away_is_named(call, people):
    answer = call("explore", "p.csv", "-t", "left")
    assert "'answer' gives the target away" in " ".join(answer.out.split())
    assert (people / "exploration.html").exists()


def test_a_project_is_explored_into_its_reports(call, people):
    call("check", "p.csv", "-p", "kept")
    assert call("explore", "-p", "kept").status == 0
    assert (people / "kept" / "reports" / "exploration.html").exists()


def test_pictures_become_files(call, people):
    assert call("explore", "p.csv", "--png", "pictures", "--svg", "pictures").status == 0
    files = sorted(file.name for file in (people / "pictures").iterdir())
    assert "associations.png" in files
    assert "associations.svg" in files


def test_a_profile_shows_columns_patterns_and_what_goes_together(call, people):
    codes = [f"{'ab'[row % 2]}{row % 97:02d}-{row % 89:03d}" for row in range(300)]
    csv.write_csv(
        pa.table({"code": codes, "a": [row % 60 for row in range(300)], "b": [row % 60 * 2.5 for row in range(300)]}),
        "codes.csv",
    )
    answer = call("profile", "codes.csv")
    assert answer.status == 0
    assert "A99-999 (100 %" in answer.out
    assert "a and b" in answer.out
    assert call("profile", "codes.csv", "--json").json["columns"][0]["patterns"][0]["pattern"] == "A99-999"


@pytest.mark.parametrize("command", ["check", "explore", "profile"])
def test_a_target_without_data_is_told(call, people, command):
    answer = call(command, "--target", "left")
    assert answer.status == 2
    assert "Which data is to be looked at?" in answer.err


@pytest.mark.parametrize("content", ["", "a,b\n", "a,b\n1,2\n"], ids=["empty", "header only", "one row"])
def test_a_file_with_next_to_nothing_ends_in_words(call, people, content):
    (people / "small.csv").write_text(content)
    answer = call("check", "small.csv")
    assert answer.status in (0, 2, 3)
    assert "Traceback" not in answer.err
    assert "mistake of ours" not in answer.err


def test_keys_of_several_columns_are_said_without_a_project(call, people):
    (people / "tills.csv").write_text("shop,no\nA,1\nA,2\n")
    lines = [f"{row // 3},{row % 3},A,{1 + row % 2},{row / 7}" for row in range(90)]
    header = "order,line,shop,till,price\n"
    (people / "sales.csv").write_text(header + "\n".join([*lines, "4,2,B,1,3.5"]) + "\n")
    keys = ("--unique", "order, line", "--refers", "shop, till=tills.csv:shop, no")
    answer = call("check", "sales.csv", *keys, "--json")
    found = {finding["check"]: finding for finding in answer.json["findings"]}
    assert found["repeated_keys"]["columns"] == ["order", "line"]
    assert found["broken_references"]["examples"] == ["B, 1"]
    (people / "before.csv").write_text(header + "\n".join(lines) + "\n")
    later = call("check", "before.csv", "sales.csv", *keys, "--json").json["findings"]["findings"]
    assert [finding["examples"] for finding in later if finding["check"] == "repeated_keys"] == [["4, 2"]]


def test_a_slip_in_what_refers_to_what_is_told_with_an_example(call, people):
    answer = call("check", "p.csv", "--refers", "plan")
    assert answer.status == 2
    assert '--refers "customer=customers.csv:id"' in answer.err


def test_a_look_tells_what_had_to_be_mended_while_reading(call, people):
    rows = [f'{row},"note {row}",{row % 9}' for row in range(200)]
    rows[120] = '120,"note 120,3'
    (people / "notes.csv").write_text("a,a,b\n" + "\n".join(rows) + "\n")
    said = call("check", "notes.csv").err
    assert "Quotes are opened and not closed in line 122" in " ".join(said.split())
    assert "'a' to 'a_2'" in said
