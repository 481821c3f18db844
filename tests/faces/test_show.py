"""``mlwright show`` and ``runs``: what the shell prints is what the project knows."""

import json

import pytest

from mlwright import Project
from mlwright.faces.render.numbers import with_interval
from mlwright.faces.render.outcomes import Outcome
from mlwright.faces.render.terminal.listings import runs_shown
from mlwright.shown import SHOWN

LATER = {"shadow": "mlwright operate", "touch-up": "mlwright operate", "replay": "mlwright replay"}
"""What a project without challengers and without a replay does not have, and what makes it."""


@pytest.mark.parametrize("what", [what for what in SHOWN if what not in LATER])
def test_the_json_of_the_shell_is_the_record_of_the_project(call, shop, what):
    answer = call("show", what, "-p", shop, "--json")
    assert answer.status == 0
    assert answer.json == json.loads(Project(shop).show(what).model_dump_json())
    assert answer.err == ""


def test_a_figure_without_a_value_is_valid_json(call, shop):
    out = call("show", "evaluation", "-p", shop, "--json").out
    json.loads(out, parse_constant=lambda word: pytest.fail(f"{word} is no JSON"))


@pytest.mark.parametrize(("what", "command"), LATER.items())
def test_what_is_not_there_yet_is_told_with_the_command_that_makes_it(call, shop, what, command):
    answer = call("show", what, "-p", shop)
    assert answer.status == 2
    assert f"-> {command}" in answer.err


@pytest.mark.parametrize("what", [what for what in SHOWN if what not in LATER])
def test_every_record_is_told_in_words(call, shop, what):
    answer = call("show", what, "-p", shop)
    assert answer.status == 0
    assert len(answer.out.split()) > 5
    assert "Text(" not in answer.out
    assert "<rich" not in answer.out


def test_what_is_told_of_the_data(call, shop):
    snapshot, split = call("show", "snapshot", "-p", shop).out, call("show", "split", "-p", shop).out
    assert "400 rows, 4 columns" in snapshot
    assert "customers.csv (csv)" in snapshot
    assert "320 rows" in split
    assert "80 rows" in split


def test_every_picture_is_told_with_what_there_is_to_see(call, shop):
    words = "".join(call("show", "exploration", "-p", shop).out.split())
    for drawing in Project(shop).show("exploration").drawings:
        assert drawing.title.split()[0] in words


def test_the_leaderboard_names_what_was_chosen(call, shop):
    training = Project(shop).show("leaderboard")
    told = call("show", "leaderboard", "-p", shop).out
    assert told.splitlines()[2].startswith(training.leaderboard[0].name)
    assert "Chosen: " in told
    assert all(member.candidate in told for member in training.model.members)


def test_a_figure_without_a_value_is_a_dash(call, shop):
    told = call("show", "evaluation", "-p", shop).out
    assert "(-" not in told.replace("(-0", "")
    assert "nan" not in told


def test_something_unknown_is_told(call, shop):
    answer = call("show", "leaderbord", "-p", shop)
    assert answer.status == 2
    assert "mlwright show leaderboard" in answer.err


def test_what_is_not_made_yet_is_told_with_the_command_that_makes_it(call, tmp_path):
    Project.create(tmp_path / "new", {"project": {"target": "y"}, "collect": {"source": "data.csv"}})
    answer = call("show", "findings", "-p", "new")
    assert answer.status == 2
    assert "mlwright run --until check" in answer.err


def test_an_unknown_run_is_told_with_the_known_ones(call, shop):
    answer = call("show", "findings", "-p", shop, "--run", "yesterday")
    assert answer.status == 2
    assert "has no run 'yesterday'" in answer.err
    assert Project(shop).runs()[0].run_id in answer.err


def test_runs_are_listed(call, shop):
    states = Project(shop).runs()
    assert all(state.run_id in call("runs", "-p", shop).out for state in states)
    assert call("runs", "-p", shop, "--json").json == [state.model_dump(mode="json") for state in states]
    assert call("show", "runs", "-p", shop, "--json").json == [state.model_dump(mode="json") for state in states]


def test_a_project_that_was_never_run_says_so(call, tmp_path):
    Project.create(tmp_path / "new", {"project": {"target": "y"}, "collect": {"source": "data.csv"}})
    assert "Nothing has been run yet" in call("runs", "-p", "new").out


def test_runs_say_what_they_have_come_to(call, shop):
    project = Project(shop)
    out = " ".join(call("runs", "-p", shop).out.split())
    decision, evaluation = project.show("decision"), project.show("evaluation")
    assert f"log loss {with_interval(evaluation.metrics[0].model)}" in out
    assert with_interval(decision.worth.gain) in out
    assert decision.verdict in out


def test_two_runs_are_to_be_compared_from_where_one_is(shop):
    outcome = Outcome("deploy", "log loss 0.4 (0.3 to 0.5)", "10 (5 to 15)", "linear alone")
    shown = runs_shown(Project(shop).runs(), {"a": outcome, "b": outcome}, "my shop")
    assert str(shown[-1]) == "Which is better, and how sure: mlwright compare -p 'my shop' a b"
