"""kill -9 in the middle of training costs only the fits that were in work."""

import json
import os
import signal
import subprocess
import sys
import time
from contextlib import nullcontext
from pathlib import Path

import numpy as np
import pytest

from mlwright import Project
from mlwright.core.errors import LimitsMissed, RunCancelled

TOML = """
[project]
target = "bought"
[collect]
source = "shop.csv"
[train]
families = ["linear", "extra_trees"]
"""
LONG, SHORT = 'budget = "10m"\n', "candidates = 3\n"


def make_project(folder: Path, search: str) -> Path:
    folder.mkdir()
    rng = np.random.default_rng(7)
    age, visits = rng.integers(18, 80, 500), rng.poisson(3, 500)
    town = rng.choice(["Riga", "Lund", "Graz"], 500)
    bought = np.where(rng.random(500) < 1 / (1 + np.exp(-(visits - 3) - (town == "Riga"))), "yes", "no")
    lines = [f"{a},{v},{t},{b}" for a, v, t, b in zip(age, visits, town, bought, strict=True)]
    (folder / "shop.csv").write_text("\n".join(["age,visits,town,bought", *lines]) + "\n")
    (folder / "mlwright.toml").write_text(TOML + search)
    return folder


def start(folder: Path, *arguments: str) -> subprocess.Popen:
    command = [sys.executable, "-m", "mlwright", "run", "-p", str(folder), *arguments]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)


def fits(folder: Path) -> list[dict]:
    project = Project(folder)
    ids = project.store.run_ids()
    return (
        [e for e in project.store.journal(ids[-1]) if e["event"] == "item_done" and e["stage"] == "train"]
        if ids
        else []
    )


def wait_for_fits(folder: Path, n: int, process: subprocess.Popen) -> None:
    while len(fits(folder)) < n:
        assert process.poll() is None, process.stdout.read()
        time.sleep(0.05)


def test_a_killed_run_is_resumed_and_ends_like_one_that_was_left_alone(tmp_path):
    folder = make_project(tmp_path / "shop", SHORT)
    victim = start(folder, "--until", "train")
    wait_for_fits(folder, 4, victim)
    os.kill(victim.pid, signal.SIGKILL)
    victim.communicate()
    assert Project(folder).runs()[-1].status == "interrupted"
    before = {fit["label"] for fit in fits(folder)}

    resumed = start(folder, "--resume", "--until", "train")
    output, _ = resumed.communicate()
    assert resumed.returncode == 0, output
    run_ids = Project(folder).store.run_ids()
    events = list(Project(folder).store.journal(run_ids[-1]))
    second = events[[e["event"] for e in events].index("attempt_started", 1) :]
    reused = {e["label"] for e in second if e["event"] == "item_done" and e["stage"] == "train" and e["reused"]}
    assert len(run_ids) == 1
    assert before <= reused
    assert not [
        e for e in second if e["event"] == "stage_done" and e["stage"] in ("collect", "profile") and not e["reused"]
    ]

    undisturbed = make_project(tmp_path / "again", SHORT)
    Project(undisturbed).run(until="train")
    one, other = (Project(place).show("leaderboard") for place in (folder, undisturbed))
    assert (one.model, one.out_of_fold, one.corrected) == (other.model, other.out_of_fold, other.corrected)


def test_a_second_run_is_told_who_works_and_a_cancel_ends_that_and_keeps_what_is_done(tmp_path, type_in, capsys):
    folder = make_project(tmp_path / "shop", LONG)
    running = start(folder)
    wait_for_fits(folder, 2, running)
    assert type_in("mlwright run -p shop", tmp_path) == 2
    refused = capsys.readouterr().err
    assert f"process {running.pid}" in refused
    assert "mlwright follow" in refused

    assert type_in("mlwright cancel -p shop", tmp_path) == 0
    assert "was asked to end" in capsys.readouterr().out
    output, _ = running.communicate(timeout=60)
    assert running.returncode == RunCancelled.exit_status, output
    assert Project(folder).runs()[-1].status == "cancelled"
    assert len(fits(folder)) >= 2


def test_follow_tells_what_happens_as_json_lines(tmp_path, type_in, capsys):
    Project(make_project(tmp_path / "shop", LONG)).run(until="check")
    assert type_in("mlwright follow -p shop --json", tmp_path) == 0
    events = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert events[0]["event"] == "attempt_started"
    assert events[-1]["event"] == "finished"


def ended_after(n_fits: int):
    """A listener that ends a run once so many fits of boosted or extra trees are done."""
    seen = []

    def listen(event: dict) -> None:
        if event["event"] == "item_done" and event["stage"] == "train" and event["label"].startswith("extra_trees"):
            seen.append(event["label"])
        if len(seen) >= n_fits:
            raise RunCancelled("enough")

    return listen


def fitted_twice(folder: Path) -> set[str]:
    """The fits of a project that were not kept from one attempt to the next."""
    done = [fit["label"].partition(" of ")[0] for fit in fits(folder) if not fit["reused"]]
    return {label for label in done if done.count(label) > 1}


def test_what_was_said_for_a_run_holds_when_it_goes_on(tmp_path):
    """A budget on the command line is no reason to fit anything twice: neither left out the next time nor said anew."""
    folder = make_project(tmp_path / "shop", "")
    project = Project(folder)
    with pytest.raises(RunCancelled):
        project.run(until="train", only_needed=True, budget="1h", prefer="simple", n_jobs=1, listen=ended_after(2))
    assert project.runs()[-1].said == {"budget": 3600.0, "prefer": "simple"}
    with pytest.raises(RunCancelled):
        project.run(until="train", only_needed=True, resume=True, n_jobs=1, listen=ended_after(4))
    with pytest.raises(RunCancelled):
        project.run(until="train", only_needed=True, resume=True, budget="2h", n_jobs=1, listen=ended_after(6))
    assert [(state.n_attempts, state.said["budget"]) for state in project.runs()] == [(3, 3600.0)]
    assert fitted_twice(folder) == set()


@pytest.mark.parametrize("search", ['budget = "1h"\n', "candidates = 30\n"])
def test_who_has_waited_enough_gets_the_model_of_what_is_fitted(tmp_path, search):
    """With a budget that has passed, a run that goes on fits nothing more and leaves nothing out that is kept."""
    folder = make_project(tmp_path / "shop", search)
    project = Project(folder)
    with pytest.raises(RunCancelled):
        project.run(until="train", only_needed=True, n_jobs=1, listen=ended_after(4))
    n_before = len(fits(folder))
    project.run(until="train", only_needed=True, resume=True, budget="1s", n_jobs=1)
    again = fits(folder)[n_before:]
    assert {fit["label"] for fit in again if not fit["reused"]} <= {"how rows become numbers", "what paid on like data"}
    board = project.show("leaderboard")
    assert board.stopped == "time was up"
    assert next(row.n_folds for row in board.leaderboard if row.name == "extra_trees") >= 3


def test_a_search_that_was_ended_at_once_is_no_result_of_its_settings(tmp_path):
    """The next run has the time that its settings say: it searches on, and takes no fit that was cut for want of it."""
    folder = make_project(tmp_path / "shop", 'budget = "1h"\n')
    project = Project(folder)
    with pytest.raises(RunCancelled):
        project.run(until="train", only_needed=True, n_jobs=1, listen=ended_after(2))
    project.run(until="train", only_needed=True, resume=True, budget="1s", n_jobs=1)
    with pytest.raises(RunCancelled):
        project.run(until="train", only_needed=True, n_jobs=1, listen=ended_after(4))
    assert len(project.runs()) == 2
    assert [fit["label"] for fit in fits(folder) if fit["reused"] and fit["label"].startswith("extra_trees, fold")]
    assert [fit["label"] for fit in fits(folder) if not fit["reused"] and fit["label"].startswith("extra_trees, fold")]


def test_another_wish_of_the_model_fits_no_fold_again(tmp_path):
    """Who wants it smaller after all, or whose limit nothing has kept, gets another choice among the same fits."""
    folder = make_project(tmp_path / "shop", SHORT)
    project = Project(folder)
    project.run(until="train", only_needed=True, n_jobs=1)
    toml = folder / "mlwright.toml"
    for wish, error in (('max_size = "1KB"\n', LimitsMissed), ('max_size = "9KB"\n', None)):
        toml.write_text(TOML + SHORT + wish)
        with nullcontext() if error is None else pytest.raises(error):
            project.run(until="train", only_needed=True, n_jobs=1)
        assert not [fit["label"] for fit in fits(folder) if not fit["reused"] and " fold " in fit["label"]]
    assert project.show("leaderboard").chosen.size_bytes <= 9_000
