"""New rows are compared with what the model knows, and the answer is what to do."""

import json
import sys

import numpy as np
import pytest

from mlwright import Project
from mlwright.core.errors import NothingToShow, SettingsError, TableError
from mlwright.faces.cli.main import main
from mlwright.records.watch import Response

TOML = """
[project]
target = "bought"
[collect]
source = "shop.csv"
[train]
families = ["linear"]
candidates = 2
"""


def shop(n, seed, *, age=0, flipped=0.0, labels=True, town=""):
    """Lines of a CSV file: who bought, by visits and town."""
    rng = np.random.default_rng(seed)
    ages, visits, towns = rng.integers(18, 80, n) + age, rng.poisson(3, n), rng.choice(["Riga", "Lund", "Graz"], n)
    says = (rng.random(n) < 1 / (1 + np.exp(-2.0 * (visits - 3) - (towns == "Riga")))) != (rng.random(n) < flipped)
    towns = np.where(rng.random(n) < 0.5, town, towns) if town else towns
    rows = [f"{a},{v},{t}" for a, v, t in zip(ages, visits, towns, strict=True)]
    if not labels:
        return "\n".join(["age,visits,town", *rows]) + "\n"
    lines = [f"{row},{'yes' if said else 'no'}" for row, said in zip(rows, says, strict=True)]
    return "\n".join(["age,visits,town,bought", *lines]) + "\n"


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    folder = tmp_path_factory.mktemp("shop")
    (folder / "shop.csv").write_text(shop(1000, 0))
    (folder / "mlwright.toml").write_text(TOML)
    project = Project(folder)
    project.run(until="pack", n_jobs=1)
    return project


@pytest.fixture
def watch(project, tmp_path):
    def watch_rows(n, seed, **changed):
        (tmp_path / "new.csv").write_text(shop(n, seed, **changed))
        return project.watch(tmp_path / "new.csv")

    return watch_rows


def test_rows_like_those_before_are_nothing_to_act_on(watch):
    response = watch(500, 1)
    assert response.action == "nothing"
    assert response.comparison.moved() == ()
    assert response.next_steps == ()
    measured = response.comparison.performance
    assert measured.loss.low < 0 < measured.loss.high
    assert measured.n_rows == 500


def test_inputs_that_moved_without_true_outcomes_ask_for_them(watch):
    response = watch(500, 2, age=30, labels=False)
    assert response.action == "ask_for_labels"
    assert [column.name for column, _ in response.comparison.moved()] == ["age"]
    assert "true 'bought' of" in response.next_steps[0]
    assert response.comparison.performance is None


def test_inputs_that_moved_are_nothing_to_act_on_where_the_model_holds(watch):
    response = watch(2000, 3, age=30)
    assert response.comparison.moved()
    assert response.action == "nothing"
    assert "no reason to act" in response.headline


def test_a_new_name_is_told_with_its_share(watch):
    column = next(c for c in watch(400, 5, town="Oslo", labels=False).comparison.columns if c.name == "town")
    assert column.new_names == ("Oslo",)
    assert column.new_share == pytest.approx(0.5, abs=0.08)


def test_the_answers_of_the_model_are_compared_too(project, watch):
    names = [column.name for column in watch(300, 6).comparison.columns]
    assert sorted(names) == ["age", "the model's answers", "town", "visits"]


def test_too_few_rows_are_not_taken_for_a_clean_bill(watch):
    response = watch(3, 7, labels=False)
    assert response.action == "nothing"
    assert "too little to tell" in response.headline


def test_rows_that_lack_an_input_are_refused(project, tmp_path):
    (tmp_path / "new.csv").write_text("age,town\n31,Riga\n")
    with pytest.raises(TableError, match="lacks 1 column: visits"):
        project.watch(tmp_path / "new.csv")
    assert project.runs()[-1].status == "failed"


def test_it_must_be_said_where_the_rows_are(project):
    with pytest.raises(SettingsError, match="not said where the new rows are"):
        project.watch()


def test_without_a_model_there_is_nothing_to_watch(tmp_path):
    (tmp_path / "mlwright.toml").write_text(TOML)
    with pytest.raises(NothingToShow, match="No bundle has been made"):
        Project(tmp_path).watch("new.csv")


def test_a_watch_is_a_run_of_its_own_that_resuming_passes_over(project, watch):
    watch(300, 8)
    state = project.runs()[-1]
    assert (state.pipeline, state.status) == ("watch", "finished")
    assert [stage.name for stage in state.stages] == ["observe", "compare", "respond"]
    shown = project.show("watch")
    assert isinstance(shown, Response)
    assert shown.comparison == project.show("comparison")
    with pytest.raises(NothingToShow, match="waits to be resumed"):
        project.run(resume=True)


def test_the_same_rows_give_the_same_answer(watch):
    assert watch(400, 9, age=2) == watch(400, 9, age=2)


@pytest.fixture
def call(project, monkeypatch, capsys):
    def run(*arguments):
        monkeypatch.setattr(sys, "argv", ["mlwright", *arguments, "-p", str(project.path)])
        with pytest.raises(SystemExit) as leave:
            main()
        return int(leave.value.code or 0), capsys.readouterr()

    return run


def test_the_exit_status_is_0_for_nothing_and_3_for_something_to_do(call, tmp_path):
    (tmp_path / "same.csv").write_text(shop(400, 10))
    (tmp_path / "moved.csv").write_text(shop(400, 11, age=30, labels=False))
    assert call("watch", "--data", str(tmp_path / "same.csv"))[0] == 0
    status, said = call("watch", "--data", str(tmp_path / "moved.csv"))
    assert status == 3
    assert "mlwright watch --data" in said.out
    assert "the latest; none is in use yet" in said.err


def test_json_holds_the_action_and_all_that_it_rests_on(call, tmp_path):
    (tmp_path / "moved.csv").write_text(shop(400, 12, age=30, labels=False))
    status, said = call("watch", "--data", str(tmp_path / "moved.csv"), "--json")
    found = json.loads(said.out)
    assert (status, found["action"]) == (3, "ask_for_labels")
    assert found["comparison"]["n_rows"] == 400


def test_status_and_undo_say_what_is_in_use(call, project):
    status, said = call("status")
    assert (status, "No bundle is in use yet" in said.out) == (0, True)
    for command in ("undo", "rollback"):
        status, said = call(command)
        assert (status, "No bundle is in use yet" in said.err) == (2, True)


def test_a_model_that_is_worse_than_promised_is_trained_again_though_no_input_moved(watch):
    response = watch(500, 4, flipped=0.4)
    assert response.comparison.moved() == ()
    assert response.action == "retrain"
    assert response.comparison.performance.corrected < 0.001
    assert "worse than promised" in response.headline


def test_it_is_worse_than_promised_until_newer_outcomes_are_as_promised(watch):
    assert "still worse than promised" in watch(300, 13, labels=False).headline
    response = watch(1500, 14)
    assert response.action == "nothing"
    assert not response.comparison.promise.lasts
