"""``mlwright run``: the whole job from the command line."""

import re
import shutil

import pytest

from mlwright import Project


@pytest.fixture
def copy(shop, tmp_path):
    """The finished project, to be changed."""
    return shutil.copytree(shop, tmp_path / "copy")


def test_a_run_ends_with_the_decision_and_where_everything_is(call, copy):
    answer = call("run", "-p", copy, "--budget", "20s")
    assert answer.status == 0
    decision = Project(copy).show("decision")
    assert decision.verdict.replace("_", " ").upper() in answer.out
    assert " ".join(decision.headline.split()[:6]) in answer.out
    assert str(copy / "reports" / "report.html") in answer.out.replace("\n", "")
    assert "leaderboard.xlsx" in answer.out
    assert "mlwright serve copy" in answer.out
    assert {file.name for file in (copy / "reports").iterdir()} == {
        "report.html",
        "exploration.html",
        "leaderboard.xlsx",
        "card.md",
    }


def test_what_is_kept_is_said_stage_by_stage(call, copy):
    call("run", "-p", copy, "--until", "check")
    answer = call("run", "-p", copy, "--until", "explore")
    ended = [line for line in answer.err.splitlines() if re.search(r"\([^()]+\)$", line)]
    lines = [line for line in ended if not line.startswith(" ")]
    assert [line.split()[0] for line in lines] == ["collect", "profile", "contract", "split", "check", "explore"]
    assert [line.endswith("(kept from before)") for line in lines] == [False, True, True, True, True, False]


def test_the_state_comes_as_json_and_nothing_else(call, copy):
    answer = call("run", "-p", copy, "--json")
    assert answer.err == ""
    state = answer.json
    assert state["status"] == "finished"
    assert state["report"] == str(copy / "reports" / "report.html")
    assert state == Project(copy).runs()[-1].model_dump(mode="json") | {"report": state["report"]}


def test_a_part_of_the_job_says_how_to_go_on(call, copy):
    answer = call("run", "-p", copy, "--until", "check")
    assert answer.status == 0
    assert "mlwright run -p copy" in answer.out
    assert not (copy / "reports").exists()


def test_an_unknown_stage_is_told_with_the_known_ones(call, copy):
    answer = call("run", "-p", copy, "--until", "chekc")
    assert answer.status == 2
    assert "There is no stage called 'chekc'." in answer.err
    assert "check" in answer.err


def test_a_source_needs_a_target_and_a_target_a_source(call, tmp_path):
    (tmp_path / "sales.csv").write_text("shop,day,sold\nRiga,2026-01-02,3\n")
    answer = call("run", tmp_path / "sales.csv")
    assert "There are: shop, day, sold." in answer.err
    assert f"mlwright run {tmp_path / 'sales.csv'} --target COLUMN" in answer.err
    assert "mlwright run DATA --target y" in call("run", "--target", "y").err
    assert "nowhere.csv is not there" in call("run", "nowhere.csv").err


def test_a_project_is_not_taken_for_data(call, copy):
    answer = call("check", copy)
    assert answer.status == 2
    assert answer.err.endswith(f"is a project, not data.\n  -> Name it so: --project {copy}\n")


def test_a_folder_that_asks_something_else_is_not_touched(call, copy):
    before = (copy / "mlwright.toml").read_text()
    answer = call("run", copy / "customers.csv", "--target", "town", "-p", copy)
    assert answer.status == 2
    assert "holds a project with another question: it predicts 'bought'" in answer.err
    assert (copy / "mlwright.toml").read_text() == before


def test_a_settings_file_of_a_person_stays_when_its_question_is_refused(call, tmp_path, shop):
    folder = tmp_path / "mine"
    folder.mkdir()
    settings = f'[project]\ntarget = "boght"\n[collect]\nsource = "{shop}/customers.csv"\n'
    (folder / "mlwright.toml").write_text(settings)
    assert call("run", "-p", "mine").status == 2
    assert (folder / "mlwright.toml").read_text() == settings


def test_where_no_run_waits_none_is_resumed(call, copy):
    answer = call("run", "-p", copy, "--resume")
    assert answer.status == 2
    assert "No run in" in answer.err


@pytest.mark.parametrize("more", [(), ("--target", "bought")])
def test_a_project_in_place_of_data_is_told_how_it_is_run(call, copy, more):
    answer = call("run", copy, *more)
    assert answer.status == 2
    assert "is a project" in answer.err
    assert "mlwright run -p" in answer.err
