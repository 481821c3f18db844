"""A project is looked after by itself: what is proved better goes into use, what turns out worse comes back."""

import os
import shutil
import subprocess
import sys
import time
from datetime import datetime

import pytest

from mlwright import Project, succession
from mlwright.core.errors import NothingToShow, SettingsError
from mlwright.core.store.lock import hold
from mlwright.data.row_keys import n_new_of
from mlwright.operating.allowed import settings_allow
from mlwright.operating.operator import Operator
from mlwright.operating.rounds import operate
from mlwright.records.challenge import Challenge
from mlwright.records.data import Snapshot
from mlwright.records.evaluation import Estimate
from mlwright.records.settings import OperateSettings

WATCHED = '[watch]\nsource = "new.csv"\n[operate]\nrows = 100\nrefresh = "proved"\ntouch_up = "never"\n'


@pytest.fixture(scope="module")
def finished(a_shop, tmp_path_factory):
    return a_shop.opened(tmp_path_factory.mktemp("shops") / "shop", toml=a_shop.toml + WATCHED).path


@pytest.fixture(scope="module")
def come(a_shop):
    def write(project, seed, n=400, **changed):
        (project.path / "new.csv").write_text(a_shop.rows(n, seed, **changed))

    return write


@pytest.fixture(scope="module")
def challenged(finished, come, tmp_path_factory):
    """The same after the customers have turned, with a challenger that has learned it."""
    folder = tmp_path_factory.mktemp("shops") / "turned"
    shutil.copytree(finished, folder)
    come(Project(folder), 1, turned=True)
    Operator(Project(folder)).look()
    return folder


@pytest.fixture
def project(finished, tmp_path):
    shutil.copytree(finished, tmp_path / "shop")
    return Project(tmp_path / "shop")


@pytest.fixture
def turned(challenged, tmp_path):
    shutil.copytree(challenged, tmp_path / "shop")
    return Project(tmp_path / "shop")


def set_operate(project, text):
    file = project.path / "mlwright.toml"
    file.write_text(file.read_text() + text + "\n")


def changes(project):
    return [event["event"] for event in project.store.registry.journal]


def trainings(project):
    return [state for state in project.runs() if state.pipeline == "retrain"]


def test_rows_like_those_before_change_nothing(project, come):
    set_operate(project, "training_cost = 1000.0")
    come(project, 1, n=90)
    assert Operator(project).look()
    assert changes(project) == ["crowned"]
    assert not trainings(project)


def test_a_model_that_is_worse_than_promised_is_trained_again_and_the_new_one_challenges(challenged):
    project = Project(challenged)
    (challenger,) = project.store.registry.challengers()
    state = trainings(project)[-1]
    assert (challenger.run_id, state.status) == (state.run_id, "finished")
    assert n_new_of(project.record(Snapshot, state.run_id)) == 400
    lineage = project.show("snapshot", state.run_id).lineage
    assert lineage.details["parent"] == project.current().run_id
    assert "It learns from" in lineage.details["rows"]
    assert project.show("challenge", state.run_id).gain.low > 0


def test_a_challenger_that_is_proved_better_on_new_rows_goes_into_use(turned, come):
    come(turned, 2, turned=True)
    before, said = turned.current(), []
    Operator(turned, tell=said.append).look()
    assert turned.current().bundle_id != before.bundle_id
    assert turned.current().by == "mlwright operate"
    assert "proved to be better" in turned.current().why
    assert any("is in use now" in line for line in said)


def test_rows_that_a_model_has_learned_from_are_not_counted_for_it(turned):
    shadow = succession.try_out(turned, turned.show("window"))
    assert shadow.n_labelled == shadow.n_fresh == 400
    assert [trial.n for trial in shadow.trials] == [0]


def test_a_row_counts_once_however_often_its_outcome_comes(turned, come):
    set_operate(turned, 'approve = ["promote", "retrain"]')
    come(turned, 3, turned=True)
    for again in range(2):
        os.utime(turned.path / "new.csv", (again, again))
        assert Operator(turned).look()
        assert [trial.n for trial in turned.trials()] == [400]


def test_outcomes_that_come_late_count_when_they_come_and_those_that_never_come_do_not(turned, come):
    set_operate(turned, 'error = 1e-200\napprove = ["retrain"]')
    come(turned, 4, turned=True, labels=0.0)
    Operator(turned).look()
    assert [trial.n for trial in turned.trials()] == [0]
    come(turned, 4, turned=True, labels=0.6)
    Operator(turned).look()
    (first,) = turned.trials()
    assert 200 < first.n < 280
    come(turned, 4, turned=True)
    Operator(turned).look()
    assert [trial.n for trial in turned.trials()] == [400]


def test_a_model_that_is_only_trained_again_goes_into_use_unless_it_did_worse(project, come):
    file = project.path / "mlwright.toml"
    file.write_text(file.read_text().replace('refresh = "proved"', ""))
    come(project, 12, n=700, turned=True)
    before = project.current()
    Operator(project).look()
    assert project.current().bundle_id != before.bundle_id
    assert "trained again" in project.current().why
    come(project, 13)
    Operator(project).look()
    assert project.current().bundle_id == before.bundle_id


@pytest.mark.parametrize(("value", "allowed"), [(-1.0, False), (-0.1, True), (0.5, True)])
def test_a_refresh_has_to_be_no_worse_and_anything_else_waits_for_its_proof(value, allowed):
    gain = Estimate(value=value, low=value - 1, high=value + 1, level=0.95, method="")
    compared = Challenge(champion="a", n_rows=100, metric="rmse", gain=gain, champion_model=gain, sentence="")
    assert settings_allow(OperateSettings(), compared, is_refresh=True) == allowed
    assert not settings_allow(OperateSettings(), compared, is_refresh=False)
    assert not settings_allow(OperateSettings(approve=("promote",)), compared, is_refresh=True)


@pytest.mark.parametrize(("gain", "mended", "allowed"), [(0.2, 0.1, True), (0.2, 0.3, False), (-0.01, 0.1, False)])
def test_a_refresh_has_to_lose_less_than_touched_up_answers_where_these_are_in_use(gain, mended, allowed):
    """It begins without what touched the answers up: of a loss of 1 the model in use is spared a share."""
    found = Estimate(value=gain, low=gain - 1, high=gain + 1, level=0.95, method="")
    own = Estimate(value=1.0, low=0.9, high=1.1, level=0.95, method="")
    compared = Challenge(champion="a", n_rows=100, metric="mae", gain=found, champion_model=own, sentence="")
    assert settings_allow(OperateSettings(), compared, mended, is_refresh=True) == allowed


@pytest.mark.parametrize(("gain", "allowed"), [(-0.5, True), (-1.3, False)])
def test_where_the_model_is_worse_than_promised_a_refresh_is_kept_out_only_if_it_is_nearly_surely_worse(gain, allowed):
    found = Estimate(value=gain, low=gain - 1, high=gain + 1, level=0.95, method="")
    own = Estimate(value=1.0, low=0.9, high=1.1, level=0.95, method="")
    compared = Challenge(champion="a", n_rows=100, metric="mae", gain=found, champion_model=own, sentence="")
    assert settings_allow(OperateSettings(), compared, 0.1, is_refresh=True, is_worse=True) == allowed
    assert not settings_allow(OperateSettings(), compared, 0.1, is_refresh=True)


def test_a_challenger_that_is_worse_is_turned_down(turned, come):
    come(turned, 5, turned=False)
    champion = turned.current()
    Operator(turned).look()
    assert turned.current() == champion
    (rejected,) = [event for event in turned.store.registry.journal if event["event"] == "rejected"]
    assert "proved not to be better" in rejected["why"]


def test_a_promoted_model_that_does_worse_than_the_one_before_is_taken_back_by_itself(turned, come):
    before = turned.current()
    succession.promote(turned, None, "too early")
    come(turned, 6, turned=False)
    Operator(turned).look()
    assert turned.current().bundle_id == before.bundle_id
    assert changes(turned)[-1] == "undone"


def test_a_person_is_asked_where_the_settings_say_so(turned, come):
    set_operate(turned, 'approve = ["promote", "retrain"]')
    come(turned, 7, turned=True)
    said, champion = [], turned.current()
    Operator(turned, tell=said.append).look()
    assert turned.current() == champion
    assert any("waits for your word: mlwright challenger promote" in line for line in said)
    with pytest.raises(SettingsError, match="without a reason"):
        turned.promote(why=" ")
    assert turned.promote(why="compared it").why == "promoted: compared it"
    assert turned.undo("it was slow", to=champion.bundle_id).bundle_id == champion.bundle_id


def test_people_are_told_what_became_of_it_and_never_to_do_what_is_done_by_itself(project, come):
    file = project.path / "mlwright.toml"
    file.write_text(file.read_text().replace('refresh = "proved"', ""))
    come(project, 12, n=700, turned=True)
    Operator(project).look()
    worse, trained = Operator(project).diary.events("notice")
    assert worse["title"] == "The model is worse than promised"
    assert "It is trained again by itself" in worse["text"]
    assert "Add the new rows to the data" not in worse["text"]
    assert trained["title"] == "A model that was trained again is in use"
    assert "To go back: mlwright undo --why REASON" in trained["text"]


def test_a_person_has_it_trained_again_once_for_the_same_rows_and_says_why(project, come):
    set_operate(project, 'approve = ["retrain"]')
    come(project, 12, turned=True)
    said = []
    operator = Operator(project, tell=said.append)
    operator.look()
    assert "It waits for your word: mlwright operate . --train REASON" in said[-1]
    with pytest.raises(SettingsError, match="without a reason"):
        operator.train(" ")
    assert not trainings(project)
    operator.train("new prices")
    assert operator.diary.last("begun")["why"] == "Somebody asked for it: new prices."
    with pytest.raises(NothingToShow, match="No labelled row has come since the last training"):
        operator.train("new prices")
    assert len(trainings(project)) == 1


def test_nothing_is_changed_in_quiet_hours(turned, come):
    set_operate(turned, 'quiet = ["22:00-06:00"]')
    come(turned, 8, turned=True)
    champion = turned.current()
    night = datetime(2026, 5, 1, 23, 30).timestamp()
    Operator(turned, now=lambda: night).look()
    assert turned.current() == champion
    Operator(turned, now=lambda: night + 8 * 3600).look()
    assert turned.current() != champion


def test_a_day_has_so_much_compute(project, come):
    set_operate(project, "compute_per_day = 10\nbudget = 60")
    come(project, 9, turned=True)
    said = []
    Operator(project, tell=said.append).look()
    assert not trainings(project)
    assert "budget for training is used up" in said[-1]


def test_two_operators_do_not_work_on_one_project_at_once(project, come):
    come(project, 10, turned=True)
    said = []
    with hold(project.store.folder / "operating", "operate"):
        assert not Operator(project, tell=said.append).look()
    assert "Not now" in said[0]
    assert len(project.runs()) == 1


def test_failures_wait_longer_and_longer_and_hold_up_no_other_project(project, come, tmp_path):
    now, said = [1.8e9], []
    operator = Operator(project, now=lambda: now[0], tell=said.append)
    for n_failures, wait_s in ((1, 60), (2, 120), (3, 240)):
        assert operator.look()
        assert operator.diary.failures() == n_failures
        assert operator.diary.waits_until() == now[0] + wait_s
        assert not operator.look()
        assert "Not now: the last look failed" in said.pop()
        now[0] += wait_s
    come(project, 11, n=50)
    assert operator.look()
    assert operator.diary.failures() == 0
    failed, well = operator.diary.events("notice")
    assert "the next try is at" in failed["text"]
    assert well["title"] == "Looking after the model goes well again"
    (tmp_path / "empty").mkdir()
    (tmp_path / "empty" / "mlwright.toml").write_text("[operate]\nevery = 'x'\n")
    said = []
    assert operate([Project(tmp_path / "empty"), project], once=True, tell=said.append) == 1
    assert "empty: " in said[0]


def test_rows_that_could_not_be_read_are_read_anew_once_they_are_mended(project, come):
    now, said = [1.8e9], []
    operator = Operator(project, now=lambda: now[0], tell=said.append)
    (project.path / "new.csv").write_text("age,bought\n40,yes\n")
    operator.look()
    assert "lacks 1 column: visits" in said[-1]
    come(project, 11, n=50)
    now[0] = operator.diary.waits_until()
    operator.look()
    assert operator.diary.failures() == 0
    assert operator.diary.last("looked")["n_rows"] == 50


def test_without_a_challenger_there_is_nothing_to_decide(project):
    with pytest.raises(NothingToShow, match="No bundle challenges"):
        project.promote(why="now")


def test_an_operator_that_dies_at_every_single_step_runs_and_promotes_nothing_twice(
    killed, dies_after_one_entry, project, come, monkeypatch
):
    """Each operator may make one entry in the diary or the history and dies before its second; the next one goes on."""
    file, n_deaths = project.path / "mlwright.toml", 0
    file.write_text(file.read_text().replace('touch_up = "never"', ""))
    for seed in (1, 2):
        come(project, seed, turned=True)
        done = False
        while not done:
            with monkeypatch.context() as patched:
                dies_after_one_entry(patched)
                try:
                    Operator(project).look()
                    done = True
                except killed:
                    n_deaths += 1
    assert n_deaths >= 10
    trained = [e["event"] for e in project.store.registry.journal if not e.get("base")]
    assert trained == ["crowned", "challenged", "crowned"]
    touched = [event["key"] for event in Operator(project).diary.events("done") if event["what"] == "touch"]
    assert len(set(touched)) == len(touched) == 3
    diary = Operator(project).diary
    assert len(diary.events("looked")) == 2
    begun = [event["run_id"] for event in diary.events("begun")]
    assert len(set(begun)) == len(begun)
    assert {state.run_id for state in project.runs()[1:]} == set(begun)
    assert len(trainings(project)) == 1
    assert all(entry.is_whole for entry in diary.ledger.entries())


def test_a_kill_9_in_the_middle_of_a_training_is_gone_on_with_as_the_same_run(project, come):
    come(project, 1, turned=True)
    operator = subprocess.Popen([sys.executable, "-m", "mlwright", "operate", str(project.path), "--once"])
    journal = lambda: [e for run in project.store.run_ids()[3:4] for e in project.store.journal(run)]  # noqa: E731
    while not any(e["event"] == "stage_done" and e["stage"] == "train" for e in journal()):
        assert operator.poll() is None
        time.sleep(0.02)
    operator.kill()
    operator.wait()
    assert not project.store.registry.challengers()
    assert Operator(project).look()
    (state,) = trainings(project)
    assert (state.status, state.n_attempts) == ("finished", 2)
    assert changes(project) == ["crowned", "challenged"]
